import { isUtf8 } from "node:buffer";
import type { StoredObject } from "../../s3/storage.ts";
import type { Column } from "../binder/bound.ts";
import type { Run } from "../engine/run.ts";
import { text, variant } from "../types/types.ts";
import { csvText } from "./csv-reader.ts";
import type { CsvFormat, FileFormat, JsonFormat } from "./formats.ts";
import { jsonText } from "./json-reader.ts";
import { unpacked } from "./packing.ts";
import { parquetSheet } from "./parquet-reader.ts";

/** Where something stands in a file. `character` and lines count from 1, `row` too, `byteOffset` from 0. */
interface Spot {
  readonly line: number;
  readonly character: number;
  readonly byteOffset: number;
  readonly row: number;
  readonly rowStartLine: number;
  readonly record: string;
}

/** A record that could not be read. */
interface BrokenRecord {
  readonly message: string;
  readonly code: string;
  readonly row: number;
  /** The field it is about, from 0. */
  readonly field: number | undefined;
  readonly spot: Spot;
}

/** What a file holds: a table of DuckDB whose rows are numbered by `r`, from 1. */
export interface Sheet {
  readonly table: string;
  /** Records read, broken ones included. */
  readonly rowCount: number;
  /** `$1`, `$2`, … as `s.<name>`. */
  readonly columns: readonly Column[];
  readonly isOpenEnded: boolean;
  /** What MATCH_BY_COLUMN_NAME finds columns by: a header, or the members of the file. */
  readonly named: ReadonlyMap<string, Column> | undefined;
  readonly broken: readonly BrokenRecord[];
  /** How many fields a record has, for delimited text. */
  readonly widths: readonly number[] | undefined;
  spot(row: number, field?: number): Spot;
}

/** Reads a file into a table, which the caller drops. A record that is broken is none of its rows. */
export async function sheetOf(file: StoredObject, bytes: Uint8Array, format: FileFormat, run: Run): Promise<Sheet> {
  const table = `f${run.account.catalog.nextId()}`;
  if (format.type === "PARQUET") return parquetSheet(table, bytes, format, run);
  const raw = await unpacked(bytes, format.compression, file.url);
  return format.type === "CSV" ? csvSheet(table, raw, format, run) : jsonSheet(table, raw, format, run);
}

const invalid = "Invalid UTF8 detected in string";

async function csvSheet(table: string, raw: Uint8Array, format: CsvFormat, run: Run): Promise<Sheet> {
  const content = new TextDecoder("utf-8", { ignoreBOM: true }).decode(raw);
  const { records, header } = csvText(content, format);
  const strict = !format.replaceInvalidCharacters && !isUtf8(raw);
  const spots = spotsIn(content);
  const spot = (row: number, field = 0): Spot => {
    const { start = 0, end = 0, starts = [] } = records[row - 1] ?? {};
    return spots(start, end, row, starts[field] ?? end);
  };
  const broken = records.flatMap(({ problem, start, end, fields }, i): BrokenRecord[] => {
    const row = i + 1;
    if (problem !== undefined) return [{ message: problem.message, code: problem.code, row, field: problem.field, spot: spots(start, end, row, problem.at) }]; // prettier-ignore
    const field = strict ? fields.findIndex((one) => one?.includes("\uFFFD") === true) : -1;
    return field < 0 ? [] : [{ message: `${invalid} '${fields[field] ?? ""}'`, code: "100144", row, field, spot: spot(row, field) }]; // prettier-ignore
  });
  const bad = new Set(broken.map(({ row }) => row));
  const width = records.reduce((most, { fields }) => Math.max(most, fields.length), header?.length ?? 1);
  const names = Array.from({ length: width }, (_, i) => `f${i + 1}`);
  const good = records.map((record, i) => ({ record, row: i + 1 })).filter(({ row }) => !bad.has(row));
  await store(table, names, [good.map(({ row }) => String(row)), ...names.map((_, i) => good.map(({ record }) => record.fields[i] ?? null))], run); // prettier-ignore
  const columns = names.map((name, i): Column => ({
    name: `$${i + 1}`,
    type: text(),
    nullable: true,
    sql: `s.${name}`,
  }));
  return {
    table,
    rowCount: records.length,
    columns,
    isOpenEnded: true,
    named: header && new Map(columns.slice(0, header.length).map((column, i) => [header[i] ?? "", column] as const).reverse()), // prettier-ignore
    broken,
    widths: records.map(({ fields }) => fields.length),
    spot,
  };
}

async function jsonSheet(table: string, raw: Uint8Array, format: JsonFormat, run: Run): Promise<Sheet> {
  const content = new TextDecoder("utf-8", { ignoreBOM: true }).decode(raw);
  const { records, problem } = jsonText(content, format);
  const spots = spotsIn(content);
  const broken: BrokenRecord[] = [];
  const strict = !format.replaceInvalidCharacters && !isUtf8(raw);
  const invalidAt = strict ? records.findIndex((record) => record.text.includes("\uFFFD")) : -1;
  const good = invalidAt < 0 ? records : records.slice(0, invalidAt);
  const first = records[invalidAt];
  if (first !== undefined) {
    const row = invalidAt + 1;
    broken.push({ message: `${invalid} '${first.text}'`, code: "100144", row, field: 0, spot: spots(first.start, first.end, row, first.start) }); // prettier-ignore
  } else if (problem !== undefined) {
    const row = records.length + 1;
    broken.push({ message: problem.message, code: problem.code, row, field: 0, spot: spots(problem.start, problem.end, row, problem.start) }); // prettier-ignore
  }
  await store(table, ["f1"], [good.map((_, i) => String(i + 1)), good.map((record) => record.text)], run);
  return {
    table,
    rowCount: good.length + broken.length,
    columns: [{ name: "$1", type: variant, nullable: true, sql: "s.f1" }],
    isOpenEnded: false,
    named: undefined,
    broken,
    widths: undefined,
    spot: (row) => {
      const { start = 0, end = 0 } = records[row - 1] ?? {};
      return spots(start, end, row, start);
    },
  };
}

async function store(table: string, names: readonly string[], columns: (string | null)[][], run: Run): Promise<void> {
  const { duckdb } = run.account;
  const list = ["r", ...names].map((name) => `${name} VARCHAR`).join(", ");
  await duckdb.run(`CREATE TABLE ${table} (${list})`, run.signal);
  await duckdb.append(table, columns, run.signal);
  await duckdb.run(`ALTER TABLE ${table} ALTER r TYPE BIGINT`, run.signal);
}

/** Makes the function that tells where an offset of a text stands. */
function spotsIn(content: string): (start: number, end: number, row: number, at: number) => Spot {
  const isAscii = Buffer.byteLength(content) === content.length;
  // Found when the first error asks: a load without any needs none.
  let lineStarts: readonly number[] | undefined;
  const lineOf = (at: number): { line: number; start: number } => {
    lineStarts ??= [0, ...[...content.matchAll(/\n/g)].map(({ index }) => index + 1)];
    let [low, high] = [0, lineStarts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((lineStarts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, start: lineStarts[low] ?? 0 };
  };
  return (start, end, row, at) => {
    const { line, start: lineStart } = lineOf(at);
    return {
      line,
      character: at - lineStart + 1,
      byteOffset: isAscii ? at : Buffer.byteLength(content.slice(0, at)),
      row,
      rowStartLine: lineOf(start).line,
      record: content.slice(start, end),
    };
  };
}
