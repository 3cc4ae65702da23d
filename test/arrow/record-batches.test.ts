import * as arrow from "apache-arrow";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldKeys, recordBatches } from "../../src/arrow/index.ts";
import { cellsOf } from "./reading.ts";
import { batchOf, columnOf, layouts, lengths, samples, textVector, type Sample } from "./vectors.ts";
import type { ColumnVector } from "../../src/columns/vectors.ts";

describe("a record batch", () => {
  it.each(layouts)("gives the cells of %s as they are, and the same once written and read", (layout) => {
    const several = fc.array(lengths, { minLength: 1, maxLength: 3 });
    const vectors = several.chain((all) => fc.tuple(...all.map((length) => samples(layout, length))));
    fc.assert(
      fc.property(vectors, (given: Sample[]) => {
        // A result's batches are of one type.
        const like = given.filter(({ vector }) => sameType(vector, given[0]!.vector));
        const { column } = like[0]!.vector;
        const result = recordBatches(arrow, [column]);
        const batches = like.map(({ vector }) => result.add(batchOf(vector)));
        const expected = like.flatMap(({ cells }) => cells.map((cell) => cell ?? null));
        expect(cellsOf(batches, 0)).toEqual(expected);
        const written = arrow.tableFromIPC(arrow.tableToIPC(result.table(batches), "stream"));
        expect(cellsOf(written.batches, 0)).toEqual(expected);
        expect(written.numRows).toBe(expected.length);
      }),
    );
  });

  it("shares its memory with the vectors", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...layouts).chain((layout) => samples(layout, 9)),
        ({ vector }) => {
          const data: arrow.Data = recordBatches(arrow, [vector.column]).add(batchOf(vector)).data.children[0]!;
          const { values, nullBitmap, valueOffsets } = data as { [K in keyof arrow.Data]: unknown };
          expect(values).toBe(vector.values);
          if (vector.validity !== undefined) expect(nullBitmap).toBe(vector.validity);
          if ("offsets" in vector) expect(valueOffsets).toBe(vector.offsets);
        },
      ),
    );
  });

  it("has the types of its layouts", () => {
    const common = { length: 0, nulls: 0, validity: undefined };
    const longs = { values: new BigInt64Array(), ...common };
    const empty = { offsets: new Int32Array(1), values: new Uint8Array(), ...common };
    const vectors: ColumnVector[] = [
      { ...common, column: columnOf("a", "integer"), layout: "int16", values: new Int16Array() },
      { ...common, column: columnOf("b", "integer"), layout: "int32", values: new Int32Array() },
      { ...longs, column: columnOf("c", "integer"), layout: "int64" },
      { ...common, column: columnOf("d", "float"), layout: "float64", values: new Float64Array() },
      {
        ...common,
        column: columnOf("e", "decimal"),
        layout: "decimal128",
        values: new Uint32Array(),
        precision: 12,
        scale: 2,
      },
      { ...common, column: columnOf("f", "boolean"), layout: "boolean", values: new Uint8Array() },
      { ...common, column: columnOf("g", "date"), layout: "date", values: new Int32Array() },
      { ...longs, column: columnOf("h", "time"), layout: "time", unit: "microsecond" },
      { ...longs, column: columnOf("i", "time"), layout: "time", unit: "nanosecond" },
      { ...longs, column: columnOf("j", "timestamp"), layout: "timestamp", unit: "microsecond", zone: undefined },
      { ...longs, column: columnOf("k", "timestamptz"), layout: "timestamp", unit: "nanosecond", zone: "UTC" },
      { ...empty, column: columnOf("l", "text"), layout: "utf8" },
      { ...empty, column: columnOf("m", "json"), layout: "json" },
      { ...empty, column: columnOf("n", "binary"), layout: "binary" },
    ];
    const result = recordBatches(
      arrow,
      vectors.map(({ column }) => column),
    );
    const { schema } = arrow.tableFromIPC(arrow.tableToIPC(result.table([result.add(batchOf(...vectors))])));
    expect(schema.fields.map(({ type }) => String(type))).toEqual([
      "Int16",
      "Int32",
      "Int64",
      "Float64",
      "Decimal[12e+2]",
      "Bool",
      "Date32<DAY>",
      "Time64<MICROSECOND>",
      "Time64<NANOSECOND>",
      "Timestamp<MICROSECOND>",
      "Timestamp<NANOSECOND, UTC>",
      "Utf8",
      "Utf8",
      "Binary",
    ]);
    expect(schema.fields.every(({ nullable }) => nullable)).toBe(true);
  });

  it("tells in its fields what the warehouse calls the column, and JSON from text", () => {
    const column = { name: "doc", nativeName: "DOC", type: "json", nativeType: "VARIANT" } as const;
    const vector: ColumnVector = { ...textVector(column, ["{}"]), layout: "json" };
    const result = recordBatches(arrow, [column]);
    const { schema } = arrow.tableFromIPC(arrow.tableToIPC(result.table([result.add(batchOf(vector))])));
    expect(Object.fromEntries(schema.fields[0]!.metadata)).toEqual({
      [fieldKeys.type]: "json",
      [fieldKeys.nativeType]: "VARIANT",
      [fieldKeys.nativeName]: "DOC",
    });
  });

  it("keeps columns of one name apart, whatever their types", () => {
    const number: ColumnVector = {
      column: columnOf("a", "integer"),
      layout: "int32",
      length: 1,
      nulls: 0,
      validity: undefined,
      values: Int32Array.of(7),
    };
    const text = textVector(columnOf("a", "text"), ["seven"]);
    const result = recordBatches(arrow, [number.column, text.column]);
    const table = result.table([result.add(batchOf(number, text))]);
    expect(table.schema.fields.map(({ name, type }) => `${name} ${String(type)}`)).toEqual(["a Int32", "a Utf8"]);
    expect([table.getChildAt(0)?.get(0), table.getChildAt(1)?.get(0)]).toEqual([7, "seven"]);
  });

  it("is of the one schema of its result", () => {
    const column = columnOf("a", "text");
    const result = recordBatches(arrow, [column]);
    const batches = [["x"], []].map((texts) => result.add(batchOf(textVector(column, texts))));
    expect(batches[1]!.schema).toBe(batches[0]!.schema);
    expect(result.table(batches).schema).toBe(batches[0]!.schema);
  });

  it("may have no columns, and no rows", () => {
    const nothing = recordBatches(arrow, []);
    expect(nothing.table([nothing.add({ length: 0, bytes: 0, columns: [] })]).numCols).toBe(0);
    const column = columnOf("a", "text");
    const empty = recordBatches(arrow, [column], { dictionary: true });
    const table = empty.table([empty.add(batchOf(textVector(column, [])))]);
    expect([table.numRows, table.schema.names]).toEqual([0, ["a"]]);
    expect(arrow.tableFromIPC(arrow.tableToIPC(table)).schema.names).toEqual(["a"]);
  });
});

function sameType(one: ColumnVector, other: ColumnVector): boolean {
  const unit = (vector: ColumnVector) => ("unit" in vector ? vector.unit : undefined);
  const zone = (vector: ColumnVector) => ("zone" in vector ? vector.zone : undefined);
  return unit(one) === unit(other) && zone(one) === zone(other);
}
