import { setImmediate } from "node:timers/promises";
import type { Rows, RowsOf } from "./cells.ts";
import type { RowSource } from "./row-source.ts";
import type { Cell, RowSink } from "../../bulk-engine.ts";

/** Rows that have been put together. */
export interface Filled<Batch> {
  readonly batch: Batch;
  readonly rows: number;
  readonly bytes: number;
}

/** After so long others have their turn: the socket that is to send what was prepared before, for one. */
const turnMs = 4;
const rowsPerLook = 64;

/** Fills the next batch; `undefined` at the end. */
export type Filling<Batch> = () => Promise<Filled<Batch> | undefined>;

/**
 * Makes what puts a source's rows together, a batch at a call.
 *
 * @param stopped - whether nothing more is to be pulled.
 */
export function filling<Batch>(
  source: RowSource,
  rowsOf: RowsOf,
  sink: RowSink<Batch>,
  stopped: () => boolean,
): Filling<Batch> {
  const cells: Cell[] = [];
  let rows: Rows | undefined;
  /** The row of `rows` that is next, and its place among all. */
  let at = 0;
  let rowIndex = 0;
  /** The cells are those of a row for which the batch before had no room. */
  let isHeld = false;
  let isOver = false;
  let turnBegan = 0;

  const rest = async () => {
    if (performance.now() - turnBegan < turnMs) return;
    await setImmediate();
    turnBegan = performance.now();
  };

  /** Writes rows of a piece until the batch has no room for more. */
  const write = async (piece: Rows): Promise<void> => {
    while (at < piece.length && !sink.isFull) {
      if (!isHeld) piece.fill(at, cells, rowIndex);
      isHeld = !sink.add(cells);
      if (isHeld) return;
      at++;
      rowIndex++;
      if (rowIndex % rowsPerLook === 0) await rest();
    }
  };

  return async () => {
    turnBegan = performance.now();
    while (!isOver && !stopped()) {
      if (rows === undefined || at >= rows.length) {
        const pulled = source.next();
        const { done, value } = pulled instanceof Promise ? await pulled : pulled;
        isOver = done === true;
        if (isOver) break;
        rows = rowsOf(value, rowIndex);
        at = 0;
      }
      await write(rows);
      if (isHeld || sink.isFull) break;
    }
    if (sink.rows === 0) return undefined;
    const { rows: count, bytes } = sink;
    return { batch: sink.take(), rows: count, bytes };
  };
}
