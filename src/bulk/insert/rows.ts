import { arrowRows, isRecordBatch } from "./arrow-data.ts";
import { cellOf, type Rows, type RowsOf } from "./cells.ts";
import { batchRows, isColumnBatch } from "./column-batch.ts";
import { refusedAt, refusedRow } from "./refusal.ts";
import { invalidArgument } from "../../errors.ts";
import type { Target } from "./target.ts";

/** How the pieces of a source are read. */
export interface RowKind {
  /** The names that the first piece has for its columns; `undefined` where it has none. */
  readonly keys: readonly string[] | undefined;
  rowsOf(targets: readonly Target[]): RowsOf;
}

/** Finds out by the first piece how a source is to be read. @throws `INVALID_ARGUMENT` for what is no row. */
export function rowKindOf(first: unknown): RowKind {
  if (isRecordBatch(first)) return { keys: first.schema.fields.map(({ name }) => name), rowsOf: arrowRows };
  if (isColumnBatch(first)) return { keys: first.columns.map(({ column }) => column.name), rowsOf: batchRows };
  if (Array.isArray(first)) return { keys: undefined, rowsOf: arrayRows };
  if (isRecord(first)) {
    const keys = Object.keys(first);
    if (keys.length === 0) throw refusedRow("is an object without properties", 0);
    return { keys, rowsOf: objectRows };
  }
  throw invalidArgument("A row must be an object of values by their columns' names, or an array of values.");
}

function isRecord(row: unknown): row is Readonly<Record<string, unknown>> {
  return typeof row === "object" && row !== null && !Array.isArray(row);
}

/** Reads objects. What has no value or no column is told: nothing is left out without a word. */
function objectRows(targets: readonly Target[]): RowsOf {
  let current: Readonly<Record<string, unknown>> = {};
  const rows: Rows = {
    length: 1,
    fill(_row, into, rowIndex) {
      for (let at = 0; at < targets.length; at++) {
        const target = targets[at];
        if (target !== undefined) into[at] = cellOf(target, valueIn(current, target, rowIndex), rowIndex);
      }
      if (Object.keys(current).length > targets.length) throw superfluous(current, targets, rowIndex);
    },
  };
  return (piece, rowIndex) => {
    if (!isRecord(piece)) throw refusedRow("is no object, as the first row is", rowIndex);
    current = piece;
    return rows;
  };
}

function valueIn(row: Readonly<Record<string, unknown>>, target: Target, rowIndex: number): unknown {
  try {
    return row[target.key];
  } catch (error) {
    throw refusedAt(error, target.column, rowIndex);
  }
}

function superfluous(row: object, targets: readonly Target[], rowIndex: number) {
  const key = Object.keys(row).find((name) => targets.every((target) => target.key !== name)) ?? "";
  return refusedRow(
    `has a value for ${JSON.stringify(key)}, which is none of the columns that are inserted (those of the first row, unless the option columns names them)`,
    rowIndex,
    [key],
  );
}

/** Reads arrays. */
function arrayRows(targets: readonly Target[]): RowsOf {
  let current: readonly unknown[] = [];
  const rows: Rows = {
    length: 1,
    fill(_row, into, rowIndex) {
      for (let at = 0; at < targets.length; at++) {
        const target = targets[at];
        if (target !== undefined) into[at] = cellOf(target, current[at], rowIndex);
      }
    },
  };
  return (piece, rowIndex) => {
    if (!Array.isArray(piece)) throw refusedRow("is no array, as the first row is", rowIndex);
    current = piece;
    if (current.length !== targets.length) {
      throw refusedRow(`has ${current.length} values for ${targets.length} columns`, rowIndex);
    }
    return rows;
  };
}
