import { setImmediate as nextTurn } from "node:timers/promises";

/** How long rows are decoded before other work of the process has its turn, in milliseconds. A collection of garbage may come on top. */
const stretchMs = 3;

/** Keeps work that never waits for the network from holding the event loop. */
export interface Pace {
  /** Whether the work has gone on for so long that others must have their turn. */
  isDue(): boolean;
  /** Lets others have their turn. */
  rest(): Promise<void>;
}

/** Begins a stretch of work. */
export function pace(): Pace {
  let since = performance.now();
  return {
    isDue: () => performance.now() - since > stretchMs,
    async rest() {
      await nextTurn();
      since = performance.now();
    },
  };
}
