import { isArrowTable, isRecordBatch } from "./arrow-data.ts";
import { isColumnBatch } from "./column-batch.ts";
import { invalidArgument } from "../../errors.ts";

/** What a source gives when it is asked for its next piece. */
type Step = IteratorResult<unknown, unknown>;

/** What rows are inserted from, piece by piece: rows, or batches of them. */
export interface RowSource {
  /** The first piece, once `begin` has found one. */
  readonly first: unknown;
  /** Rows in all, where that is known beforehand. */
  readonly totalRows: number | undefined;
  /** Pulls the first piece, and tells whether there is one. @throws what the source throws. */
  begin(): Promise<boolean>;
  /** Pulls the next piece, which the first time is the first one. @throws what the source throws. */
  next(): Step | Promise<Step>;
  /** Tells the source that no more is wanted, unless it has ended by itself. It is not waited for: it may be busy with a row that never comes. */
  close(): void;
}

/**
 * Reads whatever rows are given in.
 *
 * @throws `INVALID_ARGUMENT` for what holds no rows.
 */
export function rowSource(given: unknown): RowSource {
  const { iterator, totalRows } = opened(given);
  let first: Step | undefined;
  let isFirst = true;
  let ended = false;
  const pull = (): Step | Promise<Step> => {
    // Who has been told to stop may still be filling what nobody sends.
    if (ended) return { done: true, value: undefined };
    try {
      const result = iterator.next();
      return isPromise(result) ? watched(result) : noted(result);
    } catch (error) {
      ended = true;
      throw error;
    }
  };
  const watched = async (result: PromiseLike<Step>) => {
    try {
      return noted(await result);
    } catch (error) {
      ended = true;
      throw error;
    }
  };
  const noted = (result: Step) => {
    ended ||= result.done === true;
    return result;
  };
  return {
    get first(): unknown {
      return first?.value;
    },
    totalRows,
    async begin() {
      first = await pull();
      return first.done !== true;
    },
    next() {
      if (!isFirst || first === undefined) return pull();
      isFirst = false;
      return first;
    },
    close() {
      if (ended) return;
      ended = true;
      // What a source says to being left is of no interest, and must not hide why it was.
      const left = async () => iterator.return?.();
      void left().catch(() => undefined);
    },
  };
}

/** A source's promises may be of its own kind. */
function isPromise<T extends object>(result: T | PromiseLike<T>): result is PromiseLike<T> {
  return "then" in result;
}

interface Opened {
  readonly iterator: Iterator<unknown, unknown> | AsyncIterator<unknown, unknown>;
  readonly totalRows?: number | undefined;
}

function opened(source: unknown): Opened {
  if (Array.isArray(source)) {
    const rows: readonly unknown[] = source;
    const holdsBatches = isRecordBatch(rows[0]) || isColumnBatch(rows[0]) || isArrowTable(rows[0]);
    return { iterator: rows[Symbol.iterator](), totalRows: holdsBatches ? undefined : rows.length };
  }
  // Both are iterables of their rows, too, which apache-arrow makes as objects of its own.
  if (isArrowTable(source)) return { iterator: source.batches[Symbol.iterator](), totalRows: source.numRows };
  if (isRecordBatch(source)) return { iterator: [source][Symbol.iterator](), totalRows: source.numRows };
  if (isColumnBatch(source)) return { iterator: [source][Symbol.iterator](), totalRows: source.length };
  if (typeof source === "object" && source !== null) {
    if (Symbol.asyncIterator in source) return { iterator: (source as AsyncIterable<unknown>)[Symbol.asyncIterator]() };
    if (Symbol.iterator in source) return { iterator: (source as Iterable<unknown>)[Symbol.iterator]() };
  }
  throw invalidArgument(
    "The rows must be an array, an iterable or async iterable of rows, a Table or RecordBatches of apache-arrow, or what batches() gives.",
  );
}
