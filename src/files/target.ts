import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { invalidArgument, isError } from "../errors.ts";
import { writeWholeFile } from "./whole-file.ts";
import type { Call } from "../call.ts";

/** Bytes that are made as they are pulled. Leaving them by `return()` stops their source, also while a `next()` is pending. */
export interface PulledBytes extends AsyncIterableIterator<Uint8Array> {
  next(): Promise<IteratorResult<Uint8Array, undefined>>;
  return(): Promise<IteratorResult<Uint8Array, undefined>>;
}

/**
 * Writes bytes to a file or a stream, pulling them no faster than it takes them; where that fails they are left.
 *
 * @param target - a path: the file gets its name when it is complete and on the disk. Or a `Writable`: it is ended after the last bytes, and
 *   destroyed on failure, so that its reader does not take a part for the whole.
 * @throws what fails first: the bytes' own error; the stream's, or `ERR_STREAM_PREMATURE_CLOSE` where it closes early; `STORAGE` for a file that
 *   cannot be written; `INVALID_ARGUMENT` for what is no target; or what the call is aborted with.
 */
export async function pour(bytes: PulledBytes, target: string | Writable, call: Call): Promise<void> {
  try {
    if (isWritable(target)) {
      await pulled(bytes, target, call);
      return;
    }
    if (typeof target !== "string") throw invalidArgument("The target must be a path or a Writable.");
    await writeWholeFile(target, async (append) =>
      pulled(
        bytes,
        async (chunks) => {
          for await (const chunk of chunks) await append(chunk);
        },
        call,
      ),
    );
  } catch (error) {
    await bytes.return();
    throw error;
  }
}

async function pulled(
  bytes: PulledBytes,
  target: Writable | ((chunks: AsyncIterable<Uint8Array>) => Promise<void>),
  call: Call,
): Promise<void> {
  const options = { signal: call.signal };
  try {
    await (typeof target === "function"
      ? pipeline(Readable.from(bytes), target, options)
      : pipeline(Readable.from(bytes), target, options));
  } catch (error) {
    // pipeline has an error of its own for a signal.
    if (call.aborted && isError(error) && error.name === "AbortError") throw call.reason;
    throw error;
  }
}

/** Tells a stream that can be written, by its shape: it may be another package's. */
export function isWritable(target: unknown): target is Writable {
  return typeof target === "object" && target !== null && "write" in target && "on" in target;
}
