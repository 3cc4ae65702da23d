import { paysInBinary } from "./binary.ts";
import { cellReader, type CellFormat } from "./cells.ts";
import { readRow } from "./data-row.ts";
import { damaged } from "./errors.ts";
import { columnOf, type Field } from "./types.ts";
import { Cells, cellsOf } from "../../columns/cells.ts";
import type { Batch, BatchBuilder } from "../../columns/batch.ts";
import type { Statement } from "../../driver.ts";
import type { Column, ValuePolicy } from "../../values/types.ts";

const nothing = Buffer.alloc(0);

/** Puts the rows of one result together as batches. Cells are found as they come, and decoded many at a time. */
export class ResultRows<B extends Batch> {
  /** None until they are described. */
  columns: readonly Column[] = [];
  readonly #statement: Pick<Statement<B>, "values" | "shape">;
  #cells: Cells | undefined;
  #builder: BatchBuilder<B> | undefined;

  constructor(statement: Pick<Statement<B>, "values" | "shape">) {
    this.#statement = statement;
  }

  /** Takes the columns. @throws `CONNECTION` where they are known already; what the shape refuses. */
  describe(fields: readonly Field[]): void {
    const { values, shape } = this.#statement;
    if (this.#cells !== undefined) throw damaged("a second description of the columns");
    const readers = fields.map((field) => cellReader(columnOf(field), values, formatOf(field, values)));
    this.columns = fields.map(columnOf);
    this.#cells = new Cells(fields.length);
    this.#builder = shape.builder(this.columns, readers);
  }

  /** Finds the cells of a DataRow, `bytes[start..end)`. @throws `CONNECTION` for what is none; what decoding those before it throws. */
  find(bytes: Buffer, start: number, end: number): void {
    const cells = this.#cells;
    if (cells === undefined) throw damaged("a row before its columns");
    if (cells.bytes !== bytes || cells.rows === cells.maxRows) {
      this.#decode();
      cells.restart(bytes, start);
    }
    const damage = readRow(cells, start, end);
    if (damage !== undefined) throw damaged(damage);
  }

  /** Adds a row that `pg` has read; its texts are read as the cells they were. @throws as {@link find}. */
  add(texts: readonly (string | null)[]): void {
    const { length } = this.columns;
    if (texts.length !== length) throw damaged(`a row of ${texts.length} cells for ${length} columns`);
    this.#builder?.add(cellsOf(texts));
  }

  /** Decodes the rows that have been found, and lets go of the socket's memory. @throws `INVALID_VALUE`, `LIMIT`. */
  decodeFound(): void {
    try {
      this.#decode();
    } finally {
      this.#cells?.restart(nothing, 0);
    }
  }

  /** There is a whole batch to be taken. */
  get isFull(): boolean {
    return this.#builder?.isFull === true;
  }

  /** Gives a batch, if there is one. @param isLast - no more rows come: also one that is not full. */
  take(isLast: boolean): B | undefined {
    return this.#builder?.take(isLast);
  }

  /** Keeps nothing, and nothing that comes. */
  discard(): void {
    this.#builder = undefined;
  }

  #decode(): void {
    if (this.#cells !== undefined && this.#cells.rows > 0) this.#builder?.add(this.#cells);
  }
}

/** Reads in which form a column comes. @throws `CONNECTION` for one that was not asked for. */
function formatOf({ format, dataTypeID }: Field, values: ValuePolicy): CellFormat {
  if (format !== "binary") return "text";
  if (paysInBinary(dataTypeID, values)) return "binary";
  throw damaged("a column in a form that was not asked for");
}
