import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { built, cellsOfRows, columnOf, type SentCell } from "./building.ts";
import { cellOf, cellsOf, pointed } from "./reading.ts";
import { plainReader } from "../../src/columns/reader.ts";
import { columnsOf } from "../../src/columns/shape.ts";
import { vectorBatches } from "../../src/columns/vector-batches.ts";
import { headOf } from "../../src/columns/vectors.ts";
import { standardPolicy } from "../../src/values/decode.ts";
import type { Column, PlainType } from "../../src/values/types.ts";

/** A column, and cells of it: as they are sent, and as they are read. */
interface Kind {
  readonly column: Column & { readonly type: PlainType };
  readonly cells: fc.Arbitrary<readonly [sent: SentCell, cell: unknown]>;
}

const kind = <T>(
  type: PlainType,
  more: Partial<Column>,
  values: fc.Arbitrary<T>,
  sent: (value: T) => string,
  cell: (value: T) => unknown = (value) => value,
): Kind => ({
  column: { ...columnOf(type, more), type },
  cells: values.map((value) => [sent(value), cell(value)] as const),
});

const kinds: Readonly<Record<string, Kind>> = {
  int16: kind("integer", { precision: 4 }, fc.bigInt({ min: -9_999n, max: 9_999n }), String),
  int32: kind("integer", { precision: 9 }, fc.bigInt({ min: -999_999_999n, max: 999_999_999n }), String),
  int64: kind("integer", { nativeType: "BIGINT" }, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), String),
  float64: kind("float", {}, fc.double(), (value) => (Object.is(value, -0) ? "-0" : String(value))),
  decimal128: kind(
    "decimal",
    { precision: 38, scale: 10 },
    fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map((value) => pointed(value, 10)),
    String,
  ),
  boolean: kind("boolean", {}, fc.boolean(), (value) => (value ? "t" : "f")),
  text: kind("text", {}, fc.string({ unit: "binary", maxLength: 30 }), String),
  long: kind(
    "text",
    {},
    fc.nat(3_000).map((length) => "é".repeat(length)),
    String,
  ),
  json: kind("json", {}, fc.json(), String),
  decimalText: kind("decimal", {}, fc.bigInt().map(String), String),
  binary: kind("binary", {}, fc.uint8Array({ maxLength: 20 }), (value) => Buffer.from(value).toString("hex")),
};

const readerOf = (column: Kind["column"]) => plainReader(column, column.type, standardPolicy);
const sizes = [1, 2, 7, 8, 9, 63, 64, 65, 1_000];

describe("batches of columns", () => {
  it.each(Object.keys(kinds))("hold every %s and NULL in its place, wherever batches are cut", (name) => {
    const { column, cells } = kinds[name]!;
    const given = fc.array(fc.option(cells, { freq: 4 }), { maxLength: 150 });
    const together = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(given, fc.constantFrom(...sizes), together, (all, batchRows, several) => {
        const sent = all.map((one) => one?.[0] ?? null);
        const batches = built(column, readerOf(column), sent, { batchRows }, several);
        const full = Math.floor(all.length / batchRows);
        const rest = all.length % batchRows;
        expect(batches.map(({ length }) => length)).toEqual([
          ...Array<number>(full).fill(batchRows),
          ...(rest > 0 || full === 0 ? [rest] : []),
        ]);
        const read = batches.flatMap(({ columns }) => {
          const vector = columns[0]!;
          expect(vector.validity === undefined).toBe(vector.nulls === 0);
          return cellsOf(vector);
        });
        expect(read).toEqual(all.map((one) => one?.[1] ?? null));
      }),
      { numRuns: 40 },
    );
  });

  it.each([255, 256, 257, 511, 512, 513, 5_000])("keep what is NULL among %d cells as they grow", (length) => {
    for (const isNull of [
      (at: number) => at === 0,
      (at: number) => at === length - 1,
      (at: number) => at < 9,
      (at: number) => at % 300 === 299,
      () => true,
    ]) {
      for (const together of [1, 100, length]) {
        const sent = Array.from({ length }, (_, at) => (isNull(at) ? null : String(at)));
        const [batch] = built(kinds.int64!.column, readerOf(kinds.int64!.column), sent, {}, [together]);
        expect(cellsOf(batch!.columns[0]!)).toEqual(sent.map((cell) => cell && BigInt(cell)));
      }
    }
  });

  it("are each their own: nothing of one is in the next", () => {
    const { column } = kinds.boolean!;
    const sent = ["t", "t", null, "t", "f", "f", "f", "f", "f"];
    const batches = built(column, readerOf(column), sent, { batchRows: 3 });
    expect(batches.map(({ columns }) => cellsOf(columns[0]!))).toEqual([
      [true, true, null],
      [true, false, false],
      [false, false, false],
    ]);
    expect(batches.map(({ columns }) => columns[0]?.nulls)).toEqual([1, 0, 0]);
  });

  it("hold little more memory than their cells, once the first has told how many there are", () => {
    const cells = Array.from({ length: 40 }, () => "1234567");
    for (const column of [
      columnOf("integer", { nativeType: "BIGINT" }),
      columnOf("decimal", { precision: 9, scale: 2 }),
    ] as const) {
      const reader = plainReader(column, column.type === "integer" ? "integer" : "decimal", standardPolicy);
      const held = built(column, reader, cells, { batchRows: 4 }).map(({ columns: [vector] }) => vector!.values);
      expect(held.slice(1).map(({ buffer }) => buffer.byteLength)).toEqual(held.slice(1).map((v) => v.byteLength));
    }
    const text = columnOf("text");
    const [, ...held] = built(text, plainReader(text, "text", standardPolicy), cells, { batchRows: 4 });
    for (const { columns } of held) expect(columns[0]!.values.buffer.byteLength).toBeLessThan(2 * 4 * 7);
  });

  it("end near their bytes, in the middle of rows that came together", () => {
    const { column } = kinds.text!;
    const sent = Array.from({ length: 100 }, () => "x".repeat(50));
    const batches = built(column, readerOf(column), sent, { batchBytes: 1_000 });
    expect(batches.map(({ length, bytes }) => [length, bytes])).toEqual(Array(5).fill([20, 1_000]));
    const wider = built(
      column,
      readerOf(column),
      ["x".repeat(5_000), "y", "z".repeat(5_000)],
      { batchBytes: 1_000 },
      [1],
    );
    expect(wider.map(({ length }) => length)).toEqual([1, 2]);
    // Cells of which none takes a byte make a batch all the same.
    expect(built(column, readerOf(column), ["", null, ""], { batchBytes: 1 }).map(({ length }) => length)).toEqual([3]);
  });

  it("count all the bytes of their rows, however they are cut", () => {
    const { column, cells } = kinds.text!;
    fc.assert(
      fc.property(fc.array(cells), fc.constantFrom(...sizes), (all, batchRows) => {
        const sent = all.map(([cell]) => cell);
        const bytes = built(column, readerOf(column), sent, { batchRows }).reduce((sum, batch) => sum + batch.bytes, 0);
        expect(bytes).toBe(sent.reduce((sum, cell) => sum + Buffer.byteLength(cell ?? ""), 0));
      }),
    );
  });

  it("tell of a cell that cannot be stored its column and row, counted over all batches", () => {
    const columns = [columnOf("text", { name: "a" }), columnOf("integer", { name: "n", nativeType: "BIGINT" })];
    const readers = [
      plainReader(columns[0]!, "text", standardPolicy),
      plainReader(columns[1]!, "integer", standardPolicy),
    ];
    for (const [bad, name] of [
      [["x", "1e3"], "n"],
      [[Buffer.from([0xff]), "1"], "a"],
    ] as const) {
      for (const row of [0, 1, 5, 6, 7, 19]) {
        const rows: SentCell[][] = Array.from({ length: 20 }, () => ["é", "1"]);
        rows[row] = [...bad];
        const builder = vectorBatches(columns, readers, { batchRows: 3 });
        expect(() => builder.add(cellsOfRows(rows))).toThrow(
          expect.objectContaining({ code: "INVALID_VALUE", rowIndex: row, path: [name], phase: "fetch" }) as Error,
        );
      }
    }
  });

  it("have one without rows where the result has none, which tells how its column is stored", () => {
    for (const { column } of Object.values(kinds)) {
      const batches = built(column, readerOf(column), []);
      expect(batches.map(({ length }) => length)).toEqual([0]);
      expect(cellsOf(batches[0]!.columns[0]!)).toEqual([]);
    }
  });
});

describe("the head of a vector", () => {
  it.each(Object.keys(kinds))("holds the first cells of %s, and no NULL that comes behind", (name) => {
    const { column, cells } = kinds[name]!;
    const given = fc.array(fc.option(cells, { freq: 3 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(given, fc.nat(40), (all, wanted) => {
        const length = Math.min(wanted, all.length);
        const [batch] = built(
          column,
          readerOf(column),
          all.map((one) => one?.[0] ?? null),
        );
        const head = headOf(batch!.columns[0]!, length);
        const expected = all.slice(0, length).map((one) => one?.[1] ?? null);
        expect(cellsOf(head)).toEqual(expected);
        expect(head.validity === undefined).toBe(!expected.includes(null));
        expect(columnsOf({}).head(batch!, length)).toMatchObject({ length, columns: [{ length }] });
      }),
      { numRuns: 40 },
    );
  });
});

describe("a column of text", () => {
  const { column } = kinds.text!;
  const [first, second] = [Buffer.from("é").subarray(0, 1), Buffer.from("é").subarray(1)];

  it.each([
    ["a character that two cells share", ["a", first, second, "b"], 1, 2],
    ["a lone continuation byte", ["é", second], 1],
    ["half a character at the end", ["é", "é", first], 2],
    ["a surrogate", [Buffer.from([0xed, 0xa0, 0x80])], 0],
    ["an overlong form", ["x", Buffer.from([0xc0, 0xaf])], 1],
    ["half a character before an empty cell and NULL", [first, "", null], 0],
  ] as const)("refuses %s, in any batch", (_, sent, ...rows) => {
    for (const batchRows of [1, 2, 100]) {
      for (const together of [1, 2, 100]) {
        const failed = () => built(column, readerOf(column), sent, { batchRows }, [together]);
        // Where two cells are wrong either may be told.
        const rowTold = expect.toSatisfy((row) => rows.some((one) => one === row)) as unknown;
        expect(failed).toThrow(expect.objectContaining({ code: "INVALID_VALUE", rowIndex: rowTold }) as Error);
      }
    }
  });

  it("keeps a mark of byte order, NUL and what is no character of Unicode's", () => {
    for (const text of ["\ufeffa", "\0", "\uffff", "\u{10ffff}", "\ufffd"]) {
      const [batch] = built(column, readerOf(column), [text]);
      expect(cellOf(batch?.columns[0])).toBe(text);
    }
  });
});
