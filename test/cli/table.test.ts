import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellText } from "../../src/cli/cell-text.ts";
import { cut, displayWidth } from "../../src/cli/display-width.ts";
import { lineText } from "../../src/cli/progress-line.ts";
import { duration, shownBytes, shownMs, size } from "../../src/cli/quantities.ts";
import { jsonArray } from "../../src/cli/output.ts";
import { tableLayout } from "../../src/cli/table.ts";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";

const plain = { dim: (text: string) => text, bold: (text: string) => text, red: (text: string) => text };

describe("a table", () => {
  const columns = [
    { title: "id", isNumber: true },
    { title: "name", isNumber: false },
    { title: "body", isNumber: false },
  ];

  test("puts numbers to the right, and wide letters where they belong", () => {
    const rows = [
      ["1", "日本", "a"],
      ["20", "ab", undefined],
    ];
    const layout = tableLayout(columns, rows, { width: undefined, paint: plain });
    expect(layout.head + rows.map((row) => layout.row(row)).join("")).toBe(
      [" id │ name │ body", "────┼──────┼──────", "  1 │ 日本 │ a", " 20 │ ab   │ NULL", ""].join("\n"),
    );
  });

  test("cuts the widest texts where a terminal is narrow, and never a number", () => {
    const layout = tableLayout(columns, [["12345678901234567890", "short", "x".repeat(50)]], {
      width: 50,
      paint: plain,
    });
    expect(layout.row(["12345678901234567890", "short", "x".repeat(50)])).toBe(
      ` 12345678901234567890 │ short │ ${"x".repeat(16)}…\n`,
    );
  });

  test("makes records of rows where columns do not fit", () => {
    const layout = tableLayout(columns, [["1", "a".repeat(20), "b".repeat(20)]], { width: 20, paint: plain });
    expect(layout.head + layout.row(["1", "a".repeat(20), undefined])).toBe(
      `── row 1 ──\nid   │ 1\nname │ ${"a".repeat(12)}…\nbody │ NULL\n`,
    );
  });

  test("makes records of rows whose columns have long names, too", () => {
    const named = [{ title: "n".repeat(60), isNumber: true }];
    const layout = tableLayout(named, [["1"]], { width: 31, paint: plain });
    expect(layout.row(["1"])).toBe(`── row 1 ──\n${"n".repeat(13)}… │ 1\n`);
  });

  test("is not filled up with blanks for one long text, nor reads all of it where it is cut", () => {
    const long = "語".repeat(5_000_000);
    const endless = tableLayout(columns, [["1", long, "a"]], { width: undefined, paint: plain });
    expect(endless.row(["1", "b", "c"]).length).toBeLessThan(250);
    expect(endless.row(["1", long, "c"])).toBe(`  1 │ ${long} │ c\n`);
    const narrow = tableLayout(columns, [["1", long, "a"]], { width: 60, paint: plain });
    expect(narrow.row(["1", long, "c"])).toMatch(/^ {2}1 │ 語{20,}…/);
  });

  test("never passes the terminal's edge", () => {
    const cell = fc.option(fc.string({ unit: "grapheme", maxLength: 40 }).map(cellText), { nil: undefined });
    const row = fc.tuple(fc.integer({ min: 10 ** 8, max: 10 ** 9 - 1 }).map(String), cell, cell);
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), row, fc.integer({ min: 30, max: 120 }), (sample, later, width) => {
        const layout = tableLayout(columns, sample, { width, paint: plain });
        const lines = (layout.head + [...sample, later].map((cells) => layout.row(cells)).join("")).split("\n");
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe("the width of a text", () => {
  test.each([
    ["plain", 5],
    ["日本語", 6],
    ["한국어", 6],
    ["ｆｕｌｌ", 8],
    ["😀", 2],
    ["👩‍👩‍👧", 2],
    ["❤️", 2],
    ["🇬🇧", 2],
    ["é", 1],
    ["e\u0301", 1],
    ["\u200b", 0],
    ["é日", 3],
  ])("of %s is %i", (text, width) => expect(displayWidth(text)).toBe(width));

  test("is kept when it is cut, and no letter is halved", () => {
    expect(cut("日本語", 4)).toBe("日…");
    expect(cut("日本語", 5)).toBe("日本…");
    expect(cut("abc", 3)).toBe("abc");
    expect(cut("👩‍👩‍👧👩‍👩‍👧", 3)).toBe("👩‍👩‍👧…");
  });
});

describe("quantities", () => {
  test("are read with their units", () => {
    expect(["500ms", "30s", "1.5m", "2h", "7"].map(duration)).toEqual([500, 30_000, 90_000, 7_200_000, 7_000]);
    expect(["64MiB", "1GB", "10k", "7", "1.5 MB".replace(" ", "")].map(size)).toEqual([67_108_864, 1e9, 1e4, 7, 1.5e6]);
    for (const wrong of ["", "0s", "-1s", "1d", "soon"]) expect(() => duration(wrong)).toThrow("duration");
    for (const wrong of ["", "-1", "1XB", "many"]) expect(() => size(wrong)).toThrow("size");
  });

  test("are written for people", () => {
    expect([0, 999, 1_000, 123_456, 999_950, 5e12].map(shownBytes)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "123 kB",
      "1.0 MB",
      "5.0 TB",
    ]);
    expect([12, 3_400, 125_000, 3_725_000].map(shownMs)).toEqual(["12 ms", "3.4 s", "2:05", "1:02:05"]);
    expect(lineText({ phase: "fetching", rows: 12_345, bytes: 3_400_000 }, 4_115.2, 3_000)).toBe(
      "fetching · 12,345 rows · 3.4 MB · 4,115 rows/s · 3.0 s",
    );
    expect(lineText({ phase: "queued" }, undefined, 700)).toBe("queued · 700 ms");
  });
});

test("lines of JSON become one array, wherever their bytes are cut", async () => {
  const lines = fc.array(
    fc.json().map((text) => JSON.stringify(JSON.parse(text))),
    { maxLength: 5 },
  );
  await fc.assert(
    fc.asyncProperty(lines, fc.integer({ min: 1, max: 9 }), async (documents, step) => {
      const chunks: Buffer[] = [];
      const target = new Writable({
        write(chunk: Buffer, _encoding, done) {
          chunks.push(chunk);
          done();
        },
      });
      const array = jsonArray(target);
      const bytes = Buffer.from(documents.map((line) => `${line}\n`).join(""));
      for (let from = 0; from < bytes.length; from += step) array.write(bytes.subarray(from, from + step));
      array.end();
      await Promise.all([finished(array), finished(target)]);
      expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual(
        documents.map((line) => JSON.parse(line) as unknown),
      );
    }),
  );
});
