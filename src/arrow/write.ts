import { Call, callOptions, type CallOptions } from "../call.ts";
import { pour } from "../files/target.ts";
import { checkOptions } from "../options.ts";
import { ipcBytes, type ArrowSource } from "./ipc-bytes.ts";
import { loadArrow } from "./library.ts";
import type { Writable } from "node:stream";

/** What has been written. */
export interface WrittenArrow {
  /** Rows in the stream. */
  readonly rows: number;
  /** The stream's size. */
  readonly bytes: number;
}

/**
 * Writes a table, or batches as they come, in Arrow's IPC stream format. The source is pulled no faster than the target takes the bytes.
 *
 * @param source - what `db.arrow` or `db.arrowBatches` gives, or any other table or iterable of batches of one schema.
 * @param target - a path: the file gets its name when it is complete and on the disk, and replaces the one that was there; a failure
 *   leaves nothing. Or a `Writable`, such as a socket or an HTTP response: as by Node's `pipeline` it is ended after the last batch, and
 *   destroyed on failure, so that its reader does not take a part for the whole.
 * @param options - `signal` and `timeoutMs` cover the whole writing.
 * @returns the rows, and the bytes of the stream, when the target has finished. A result of no rows is written, too: its schema.
 * @throws what fails first: the source's own error; the target's, or `ERR_STREAM_PREMATURE_CLOSE` where it closes early, and then the source has
 *   been left and its statement stopped; `STORAGE` for a file that cannot be written; `INVALID_ARGUMENT` for a source or target that is none; `TIMEOUT`; or `signal.reason`.
 * @example
 * ```ts
 * import { writeArrow } from "peak-warehouse";
 *
 * const { rows } = await writeArrow(db.arrowBatches("select * from features"), "features.arrows");
 * ```
 */
export async function writeArrow(
  source: ArrowSource,
  target: string | Writable,
  options?: CallOptions,
): Promise<WrittenArrow> {
  const call = new Call(checkOptions(options, callOptions, "writeArrow"));
  call.phase = "fetch";
  try {
    const bytes = ipcBytes(await loadArrow(), source);
    await pour(bytes, target, call);
    return { rows: bytes.rows, bytes: bytes.bytes };
  } finally {
    call.end();
  }
}
