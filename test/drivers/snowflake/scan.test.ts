import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RowScanner } from "../../../src/drivers/snowflake/scan.ts";
import { rowBuilder, type RowBuilder } from "../../../src/columns/rows.ts";
import { text } from "../../../src/values/decode.ts";
import { WarehouseError } from "../../../src/errors.ts";
import type { Column } from "../../../src/values/types.ts";

const column = (name: string): Column => ({ name, nativeName: name, type: "text", nativeType: "VARCHAR" });

function builderOf(columns: number) {
  const described = Array.from({ length: columns }, (_, index) => column(`c${index}`));
  return rowBuilder(
    described,
    described.map(() => text),
    "array",
  );
}

/** Reads everything, so many rows at a time. */
function scanned(bytes: Buffer, columns: number, batch = 1_000, start = 0, end = bytes.length): readonly unknown[] {
  const scanner = new RowScanner(columns);
  scanner.feed(bytes, start, end);
  const rows = drained(scanner, builderOf(columns), batch);
  scanner.endPart();
  expect(scanner.rows).toBe(rows.length);
  return rows;
}

/** Reads what has been fed. */
function drained(scanner: RowScanner, builder: RowBuilder, batch = 1_000): unknown[] {
  const rows: unknown[] = [];
  for (let more = true; more; rows.push(...builder.take().rows)) more = scanner.read(builder, batch);
  return rows;
}

/** Reads pieces one after the other, each in a larger answer that is overwritten when it has been read. */
function scannedInPieces(pieces: readonly Buffer[], columns: number): readonly unknown[] {
  const scanner = new RowScanner(columns);
  const builder = builderOf(columns);
  const rows = pieces.flatMap((piece) => {
    const around = Buffer.concat([Buffer.from('"],['), piece, Buffer.from('"],["')]);
    scanner.feed(around, 4, 4 + piece.length);
    return drained(scanner, builder);
  });
  scanner.endPart();
  return rows;
}

/** Cuts bytes at the given places. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const bounds = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
}

const cells = fc.oneof(
  fc.constant(null),
  fc.string({ unit: "binary" }),
  fc.constantFrom("", '"', "\\", "]", "[,", "null", "\u0000\u2028"),
);
const tables = fc
  .integer({ min: 0, max: 4 })
  .chain((columns) =>
    fc.tuple(fc.constant(columns), fc.array(fc.array(cells, { minLength: columns, maxLength: columns }))),
  );

const written = (rows: unknown, indent?: number) => JSON.stringify(rows, undefined, indent).slice(1, -1);

describe("the rows of a Snowflake result", () => {
  it("are the cells that were written, whatever is in them and however the JSON is laid out", () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 5 }), fc.nat(2), ([columns, rows], batch, indent) => {
        expect(scanned(Buffer.from(written(rows, indent)), columns, batch)).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  it("are the same however they are cut into pieces", () => {
    fc.assert(
      fc.property(tables, fc.array(fc.nat(10_000), { maxLength: 8 }), fc.nat(2), ([columns, rows], places, indent) => {
        expect(scannedInPieces(cutAt(Buffer.from(written(rows, indent)), places), columns)).toEqual(rows);
      }),
      { numRuns: 1000 },
    );
  });

  it("are the same cut at each byte, and byte for byte", () => {
    const source = String.raw`["a\\",null,"\\\\"], [1.5,true ,"\"é\ud83d\ude00"],["",  null,"]"]`;
    const bytes = Buffer.from(source);
    const rows = JSON.parse(`[${source.replace("1.5,true ", '"1.5","true"')}]`) as unknown[];
    for (let place = 0; place <= bytes.length; place++) {
      expect(scannedInPieces(cutAt(bytes, [place]), 3)).toEqual(rows);
    }
    expect(
      scannedInPieces(
        [...bytes].map((byte) => Buffer.of(byte)),
        3,
      ),
    ).toEqual(rows);
  });

  it("may hold cells that go on over many pieces, each byte of which is looked at once", () => {
    const piece = Buffer.alloc(256, "x");
    let looks = 0;
    const counting = new Proxy(piece, {
      get(target, key) {
        if (typeof key === "string" && /^\d+$/.test(key)) looks++;
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const scanner = new RowScanner(1);
    const builder = builderOf(1);
    for (const part of [Buffer.from('["'), ...Array<Buffer>(100).fill(counting), Buffer.from('"]')]) {
      scanner.feed(part, 0, part.length);
      scanner.read(builder, 10);
    }
    expect(builder.take().rows).toEqual([["x".repeat(25_600)]]);
    expect(looks).toBeLessThan(3 * 25_600);
  });

  it("come until there are so many, or so many bytes, and never half a row", () => {
    const bytes = Buffer.from(written(Array.from({ length: 10 }, () => ["12345"])));
    const builder = builderOf(1);
    const scanner = new RowScanner(1);
    scanner.feed(bytes);
    expect(scanner.read(builder, 3)).toBe(true);
    expect(builder.length).toBe(3);
    expect(scanner.read(builder, 10, 5 * 9)).toBe(true);
    expect([builder.length, builder.bytes]).toEqual([5, 45]);
    expect(scanner.read(builder, 10)).toBe(true);
    expect(scanner.read(builder, 11)).toBe(false);
  });

  it("are read between other bytes, which they do not touch", () => {
    const rows = [["a", null]];
    const bytes = Buffer.from(`["x","y"],${written(rows)}]["z"]`);
    const start = 10;
    expect(scanned(bytes, 2, 10, start, start + written(rows).length)).toEqual(rows);
  });

  it("may hold numbers and booleans without quotes, as some servers send them", () => {
    expect(scanned(Buffer.from("[1 , true,-2.5e3],[null,null,null]"), 3)).toEqual([
      ["1", "true", "-2.5e3"],
      [null, null, null],
    ]);
  });

  it("keep every escape's meaning", () => {
    const bytes = Buffer.from(String.raw`["\u00e9\ud83d\ude00\n\"\\\/","é"]`);
    expect(scanned(bytes, 2)).toEqual([['é😀\n"\\/', "é"]]);
  });

  it("that are cut anywhere, or have a cell too many or too few, are an error and no shorter result", () => {
    const bytes = Buffer.from('["a","b\\n"],["c",null]');
    const between = 11;
    for (let end = 1; end < bytes.length; end++) {
      if (end === between || end === between + 1) continue;
      // Cut from its chunk, and as a part of an answer that goes on with what would close it.
      expect(() => scanned(Buffer.from(bytes.subarray(0, end)), 2)).toThrow();
      for (const rest of ["]", '"],["x"]', ',"x"]']) {
        const answer = Buffer.concat([bytes.subarray(0, end), Buffer.from(rest)]);
        expect(() => scanned(answer, 2, 10, 0, end)).toThrow();
      }
    }
    for (const columns of [0, 1, 3]) expect(() => scanned(bytes, columns)).toThrow();
  });

  it.each(['{"a":1}', '"a"', "1", '["a"]]', '["a" "b"', "[[1]]", '["a",]"', '["\\x"]', '["\\u12"]'])(
    "are not %s",
    (source) => {
      expect(() => scanned(Buffer.from(source), 1)).toThrow();
    },
  );

  it("of any bytes end, with rows or an error that quotes nothing of them", () => {
    const hostile = fc
      .array(fc.constantFrom(...'[]",\\nul1 {}:s3cret'.split("")), { maxLength: 40 })
      .map((characters) => characters.join(""));
    fc.assert(
      fc.property(hostile, fc.integer({ min: 0, max: 3 }), (source, columns) => {
        try {
          for (const row of scanned(Buffer.from(source), columns)) expect(row).toHaveLength(columns);
        } catch (error) {
          if (error instanceof Error && error.name === "AssertionError") throw error;
          expect(error).toBeInstanceOf(Error);
          if (!WarehouseError.is(error))
            expect((error as Error).message).toMatch(/^the rows cannot be read at byte \d+/);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
