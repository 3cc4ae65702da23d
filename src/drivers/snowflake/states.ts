import type { ServerState } from "../../bulk-engine.ts";
import type { Look } from "../../state-watch.ts";
import type { Sdk } from "./sdk.ts";

/** The SDK's `QueryStatus` of what has not ended. */
const states: Readonly<Record<string, ServerState>> = {
  QUEUED: "queued",
  QUEUED_REPARING_WAREHOUSE: "queued",
  BLOCKED: "queued",
  NO_DATA: "queued",
  RESUMING_WAREHOUSE: "resuming warehouse",
  RUNNING: "running",
};

/** Makes what asks the server about a statement that it has taken on. */
export function lookAt(connection: Pick<Sdk.Connection, "getQueryStatus">, queryId: string): Look {
  return async () => states[await connection.getQueryStatus(queryId)] ?? "ended";
}
