import { cellOf, type RowsOf } from "./cells.ts";
import { bitAt, momentWriter, pointed, textOf, wideInteger } from "./exact-values.ts";
import { refusedRow } from "./refusal.ts";
import { jsonOf } from "../../values/json.ts";
import type { Target } from "./target.ts";
import type { ColumnBatch } from "../../columns/batch.ts";
import type { ColumnVector } from "../../columns/vectors.ts";

/** Tells a batch of columns as `batches()` gives it, also of another copy of this package. */
export function isColumnBatch(piece: unknown): piece is ColumnBatch {
  if (typeof piece !== "object" || piece === null || !("columns" in piece && Array.isArray(piece.columns)))
    return false;
  // Whatever else it is, it is not as these are.
  const [vector] = piece.columns as readonly Partial<ColumnVector>[];
  return typeof vector === "object" && typeof vector.layout === "string" && typeof vector.column === "object";
}

/** Reads batches of columns, each of whose vectors is found by its place. */
export function batchRows(targets: readonly Target[]): RowsOf {
  return (piece, rowIndex) => {
    if (!isColumnBatch(piece) || piece.columns.length !== targets.length) {
      throw refusedRow("is in what is no batch of the same columns, as the first is", rowIndex);
    }
    const readers = piece.columns.map(valueReader);
    return {
      length: piece.length,
      fill(row, into, index) {
        for (const [at, target] of targets.entries()) into[at] = cellOf(target, readers[at]?.(row), index);
      },
    };
  };
}

/** Makes what gives a vector's cells as values that hold each exactly. */
function valueReader(vector: ColumnVector): (row: number) => unknown {
  const { validity } = vector;
  const read = presentReader(vector);
  return validity === undefined ? read : (row) => (bitAt(validity, row) ? read(row) : null);
}

function presentReader(vector: ColumnVector): (row: number) => unknown {
  switch (vector.layout) {
    case "int16":
    case "int32":
    case "int64":
    case "float64":
      return (row) => vector.values[row];
    case "decimal128":
      return (row) => pointed(wideInteger(vector.values, 4 * row, 4), vector.scale);
    case "boolean":
      return (row) => bitAt(vector.values, row);
    case "date": {
      const writer = momentWriter(1n);
      return (row) => writer.date(vector.values[row] ?? 0);
    }
    case "time": {
      const writer = momentWriter(unitsPerSecond[vector.unit]);
      return (row) => writer.time(vector.values[row] ?? 0n);
    }
    case "timestamp": {
      const writer = momentWriter(unitsPerSecond[vector.unit]);
      return (row) => writer.timestamp(vector.values[row] ?? 0n, vector.zone !== undefined);
    }
    case "utf8":
      return (row) => textOf(vector.values, vector.offsets[row] ?? 0, vector.offsets[row + 1] ?? 0);
    case "json":
      return (row) => jsonOf(textOf(vector.values, vector.offsets[row] ?? 0, vector.offsets[row + 1] ?? 0));
    case "binary":
      return (row) => vector.values.subarray(vector.offsets[row], vector.offsets[row + 1]);
  }
}

const unitsPerSecond = { microsecond: 1_000_000n, nanosecond: 1_000_000_000n } as const;
