import { StorageError } from "../../s3/storage.ts";
import { Refused, type RedshiftError } from "../errors.ts";

/** Is what the block in the detail of an internal error tells (forms as in amazon-redshift-python-driver#107 on GitHub). */
export interface Block {
  readonly code: number;
  readonly context?: string;
  readonly query: number;
  readonly location: string;
  /** Default `padbmaster`, the leader node. */
  readonly process?: string;
}

const rule = "-----------------------------------------------";

/** Makes an internal error: XX000, its message once more in the block of the detail. */
export function internal(message: string, block: Block): Refused {
  const { code, context = "", query, location, process = "padbmaster" } = block;
  const lines = [
    rule,
    `error:  ${message}`,
    `code:      ${code}`,
    `context:   ${context}`,
    `query:     ${query}`,
    `location:  ${location}`,
    `process:   ${process} [pid=${1000 + (query % 30_000)}]`,
    rule,
  ];
  return new Refused({ code: "XX000", message, detail: `\n  ${lines.join("\n  ")}\n` });
}

/** Words what S3 refused as Redshift passes it on (AWS documentation, "S3ServiceException errors"). */
export function storageFailure(error: unknown, query: number, place: "unload" | "copy"): unknown {
  if (!(error instanceof StorageError)) return error;
  const { code, status, requestId = "none", message, url } = error;
  const words = code === "AccessDenied" ? "Access Denied" : message.replace(/\.$/, "");
  const text = `S3ServiceException:${words},Status ${status ?? 0},Error ${code},Rid ${requestId}`;
  const context = place === "copy" ? `Failed to access ${url} : ${text}` : `S3 write failed for ${url} : ${text}`;
  const location = place === "copy" ? "s3_utility.cpp:435" : "s3_unloader.cpp:182";
  return internal(text, { code: 8001, context, query, location, process: "query0" });
}

/** Makes the error of a Parquet file that does not fit (rudder-server#3178 on GitHub shows the words and the code). */
export const spectrum = (context: string, query: number): Refused =>
  internal("Spectrum Scan Error", { code: 15_007, context, query, location: "dory_util.cpp:1450", process: "worker_thread" }); // prettier-ignore

/** Makes the error of what Redshift does and the stand-in does not. */
export const beyondStandIn = (what: string): Refused =>
  new Refused({ code: "0A000", message: `${what} is not supported by the stand-in.` });

/** Makes an error of SQLSTATE 0A000, feature not supported, or another code. */
export const refusal = (message: string, code = "0A000"): Refused => new Refused({ code, message });

/** Makes the error of a statement that was cancelled, or took longer than statement_timeout. */
export const cancelled = (query: number): RedshiftError => ({
  code: "57014",
  message: `Query (${query}) cancelled on user's request`,
});
