import { backendPid } from "./backend.ts";
import { insertion } from "./insertion.ts";
import { load } from "./load.ts";
import { unload } from "./unload.ts";
import type { Answer, AskedLoad, BulkEngine, ServerState } from "../../bulk-engine.ts";

/** How Redshift moves data in bulk: UNLOAD, COPY, and INSERT of many rows. */
export const redshiftBulk: BulkEngine = {
  unload,
  load,
  insertion,
  storageGrant: "iamRole",
  unloadRefusal: () => undefined,
  loadRefusal,
  columnMatches: ({ format }) => [format === "json" ? "name" : "position"],
  async watch(ask, aside) {
    const pid = await backendPid(ask);
    return async () => stateIn(await aside({ text: newestStatement, binds: [pid] }));
  },
};

/** docs.aws.amazon.com/redshift, "COPY from columnar data formats". */
function loadRefusal({ force, format, maxErrors = 0, dryRun = false, region }: AskedLoad): string | undefined {
  if (force === false) {
    return "force: false is not possible here: Redshift does not remember what it has loaded, and loads files again.";
  }
  if (format !== "parquet") return undefined;
  if (maxErrors > 0) return "onError is not possible here: from Parquet Redshift loads all rows or none.";
  if (dryRun) return "dryRun is not possible here: Redshift does not check Parquet without loading it.";
  return region === undefined
    ? undefined
    : "region is not possible here: Redshift loads Parquet from its own region only.";
}

/** docs.aws.amazon.com/redshift, "SYS_QUERY_HISTORY". */
const newestStatement =
  "select status from sys_query_history where session_id = $1 and end_time is null order by start_time desc limit 1";

const states: Readonly<Record<string, ServerState>> = {
  planning: "queued",
  queued: "queued",
  running: "running",
  returning: "running",
};

function stateIn({ rows }: Answer): ServerState | undefined {
  // The column is CHAR(10), filled up with blanks.
  return states[String(rows[0]?.status).trim()];
}
