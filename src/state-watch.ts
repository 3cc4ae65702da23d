import { setTimeout as sleep } from "node:timers/promises";
import type { ServerState } from "./bulk-engine.ts";

/** How often the server is asked what it is doing. */
const lookEveryMs = 1_000;

/** Asks what a statement is doing: `undefined` where the server says nothing, `"ended"` where there is nothing more to ask for. */
export type Look = () => Promise<ServerState | "ended" | undefined>;

/**
 * Asks once a second what the server is doing, and tells of it, until it is stopped. A look that fails is the last.
 *
 * @param failed - called when a look has failed.
 * @returns what stops it; a look that is under way then tells of nothing any more.
 */
export function watchState(look: Look, tell: (state: ServerState) => void, failed?: () => void): () => void {
  const over = new AbortController();
  const looking = async () => {
    for (;;) {
      const state = await look();
      // What comes late says nothing of what is done now.
      if (state === "ended" || over.signal.aborted) return;
      if (state !== undefined) tell(state);
      await sleep(lookEveryMs, undefined, { signal: over.signal, ref: false });
    }
  };
  void looking().catch(() => {
    if (!over.signal.aborted) failed?.();
  });
  return () => over.abort();
}
