import { WarehouseError } from "../errors.ts";
import { finish, intoFile, jsonArray, standardOutput, textOutput, write } from "./output.ts";
import { paintFor } from "./paint.ts";
import { shownValue } from "./cell-text.ts";
import { tableLayout, type Layout, type Screen, type TableRow } from "./table.ts";
import type { Writable } from "node:stream";
import type { Column, Queryable, QueryParameters, QueryResult, RowStream } from "../index.ts";
import type { ExportOptions } from "../bulk/export/export.ts";
import type { ProgressLine } from "./progress-line.ts";
import type { Format } from "./formats.ts";
import { note, type Ground } from "./ground.ts";

/** How and where a result is written. */
export interface Writing {
  readonly ground: Ground;
  readonly line: ProgressLine;
  readonly format: Format;
  /** The file; `undefined` for standard output. */
  readonly path: string | undefined;
  readonly options: ExportOptions;
}

/** The first rows decide how wide a table's columns are. */
const sampleRows = 100;

/** Writes the result of a statement that reads as it comes. @returns its rows; `undefined` where it turned out to give none. */
export async function writeResult(
  queryable: Queryable,
  text: string,
  params: QueryParameters | undefined,
  writing: Writing,
): Promise<number | undefined> {
  const { format, path, ground, options, line } = writing;
  const { signal } = ground;
  // A statement may read and give no columns, such as SELECT INTO: it must not have run before that is known.
  const columns = await described(queryable, text, params, signal);
  if (columns?.length === 0) return undefined;
  if (format === "table") return writeTable(queryable, text, params, columns, writing);

  const given: ExportOptions = { ...options, params, signal, onProgress: (progress) => line.report(progress) };
  const exported = async (target: string | Writable) => (await queryable.export(text, target, given)).rows;
  if (format === "json") {
    const array = async (stream: Writable) => exported(jsonArray(stream));
    return path === undefined ? array(textOutput(ground, line)) : intoFile(path, array);
  }
  return exported(path ?? textOutput(ground, line));
}

/** Gives the columns; `undefined` where the server does not tell before it runs the statement, as Snowflake of some SHOWs. */
async function described(
  queryable: Queryable,
  text: string,
  params: QueryParameters | undefined,
  signal: AbortSignal,
): Promise<readonly Column[] | undefined> {
  try {
    return await queryable.describe(text, params, { signal });
  } catch (error) {
    // "The statement cannot be prepared": docs.snowflake.com, code 000007.
    if (WarehouseError.is(error) && error.vendorCode === "000007") return undefined;
    throw error;
  }
}

async function writeTable(
  queryable: Queryable,
  text: string,
  params: QueryParameters | undefined,
  known: readonly Column[] | undefined,
  writing: Writing,
): Promise<number> {
  const { ground, options, path, line } = writing;
  const { maxRows, maxBytes } = options;
  const { signal } = ground;
  const reading = { signal, maxRows, maxBytes, integers: "string", rowMode: "array" } as const;
  const shown = async (stream: Writable): Promise<number> => {
    if (known !== undefined) return writeRows(known, queryable.stream(text, params, reading), stream, writing);
    const { columns, rows } = await queryable.query(text, params, reading);
    return writeRows(columns, rows, stream, writing);
  };
  return path === undefined ? shown(standardOutput(ground, line)) : intoFile(path, shown);
}

/** Writes rows as a table, from the first ones on with the widths that those ask for. */
async function writeRows(
  columns: readonly Column[],
  rows: RowStream<unknown[]> | Iterable<unknown[]>,
  stream: Writable,
  { ground, line, path }: Pick<Writing, "ground" | "line" | "path">,
): Promise<number> {
  const titles = columns.map(({ name, type }) => ({ title: shownValue(name) ?? "", isNumber: numbers.has(type) }));
  const screen = screenOf(ground, path);
  const sample: TableRow[] = [];
  let layout: Layout | undefined;
  let count = 0;
  const begin = async (): Promise<Layout> => {
    const begun = tableLayout(titles, sample, screen);
    await write(stream, begun.head + sample.map((row) => begun.row(row)).join(""));
    return begun;
  };
  try {
    for await (const row of rows) {
      line.report({ phase: "fetching", rows: ++count });
      const cells = row.map(shownValue);
      if (layout !== undefined) await write(stream, layout.row(cells));
      else if (sample.push(cells) === sampleRows) layout = await begin();
    }
  } catch (error) {
    // The rows that a limit lets through are shown before it is told.
    if (layout === undefined && WarehouseError.is(error) && error.code === "LIMIT") await begin();
    throw error;
  }
  if (layout === undefined) await begin();
  await finish(stream);
  return count;
}

/** Writes the rows that a statement gives beside what it does, such as FETCH and CALL. They are few, and there already. */
export async function writeSideRows({ columns, rows }: QueryResult<unknown[]>, writing: Writing): Promise<void> {
  const { ground, line, format } = writing;
  if (format === "table") {
    await writeRows(columns, rows, standardOutput(ground, line), { ground, line, path: undefined });
    return;
  }
  if (format !== "ndjson" && format !== "json") {
    note(ground, `Rows of such a statement are written as table, json and ndjson only, not as ${format}.`);
    return;
  }
  const stream = textOutput(ground, line);
  const target = format === "json" ? jsonArray(stream) : stream;
  for (const row of rows) {
    const record = Object.fromEntries(columns.map(({ name }, index) => [name, row[index]]));
    await write(target, `${JSON.stringify(record)}\n`);
  }
  await finish(target);
}

const numbers: ReadonlySet<string> = new Set(["integer", "decimal", "float"]);

/** Gives what a table is shown on: a file, or standard output. Only a terminal has an end to its lines. */
export function screenOf({ stdout, env }: Ground, path: string | undefined): Screen {
  if (path !== undefined) return { width: undefined, paint: paintFor(undefined, env) };
  // A pseudo-terminal that nobody has given a size says 0.
  return { width: stdout.isTTY ? stdout.columns || 80 : undefined, paint: paintFor(stdout, env) };
}
