import { setTimeout as sleep } from "node:timers/promises";
import type { ServerState } from "../../bulk-engine.ts";
import type { Sdk } from "./sdk.ts";

/** The SDK's `QueryStatus` of what has not ended (facts/snowflake.md §5). */
const states: Readonly<Record<string, ServerState>> = {
  QUEUED: "queued",
  QUEUED_REPARING_WAREHOUSE: "queued",
  BLOCKED: "queued",
  NO_DATA: "queued",
  RESUMING_WAREHOUSE: "resuming warehouse",
  RUNNING: "running",
};

/** How often the server is asked what a statement is doing. */
const lookEveryMs = 1_000;

/** Tells of what the server says that a statement is doing, until that has ended or nobody wants to know any more. Gives what ends it. */
export function watchState(
  connection: Sdk.Connection,
  queryId: string,
  tell: (state: ServerState) => void,
): () => void {
  const over = new AbortController();
  const looking = async () => {
    for (;;) {
      const state = states[await connection.getQueryStatus(queryId)];
      if (state === undefined || over.signal.aborted) return;
      tell(state);
      await sleep(lookEveryMs, undefined, { signal: over.signal, ref: false });
    }
  };
  // Where the server does not say, as with a token that has expired, the statement goes on without.
  void looking().catch(() => undefined);
  return () => over.abort();
}
