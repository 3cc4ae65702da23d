import { refusedAt, refusedRow } from "./refusal.ts";
import type { Target } from "./target.ts";
import type { Cell } from "../../bulk-engine.ts";

/** Rows in the form in which a piece of a source has them. */
export interface Rows {
  readonly length: number;
  /** Writes the cells of one row. @param rowIndex - the row's place among all, for messages. @throws `INVALID_ARGUMENT`. */
  fill(row: number, into: Cell[], rowIndex: number): void;
}

/** Makes rows of a piece. @throws `INVALID_ARGUMENT` for a piece that is not as the first one. */
export type RowsOf = (piece: unknown, rowIndex: number) => Rows;

/** Writes one cell. @throws `INVALID_ARGUMENT`. */
export function cellOf({ column, text }: Target, value: unknown, rowIndex: number): Cell {
  if (value === null) return null;
  if (value === undefined) {
    throw refusedRow(
      `has no value for column ${JSON.stringify(column.name)}: pass null where NULL is meant`,
      rowIndex,
      [column.name],
    );
  }
  try {
    return text(value);
  } catch (error) {
    throw refusedAt(error, column, rowIndex);
  }
}
