import type { Cells } from "../../columns/cells.ts";

/**
 * Finds the cells of a DataRow: `D`, int32 length, int16 number of cells, and for each cell int32 length (−1: NULL) and its bytes.
 *
 * @returns what is wrong with the row, if anything; it has not been added then.
 */
export function readRow(cells: Cells, start: number, end: number): string | undefined {
  const { bytes, columns, places, rows } = cells;
  // What follows a message is another one: each length is held against this one's end before it is believed.
  if (start + 7 > end) return "a row without its number of cells";
  const count = (((bytes[start + 5] ?? 0) << 24) >> 16) | (bytes[start + 6] ?? 0);
  if (count !== columns) return `a row of ${count} cells for ${columns} columns`;
  let position = start + 7;
  let place = 2 * columns * rows;
  for (const last = place + 2 * columns; place < last; place += 2) {
    if (position + 4 > end) return "a row that is cut short";
    const length =
      ((bytes[position] ?? 0) << 24) |
      ((bytes[position + 1] ?? 0) << 16) |
      ((bytes[position + 2] ?? 0) << 8) |
      (bytes[position + 3] ?? 0);
    position += 4;
    if (length === -1) {
      places[place + 1] = -1;
      continue;
    }
    if (length < 0 || position + length > end) return "a cell that is longer than its row";
    places[place] = position;
    position += length;
    places[place + 1] = position;
  }
  if (position !== end) return "a row that is longer than its cells";
  cells.endRow(end, end - start);
  return undefined;
}
