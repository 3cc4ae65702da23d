import { constants } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cells, cellsOf } from "../../src/columns/cells.ts";
import { duplicateName, rowBuilder } from "../../src/columns/rows.ts";
import { integer, text, valuePolicy } from "../../src/values/decode.ts";
import type { Column, RowMode } from "../../src/values/types.ts";

const column = (name: string, type: "text" | "integer" = "text"): Column => ({
  name,
  nativeName: name.toUpperCase(),
  type,
  nativeType: type === "text" ? "VARCHAR" : "INTEGER",
});

/** Builds rows of texts; a cell of `null` is left out, as drivers do. */
function built(
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  mode: RowMode,
): readonly unknown[] {
  const columns = names.map((name) => column(name));
  const builder = rowBuilder(
    columns,
    columns.map(() => text()),
    mode,
    size,
  );
  for (const row of rows) builder.add(cellsOf(row));
  return builder.take(true)?.rows ?? [];
}

const size = { rows: 512, bytes: 1_000_000 };

const difficultNames = ["__proto__", "constructor", "toString", "hasOwnProperty", "length", "0", "-1", "", "é", "then"];

describe("rows", () => {
  it("carry every column under its own name, whatever the name is", () => {
    const names = fc.uniqueArray(fc.oneof(fc.constantFrom(...difficultNames), fc.string()), { maxLength: 12 });
    const tables = names.chain((chosen) => {
      const cell = fc.option(fc.string());
      const row = fc.array(cell, { minLength: chosen.length, maxLength: chosen.length });
      return fc.tuple(fc.constant(chosen), fc.array(row, { maxLength: 4 }));
    });
    fc.assert(
      fc.property(tables, ([chosen, rows]) => {
        expect(built(chosen, rows, "array")).toEqual(rows);
        const objects = built(chosen, rows, "object") as object[];
        objects.forEach((object, index) => {
          expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
          expect(new Map(Object.entries(object))).toEqual(new Map(chosen.map((name, at) => [name, rows[index]?.[at]])));
        });
      }),
    );
  });

  it("never share a value or reach a prototype", () => {
    const rows = built(
      ["__proto__", "a"],
      [
        ["x", "1"],
        [null, null],
      ],
      "object",
    ) as Record<string, unknown>[];
    expect(Object.keys(rows[0]!)).toEqual(["__proto__", "a"]);
    expect(Object.entries(rows[0]!)).toEqual([
      ["__proto__", "x"],
      ["a", "1"],
    ]);
    expect(Object.entries(rows[1]!)).toEqual([
      ["__proto__", null],
      ["a", null],
    ]);
    expect(JSON.stringify(rows[0])).toBe('{"__proto__":"x","a":"1"}');
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  it("keep the columns' order", () => {
    const [row] = built(["b", "a", "c"], [["1", "2", "3"]], "object");
    expect(Object.keys(row as object)).toEqual(["b", "a", "c"]);
  });

  it("are taken once, with the bytes they took", () => {
    const builder = rowBuilder([column("a")], [text()], "array", { rows: 2, bytes: 10 });
    builder.add(cellsOf([null], 4));
    expect(builder.isFull).toBe(false);
    builder.add(cellsOf(["b"], 5));
    expect(builder.isFull).toBe(true);
    expect(builder.take(false)).toEqual({ rows: [[null], ["b"]], length: 2, bytes: 9 });
    expect(builder.isFull).toBe(false);
    expect(builder.take(true)).toBeUndefined();
    builder.add(cellsOf(["long"], 10));
    expect(builder.isFull).toBe(true);
  });

  it("that cannot be read are told by column and row, counted over all that were taken", () => {
    const columns = [column("a"), column("n", "integer")];
    const builder = rowBuilder(columns, [text(), integer(valuePolicy({}))], "object", size);
    for (const cell of ["1", "2"]) builder.add(cellsOf([null, cell]));
    builder.take(false);
    builder.add(cellsOf([null, "3"]));
    expect(() => builder.add(cellsOf([null, "9007199254740993"]))).toThrow(
      expect.objectContaining({
        code: "INVALID_VALUE",
        phase: "fetch",
        message: expect.stringMatching(/^Column "n" \(INTEGER\), row 4: .*integers: "bigint"/) as string,
      }) as Error,
    );
  });
});

describe("a short cell", () => {
  it("is read whatever lies around it, also where that is longer than any string", () => {
    const cells = new Cells(1);
    const bytes = Buffer.alloc(constants.MAX_STRING_LENGTH + 100);
    bytes.write("12345", bytes.length - 10);
    cells.restart(bytes, 0);
    cells.endRow(bytes.length, bytes.length);
    expect(cells.ascii(bytes.length - 10, bytes.length - 5)).toBe("12345");
  });

  it("is the same in many bytes and in few", () => {
    for (const around of [10, 2 ** 20 - 10, 2 ** 20, 2 ** 21]) {
      const cells = cellsOf(["x".repeat(around), "12345", "é"]);
      expect(cells.ascii(around + 1, around + 6)).toBe("12345");
    }
  });
});

describe("column names", () => {
  it("must differ in an object, and the refusal says what to do", () => {
    expect(duplicateName(["a", "b", "__proto__"].map((name) => column(name)))).toBeUndefined();
    expect(duplicateName([])).toBeUndefined();
    for (const name of ["a", "__proto__", ""]) {
      const message = expect.stringContaining('rowMode: "array"') as string;
      expect(duplicateName([column(name), column("b"), column(name)])).toMatchObject({ message });
    }
  });
});
