import { invalidArgument, WarehouseError } from "../errors.ts";
import type { Column, Decode, RowMode } from "../values/types.ts";

/** Builds the rows of one result, cell by cell, and knows which cell it is at when one cannot be decoded. */
export interface RowBuilder {
  /** Makes an empty row. */
  start(): void;
  /** Decodes a cell of the row. */
  cell(column: number, bytes: Buffer, start: number, end: number): void;
  /** Finishes the row, which took so many bytes. */
  end(bytes: number): void;
  /** How many finished rows wait to be taken. */
  readonly length: number;
  /** How many bytes those rows took. */
  readonly bytes: number;
  /** Takes the finished rows. */
  take(): { readonly rows: readonly unknown[]; readonly bytes: number };
}

/**
 * Makes the builder of one result's rows. A cell that is never given is `null`.
 *
 * Object rows are copies of one template, so that they share one hidden class and a column named `__proto__` or `constructor` is an
 * own property like any other.
 */
export function rowBuilder(columns: readonly Column[], decoders: readonly Decode[], mode: RowMode): RowBuilder {
  const names = columns.map((column) => column.name);
  const template = mode === "array" ? names.map(() => null) : Object.fromEntries(names.map((name) => [name, null]));
  const keys: readonly (string | number)[] = mode === "array" ? names.map((_, index) => index) : names;
  let rows: unknown[] = [];
  let waitingBytes = 0;
  let taken = 0;
  let row: Record<string | number, unknown> = {};

  return {
    start() {
      // Both templates are indexed by `keys`: an array by number, an object by name.
      row = (Array.isArray(template) ? [...template] : { ...template }) as typeof row;
    },
    cell(column, bytes, start, end) {
      const decode = decoders[column];
      const key = keys[column];
      if (decode === undefined || key === undefined) throw tooManyCells(columns.length);
      try {
        row[key] = decode(bytes, start, end);
      } catch (error) {
        throw atCell(error, columns[column], taken + rows.length + 1);
      }
    },
    end(bytes) {
      rows.push(row);
      waitingBytes += bytes;
    },
    get length() {
      return rows.length;
    },
    get bytes() {
      return waitingBytes;
    },
    take() {
      const batch = { rows, bytes: waitingBytes };
      taken += rows.length;
      rows = [];
      waitingBytes = 0;
      return batch;
    },
  };
}

/** @throws `INVALID_ARGUMENT` when two columns of an object row would have one name. */
export function checkNamesAreUnique(columns: readonly Column[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) {
      throw invalidArgument(
        `The result has two columns named "${name}", and an object can hold only one. Give one an alias, or pass { rowMode: "array" }.`,
      );
    }
    seen.add(name);
  }
}

function tooManyCells(columns: number): WarehouseError {
  return new WarehouseError(
    "CONNECTION",
    `The server sent a row with more cells than the ${columns} columns it announced.`,
    {
      phase: "fetch",
      effect: "unknown",
    },
  );
}

function atCell(error: unknown, column: Column | undefined, row: number): WarehouseError {
  const problem = error instanceof Error ? error.message : String(error);
  return new WarehouseError(
    "INVALID_VALUE",
    `Column "${column?.name ?? "?"}" (${column?.nativeType ?? "?"}), row ${row}: ${problem}.`,
    { phase: "fetch", rowIndex: row - 1, path: column && [column.name], cause: error },
  );
}
