import type { ColumnVector } from "peak-warehouse";

/**
 * Gives the cells of a vector as its documentation says they lie there: integers and moments as bigint, decimals with their point, days as
 * numbers, texts as strings. It shares no code with what built them.
 */
export function cellsOf(vector: ColumnVector): unknown[] {
  const cells: unknown[] = [];
  for (let at = 0; at < vector.length; at++) cells.push(isValid(vector, at) ? cellAt(vector, at) : null);
  const nulls = cells.filter((cell) => cell === null).length;
  if (nulls !== vector.nulls) throw new Error(`${vector.nulls} NULLs are counted, and there are ${nulls}`);
  return cells;
}

/** Gives the one cell of a vector that has one. */
export function cellOf(vector: ColumnVector | undefined): unknown {
  if (vector?.length !== 1) throw new Error("the vector has not one cell");
  return cellsOf(vector)[0];
}

function isValid({ validity }: ColumnVector, at: number): boolean {
  return validity === undefined || bitAt(validity, at);
}

function bitAt(bits: Uint8Array, at: number): boolean {
  return (bits[Math.floor(at / 8)]! & (2 ** (at % 8))) !== 0;
}

function cellAt(vector: ColumnVector, at: number): unknown {
  switch (vector.layout) {
    case "int16":
    case "int32":
    case "int64":
      return BigInt(vector.values[at]!);
    case "float64":
    case "date":
    case "time":
    case "timestamp":
      return vector.values[at]!;
    case "boolean":
      return bitAt(vector.values, at);
    case "decimal128": {
      const words = [...vector.values.subarray(4 * at, 4 * at + 4)].map(BigInt);
      const unsigned = words.reduceRight((number, word) => number * 2n ** 32n + word, 0n);
      return pointed(BigInt.asIntN(128, unsigned), vector.scale);
    }
    case "utf8":
    case "json":
      return Buffer.from(bytesAt(vector, at)).toString("utf8");
    case "binary":
      return bytesAt(vector, at).slice();
  }
}

function bytesAt({ offsets, values }: { offsets: Int32Array; values: Uint8Array }, at: number): Uint8Array {
  return values.subarray(offsets[at], offsets[at + 1]);
}

/** Writes a whole number with a point before its last digits: `-5` of scale 2 is `-0.05`. */
export function pointed(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const sign = value < 0n ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
