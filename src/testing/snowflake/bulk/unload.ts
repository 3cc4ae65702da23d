import { bound } from "../binder/bound.ts";
import type { Column, Context } from "../binder/bound.ts";
import { cast } from "../binder/casts.ts";
import { bind } from "../binder/expressions.ts";
import { bindQuery } from "../binder/queries.ts";
import { counts, shown, table } from "../engine/answers.ts";
import { contextOf } from "../engine/run.ts";
import type { Answer, Run } from "../engine/run.ts";
import { select } from "../engine/select.ts";
import { parameterOf } from "../engine/session.ts";
import { compilationError, SnowflakeError, unsupported } from "../errors.ts";
import type { Unload } from "../sql/bulk-ast.ts";
import { literal } from "../types/storage.ts";
import { isSemiStructured, text, typeName } from "../types/types.ts";
import { fileUrl } from "./file-names.ts";
import type { Naming } from "./file-names.ts";
import type { FileFormat } from "./formats.ts";
import { locationOf, onStorage } from "./locations.ts";
import type { Location } from "./locations.ts";
import { optionReader } from "./option-reader.ts";
import type { OptionReader } from "./option-reader.ts";
import { pieces } from "./pieces.ts";
import { formatIn, refuseSecrets } from "./stages.ts";

const unloadId = 0x3700;
const defaultFileBytes = 16_777_216;
const mostFileBytes = 5_368_709_120;

/** What an unload was asked for. */
export interface UnloadPlan {
  readonly format: FileFormat;
  readonly header: boolean;
  readonly single: boolean;
  readonly overwrite: boolean;
  readonly maxFileBytes: number;
  readonly detailed: boolean;
  /** Whether small whole numbers are written as integers in Parquet. */
  readonly optimised: boolean;
}

interface WrittenFile {
  readonly name: string;
  readonly bytes: number;
  readonly rows: number;
  readonly inputBytes: number;
}

/** Runs COPY INTO location: writes a query's rows into files, one after another. What was written before a failure or a stop stays. */
export async function unload(statement: Unload, run: Run): Promise<Answer> {
  const read = optionReader(statement.options, run.text);
  refuseSecrets(read);
  const location = locationOf(statement.into, read.path("STORAGE_INTEGRATION"), run);
  const plan = planOf(statement, read, location, run);
  read.word("VALIDATION_MODE", ["RETURN_ROWS"], "RETURN_ROWS");
  const { context } = contextOf(run);
  const { sql, columns } = bindQuery(statement.query, undefined, context);
  if (plan.format.type === "JSON") checkDocument(columns);
  if (read.has("VALIDATION_MODE")) return select(statement.query, run);
  const partition = statement.partition === undefined ? undefined : partitionOf(statement.partition, columns, context);
  if (run.describeOnly) return answer(plan, []);
  const queryId = plan.single || !read.flag("INCLUDE_QUERY_ID", partition !== undefined) ? undefined : run.queryId;
  const naming: Naming = { url: location.url, single: plan.single, queryId, format: plan.format };
  const rows = `u${run.account.catalog.nextId()}`;
  const { duckdb } = run.account;
  const list = [
    "row_number() OVER () AS r",
    `${partition ?? "NULL"} AS p`,
    ...columns.map(({ sql: name }) => `s.${name}`),
  ];
  await duckdb.run(`CREATE TABLE ${rows} AS SELECT ${list.join(", ")} FROM (${sql}) s`, run.signal);
  try {
    return answer(
      plan,
      await writeAll(rows, columns, { plan, naming, location, partitioned: partition !== undefined }, run),
    );
  } finally {
    await duckdb.run(`DROP TABLE ${rows}`);
  }
}

function planOf(statement: Unload, read: OptionReader, location: Location, run: Run): UnloadPlan {
  const format = formatIn(read, run, location.format);
  const single = read.flag("SINGLE", false);
  const overwrite = read.flag("OVERWRITE", false);
  const withId = read.flag("INCLUDE_QUERY_ID", statement.partition !== undefined);
  const refuse = (text: string): Error => compilationError("001006", "22023", text);
  if (statement.partition !== undefined) {
    if (single) throw refuse("SINGLE = TRUE cannot be used with PARTITION BY.");
    if (overwrite) throw refuse("OVERWRITE = TRUE cannot be used with PARTITION BY.");
    if (!withId) throw refuse("INCLUDE_QUERY_ID = FALSE cannot be used with PARTITION BY.");
  } else if (withId && (single || overwrite))
    throw refuse(`INCLUDE_QUERY_ID = TRUE cannot be used with ${single ? "SINGLE" : "OVERWRITE"} = TRUE.`);
  const header = read.flag("HEADER", false);
  if (header && format.type === "JSON") throw refuse("HEADER = TRUE cannot be used with TYPE = JSON.");
  return {
    format,
    header,
    single,
    overwrite,
    maxFileBytes: read.whole("MAX_FILE_SIZE", defaultFileBytes, 1, mostFileBytes),
    detailed: read.flag("DETAILED_OUTPUT", false),
    optimised: parameterOf(run.session, "ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION") === "true",
  };
}

function checkDocument(columns: readonly Column[]): void {
  if (columns.length === 1 && columns[0] !== undefined && isSemiStructured(columns[0].type.kind)) return;
  throw compilationError("002206", "42601", "JSON file format can produce one and only one column of type variant or object or array. Use CSV file format if you want to unload more than one column."); // prettier-ignore
}

/** Writes the folder of each row, from the expression of PARTITION BY over the columns of the query. */
function partitionOf(expr: NonNullable<Unload["partition"]>, columns: readonly Column[], context: Context): string {
  const reach = columns.map((column) => ({ ...column, sql: `s.${column.sql}` }));
  const value = bind(expr, { relations: [{ columns: reach }] }, context);
  if (value.type.kind !== "text")
    throw compilationError("002212", "42601", `PARTITION BY needs an expression of type VARCHAR, not ${typeName(value.type)}`); // prettier-ignore
  return cast(bound(value.sql, value.type), text(), context);
}

interface Writing {
  readonly plan: UnloadPlan;
  readonly naming: Naming;
  readonly location: Location;
  readonly partitioned: boolean;
}

async function writeAll(rows: string, columns: readonly Column[], writing: Writing, run: Run): Promise<WrittenFile[]> {
  const { plan, naming, location, partitioned } = writing;
  const existing = plan.overwrite ? new Set<string>() : await existingAt(naming, partitioned, run);
  const files: WrittenFile[] = [];
  for (const partition of await partitionsOf(rows, run)) {
    const where = partitioned ? `p IS NOT DISTINCT FROM ${partition === null ? "NULL" : literal(partition)}` : "true";
    let n = 0;
    for await (const piece of pieces(`(SELECT * FROM ${rows} WHERE ${where} ORDER BY r)`, columns, plan, run)) {
      const url = fileUrl(naming, n++, partitioned ? partition : undefined);
      if (existing.has(url)) throw alreadyThere(location);
      await onStorage(run, (storage) => storage.write(url, piece.bytes));
      const name = url.slice(location.base.length);
      files.push({ name, bytes: piece.bytes.length, rows: piece.rows, inputBytes: piece.inputBytes });
    }
  }
  return files;
}

/** Tells which files are there already; names with a query id are always new. */
async function existingAt(naming: Naming, partitioned: boolean, run: Run): Promise<ReadonlySet<string>> {
  if (partitioned || naming.queryId !== undefined) return new Set();
  const prefix = naming.single ? fileUrl(naming, 0) : fileUrl(naming, 0).replace(/_0_0_0[^/]*$/, "_");
  const found = await onStorage(run, (storage) => storage.list(prefix));
  return new Set(found.map(({ url }) => url));
}

const alreadyThere = ({ url }: Location): SnowflakeError =>
  new SnowflakeError(
    "001030",
    "22000",
    `Files already existing at the unload destination: ${url}. Use overwrite option to force unloading.`,
  );

/** Lists the folders in the order of their first rows. Throws 0A000 for one that would lead out of the location. */
async function partitionsOf(rows: string, { account, signal }: Run): Promise<(string | null)[]> {
  const { columns } = await account.duckdb.run(`SELECT p FROM ${rows} GROUP BY p ORDER BY min(r)`, signal);
  const found = (columns[0] ?? []) as (string | null)[]; // texts, as partitionOf makes them
  if (found.some((one) => one === "" || one?.split("/").includes("..") === true))
    throw unsupported("A partition whose folder is empty or holds '..'");
  return found;
}

function answer({ detailed }: UnloadPlan, files: readonly WrittenFile[]): Answer {
  const { text: name, number } = shown;
  if (detailed)
    return table(
      unloadId,
      [["FILE_NAME", name], ["FILE_SIZE", number], ["ROW_COUNT", number]], // prettier-ignore
      files.map(({ name, bytes, rows }) => [name, bytes, rows]),
    );
  const sum = (of: (file: WrittenFile) => number): number => files.reduce((total, file) => total + of(file), 0);
  return counts(unloadId, {
    rows_unloaded: sum(({ rows }) => rows),
    input_bytes: sum(({ inputBytes }) => inputBytes),
    output_bytes: sum(({ bytes }) => bytes),
  });
}
