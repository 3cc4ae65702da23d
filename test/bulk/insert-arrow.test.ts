import {
  Binary, Bool, DateDay, DateMillisecond, Decimal, Dictionary, Field, FixedSizeBinary, FixedSizeList, Float16, Float32, Float64, Int16, Int32, Int64, LargeUtf8, List, Map_, Null, Struct, Table, TimeMicrosecond, TimeMillisecond, TimeNanosecond, TimeSecond, TimestampMicrosecond, TimestampMillisecond, TimestampNanosecond, TimestampSecond, Uint64, Uint8, Utf8, makeData, vectorFromArray, type DataType, type Vector,
} from "apache-arrow"; // prettier-ignore
import { describe, expect, it } from "vitest";
import { arrowReader, type ArrowField } from "../../src/bulk/insert/arrow-values.ts";
import { isJson, jsonText } from "../../src/values/json.ts";

/** Reads every cell of a vector's chunks, as they are and as slices of them. */
function readAll(vector: Vector, from = 0, to = vector.length, metadata?: Map<string, string>): unknown[] {
  const field = new Field("c", vector.type as DataType, true, metadata) as unknown as ArrowField;
  return vector.slice(from, to).data.flatMap((data) => {
    const read = arrowReader(field, data);
    return Array.from({ length: data.length }, (_, row) => read(row));
  });
}

const words = (value: bigint, count: number) =>
  Uint32Array.from({ length: count }, (_, at) => Number((value >> BigInt(32 * at)) & 0xffff_ffffn));

const entryOf = <T extends { key: DataType; value: DataType }>({ key, value }: T) =>
  new Struct<T>([new Field("key", key), new Field("value", value)] as Field<T["key" | "value"]>[]);

const cases: readonly (readonly [string, Vector, readonly unknown[]])[] = [
  ["Int16", vectorFromArray([1, null, -32768], new Int16()), [1, null, -32768]],
  ["Uint8", vectorFromArray([0, 255, null], new Uint8()), [0, 255, null]],
  ["Int64", vectorFromArray([2n ** 62n, null, -1n], new Int64()), [2n ** 62n, null, -1n]],
  ["Uint64", vectorFromArray([2n ** 64n - 1n, 0n, 1n], new Uint64()), [2n ** 64n - 1n, 0n, 1n]],
  ["Float16", vectorFromArray([0.5, -2, null], new Float16()), [0.5, -2, null]],
  ["Float32", vectorFromArray([0.5, NaN, null], new Float32()), [0.5, NaN, null]],
  ["Float64", vectorFromArray([0.1, -Infinity, null], new Float64()), [0.1, -Infinity, null]],
  ["Bool", vectorFromArray([true, false, null, true, true, false, true, true, false, true], new Bool()), [true, false, null, true, true, false, true, true, false, true]],
  ["Utf8", vectorFromArray(["\ufeffa", "", null, "🎉"], new Utf8()), ["\ufeffa", "", null, "🎉"]],
  ["LargeUtf8", vectorFromArray(["a", null, "é"], new LargeUtf8()), ["a", null, "é"]],
  ["Binary", vectorFromArray([new Uint8Array([1, 2]), null, new Uint8Array(0)], new Binary()), [new Uint8Array([1, 2]), null, new Uint8Array(0)]],
  ["FixedSizeBinary", vectorFromArray([new Uint8Array([1, 2]), null, new Uint8Array([3, 4])], new FixedSizeBinary(2)), [new Uint8Array([1, 2]), null, new Uint8Array([3, 4])]],
  ["Decimal of 128 bits", vectorFromArray([words(12345n, 4), null, words(-5n, 4)], new Decimal(2, 38, 128)), ["123.45", null, "-0.05"]],
  ["DateDay", vectorFromArray([new Date("2024-02-29"), null, new Date("1969-12-31")], new DateDay()), ["2024-02-29", null, "1969-12-31"]],
  ["DateMillisecond", vectorFromArray([new Date("2024-02-29"), null, new Date("1969-12-31")], new DateMillisecond()), ["2024-02-29", null, "1969-12-31"]],
  ["TimeSecond", vectorFromArray([3661, null], new TimeSecond()), ["01:01:01", null]],
  ["TimeMillisecond", vectorFromArray([3661_001, null], new TimeMillisecond()), ["01:01:01.001", null]],
  ["TimeMicrosecond", vectorFromArray([3661_000_001n, null], new TimeMicrosecond()), ["01:01:01.000001", null]],
  ["TimeNanosecond", vectorFromArray([3661_000_000_001n, null], new TimeNanosecond()), ["01:01:01.000000001", null]],
  ["a dictionary", vectorFromArray(["a", "b", null, "a"], new Dictionary(new Utf8(), new Int32())), ["a", "b", null, "a"]],
  ["a list", vectorFromArray([[1, 2], null, [], [3, null]], new List(new Field("item", new Int32()))), [[1, 2], null, [], [3, null]]],
  ["a list of fixed size", vectorFromArray([[1, 2], null, [3, 4]], new FixedSizeList(2, new Field("item", new Int32()))), [[1, 2], null, [3, 4]]],
  ["a struct", vectorFromArray([{ a: 1, b: "x" }, null, { a: null, b: "y" }], new Struct([new Field("a", new Int32()), new Field("b", new Utf8())])), [{ a: 1, b: "x" }, null, { a: null, b: "y" }]],
  ["a map", vectorFromArray([new Map([["k", 1]]), new Map([["l", 2], ["m", 3]])], new Map_(new Field("entries", entryOf({ key: new Utf8(), value: new Int32() })))), [{ k: 1 }, { l: 2, m: 3 }]],
  ["Null", vectorFromArray([null, null], new Null()), [null, null]],
]; // prettier-ignore

describe("a column of Arrow's", () => {
  it.each(cases)("of %s is read exactly, and so is every slice of it", (_name, vector, expected) => {
    expect(readAll(vector)).toEqual(expected);
    for (let from = 0; from < vector.length; from++) {
      for (let to = from + 1; to <= vector.length; to++) {
        expect(readAll(vector, from, to)).toEqual(expected.slice(from, to));
      }
    }
  });

  it("of timestamps has every digit, and with a zone says that it is UTC", () => {
    const at = (type: DataType, value: bigint) => {
      const data = makeData({ type, length: 1, nullCount: 0, data: BigInt64Array.of(value) } as never);
      return readAll(new Table({ c: vectorOf(data) }).getChildAt(0)!)[0];
    };
    expect(at(new TimestampSecond(), -1n)).toBe("1969-12-31T23:59:59");
    expect(at(new TimestampMillisecond(), 1n)).toBe("1970-01-01T00:00:00.001");
    expect(at(new TimestampMicrosecond("UTC"), 1_700_000_000_123_456n)).toBe("2023-11-14T22:13:20.123456+00:00");
    expect(at(new TimestampNanosecond("Europe/Berlin"), 1_700_000_000_123_456_789n)).toBe(
      "2023-11-14T22:13:20.123456789+00:00",
    );
    expect(at(new TimestampNanosecond(), -1n)).toBe("1969-12-31T23:59:59.999999999");
  });

  it("of text that its field says is JSON is a document, and other text is not", () => {
    const vector = vectorFromArray(['{"a":1}', null], new Utf8());
    for (const [key, mark] of [
      ["peak-warehouse:type", "json"],
      ["ARROW:extension:name", "arrow.json"],
    ] as const) {
      // prettier-ignore
      const [document, nothing] = readAll(vector, 0, 2, new Map([[key, mark]]));
      expect(nothing).toBeNull();
      expect(isJson(document as object) && jsonText(document as never)).toBe('{"a":1}');
    }
    expect(readAll(vector)).toEqual(['{"a":1}', null]);
  });
});

function vectorOf(data: unknown): Vector {
  const base = vectorFromArray([0], new Int32());
  return new (base.constructor as new (data: unknown[]) => Vector)([data]);
}
