import { Cells } from "../../src/columns/cells.ts";
import { vectorBatches, type VectorOptions } from "../../src/columns/vector-batches.ts";
import type { ColumnBatch } from "../../src/columns/batch.ts";
import type { CellReader } from "../../src/columns/reader.ts";
import type { Column, ColumnType } from "../../src/values/types.ts";

/** A cell as it is sent: its bytes, its text, or NULL. */
export type SentCell = Uint8Array | string | null;

/** Describes a column. */
export function columnOf(type: ColumnType, more: Partial<Column> = {}): Column {
  return { name: "c", nativeName: "C", type, nativeType: type.toUpperCase(), ...more };
}

/** Gives rows as a driver finds them: in one buffer, where other bytes lie before and behind. Each row counts the bytes of its cells. */
export function cellsOfRows(rows: readonly (readonly SentCell[])[]): Cells {
  const columns = rows[0]?.length ?? 0;
  const cells = new Cells(columns);
  cells.maxRows = rows.length;
  cells.places = new Int32Array(2 * columns * rows.length);
  const parts = rows.map((row) => row.map((cell) => Buffer.from(cell ?? "")));
  cells.restart(Buffer.concat([Buffer.from("9"), ...parts.flat(), Buffer.from("9")]), 1);
  let position = 1;
  let place = 0;
  for (const [at, row] of parts.entries()) {
    const start = position;
    for (const [column, part] of row.entries()) {
      cells.places[place++] = position;
      position += part.length;
      cells.places[place++] = rows[at]?.[column] === null ? -1 : position;
    }
    cells.endRow(position, position - start);
  }
  return cells;
}

/** Builds the batches of one column. @param together - how many cells are found before they are decoded, again and again. */
export function built(
  column: Column,
  reader: CellReader,
  sent: readonly SentCell[],
  options: VectorOptions = {},
  together = [sent.length],
): ColumnBatch[] {
  const builder = vectorBatches([column], [reader], options);
  const batches: ColumnBatch[] = [];
  const take = (ended: boolean) => {
    for (let batch = builder.take(ended); batch !== undefined; batch = builder.take(ended)) batches.push(batch);
  };
  for (let from = 0, turn = 0; from < sent.length; turn++) {
    const to = from + Math.max(1, together[turn % together.length] ?? 1);
    builder.add(cellsOfRows(sent.slice(from, to).map((cell) => [cell])));
    if (builder.isFull) take(false);
    from = to;
  }
  take(true);
  return batches;
}
