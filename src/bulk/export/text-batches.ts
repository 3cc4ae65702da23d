import { isUtf8 } from "node:buffer";
import { atCell } from "../../columns/rows.ts";
import { notUtf8 } from "../../values/decode.ts";
import { invalidValue } from "../../values/invalid.ts";
import { TextOutput } from "./text-output.ts";
import type { Batch, BatchBuilder } from "../../columns/batch.ts";
import type { Cells } from "../../columns/cells.ts";
import type { CellReader } from "../../columns/reader.ts";
import type { Shape } from "../../columns/shape.ts";
import type { Column } from "../../values/types.ts";
import type { WriteCell } from "./cell-text.ts";

/** A format of text files: how rows are written, cell by cell. */
export interface TextForm {
  /** Writes what stands before the first row. */
  head(columns: readonly Column[]): Buffer;
  /** Gives what stands before the cell of each column. */
  before(columns: readonly Column[]): readonly Buffer[];
  /** What ends a row. */
  readonly after: Buffer;
  /** What stands for NULL. */
  readonly nothing: Buffer;
  /** Chooses how a column's cells are written. */
  writer(column: Column, reader: CellReader): WriteCell;
}

/** Some rows as the text of a file. */
interface TextBatch extends Batch {
  readonly text: Buffer;
}

/** So many bytes make a batch: fewer cost more calls of the system, and more would stay longer in memory. */
const batchBytes = 256 * 1024;

/**
 * Gives a result as the text of a file, which is written from the cells where they arrive: no value is made for one that text can be copied
 * for, and numbers of any width keep their digits.
 */
export function textOf(form: TextForm): Shape<TextBatch> {
  return {
    isKeyedByName: false,
    // Cells that come in binary would have to be made text again.
    isLarge: false,
    builder: (columns, readers) => textBatches(form, columns, readers),
    // Who has more rows than allowed gets an error, and no file.
    head: (batch) => ({ ...batch, length: 0, text: Buffer.alloc(0) }),
  };
}

function textBatches(
  form: TextForm,
  columns: readonly Column[],
  readers: readonly CellReader[],
): BatchBuilder<TextBatch> {
  const { after, nothing } = form;
  const before = form.before(columns);
  const writers = columns.map((column, index) => {
    const reader = readers[index];
    if (reader === undefined) throw new Error("each column has a reader");
    return form.writer(column, reader);
  });
  const out = new TextOutput(batchBytes);
  let length = 0;
  let bytes = 0;
  let rows = 0;

  const addRow = (cells: Cells, row: number) => {
    const { places } = cells;
    let place = 2 * row * writers.length;
    for (let column = 0; column < writers.length; column++, place += 2) {
      const lead = before[column] ?? nothing;
      out.copy(lead, 0, lead.length);
      const end = places[place + 1] ?? -1;
      try {
        if (end < 0) out.copy(nothing, 0, nothing.length);
        else writers[column]?.(cells, places[place] ?? 0, end, out);
      } catch (error) {
        throw atCell(error, columns[column], rows + row);
      }
    }
    out.copy(after, 0, after.length);
  };

  return {
    add(cells) {
      const from = out.used;
      for (let row = 0; row < cells.rows; row++) addRow(cells, row);
      // Behind each cell is a character of ASCII, so that none of two cells' bytes make one.
      if (!isUtf8(out.bytes.subarray(from, out.used))) throw notText(cells, columns, rows);
      length += cells.rows;
      rows += cells.rows;
      bytes += cells.rowBytes;
    },
    get isFull() {
      return out.used >= batchBytes;
    },
    take(ended) {
      if (length === 0 || !(ended || out.used >= batchBytes)) return undefined;
      const batch = { length, bytes, text: out.take() };
      length = 0;
      bytes = 0;
      return batch;
    },
  };
}

/** Finds the cell that is no UTF-8. */
function notText({ bytes, places, rows }: Cells, columns: readonly Column[], before: number): Error {
  const isWhole = (cell: number) => {
    const [start = 0, end = -1] = places.subarray(2 * cell, 2 * cell + 2);
    return end < 0 || isUtf8(bytes.subarray(start, end));
  };
  let cell = 0;
  while (cell < rows * columns.length - 1 && isWhole(cell)) cell++;
  const column = cell % columns.length;
  return atCell(invalidValue(notUtf8), columns[column], before + (cell - column) / columns.length);
}
