import { backendPid } from "./backend.ts";
import { redshift as dialect } from "./dialect.ts";
import { authorization, compressed } from "./storage.ts";
import { invalidArgument, occupiedPrefix, reworded, WarehouseError } from "../../errors.ts";
import { Lexer } from "../../sql/lexer.ts";
import { textLiteral } from "../../sql/literals.ts";
import { hasOuterLimit } from "../../sql/statements.ts";
import type { Ask, BulkCompression, Unloaded, UnloadedFile, UnloadOrder } from "../../bulk-engine.ts";

/** Runs an UNLOAD, and asks the session's system tables what it has written. */
export async function unload(order: UnloadOrder, ask: Ask): Promise<Unloaded> {
  if (order.overwrite === "clean") await checkQuery(order, ask);
  await ask({ text: unloadText(order), isWork: true }).catch((error: unknown) => {
    throw isOccupied(error) ? occupied(order.url, error) : error;
  });
  const counted = await ask({ text: "select pg_last_unload_count() as rows" });
  const rows = Number(counted.rows[0]?.rows);
  const { queryId, files } = await filesOf(order, rows, ask);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { rows, bytes, files, manifest: order.manifest ? `${order.url}manifest` : undefined, queryId };
}

/** Has the server read the query before it removes any file: what cannot be written must cost none. */
async function checkQuery({ query, partitionBy }: UnloadOrder, ask: Ask): Promise<void> {
  const { columns } = await ask({ text: query, describeOnly: true });
  const names = new Set(columns.map(({ nativeName }) => nativeName));
  // The server folds what it is told.
  const missing = partitionBy.find((name) => !names.has(name) && !names.has(name.toLowerCase()));
  if (missing === undefined) return;
  throw invalidArgument(`The query has no column ${JSON.stringify(missing)} to partition by.`);
}

/** Writes the statement (docs.aws.amazon.com/redshift, "UNLOAD"). */
export function unloadText(order: UnloadOrder): string {
  const { access, partitionBy, overwrite, maxFileBytes } = order;
  const clauses = [
    `UNLOAD (${textLiteral(unloadable(order.query))})`,
    `TO ${textLiteral(order.url)}`,
    ...authorization(access),
    ...formatted(order),
  ];
  // As Snowflake does, the columns stay in the files.
  if (partitionBy.length > 0)
    clauses.push(`PARTITION BY (${partitionBy.map((name) => dialect.identifier(name)).join(", ")}) INCLUDE`);
  if (order.manifest) clauses.push("MANIFEST VERBOSE");
  if (overwrite !== "error") clauses.push(overwrite === "clean" ? "CLEANPATH" : "ALLOWOVERWRITE");
  if (order.single) clauses.push("PARALLEL OFF");
  if (maxFileBytes !== undefined) clauses.push(`MAXFILESIZE ${maxFileBytes / 1024 / 1024} MB`);
  return clauses.join(" ");
}

/** The outer SELECT may have no LIMIT, also inside parentheses. A comment at the query's end must not swallow what follows. */
function unloadable(query: string): string {
  const first = new Lexer(query, dialect.lexis);
  const isInParentheses = first.nextSignificant() && first.isPunctuation("(");
  return isInParentheses || hasOuterLimit(query, dialect) ? `SELECT * FROM (${query}\n)` : query;
}

function isOccupied(error: unknown): error is WarehouseError {
  return WarehouseError.is(error) && /unload destination on S3 is not empty/i.test(error.message);
}

/** Keeps what the server says besides. */
function occupied(url: string, error: WarehouseError): WarehouseError {
  const { message, written } = occupiedPrefix(url);
  return reworded(error, message, { written });
}

const endings: Readonly<Record<BulkCompression, string>> = { none: "", gzip: ".gz", zstd: ".zst", bzip2: ".bz2" };

function formatted({ format, csv, compression }: UnloadOrder): string[] {
  if (format === "parquet") return ["FORMAT AS PARQUET"];
  const clauses = [`FORMAT AS ${format.toUpperCase()}`, ...compressed(compression)];
  clauses.push(`EXTENSION ${textLiteral(`${format}${endings[compression]}`)}`);
  if (format === "json") return clauses;
  if (csv.header) clauses.push("HEADER");
  clauses.push(`DELIMITER AS ${textLiteral(csv.delimiter)}`);
  if (csv.nullAs !== "") clauses.push(`NULL AS ${textLiteral(csv.nullAs)}`);
  return clauses;
}

/** docs.aws.amazon.com/redshift, "SYS_UNLOAD_DETAIL": a row for each file, of the session's newest UNLOAD. */
const newestFiles =
  "select query_id, trim(file_name) as url, line_count as rows, transfer_size as bytes from sys_unload_detail where session_id = $1 " +
  "and query_id = (select max(query_id) from sys_unload_detail where session_id = $1) order by file_name";

async function filesOf(order: UnloadOrder, rows: number, ask: Ask) {
  const answer = await ask({ text: newestFiles, binds: [await backendPid(ask)] });
  const files = answer.rows.map((row): UnloadedFile => ({
    url: String(row.url),
    rows: Number(row.rows),
    bytes: Number(row.bytes),
  }));
  const lines = files.reduce((sum, file) => sum + file.rows, 0);
  const headers = order.format === "csv" && order.csv.header && lines === rows + files.length ? 1 : 0;
  const isThis = lines - headers * files.length === rows && files.every(({ url }) => url.startsWith(order.url));
  // An UNLOAD of no rows may have written no file: then the newest is an earlier one.
  if (!isThis) return { queryId: undefined, files: [] };
  return {
    queryId: files.length === 0 ? undefined : String(answer.rows[0]?.query_id),
    files: files.map((file) => ({ ...file, rows: file.rows - headers })),
  };
}
