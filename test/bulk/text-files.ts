import { gzipSync } from "node:zlib";
import type { MadeFile } from "./parquet-files.ts";
import type { Row } from "./read-back.ts";

/** Says how a text file is written. */
export interface TextWriting {
  /** Default a newline. */
  readonly lineEnd?: "\n" | "\r\n";
  /** Whether it begins with U+FEFF, as Excel's do. */
  readonly hasByteOrderMark?: boolean;
  readonly isGzipped?: boolean;
}

export interface CsvWriting extends TextWriting {
  /** Default true. */
  readonly hasHeader?: boolean;
}

/** A file with one line that cannot be loaded into `id integer, name varchar, amount numeric(20, 4), at timestamp`. */
export interface BrokenFile extends MadeFile {
  /** Counted from 1, the header included. */
  readonly badLine: number;
  /** The text of that line. */
  readonly badText: string;
  /** What is wrong there, where it is one column's. */
  readonly badColumn?: string;
  readonly badValue?: string;
}

const packed = (text: string, { hasByteOrderMark = false, isGzipped = false }: TextWriting): Uint8Array => {
  const bytes = Buffer.from(hasByteOrderMark ? `\ufeff${text}` : text);
  return isGzipped ? gzipSync(bytes) : bytes;
};

const header = "id,name,amount,at";

/** The lines below are written by hand, each the text of one row. */
const plain: readonly (readonly [line: string, row: Row])[] = [
  [
    `1,"says ""hi"", twice",12.5000,2024-02-29 23:59:59.999999`,
    { id: "1", name: 'says "hi", twice', amount: "12.5000", at: "2024-02-29 23:59:59.999999" },
  ],
  [`2,"",-0.0001,1970-01-01 00:00:00`, { id: "2", name: "", amount: "-0.0001", at: "1970-01-01 00:00:00" }],
  [`3,,,`, { id: "3", name: null, amount: null, at: null }],
  [
    `4,"two\nlines, and\ttab",9999999999999999.9999,9999-12-31 00:00:00`,
    { id: "4", name: "two\nlines, and\ttab", amount: "9999999999999999.9999", at: "9999-12-31 00:00:00" },
  ],
  [`5,"  blanks  ",0.1000,`, { id: "5", name: "  blanks  ", amount: "0.1000", at: null }],
  [
    String.raw`6,"back\slash \N \n",1.0000,`,
    { id: "6", name: String.raw`back\slash \N \n`, amount: "1.0000", at: null },
  ],
  [`7,é 日本 🜚,2.0000,`, { id: "7", name: "é 日本 🜚", amount: "2.0000", at: null }],
  [`8,NULL,3.0000,`, { id: "8", name: "NULL", amount: "3.0000", at: null }],
  [`9,it's; a|b,4.0000,`, { id: "9", name: "it's; a|b", amount: "4.0000", at: null }],
];

/**
 * Writes a CSV by hand of columns `id, name, amount, at`: quotes, delimiters and newlines inside, an empty string beside
 * nulls, backslashes that mean nothing. A newline inside a value stays one, whatever the lines end in.
 */
export function hostileCsv({ hasHeader = true, lineEnd = "\n", ...writing }: CsvWriting = {}): MadeFile {
  const lines = [...(hasHeader ? [header] : []), ...plain.map(([line]) => line)];
  return {
    bytes: packed(lines.map((line) => `${line}${lineEnd}`).join(""), writing),
    rows: plain.map(([, row]) => row),
  };
}

const good = (id: number): [line: string, row: Row] => [
  `${id},row ${id},${id}.2500,2024-01-01 00:00:00`,
  { id: String(id), name: `row ${id}`, amount: `${id}.2500`, at: "2024-01-01 00:00:00" },
];

/** What can be wrong with one line. */
const breaks = {
  "text in a number": { badText: "x3,row 3,3.2500,2024-01-01 00:00:00", badColumn: "id", badValue: "x3" },
  "no such day": { badText: "3,row 3,3.2500,2024-02-30 00:00:00", badColumn: "at", badValue: "2024-02-30 00:00:00" },
  "too large": {
    badText: "3,row 3,99999999999999999.0000,2024-01-01 00:00:00",
    badColumn: "amount",
    badValue: "99999999999999999.0000",
  },
  "column missing": { badText: "3,row 3" },
  "column too many": { badText: "3,row 3,3.2500,2024-01-01 00:00:00,extra" },
} as const satisfies Readonly<Record<string, Pick<BrokenFile, "badText" | "badColumn" | "badValue">>>;

/** Writes a CSV of five lines by hand, the third of which is wrong; `rows` are the other four. */
export function brokenCsv(
  wrong: keyof typeof breaks,
  { hasHeader = true, lineEnd = "\n", ...writing }: CsvWriting = {},
): BrokenFile {
  const around = [good(1), good(2), good(4), good(5)];
  const lines = around.map(([line]) => line);
  lines.splice(2, 0, breaks[wrong].badText);
  if (hasHeader) lines.unshift(header);
  return {
    bytes: packed(lines.map((line) => `${line}${lineEnd}`).join(""), writing),
    rows: around.map(([, row]) => row),
    badLine: hasHeader ? 4 : 3,
    ...breaks[wrong],
  };
}

const objects: readonly (readonly [line: string, row: Row])[] = [
  [
    `{"id": 1, "name": "says \\"hi\\"", "amount": 12.5000, "at": "2024-02-29 23:59:59.999999"}`,
    { id: "1", name: 'says "hi"', amount: "12.5000", at: "2024-02-29 23:59:59.999999" },
  ],
  // Keys in another order, one missing, one that no table has.
  [
    `{"unknown": {"deep": [1, 2.50, null]}, "name": "", "id": 2}`,
    { unknown: `{"deep":[1,2.50,null]}`, name: "", id: "2" },
  ],
  [`{"id": 3, "name": null, "amount": null, "at": null}`, { id: "3", name: null, amount: null, at: null }],
  [
    `{"id":4,"name":"line\\nbreak \\u00e9 \\ud83d\\ude00 \\/","amount":9999999999999999.9999}`,
    { id: "4", name: "line\nbreak é 😀 /", amount: "9999999999999999.9999" },
  ],
  [`{"id": 9007199254740993, "name": "true"}`, { id: "9007199254740993", name: "true" }],
  [`{}`, {}],
];

/** Writes a JSON object a line by hand: keys missing, unknown and out of order, escapes, numbers beyond JavaScript's. */
export function hostileNdjson({ lineEnd = "\n", ...writing }: TextWriting = {}): MadeFile {
  const text = objects.map(([line]) => `${line}${lineEnd}`).join("");
  return { bytes: packed(text, writing), rows: objects.map(([, row]) => row) };
}

/** Writes three lines by hand, the second of which ends in the middle of its object. */
export function brokenNdjson(writing: TextWriting = {}): BrokenFile {
  const badText = `{"id": 2, "name": "cut`;
  const text = [`{"id": 1, "name": "a"}`, badText, `{"id": 3, "name": "c"}`].map((line) => `${line}\n`).join("");
  const rows = [
    { id: "1", name: "a" },
    { id: "3", name: "c" },
  ];
  return { bytes: packed(text, writing), rows, badLine: 2, badText };
}

/** An entry of a manifest; Redshift wants the length for Parquet and ORC. */
export interface ManifestEntry {
  readonly url: string;
  readonly mandatory?: boolean;
  readonly contentLength?: number;
}

/** Writes a manifest as Redshift's COPY reads it (documentation, "Using a manifest to specify data files"). */
export function manifest(entries: readonly ManifestEntry[]): Uint8Array {
  const written = entries.map(({ url, mandatory, contentLength }) => ({
    url,
    ...(mandatory !== undefined && { mandatory }),
    ...(contentLength !== undefined && { meta: { content_length: contentLength } }),
  }));
  return Buffer.from(JSON.stringify({ entries: written }, undefined, 2));
}
