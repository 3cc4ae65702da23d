import { invalidArgument, WarehouseError } from "../errors.ts";
import type { BatchBuilder, RowBatch } from "./batch.ts";
import type { Column, Decode, RowMode } from "../values/types.ts";

/** When rows make a batch: so many, or so many bytes as they were sent. */
export interface BatchSize {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Makes the builder of one result's rows.
 *
 * Object rows are copies of one template, so that they share one hidden class and a column named `__proto__` or `constructor` is an
 * own property like any other.
 */
export function rowBuilder(
  columns: readonly Column[],
  decoders: readonly Decode[],
  mode: RowMode,
  size: BatchSize,
): BatchBuilder<RowBatch> {
  const keys = columns.map(({ name }, index) => (mode === "array" ? index : name));
  const template = mode === "array" ? keys.map(() => null) : emptyRow(columns);
  let rows: unknown[] = [];
  let waitingBytes = 0;
  let taken = 0;

  return {
    add(cells) {
      const { places } = cells;
      let column = 0;
      try {
        for (let at = 0, place = 0; at < cells.rows; at++) {
          // Both templates are indexed by `keys`: an array by number, an object by name.
          const row = (Array.isArray(template) ? [...template] : { ...template }) as Record<string | number, unknown>;
          column = 0;
          for (const decode of decoders) {
            const end = places[place + 1] ?? -1;
            if (end >= 0) row[keys[column] ?? 0] = decode(cells, places[place] ?? 0, end);
            place += 2;
            column++;
          }
          rows.push(row);
        }
      } catch (error) {
        throw atCell(error, columns[column], taken + rows.length);
      }
      waitingBytes += cells.rowBytes;
    },
    get isFull() {
      return rows.length >= size.rows || waitingBytes >= size.bytes;
    },
    take() {
      if (rows.length === 0) return undefined;
      const batch = { rows, length: rows.length, bytes: waitingBytes };
      taken += rows.length;
      rows = [];
      waitingBytes = 0;
      return batch;
    },
  };
}

/** So many properties V8 lets be stored one by one before it makes the object a dictionary, whose cells cost ten times as much. */
const storedMax = 8;

/** `Object.fromEntries` gives objects that stay fast up to some 200 columns, and has no prototype to reach; it is slow for one row of few. */
function emptyRow(columns: readonly Column[]): Record<string, null> {
  const row: Record<string, null> = {};
  for (const { name } of columns) {
    if (columns.length > storedMax || name === "__proto__") {
      return Object.fromEntries(columns.map((column) => [column.name, null]));
    }
    row[name] = null;
  }
  return row;
}

/** Makes the error, `INVALID_ARGUMENT`, for two columns of one name, of which an object row can hold only one; `undefined` where there are none. */
export function duplicateName(columns: readonly Column[]): WarehouseError | undefined {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.size === seen.add(name).size) {
      return invalidArgument(
        `The result has two columns named "${name}", and an object can hold only one. Give one an alias, or pass { rowMode: "array" }.`,
      );
    }
  }
  return undefined;
}

/** Tells where the cell is that cannot be given. Rows are counted from 0. */
export function atCell(error: unknown, column: Column | undefined, rowIndex: number): WarehouseError {
  const problem = error instanceof Error ? error.message : String(error);
  return new WarehouseError(
    "INVALID_VALUE",
    `Column "${column?.name ?? "?"}" (${column?.nativeType ?? "?"}), row ${rowIndex + 1}: ${problem}.`,
    { phase: "fetch", rowIndex, path: column && [column.name], cause: error },
  );
}
