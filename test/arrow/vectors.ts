import * as fc from "fast-check";
import type { ColumnBatch } from "../../src/columns/batch.ts";
import type { ColumnVector, Layout, TimeUnit, VariableVector } from "../../src/columns/vectors.ts";
import type { Column, ColumnType } from "../../src/values/types.ts";

/** A vector, and what its cells are: `null`, or what apache-arrow gives for the type it has. */
export interface Sample {
  readonly vector: ColumnVector;
  readonly cells: readonly unknown[];
}

const columnTypes: Readonly<Record<Layout, ColumnType>> = {
  int16: "integer",
  int32: "integer",
  int64: "integer",
  float64: "float",
  decimal128: "decimal",
  boolean: "boolean",
  date: "date",
  time: "time",
  timestamp: "timestamptz",
  utf8: "text",
  json: "json",
  binary: "binary",
};

export const layouts = Object.keys(columnTypes) as Layout[];

/** Lengths around the bounds of a bitmap's bytes and words. */
export const lengths = fc.constantFrom(0, 1, 7, 8, 9, 63, 64, 65);

/** Makes a column as a driver describes it. */
export function columnOf(name: string, type: ColumnType, nativeType = type.toUpperCase()): Column {
  return { name, nativeName: name.toUpperCase(), type, nativeType };
}

/** Makes a vector of texts. */
export function textVector(column: Column, texts: readonly (string | null)[]): VariableVector {
  const encoded = texts.map((text) => new TextEncoder().encode(text ?? ""));
  return { layout: "utf8", ...frame(column, texts), ...heap(encoded, 0) };
}

/** Makes a batch of vectors that are equally long. */
export function batchOf(...columns: readonly ColumnVector[]): ColumnBatch {
  return { length: columns[0]?.length ?? 0, bytes: 0, columns };
}

/** Vectors of one layout with any cells, some of them NULL, which begin anywhere in their memory. */
export function samples(layout: Layout, length: number, name: string = layout): fc.Arbitrary<Sample> {
  const column = columnOf(name, columnTypes[layout]);
  // A cell's place in memory is a whole number of cells from its beginning.
  return fc.tuple(fc.nat(3), fc.boolean()).chain(([before, hasNulls]) => {
    const cell = <T>(values: fc.Arbitrary<T>) => (hasNulls ? fc.option(values) : values);
    const sampleOf = <T>(values: fc.Arbitrary<T>, make: (cells: readonly (T | null)[]) => Sample) =>
      fc.array(cell(values), { minLength: length, maxLength: length }).map((cells) => make(cells));
    const numbers = (values: fc.Arbitrary<number>, make: (of: number[]) => Int16Array | Int32Array | Float64Array) =>
      sampleOf(values, (cells) => {
        const memory = make([...Array<number>(before).fill(-1), ...cells.map((cell) => cell ?? 0)]);
        // The layout goes with what `make` makes.
        const vector = { ...frame(column, cells), layout, values: memory.subarray(before) } as ColumnVector;
        return { vector, cells: layout === "date" ? cells.map((day) => day && day * 86_400_000) : cells };
      });
    switch (layout) {
      case "int16":
        return numbers(fc.integer({ min: -32_768, max: 32_767 }), (of) => Int16Array.from(of));
      case "int32":
        return numbers(fc.integer(), (of) => Int32Array.from(of));
      case "date":
        return numbers(fc.integer({ min: -1_000_000, max: 1_000_000 }), (of) => Int32Array.from(of));
      case "float64":
        return numbers(fc.double(), (of) => Float64Array.from(of));
      case "int64":
        return sampleOf(int64, (cells) => ({
          vector: { ...frame(column, cells), layout, values: words64(cells, before) },
          cells,
        }));
      case "time":
        return sampleOf(fc.bigInt({ min: 0n, max: 86_399_999_999n }), (cells) => ({
          vector: { ...frame(column, cells), layout, values: words64(cells, before), unit: unitAt(before) },
          cells,
        }));
      case "timestamp":
        return sampleOf(int64, (cells) => ({
          vector: {
            ...frame(column, cells),
            layout,
            values: words64(cells, before),
            unit: unitAt(before),
            zone: before < 2 ? "UTC" : undefined,
          },
          cells,
        }));
      case "decimal128":
        return sampleOf(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), (cells) => ({
          vector: { ...frame(column, cells), layout, values: words128(cells, before), precision: 38, scale: 6 },
          cells: cells.map((cell) => cell?.toString()),
        }));
      case "boolean":
        return sampleOf(fc.boolean(), (cells) => {
          const bits = packed(cells.map((cell) => cell === true));
          const memory = Uint8Array.from([...Array<number>(before).fill(0xff), ...bits]);
          return { vector: { ...frame(column, cells), layout, values: memory.subarray(before) }, cells };
        });
      case "utf8":
      case "json":
        return sampleOf(fc.string({ unit: "grapheme", maxLength: 12 }), (cells) => {
          const encoded = cells.map((cell) => new TextEncoder().encode(cell ?? ""));
          return { vector: { ...frame(column, cells), layout, ...heap(encoded, before) }, cells };
        });
      case "binary":
        return sampleOf(fc.uint8Array({ maxLength: 12 }), (cells) => {
          const vector = {
            ...frame(column, cells),
            layout,
            ...heap(
              cells.map((cell) => cell ?? new Uint8Array()),
              before,
            ),
          };
          return { vector, cells };
        });
    }
  });
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

const unitAt = (number: number): TimeUnit => (number % 2 === 0 ? "microsecond" : "nanosecond");

function frame(column: Column, cells: readonly unknown[]) {
  const nulls = cells.filter((cell) => cell === null).length;
  const validity = nulls === 0 ? undefined : packed(cells.map((cell) => cell !== null));
  return { column, length: cells.length, nulls, validity };
}

/** Packs bits as the builders do: those behind the last cell are whatever they are. */
function packed(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8)).fill(0xff);
  for (const [index, bit] of bits.entries()) if (!bit) bytes[index >> 3]! &= ~(1 << (index & 7));
  return bytes;
}

function words64(cells: readonly (bigint | null)[], before: number): BigInt64Array {
  return BigInt64Array.from([...Array<bigint>(before).fill(-1n), ...cells.map((cell) => cell ?? 0n)]).subarray(before);
}

function words128(cells: readonly (bigint | null)[], before: number): Uint32Array {
  const words = cells.flatMap((cell) =>
    [0n, 32n, 64n, 96n].map((bits) => Number(((cell ?? 0n) >> bits) & 0xffffffffn)),
  );
  return Uint32Array.from([...Array<number>(4 * before).fill(7), ...words]).subarray(4 * before);
}

function heap(cells: readonly Uint8Array[], before: number): { offsets: Int32Array; values: Uint8Array } {
  const offsets = [0];
  for (const cell of cells) offsets.push(offsets.at(-1)! + cell.length);
  const memory = Buffer.concat([Buffer.alloc(before, "x"), ...cells]);
  const moved = Int32Array.from([...Array<number>(before).fill(9), ...offsets]).subarray(before);
  return { offsets: moved, values: new Uint8Array(memory.buffer, memory.byteOffset + before, memory.length - before) };
}
