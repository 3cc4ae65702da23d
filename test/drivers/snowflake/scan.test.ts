import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { RowScanner } from "../../../src/drivers/snowflake/scan.ts";
import { WarehouseError } from "../../../src/errors.ts";
import { Cells } from "../../../src/columns/cells.ts";

/** Gives the cells as texts, and overwrites them: who decodes them has copied what stays. */
function texts({ bytes, columns, rows, places, start, end }: Cells): unknown[] {
  const given = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      const place = 2 * (row * columns + column);
      return places[place + 1] === -1 ? null : bytes.toString("utf8", places[place], places[place + 1]);
    }),
  );
  bytes.fill("#", start, end);
  return given;
}

/** Reads everything, in steps of about so many bytes. */
function scanned(bytes: Buffer, columns: number, step?: number, start = 0, end = bytes.length): readonly unknown[] {
  const scanner = new RowScanner(columns, step);
  scanner.feed(bytes, start, end);
  const rows = drained(scanner);
  scanner.endPart();
  expect(scanner.rows).toBe(rows.length);
  return rows;
}

/** Reads what has been fed. */
function drained(scanner: RowScanner): unknown[] {
  const rows: unknown[] = [];
  for (let cells = scanner.read(); cells !== undefined; cells = scanner.read()) rows.push(...texts(cells));
  return rows;
}

/** Reads pieces one after the other, each in a larger answer that is overwritten when it has been read. */
function scannedInPieces(pieces: readonly Buffer[], columns: number): readonly unknown[] {
  const scanner = new RowScanner(columns);
  const rows = pieces.flatMap((piece) => {
    const around = Buffer.concat([Buffer.from('"],['), piece, Buffer.from('"],["')]);
    scanner.feed(around, 4, 4 + piece.length);
    return drained(scanner);
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
      fc.property(tables, fc.integer({ min: 1, max: 100 }), fc.nat(2), ([columns, rows], step, indent) => {
        expect(scanned(Buffer.from(written(rows, indent)), columns, step)).toEqual(rows);
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
    const parts = [Buffer.from('["'), ...Array<Buffer>(100).fill(counting), Buffer.from('"]')];
    const rows = parts.flatMap((part) => {
      scanner.feed(part, 0, part.length);
      return drained(scanner);
    });
    expect(rows).toEqual([["x".repeat(25_600)]]);
    expect(looks).toBe(25_600);
  });

  it("that go on over many pieces take time and memory in proportion", () => {
    // Twice as much each time, whatever the rows are: cells without and with escapes, or many small ones.
    for (const part of ["x".repeat(100), String.raw`\n\u00e9`.repeat(10), '","'.repeat(30)]) {
      const columns = part.includes(",") ? 30 * 2_000 + 1 : 1;
      const scanner = new RowScanner(columns);
      const pieces = ['["', ...Array<string>(2_000).fill(part), '"]'].map((piece) => Buffer.from(piece));
      const copy = vi.spyOn(Buffer.prototype, "copy");
      const rows = pieces.flatMap((piece) => {
        scanner.feed(piece);
        return drained(scanner);
      });
      const copied = copy.mock.results.reduce((sum, { value }) => sum + (value as number), 0); // copy gives a number
      copy.mockRestore();
      expect(rows).toEqual([JSON.parse(`["${part.repeat(2_000)}"]`)]);
      expect(copied).toBeLessThan(3 * 2_000 * part.length);
    }
  });

  it("come in steps of so many bytes or rows, and never half a row", () => {
    const bytes = Buffer.from(written(Array.from({ length: 10 }, () => ["12345"])));
    const scanner = new RowScanner(1, 45);
    scanner.feed(bytes);
    const read = () => {
      const cells = scanner.read();
      return cells && [cells.rows, cells.rowBytes];
    };
    expect([read(), read(), read()]).toEqual([[5, 45], [5, 45], undefined]);
    const many = new RowScanner(1_000);
    many.feed(Buffer.from(written(Array.from({ length: 100 }, () => Array<null>(1_000).fill(null)))));
    const first = many.read()?.rows;
    expect(first).toBe(new Cells(1_000).maxRows);
    expect(drained(many)).toHaveLength(100 - first!);
  });

  it("are read between other bytes, which they do not touch", () => {
    const rows = [["a", null]];
    const bytes = Buffer.from(`["x","y"],${written(rows)}]["z"]`);
    const start = 10;
    expect(scanned(bytes, 2, undefined, start, start + written(rows).length)).toEqual(rows);
  });

  it("may hold numbers and booleans without quotes, as some servers send them", () => {
    expect(scanned(Buffer.from("[1 , true,-2.5e3],[null,null,null]"), 3)).toEqual([
      ["1", "true", "-2.5e3"],
      [null, null, null],
    ]);
  });

  it("keep every escape's meaning", () => {
    const bytes = Buffer.from(String.raw`["\u00e9\ud83d\ude00\n\"\\\/\b\f\r\t\u0000\u20AC","é"]`);
    expect(scanned(bytes, 2)).toEqual([['é😀\n"\\/\b\f\r\t\0€', "é"]]);
  });

  it("have the replacement character where half of a surrogate pair was written alone", () => {
    const halves = String.raw`"\ud83d","a\ude00b","\ud83d\ud83d\ude00","\ud83dx","\ud83d\n","\ud83d\u0041"`;
    const text = (source: string) => Buffer.from(JSON.parse(source) as string).toString();
    const rows = [halves.split(",").map(text)];
    expect(scanned(Buffer.from(`[${halves}]`), 6)).toEqual(rows);
    for (let place = 0; place <= halves.length + 2; place++) {
      expect(scannedInPieces(cutAt(Buffer.from(`[${halves}]`), [place]), 6)).toEqual(rows);
    }
  });

  it("mean what JSON.parse makes of them, for any escapes", () => {
    const pieces = fc.constantFrom(
      "\\u",
      "\\",
      "d83d",
      "DE00",
      "00e9",
      "n",
      '\\"',
      "x",
      "é",
      "\\ud83d",
      "\\ude00",
      "\\u0041",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const cell = `"${parts.join("")}"`;
        let meant: string | undefined;
        try {
          meant = Buffer.from(JSON.parse(cell) as string).toString();
        } catch {
          meant = undefined;
        }
        if (meant === undefined) expect(() => scanned(Buffer.from(`[${cell}]`), 1)).toThrow();
        else expect(scanned(Buffer.from(`[${cell}]`), 1)).toEqual([[meant]]);
      }),
      { numRuns: 3000 },
    );
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
        expect(() => scanned(answer, 2, undefined, 0, end)).toThrow();
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
