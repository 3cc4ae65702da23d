import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvForm } from "../../src/bulk/export/csv.ts";
import { ndjsonForm } from "../../src/bulk/export/ndjson.ts";
import { textOf, type TextForm } from "../../src/bulk/export/text-batches.ts";
import { cellsOf } from "../../src/columns/cells.ts";
import { cellReader } from "../../src/drivers/redshift/cells.ts";
import { standardPolicy } from "../../src/values/decode.ts";
import type { Column, ColumnType } from "../../src/values/types.ts";

type Cell = string | null;

const columnOf = (name: string, type: ColumnType): Column => ({ name, nativeName: name, type, nativeType: type });
const csv = (options: { header?: boolean; delimiter?: string; nullAs?: string } = {}) =>
  csvForm({ header: false, delimiter: ",", nullAs: "", ...options });
const ndjson = ndjsonForm({ integers: "number", decimals: "string" });

/** Writes rows of cells, as Redshift sends them, to the end. */
function written(form: TextForm, columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const builder = textOf(form).builder(columns, columns.map((column) => cellReader(column, standardPolicy))); // prettier-ignore
  for (const row of rows) builder.add(cellsOf(row));
  let text = form.head(columns).toString();
  for (let batch = builder.take(true); batch !== undefined; batch = builder.take(true)) text += batch.text.toString();
  return text;
}

const cellIn = (form: TextForm, type: ColumnType, text: string) => written(form, [columnOf("c", type)], [[text]]);

/** Reads CSV by the letter of RFC 4180, and tells what was quoted. Shares no code with what writes it. */
function parsed(text: string, delimiter: string): { readonly text: string; readonly isQuoted: boolean }[][] {
  const lines: { text: string; isQuoted: boolean }[][] = [];
  let line: { text: string; isQuoted: boolean }[] = [];
  let start = 0;
  while (start < text.length) {
    const isQuoted = text[start] === '"';
    let end = start;
    if (isQuoted) {
      for (end = start + 1; text[end] !== '"' || text[end + 1] === '"'; end += text[end] === '"' ? 2 : 1);
      end++;
    } else while (text[end] !== delimiter && text[end] !== "\n") end++;
    const raw = text.slice(start, end);
    if (!isQuoted && /["\r\n]/.test(raw)) throw new Error(`a bare field holds what must be quoted: ${raw}`);
    line.push({ text: isQuoted ? raw.slice(1, -1).replaceAll('""', '"') : raw, isQuoted });
    if (text[end] !== delimiter && text[end] !== "\n") throw new Error(`a field ends in ${String(text[end])}`);
    if (text[end] === "\n") {
      lines.push(line);
      line = [];
    }
    start = end + 1;
  }
  if (line.length > 0) throw new Error("the last line has no end");
  return lines;
}

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('"', ",", ";", "\n", "\r", "a", "N", "\\", "\0", "é", "🎉", " "), maxLength: 8 }),
  fc.constantFrom("", "NULL", "null", "x".repeat(300), '"'.repeat(300)),
);
const tables = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(fc.option(anyText, { freq: 4 }), { minLength: width, maxLength: width }), { maxLength: 6 })); // prettier-ignore

describe("CSV", () => {
  it("is read back to every text and every NULL, whatever the delimiter and the word for NULL", () => {
    fc.assert(
      fc.property(tables, fc.constantFrom(",", ";", "\t", "|", "N", " "), fc.constantFrom("", "NULL", "x", "a"), (rows, delimiter, nullAs) => {
        fc.pre(!nullAs.includes(delimiter));
        const columns = (rows[0] ?? []).map((_, index) => columnOf(`c${index}`, "text"));
        const text = written(csv({ delimiter, nullAs }), columns, rows);
        const read = parsed(text, delimiter).map((line) =>
          line.map((field) => (!field.isQuoted && field.text === nullAs ? null : field.text)),
        );
        expect(read).toEqual(rows);
      }),
      { numRuns: 400 },
    ); // prettier-ignore
  });

  it("has the columns' names in its first line, quoted where they must be", () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyText, { minLength: 1, maxLength: 4 }), (names) => {
        const head = written(csv({ header: true }), names.map((name) => columnOf(name, "text")), []); // prettier-ignore
        expect(parsed(head, ",")[0]?.map(({ text }) => text)).toEqual(names);
      }),
    );
  });

  it("quotes a number that its delimiter or its word for NULL would make another", () => {
    expect(cellIn(csv({ delimiter: "." }), "decimal", "1.5")).toBe('"1.5"\n');
    expect(cellIn(csv({ delimiter: "-" }), "date", "2024-01-02")).toBe('"2024-01-02"\n');
    expect(cellIn(csv({ nullAs: "0" }), "integer", "0")).toBe('"0"\n');
    expect(cellIn(csv({ nullAs: "true" }), "boolean", "t")).toBe('"true"\n');
    expect(cellIn(csv(), "binary", "")).toBe('""\n');
    expect(cellIn(csv(), "integer", "0")).toBe("0\n");
  });
});

describe("NDJSON", () => {
  it("is read back to every text and every NULL, one object a line", () => {
    fc.assert(
      fc.property(tables, fc.uniqueArray(anyText, { minLength: 4, maxLength: 4 }), (rows, names) => {
        const columns = (rows[0] ?? []).map((_, index) => columnOf(names[index] ?? "", "text"));
        const lines = written(ndjson, columns, rows).split("\n");
        expect(lines.pop()).toBe("");
        const expected = rows.map((row) =>
          Object.fromEntries<Cell>(row.map((cell, index) => [names[index] ?? "", cell])),
        );
        expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it("keeps every digit of numbers of any width, as its options say", () => {
    const digits = "123456789012345678901234567890123456789";
    const strings = ndjsonForm({ integers: "string", decimals: "number" });
    expect(cellIn(ndjson, "integer", digits)).toBe(`{"c":${digits}}\n`);
    expect(cellIn(strings, "integer", digits)).toBe(`{"c":"${digits}"}\n`);
    expect(cellIn(ndjson, "decimal", `-${digits}.50`)).toBe(`{"c":"-${digits}.50"}\n`);
    expect(cellIn(strings, "decimal", `-${digits}.50`)).toBe(`{"c":-${digits}.50}\n`);
    expect([".5", "-.5", "7.", "0"].map((text) => cellIn(strings, "decimal", text))).toEqual(
      ["0.5", "-0.5", "7", "0"].map((number) => `{"c":${number}}\n`),
    );
  });

  it("has words for what is no number, and documents as they are, in one line", () => {
    const words = ["NaN", "Infinity", "-Infinity"].map((word) => cellIn(ndjson, "float", word));
    expect(words).toEqual(['{"c":"NaN"}\n', '{"c":"Infinity"}\n', '{"c":"-Infinity"}\n']);
    expect(cellIn(ndjson, "json", '{\r\n  "a": 12345678901234567890,\n "b": "x\\ny" }')).toBe(
      '{"c":{    "a": 12345678901234567890,  "b": "x\\ny" }}\n',
    );
    expect(() => cellIn(ndjson, "json", "{undefined}")).toThrow(/Column "c" .*row 1: .*not JSON/);
  });
});

describe("both", () => {
  const significant = (text: string) => text.replace(/e.*$/i, "").replace(/[-.]/g, "").replace(/^0+|0+$/g, "").length; // prettier-ignore

  it("write floats so that they are read back, with as few digits as can be", () => {
    const spellings = fc.constantFrom<(value: number) => string>(
      String,
      (value) => value.toPrecision(17),
      (value) => value.toExponential(16),
      (value) => (Math.abs(value) < 1e20 ? value.toFixed(20) : String(value)),
    );
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer()), spellings, (value, spelling) => {
        const sent = spelling(value);
        const [text = ""] = cellIn(csv(), "float", sent).split("\n");
        expect(Number(text)).toBe(Number(sent) === 0 ? sent.startsWith("-") ? -0 : 0 : Number(sent));
        expect(significant(text)).toBe(significant(String(Number(sent))));
        expect(JSON.parse(cellIn(ndjson, "float", sent))).toEqual({ c: Number(text) });
      }),
      { numRuns: 1_000 },
    ); // prettier-ignore
  });

  it("refuse what is no value of its column, and name it", () => {
    const columns = [columnOf("n", "integer"), columnOf("t", "text")];
    for (const form of [csv(), ndjson]) {
      for (const [type, text] of [
        ["integer", "1.5"],
        ["integer", "-"],
        ["decimal", "1.2.3"],
        ["decimal", "."],
        ["decimal", ""],
        ["float", "x"],
        ["boolean", "2"],
        ["binary", "0"],
      ] as const)
        // prettier-ignore
        expect(() => cellIn(form, type, text), `${type} ${text}`).toThrow(/^Column "c" \(.*\), row 1: /);
      const cells = cellsOf(["1", "é"]);
      const builder = textOf(form).builder(columns, columns.map((column) => cellReader(column, standardPolicy))); // prettier-ignore
      builder.add(cellsOf(["1", "é"]));
      // Half of the character.
      cells.places[3] = (cells.places[3] ?? 0) - 1;
      expect(() => builder.add(cells)).toThrow(/^Column "t" \(text\), row 2: .*UTF-8/);
    }
  });

  it("write dates and times as rows have them", () => {
    const given = [["timestamptz", "2024-01-02 03:04:05.60+05:30"], ["timestamp", "0044-03-15 12:00:00 BC"], ["date", "infinity"], ["time", "12:00:00.500"], ["timetz", "12:00:00+02"]] as const; // prettier-ignore
    expect(given.map(([type, text]) => cellIn(csv(), type, text))).toEqual(["2024-01-02T03:04:05.6+05:30\n", "0044-03-15T12:00:00 BC\n", "infinity\n", "12:00:00.5\n", "12:00:00+02:00\n"]); // prettier-ignore
  });

  it("give a batch when there is much, and what is left at the end", () => {
    const columns = [columnOf("t", "text")];
    const builder = textOf(csv()).builder(columns, columns.map((column) => cellReader(column, standardPolicy))); // prettier-ignore
    builder.add(cellsOf(["x".repeat(1_000)]));
    expect([builder.isFull, builder.take(false)]).toEqual([false, undefined]);
    for (let row = 0; row < 300; row++) builder.add(cellsOf(["x".repeat(1_000)]));
    expect(builder.isFull).toBe(true);
    expect(builder.take(false)).toMatchObject({ length: 301 });
    expect([builder.isFull, builder.take(true)]).toEqual([false, undefined]);
  });
});
