import * as arrow from "apache-arrow";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkDictionary, recordBatches } from "../../src/arrow/index.ts";
import { TextDictionary } from "../../src/arrow/text-dictionary.ts";
import { cellsOf } from "./reading.ts";
import { batchOf, columnOf, samples, textVector } from "./vectors.ts";
import type { ColumnVector } from "../../src/columns/vectors.ts";

const column = columnOf("kind", "text");

/** Encodes a column batch by batch. */
function encoded(texts: readonly (readonly (string | null)[])[]) {
  const result = recordBatches(arrow, [column], { dictionary: true });
  const batches = texts.map((some) => result.add(batchOf(textVector(column, some))));
  return { batches, table: result.table(batches) };
}

describe("a dictionary", () => {
  const word = fc.option(fc.oneof(fc.constantFrom("", "a", "b", "ab", "ba"), fc.string({ unit: "grapheme" })));

  it("gives the same texts over several batches, in memory and once written and read", () => {
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 20 }), { minLength: 1, maxLength: 4 }), (texts) => {
        const { batches, table } = encoded(texts);
        expect(cellsOf(batches, 0)).toEqual(texts.flat());
        expect(cellsOf(table.batches, 0)).toEqual(texts.flat());
        for (const format of ["stream", "file"] as const) {
          const read = arrow.tableFromIPC(arrow.tableToIPC(table, format));
          expect(cellsOf(read.batches, 0)).toEqual(texts.flat());
        }
        const streamed = arrow.tableFromIPC(arrow.RecordBatchStreamWriter.writeAll(batches).toUint8Array(true));
        expect(cellsOf(streamed.batches, 0)).toEqual(texts.flat());
      }),
    );
  });

  it("gives a text the same number in every batch, and holds it once", () => {
    const { batches } = encoded([["x", "y"], ["y", "z", null], ["z"], ["x"]]);
    const parts = batches.map(({ data }) => data.children[0]!);
    expect(parts.map(({ values }) => [...(values as Int32Array)])).toEqual([[0, 1], [1, 2, 0], [2], [0]]);
    expect(parts.map(({ dictionary }) => dictionary!.toArray() as unknown)).toEqual([
      ["x", "y"],
      ["x", "y", "z"],
      ["x", "y", "z"],
      ["x", "y", "z"],
    ]);
    // It grows by chunks: a stream sends only what is new.
    expect(parts[1]!.dictionary!.data[0]).toBe(parts[0]!.dictionary!.data[0]);
    expect(parts[3]!.dictionary).toBe(parts[1]!.dictionary);
  });

  it("is one and the same for all batches of a table, in one chunk", () => {
    const { table } = encoded([[null], ["x"], ["y", "x"]]);
    const dictionaries = table.batches.map(({ data }) => data.children[0]!.dictionary!);
    expect(new Set(dictionaries).size).toBe(1);
    expect(dictionaries[0]!.data.length).toBe(1);
  });

  it("keeps apart what is NULL and what is empty", () => {
    const { batches } = encoded([[null, "", null]]);
    expect(cellsOf(batches, 0)).toEqual([null, "", null]);
    expect([...batches[0]!.data.children[0]!.dictionary!]).toEqual([""]);
  });

  it("finds a hundred thousand different texts again", () => {
    const texts = Array.from({ length: 100_000 }, (_, index) => `text ${index}`);
    const dictionary = new TextDictionary("kind");
    const numbers = dictionary.encode(textVector(column, texts));
    expect(numbers).toEqual(Int32Array.from(texts.keys()));
    expect(dictionary.encode(textVector(column, texts))).toEqual(numbers);
    expect(dictionary.size).toBe(100_000);
  });

  it("reads texts that begin anywhere in their memory", () => {
    fc.assert(
      fc.property(samples("utf8", 9, "kind"), ({ vector, cells }) => {
        const result = recordBatches(arrow, [vector.column], { dictionary: ["kind"] });
        expect(cellsOf([result.add(batchOf(vector))], 0)).toEqual(cells);
      }),
    );
  });

  it("refuses to grow beyond what its offsets can hold, and says which column it is", () => {
    const dictionary = new TextDictionary("kind", 5);
    dictionary.encode(textVector(column, ["abc", "de", "abc"]));
    expect(() => dictionary.encode(textVector(column, ["f"]))).toThrow(
      expect.objectContaining({ code: "INVALID_VALUE", path: ["kind"] }),
    );
  });
});

describe("the columns that are dictionaries", () => {
  const vectors: ColumnVector[] = [
    textVector(columnOf("t", "text"), ["x"]),
    textVector(columnOf("i", "interval"), ["1 day"]),
    { ...textVector(columnOf("j", "json"), ["{}"]), layout: "json" },
    {
      column: columnOf("n", "integer"),
      layout: "int32",
      values: Int32Array.of(1),
      length: 1,
      nulls: 0,
      validity: undefined,
    },
  ];
  const typesFor = (dictionary: boolean | readonly string[]) => {
    const columns = vectors.map((vector) => vector.column);
    const { schema } = recordBatches(arrow, columns, { dictionary }).add(batchOf(...vectors));
    return schema.fields.map(({ type }) => (arrow.DataType.isDictionary(type) ? "dictionary" : String(type)));
  };

  it("are those of type text, for true", () => {
    expect(typesFor(true)).toEqual(["dictionary", "Utf8", "Utf8", "Int32"]);
    expect(typesFor(false)).toEqual(["Utf8", "Utf8", "Utf8", "Int32"]);
  });

  it("are those that are named, and may hold whatever is stored as text", () => {
    expect(typesFor(["j", "i"])).toEqual(["Utf8", "dictionary", "dictionary", "Int32"]);
  });

  it("are all of one name", () => {
    const twice = [column, column];
    const result = recordBatches(arrow, twice, { dictionary: ["kind"] });
    const batch = result.add(batchOf(textVector(column, ["x"]), textVector(column, ["y"])));
    const read = arrow.tableFromIPC(arrow.tableToIPC(result.table([batch])));
    expect([cellsOf(read.batches, 0), cellsOf(read.batches, 1)]).toEqual([["x"], ["y"]]);
  });

  it("must be there, and hold text", () => {
    const columns = vectors.map((vector) => vector.column);
    expect(() => recordBatches(arrow, columns, { dictionary: ["t", "u"] })).toThrow(/"u".*"t", "i", "j", "n"/);
    const told = expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error;
    // Integers are text where their digits are asked for, which only a batch tells; by then the statement has run.
    expect(() => typesFor(["n"])).toThrow(told);
    expect(() => typesFor(["n"])).toThrow(/"n".*integer/);
  });

  it.each(["float", "boolean", "date", "time", "timestamp", "timestamptz", "binary"] as const)(
    "are refused before any batch where their type is never stored as text: %s",
    (type) => expect(() => recordBatches(arrow, [columnOf("c", type)], { dictionary: ["c"] })).toThrow(/"c".*no text/),
  );

  it("are refused before any batch where they are decimals of a known scale, and may be of an unknown one", () => {
    const decimal = columnOf("c", "decimal");
    const known = { ...decimal, precision: 38, scale: 2 };
    expect(() => recordBatches(arrow, [known], { dictionary: ["c"] })).toThrow(/"c".*no text/);
    for (const wide of [decimal, { ...known, precision: 39 }]) {
      const batch = recordBatches(arrow, [wide], { dictionary: ["c"] }).add(batchOf(textVector(wide, ["1.50"])));
      expect(cellsOf([batch], 0)).toEqual(["1.50"]);
    }
  });

  it("are told by true, false, or names", () => {
    for (const good of [undefined, true, false, [], ["a"]]) expect(() => checkDictionary(good)).not.toThrow();
    for (const bad of [null, "a", 1, {}, [1]]) {
      expect(() => checkDictionary(bad)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    }
  });
});
