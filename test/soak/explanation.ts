import type { ErrorCode, WarehouseError } from "peak-warehouse";
import type { Kind } from "./tables.ts";

/** What lost connections, refused sessions, lost answers and deadlines come out as. */
const byFaults: ReadonlySet<ErrorCode> = new Set(["CONNECTION", "TIMEOUT"]);

/** Snowflake's: a deadlock, which the stand-in has between two updates, and a statement that ended with its killed session. */
const bySnowflake: ReadonlySet<string> = new Set(["000625", "000604"]);

/** Says why no fault of the storm and no call of a worker's explains an error; undefined where one does. */
export function whyUnexplained(kind: Kind, error: WarehouseError): string | undefined {
  if (byFaults.has(error.code)) return undefined;
  if (error.code === "QUERY") {
    if (error.transactionConflict) return undefined;
    if (kind === "snowflake" && bySnowflake.has(error.vendorCode ?? "")) return undefined;
  }
  const { code, message, phase, effect, sqlState, vendorCode } = error;
  return `${code}: ${message} (${JSON.stringify({ phase, effect, sqlState, vendorCode })})`;
}
