import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

/** A row with its values as exact text: bytes in hex, lists and structs as JSON. */
export type Row = Readonly<Record<string, string | null>>;

export type FileFormat = "parquet" | "csv" | "json";

/** The bytes of a file, packed or not, or its path. */
export type Source = Uint8Array | string;

/** Says how a CSV is written; JSON and Parquet say so themselves. */
export interface CsvReading {
  /** Default true; without one the columns are `column0`, `column1` … */
  readonly header?: boolean;
  /** Default a comma. */
  readonly delimiter?: string;
  /** The unquoted text that means null, default the empty one. A quoted text is never null. */
  readonly nullText?: string;
}

type Run = (sql: string) => Promise<Record<string, unknown>[]>;

/** Gives a DuckDB in UTC and a folder, both for as long as the work takes. */
export async function inDuckDB<T>(work: (run: Run, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "peak-files-"));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    await connection.run("set timezone = 'UTC'");
    return await work(async (sql) => {
      const result = await connection.runAndReadAll(sql);
      const names = result.columnNames();
      // DuckDB's own objects lose a column named __proto__.
      return result.getRowsJS().map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
    }, folder);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads files with DuckDB, in their order, as exact text. */
export const readBack = (
  source: Source | readonly Source[],
  format: FileFormat,
  reading: CsvReading = {},
): Promise<Row[]> =>
  inDuckDB(async (run, folder) => {
    const from = await reader(source, format, reading, folder);
    if (format === "json")
      return (await run(`select json::varchar as line from ${from}`)).map(({ line }) => jsonRow(line));
    const columns = await described(run, from);
    const texts = Object.entries(columns).map(
      ([name, type]) => `${asText(identifier(name), type)} as ${identifier(name)}`,
    );
    return (await run(`select ${texts.join(", ")} from ${from}`)) as Row[]; // Each column was made text.
  });

/** Gives DuckDB's type of each column of a Parquet file. */
export const typesOf = (source: Source): Promise<Readonly<Record<string, string>>> =>
  inDuckDB(async (run, folder) => described(run, await reader(source, "parquet", {}, folder)));

/** Tells how a Parquet file is laid out: the rows of each row group, and the codecs in use. */
export const layoutOf = (source: Source): Promise<{ readonly groupRows: number[]; readonly codecs: string[] }> =>
  inDuckDB(async (run, folder) => {
    const metadata = `parquet_metadata(${await pathsOf(source, "parquet", folder)})`;
    const groups = await run(
      `select any_value(row_group_num_rows)::integer as n from ${metadata} group by row_group_id order by row_group_id`,
    );
    const codecs = await run(`select distinct compression as codec from ${metadata} order by 1`);
    return { groupRows: groups.map(({ n }) => Number(n)), codecs: codecs.map(({ codec }) => String(codec)) };
  });

async function reader(
  source: Source | readonly Source[],
  format: FileFormat,
  { header = true, delimiter = ",", nullText = "" }: CsvReading,
  folder: string,
): Promise<string> {
  const paths = await pathsOf(source, format, folder);
  if (format === "parquet") return `read_parquet(${paths})`;
  if (format === "json") return `read_ndjson_objects(${paths})`;
  // Nothing is guessed, so that a file that is wrong is not read as something else.
  const options = `header = ${header}, delim = ${literal(delimiter)}, quote = '"', escape = '"', nullstr = ${literal(nullText)}`;
  return `read_csv(${paths}, all_varchar = true, auto_detect = true, allow_quoted_nulls = false, strict_mode = true, ${options})`;
}

async function pathsOf(source: Source | readonly Source[], format: FileFormat, folder: string): Promise<string> {
  const sources = typeof source === "string" || source instanceof Uint8Array ? [source] : source;
  const paths = await Promise.all(
    sources.map(async (one, index) => {
      if (typeof one === "string") return one;
      const path = join(folder, `${index}.${format}${packing(one)}`);
      await writeFile(path, one);
      return path;
    }),
  );
  return `[${paths.map(literal).join(", ")}]`;
}

// DuckDB goes by the ending, these bytes by what they begin with.
function packing(bytes: Uint8Array): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return ".gz";
  return Buffer.from(bytes.subarray(0, 4)).toString("hex") === "28b52ffd" ? ".zst" : "";
}

async function described(run: Run, from: string): Promise<Record<string, string>> {
  const columns = await run(`describe select * from ${from}`);
  return Object.fromEntries(columns.map((column) => [String(column.column_name), String(column.column_type)]));
}

function asText(column: string, type: string): string {
  if (type === "BLOB") return `lower(hex(${column}))`;
  return /^(?:STRUCT|MAP)|\]$/.test(type) ? `to_json(${column})::varchar` : `${column}::varchar`;
}

// As it is written in JSON; no key of a file begins so.
const numberMark = "\\u0000number";

/** Takes a line apart without a number becoming one of JavaScript's. */
function jsonRow(line: unknown): Row {
  const exact = String(line).replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : `{"${numberMark}": "${token}"}`,
  );
  const parsed = JSON.parse(exact) as Record<string, unknown>; // DuckDB gives objects only.
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [
      name,
      value === null ? null : typeof value === "string" ? value : jsonText(value),
    ]),
  );
}

function jsonText(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === "\u0000number" && typeof first[1] === "string") return first[1];
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${jsonText(one)}`).join(",")}}`;
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
