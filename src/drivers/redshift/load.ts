import { backendPid } from "./backend.ts";
import { redshift as dialect } from "./dialect.ts";
import { authorization, compressed } from "./storage.ts";
import { reworded, WarehouseError, type RowError } from "../../errors.ts";
import { textLiteral } from "../../sql/literals.ts";
import type { Ask, Loaded, LoadedFile, LoadOrder } from "../../bulk-engine.ts";
import type { Bind } from "../../values/parameters.ts";

/** Runs a COPY, which loads all rows or none, and asks the session's system tables what it has read and refused. */
export async function load(order: LoadOrder, ask: Ask, aside: Ask | undefined): Promise<Loaded> {
  const pid = await backendPid(ask);
  const before = await newestRefusal(pid, ask);
  const text = copyText(order, order.format === "parquet" && (await holdsJson(order, ask)));
  try {
    await ask({ text, isWork: true });
  } catch (error) {
    throw await explained(error, async () => refusalsOf(order, pid, before, [ask, aside]));
  }
  try {
    return await loaded(order, pid, before, ask);
  } catch (error) {
    throw order.dryRun ? error : untold(error);
  }
}

/** Asks what a COPY that has succeeded has done. */
async function loaded(order: LoadOrder, pid: Bind, before: Bind, ask: Ask): Promise<Loaded> {
  const counted = await ask({ text: "select pg_last_copy_count() as rows" });
  const { queryId, errorCount, files } = await history(pid, ask);
  const errors = errorCount === 0 ? [] : await refusals(pid, before, ask);
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const rows = order.dryRun ? lines - errorCount : Number(counted.rows[0]?.rows);
  // Whether the lines of headers are counted is documented nowhere: the rows tell.
  const headers = lines - errorCount === rows + files.length ? 1 : 0;
  const read = files.map(({ url, lines: scanned }): LoadedFile => {
    const refused = errors.filter(({ file }) => file === url).length;
    const isKnown = errors.length === errorCount;
    return isKnown
      ? { url, rows: scanned - headers - refused, errors: refused }
      : { url, rows: undefined, errors: undefined };
  });
  return { rows, files: read, errors, errorCount, queryId };
}

/** Says of a failure to ask that the rows are in the table. */
function untold(error: unknown): unknown {
  if (!WarehouseError.is(error)) return error;
  return reworded(
    error,
    `The rows were loaded, and the same load again would load them twice; what they were could not be asked: ${error.message}`,
    {
      effect: "unknown",
      retryable: false,
    },
  );
}

/** Lists and structs of Parquet go into SUPER columns only where COPY is told so. */
async function holdsJson({ table, columns }: LoadOrder, ask: Ask): Promise<boolean> {
  const names = columns?.map((name) => dialect.identifier(name)).join(", ") ?? "*";
  try {
    const answer = await ask({ text: `select ${names} from ${table}`, describeOnly: true });
    return answer.columns.some(({ type }) => type === "json");
  } catch (error) {
    // Who may only insert may load all the same.
    if (WarehouseError.is(error) && error.sqlState === "42501") return false;
    throw error;
  }
}

/** Writes the statement (docs.aws.amazon.com/redshift, "COPY"). */
export function copyText(order: LoadOrder, hasJson = false): string {
  const { table, columns, access, manifest, maxErrors, dryRun } = order;
  const target =
    columns === undefined ? table : `${table} (${columns.map((name) => dialect.identifier(name)).join(", ")})`;
  const clauses = [`COPY ${target}`, `FROM ${textLiteral(order.url)}`, ...authorization(access), ...formatted(order)];
  if (hasJson) clauses.push("SERIALIZETOJSON");
  if (manifest) clauses.push("MANIFEST");
  // It is how many errors are too many.
  if (maxErrors > 0) clauses.push(maxErrors === Infinity ? "IGNOREALLERRORS" : `MAXERROR ${maxErrors + 1}`);
  if (dryRun) clauses.push("NOLOAD");
  return clauses.join(" ");
}

function formatted({ format, csv, compression }: LoadOrder): string[] {
  if (format === "parquet") return ["FORMAT AS PARQUET"];
  // Else ISO 8601 with its T is no timestamp.
  const common = [...compressed(compression), "DATEFORMAT AS 'auto'", "TIMEFORMAT AS 'auto'"];
  if (format === "json") return ["FORMAT AS JSON 'auto ignorecase'", ...common];
  const clauses = ["FORMAT AS CSV", `DELIMITER AS ${textLiteral(csv.delimiter)}`, ...common];
  if (csv.header) clauses.push("IGNOREHEADER AS 1");
  clauses.push(csv.nullAs === "" ? "EMPTYASNULL" : `NULL AS ${textLiteral(csv.nullAs)}`);
  return clauses;
}

/** docs.aws.amazon.com/redshift, "SYS_LOAD_HISTORY" and "SYS_LOAD_DETAIL". */
const newestLoad =
  "select query_id, error_count from sys_load_history where session_id = $1 order by query_id desc limit 1";
const filesOfLoad =
  "select trim(file_name) as url, sum(lines_scanned) as lines from sys_load_detail where query_id = $1 group by 1 order by 1";

async function history(pid: Bind, ask: Ask) {
  const { rows } = await ask({ text: newestLoad, binds: [pid] });
  const [newest] = rows;
  if (newest === undefined) return { queryId: undefined, errorCount: 0, files: [] };
  const queryId = String(newest.query_id);
  const detail = await ask({ text: filesOfLoad, binds: [{ kind: "integer", value: BigInt(queryId) }] });
  const files = detail.rows.map(({ url, lines }) => ({ url: String(url), lines: Number(lines) }));
  return { queryId, errorCount: Number(newest.error_count), files };
}

/** docs.aws.amazon.com/redshift, "SYS_LOAD_ERROR_DETAIL": it keeps what a COPY was rolled back for. */
const newestRefused = "select max(query_id) as query_id from sys_load_error_detail where session_id = $1";
const refused =
  "select trim(file_name) as file, line_number as line, trim(column_name) as column_name, position, trim(error_message) as reason " +
  "from sys_load_error_detail where session_id = $1 and query_id > $2 order by file_name, line_number limit 10000";

async function newestRefusal(pid: Bind, ask: Ask): Promise<Bind> {
  const { rows } = await ask({ text: newestRefused, binds: [pid] });
  const newest = rows[0]?.query_id;
  return { kind: "integer", value: newest === null || newest === undefined ? 0 : Number(newest) };
}

/** Asks for the rows that a COPY failed for; a transaction that has failed with it answers nothing any more, also one begun by hand. */
async function refusalsOf(
  { inTransaction }: LoadOrder,
  pid: Bind,
  before: Bind,
  [here, aside]: readonly [Ask, Ask | undefined],
): Promise<RowError[]> {
  const told = inTransaction ? undefined : await refusals(pid, before, here).catch(() => undefined);
  return told ?? (aside === undefined ? [] : refusals(pid, before, aside));
}

async function refusals(pid: Bind, before: Bind, ask: Ask): Promise<RowError[]> {
  const { rows } = await ask({ text: refused, binds: [pid, before] });
  return rows.map((row) => ({
    file: textOf(row.file),
    line: typeof row.line === "number" ? row.line : undefined,
    column: textOf(row.column_name),
    value: valueIn(String(row.reason)),
    reason: String(row.reason),
  }));
}

function textOf(cell: unknown): string | undefined {
  return typeof cell === "string" && cell !== "" ? cell : undefined;
}

/** The server quotes the value in its reason: `Invalid digit, Value 'x', Pos 0, Type: Integer`. */
function valueIn(reason: string): string | undefined {
  return /\bValue '(.*)'/s.exec(reason)?.[1];
}

/** Adds to a failure the rows that it was for; what cannot be asked does not hide it. */
async function explained(error: unknown, refusals: () => Promise<RowError[]>): Promise<unknown> {
  if (!WarehouseError.is(error) || error.code !== "QUERY") return error;
  const rowErrors = await refusals().catch(() => []);
  const [first] = rowErrors;
  if (first === undefined) return error;
  const column = first.column === undefined ? "" : `, column "${first.column}"`;
  const others = rowErrors.length > 1 ? ` (and ${rowErrors.length - 1} more: see rowErrors)` : "";
  return reworded(error, `${error.message} ${first.file}, line ${first.line}${column}: ${first.reason}${others}`, {
    rowErrors,
  });
}
