import type { Sdk } from "./sdk.ts";

/** How long a cancelled statement may take to end before its session is given up. */
const cancelTimeoutMs = 10_000;

/** Statements that nobody waits for any more and that have not ended yet. */
export interface Cancellations {
  /** Whether there are any: the session counts as busy for as long. */
  readonly isPending: boolean;
  /** Stops a statement on the server. @param finished - settles when the statement has ended there. */
  cancel(sent: Sdk.RowStatement, finished: Promise<void>): void;
  /** Settles when each has ended, or has been waited for in vain. */
  settled(): Promise<void>;
}

/** Makes the memory of a session. @param giveUp - told of a statement that has not ended within 10 s. */
export function cancellations(giveUp: () => void): Cancellations {
  const pending = new Set<Promise<void>>();
  return {
    get isPending() {
      return pending.size > 0;
    },
    cancel(sent, finished) {
      const ending = new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          giveUp();
          resolve();
        }, cancelTimeoutMs).unref();
        const done = () => {
          clearTimeout(timer);
          resolve();
        };
        finished.then(done, done);
        sent.cancel(() => undefined);
      }).finally(() => pending.delete(ending));
      pending.add(ending);
    },
    async settled() {
      await Promise.all(pending);
    },
  };
}
