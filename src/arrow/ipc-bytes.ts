import { invalidArgument } from "../errors.ts";
import { ipcEncoder } from "./ipc-encoder.ts";
import type { RecordBatch, Schema, Table } from "apache-arrow";
import type { Arrow } from "./library.ts";
import type { PulledBytes } from "../files/target.ts";

/** What can be written: a table, or batches of one schema as they come. */
export type ArrowSource = Table | Iterable<RecordBatch> | AsyncIterable<RecordBatch>;

/** The bytes of an IPC stream, made batch by batch as they are pulled. */
export interface IpcBytes extends PulledBytes {
  /** How many rows have been pulled. */
  readonly rows: number;
  /** How many bytes have been given. */
  readonly bytes: number;
  /**
   * Leaves the source, which stops its statement; settles when it has let go. It is for who has failed, and never rejects: what failed
   * first is what the caller is told.
   */
  return(): Promise<IteratorResult<Uint8Array, undefined>>;
}

const done = { done: true, value: undefined } as const;
const notBatches = "The source must be a Table or an iterable of RecordBatches, of apache-arrow 21.";
const nothing = "There is nothing to write: the source ended without a batch, and so without a schema.";

/**
 * Reads a source as an IPC stream.
 *
 * No generator: its `return()` would wait behind a `next()` that is pending, and so could not stop the statement.
 *
 * @throws `INVALID_ARGUMENT` for what is no source; while it is read, for what is no `RecordBatch`, for one of another schema, and for
 *   an end without any: there is no stream without a schema.
 */
export function ipcBytes(arrow: Arrow, source: ArrowSource): IpcBytes {
  const { schema, batches } = readSource(source);
  const encoder = ipcEncoder(arrow);
  const waiting = schema === undefined ? [] : encoder.begin(schema);
  let begun = schema !== undefined;
  let ended = false;
  let left: Promise<void> | undefined;
  let rows = 0;
  let bytes = 0;

  const pull = async (): Promise<void> => {
    const result = await batches.next();
    if (result.done === true) {
      ended = true;
      if (!begun) throw invalidArgument(nothing);
      waiting.push(...encoder.end());
      return;
    }
    const batch: unknown = result.value;
    if (!(batch instanceof arrow.RecordBatch)) throw invalidArgument(notBatches);
    if (!begun) waiting.push(...encoder.begin(batch.schema));
    begun = true;
    waiting.push(...encoder.add(batch));
    rows += batch.numRows;
  };

  const leave = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    waiting.length = 0;
    try {
      await batches.return?.();
    } catch {
      // Somebody else's error came first.
    }
  };

  return {
    get rows() {
      return rows;
    },
    get bytes() {
      return bytes;
    },
    async next() {
      while (waiting.length === 0 && !ended) await pull();
      const buffer = waiting.shift();
      if (buffer === undefined) return done;
      bytes += buffer.length;
      return { done: false, value: buffer };
    },
    async return() {
      await (left ??= leave());
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

interface Batches {
  readonly schema?: Schema;
  readonly batches: Iterator<RecordBatch> | AsyncIterator<RecordBatch>;
}

function readSource(source: ArrowSource): Batches {
  // Plain JavaScript may pass anything.
  const given: unknown = source;
  if (typeof given !== "object" || given === null) throw invalidArgument(notBatches);
  // A table is an iterable, too, of rows.
  if ("batches" in source) return { schema: source.schema, batches: source.batches[Symbol.iterator]() };
  if (Symbol.asyncIterator in source) return { batches: source[Symbol.asyncIterator]() };
  if (Symbol.iterator in source) return { batches: source[Symbol.iterator]() };
  throw invalidArgument(notBatches);
}
