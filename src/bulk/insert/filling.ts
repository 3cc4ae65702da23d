import { setImmediate } from "node:timers/promises";
import type { Rows, RowsOf } from "./cells.ts";
import type { Feed } from "./feed.ts";
import type { BulkStatement, Cell, RowWriter } from "../../bulk-engine.ts";

/** A statement that has not been sent. */
export interface Filled {
  readonly statement: BulkStatement;
  readonly rows: number;
  readonly bytes: number;
}

/** After so long others have their turn: the socket that is to send what was prepared before, for one. */
const turnMs = 4;
const rowsPerLook = 64;

/**
 * Makes what fills statements with a source's rows, one statement at a call; `undefined` at the end.
 *
 * @param stopped - whether nothing more is to be pulled.
 */
export function filling(feed: Feed, rowsOf: RowsOf, writer: RowWriter, stopped: () => boolean) {
  const cells: Cell[] = [];
  let rows: Rows | undefined;
  /** The row of `rows` that is next, and its place among all. */
  let at = 0;
  let rowIndex = 0;
  /** The cells are those of a row for which the statement before had no room. */
  let isHeld = false;
  let isOver = false;
  let turnBegan = 0;

  const rest = async () => {
    if (performance.now() - turnBegan < turnMs) return;
    await setImmediate();
    turnBegan = performance.now();
  };

  /** Writes rows of a piece until the statement has no room for more. */
  const write = async (piece: Rows): Promise<void> => {
    while (at < piece.length && !writer.isFull) {
      if (!isHeld) piece.fill(at, cells, rowIndex);
      isHeld = !writer.add(cells);
      if (isHeld) return;
      at++;
      rowIndex++;
      if (rowIndex % rowsPerLook === 0) await rest();
    }
  };

  return async (): Promise<Filled | undefined> => {
    turnBegan = performance.now();
    while (!isOver && !stopped()) {
      if (rows === undefined || at >= rows.length) {
        const pulled = feed.next();
        const { done, value } = pulled instanceof Promise ? await pulled : pulled;
        isOver = done === true;
        if (isOver) break;
        rows = rowsOf(value, rowIndex);
        at = 0;
      }
      await write(rows);
      if (isHeld || writer.isFull) break;
    }
    if (writer.rows === 0) return undefined;
    const { rows: count, bytes } = writer;
    return { statement: writer.take(), rows: count, bytes };
  };
}
