import type { Column } from "../values/types.ts";

/** What is known of a column's cells, whatever they are stored as. */
export interface ColumnCells {
  /** The column that they are of. */
  readonly column: Column;
  /** How many cells. */
  readonly length: number;
  /** How many of them are NULL. */
  readonly nulls: number;
  /** One bit a cell, the lowest of each byte first: 1 where there is a value. `undefined` where no cell is NULL. */
  readonly validity: Uint8Array | undefined;
}

/** What one cell of a time or timestamp counts. */
export type TimeUnit = "microsecond" | "nanosecond";

/**
 * Cells of a fixed width in a typed array, 0 where they are NULL.
 *
 * - `int16`, `int32`, `int64`, `float64`: a number a cell.
 * - `decimal128`: four 32-bit words a cell, the lowest first: the value without its point, in two's complement.
 * - `boolean`: one bit a cell, the lowest of each byte first.
 * - `date`: days since 1970-01-01.
 * - `time`: `unit`s since midnight.
 * - `timestamp`: `unit`s since 1970-01-01T00:00:00, on the wall clock, or in UTC where the column has a zone.
 */
export type FixedVector = ColumnCells &
  (
    | { readonly layout: "int16"; readonly values: Int16Array }
    | { readonly layout: "int32"; readonly values: Int32Array }
    | { readonly layout: "int64"; readonly values: BigInt64Array }
    | { readonly layout: "float64"; readonly values: Float64Array }
    | {
        readonly layout: "decimal128";
        readonly values: Uint32Array;
        readonly precision: number;
        readonly scale: number;
      }
    | { readonly layout: "boolean"; readonly values: Uint8Array }
    | { readonly layout: "date"; readonly values: Int32Array }
    | { readonly layout: "time"; readonly values: BigInt64Array; readonly unit: TimeUnit }
    | {
        readonly layout: "timestamp";
        readonly values: BigInt64Array;
        readonly unit: TimeUnit;
        readonly zone: "UTC" | undefined;
      }
  );

/** Cells of any length: cell i is `values.subarray(offsets[i], offsets[i + 1])`, which is empty where it is NULL. */
export type VariableVector = ColumnCells & {
  /** `utf8` is text in UTF-8; `json` is, too, as the server sent it; `binary` is bytes. */
  readonly layout: "utf8" | "json" | "binary";
  /** Where each cell begins, and where the last one ends: one more than there are cells. */
  readonly offsets: Int32Array;
  /** The bytes of all cells, one after the other. */
  readonly values: Uint8Array;
};

/** The cells of one column of a batch, in the layout that Apache Arrow gives them. */
export type ColumnVector = FixedVector | VariableVector;

/** How a column's cells are stored. */
export type Layout = ColumnVector["layout"];

/** Gives the first cells of a vector, in the same memory. */
export function headOf(vector: ColumnVector, length: number): ColumnVector {
  const validity = vector.validity?.subarray(0, Math.ceil(length / 8));
  const nulls = validity === undefined ? 0 : length - countBits(validity, length);
  const common = { column: vector.column, length, nulls, validity: nulls === 0 ? undefined : validity };
  switch (vector.layout) {
    case "utf8":
    case "json":
    case "binary": {
      const { layout, offsets, values } = vector;
      return {
        ...common,
        layout,
        offsets: offsets.subarray(0, length + 1),
        values: values.subarray(0, offsets[length]),
      };
    }
    case "boolean":
      return { ...vector, ...common, values: vector.values.subarray(0, Math.ceil(length / 8)) };
    case "decimal128":
      return { ...vector, ...common, values: vector.values.subarray(0, 4 * length) };
    default:
      // Each has one value a cell.
      return { ...vector, ...common, values: vector.values.subarray(0, length) } as ColumnVector;
  }
}

function countBits(bits: Uint8Array, length: number): number {
  let count = 0;
  for (let at = 0; at < length; at++) count += ((bits[at >> 3] ?? 0) >> (at & 7)) & 1;
  return count;
}
