import { damaged } from "./outcome.ts";
import { RowScanner, type CellSink } from "./scan.ts";
import { pace } from "./pace.ts";
import type { Result } from "./result.ts";

/** Where the rows of a result come from. */
export interface RowSource {
  /** Adds rows to the sink until they make a batch, or until more would have to be waited for. Returns false at the end of the result. */
  fill(sink: CellSink): Promise<boolean>;
  /** Ends the reading, whatever it waits for; what `fill` then does is of no interest. */
  stop(): void;
}

/**
 * A batch of rows: so many, or so many bytes as they were sent. The rows of a batch live until it has been read; in larger ones they outlive
 * V8's young generation, which halves the speed and doubles the memory (measured: 4,096 rows against 1,024, and on Node 24 1,024 against 512).
 */
export const batchRows = 512;
export const batchBytes = 256 * 1024;
/** How much is decoded before the clock is looked at. */
const stepRows = 256;
const stepBytes = 32 * 1024;

/** The parts of a result, each as pieces in their order. */
export interface Parts {
  /** Reads the next part, when the one before has been read to its end. */
  next(): AsyncIterable<Buffer>;
  stop(): void;
}

/**
 * Looks at the rows that came with the answer, before the SDK does: on a row that is none it ends the process.
 *
 * @throws `CONNECTION` for what is no row.
 */
export function checkInlineRows({ inline, rowtype }: Pick<Result, "inline" | "rowtype">): void {
  const scanner = new RowScanner(rowtype.length);
  const ignore = () => undefined;
  try {
    scanner.feed(inline.bytes, inline.start, inline.end);
    scanner.read({ start: ignore, cell: ignore, end: ignore, length: 0, bytes: 0 }, Infinity);
    scanner.endPart();
  } catch (error) {
    throw damaged(error instanceof Error ? error : String(error));
  }
}

/** Reads the rows of a result where they arrived: the first in the answer, the others part by part. */
export function wireRows({ inline, rowtype, chunks, returned }: Result, parts: Parts): RowSource {
  const scanner = new RowScanner(rowtype.length);
  const counts = chunks.map(({ rowCount }) => rowCount);
  const work = pace();
  scanner.feed(inline.bytes, inline.start, inline.end);

  async function* pieces(): AsyncGenerator<Buffer, undefined> {
    scanner.endPart();
    for (const count of counts) {
      const before = scanner.rows;
      yield* parts.next();
      scanner.endPart();
      const rows = scanner.rows - before;
      if (rows !== count) throw new Error(`a part of the result holds ${rows} rows instead of ${count}`);
    }
    if (returned !== undefined && scanner.rows !== returned) {
      throw new Error(`the server announced ${returned} rows and sent ${scanner.rows}`);
    }
  }
  const reading = pieces();

  return {
    async fill(sink) {
      for (;;) {
        if (work.isDue()) await work.rest();
        const rows = Math.min(sink.length + stepRows, batchRows);
        const bytes = Math.min(sink.bytes + stepBytes, batchBytes);
        if (scanner.read(sink, rows, bytes)) {
          if (sink.length >= batchRows || sink.bytes >= batchBytes) return true;
          continue;
        }
        // What has been read does not wait for what has not come yet.
        if (sink.length > 0) return true;
        const { value: piece } = await reading.next();
        if (piece === undefined) return false;
        scanner.feed(piece);
      }
    },
    stop() {
      parts.stop();
      reading.return(undefined).catch(() => undefined);
    },
  };
}
