import type { Column } from "../values/types.ts";

/** What the cells of a column are, whatever they are stored as. */
interface CellsOf {
  readonly column: Column;
  /** How many cells. */
  readonly length: number;
  /** How many of them are NULL. */
  readonly nulls: number;
  /** One bit a cell, the lowest of each byte first: 1 where there is a value. `undefined` where no cell is NULL. */
  readonly validity: Uint8Array | undefined;
}

/** What one cell of a time counts. */
export type TimeUnit = "microsecond" | "nanosecond";

/** Cells of a fixed width in a typed array, 0 where they are NULL. */
export type FixedVector = CellsOf &
  (
    | { readonly layout: "int16"; readonly values: Int16Array }
    | { readonly layout: "int32"; readonly values: Int32Array }
    | { readonly layout: "int64"; readonly values: BigInt64Array }
    | { readonly layout: "float64"; readonly values: Float64Array }
    /** Four 32-bit words a cell, the lowest first: the value without its point, in two's complement. */
    | {
        readonly layout: "decimal128";
        readonly values: Uint32Array;
        readonly precision: number;
        readonly scale: number;
      }
    /** One bit a cell, the lowest of each byte first. */
    | { readonly layout: "boolean"; readonly values: Uint8Array }
    /** Days since 1970-01-01. */
    | { readonly layout: "date"; readonly values: Int32Array }
    /** Since midnight. */
    | { readonly layout: "time"; readonly values: BigInt64Array; readonly unit: TimeUnit }
    /** Since 1970-01-01T00:00:00: on the wall clock, or with a zone in UTC. */
    | {
        readonly layout: "timestamp";
        readonly values: BigInt64Array;
        readonly unit: TimeUnit;
        readonly zone: "UTC" | undefined;
      }
  );

/** Cells of any length: cell i is `values[offsets[i]..offsets[i + 1])`, which is empty where it is NULL. */
export type VariableVector = CellsOf & {
  /** `json` is text, too: as the server sent it. */
  readonly layout: "utf8" | "json" | "binary";
  readonly offsets: Int32Array;
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
