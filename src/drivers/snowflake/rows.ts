import { damaged } from "./outcome.ts";
import { RowScanner } from "./scan.ts";
import { pace } from "./pace.ts";
import type { BatchBuilder } from "../../columns/batch.ts";
import type { Result } from "./result.ts";

/** Where the rows of a result come from. */
export interface RowSource {
  /**
   * Adds rows until the builder is full, or until more would have to be waited for and some have been added: what has come does not wait for
   * what has not. Returns false at the end of the result.
   */
  fill(builder: BatchBuilder): Promise<boolean>;
  /** Ends the reading, whatever it waits for; what `fill` then does is of no interest. */
  stop(): void;
}

/** The parts of a result, each as pieces in their order. */
export interface Parts {
  /** Reads the next part, when the one before has been read to its end. Its pieces are the reader's own. */
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
  try {
    // A copy, for a scanner replaces escapes where they stand, and the counts of a DML are read again.
    scanner.feed(Buffer.from(inline.bytes.subarray(inline.start, inline.end)));
    while (scanner.read() !== undefined);
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
    async fill(builder) {
      for (let added = false; !builder.isFull;) {
        if (work.isDue()) await work.rest();
        const cells = scanner.read();
        if (cells !== undefined) {
          builder.add(cells);
          added = true;
        } else if (added) return true;
        else {
          const { value: piece } = await reading.next();
          if (piece === undefined) return false;
          scanner.feed(piece);
        }
      }
      return true;
    },
    stop() {
      parts.stop();
      reading.return(undefined).catch(() => undefined);
    },
  };
}
