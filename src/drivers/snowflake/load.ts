import { identifier } from "./names.ts";
import { authorization, fileUrl, withStage } from "./stage.ts";
import { reworded, WarehouseError, type RowError } from "../../errors.ts";
import { textLiteral } from "../../sql/literals.ts";
import type { Answer, Ask, BulkCompression, Loaded, LoadOrder } from "../../bulk-engine.ts";

/** Runs a COPY INTO a table. */
export async function load(order: LoadOrder, ask: Ask): Promise<Loaded> {
  // By name, a file's other columns would be loaded as well: those that are wanted are selected, which takes a stage.
  const selects = order.columns !== undefined && order.match === "name";
  const copies = async (source: string) =>
    isUndone(order) ? undoable(order, source, ask) : copied(order, source, ask);
  if (!selects) return copies(`${textLiteral(order.url)} ${authorization(order.access)}`);
  refuseInTransaction(order, "columns of files that are matched by name");
  return withStage(order.url, order.access, ask, async (files) => copies(`(SELECT ${members(order)} FROM ${files})`));
}

/** Tells whether what was loaded may have to be undone: to see what would be, or when too many rows were refused. */
export function isUndone({ dryRun, maxErrors }: Pick<LoadOrder, "dryRun" | "maxErrors">): boolean {
  return dryRun || (maxErrors > 0 && maxErrors !== Infinity);
}

/** Loads inside a transaction, because Snowflake itself cannot count errors over all files, nor check what is matched by name. */
async function undoable(order: LoadOrder, source: string, ask: Ask): Promise<Loaded> {
  refuseInTransaction(order, order.dryRun ? "dryRun" : "onError with a number");
  await ask({ text: "BEGIN" });
  try {
    const loaded = await copied(order, source, ask);
    if (!order.dryRun && loaded.errorCount > order.maxErrors) throw tooMany(order, loaded);
    await ask({ text: order.dryRun ? "ROLLBACK" : "COMMIT" });
    return loaded;
  } catch (error) {
    // The session's end would do the same, later.
    await ask({ text: "ROLLBACK" }).catch(() => undefined);
    throw error;
  }
}

async function copied(order: LoadOrder, source: string, ask: Ask): Promise<Loaded> {
  const answer = await ask({ text: copyText(order, source), isWork: true }).catch((error: unknown) => {
    throw explained(error, order.url);
  });
  // Where there was nothing to do, the only row says so and names no file.
  const files = answer.rows
    .filter(({ file }) => typeof file === "string")
    .map((row) => ({
      url: fileUrl(String(row.file), order.url),
      rows: Number(row.rows_loaded),
      errors: Number(row.errors_seen),
    }));
  const errorCount = files.reduce((sum, { errors }) => sum + errors, 0);
  return {
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    files,
    errors: errorCount === 0 ? [] : await refusals(order, answer, ask),
    errorCount,
    queryId: answer.queryId,
  };
}

/** Writes the statement (docs.snowflake.com, "COPY INTO <table>"). */
export function copyText(order: LoadOrder, source: string): string {
  const { table, columns, match, maxErrors, dryRun, force } = order;
  const selects = source.startsWith("(");
  const isListed = columns !== undefined && (selects || match === "position");
  const target = isListed ? `${table} (${columns.map(identifier).join(", ")})` : table;
  const clauses = [`COPY INTO ${target}`, `FROM ${source}`, `FILE_FORMAT = (${formatted(order)})`];
  if (match === "name" && !selects) clauses.push("MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE");
  clauses.push(`ON_ERROR = ${dryRun || maxErrors > 0 ? "CONTINUE" : "ABORT_STATEMENT"}`);
  if (force) clauses.push("FORCE = TRUE");
  return clauses.join(" ");
}

const words: Readonly<Record<BulkCompression, string>> = { none: "AUTO", gzip: "GZIP", zstd: "ZSTD", bzip2: "BZ2" };

function formatted({ format, csv, compression, match }: LoadOrder): string {
  // As their writer says: without the one times are numbers, without the other bytes are text.
  if (format === "parquet") return "TYPE = PARQUET USE_LOGICAL_TYPE = TRUE BINARY_AS_TEXT = FALSE";
  const common = `TYPE = ${format.toUpperCase()} COMPRESSION = ${words[compression]}`;
  if (format === "json") return common;
  const header = match === "name" ? "PARSE_HEADER = TRUE" : `SKIP_HEADER = ${csv.header ? 1 : 0}`;
  const nulls =
    csv.nullAs === ""
      ? "NULL_IF = () EMPTY_FIELD_AS_NULL = TRUE"
      : `NULL_IF = (${textLiteral(csv.nullAs)}) EMPTY_FIELD_AS_NULL = FALSE`;
  return (
    `${common} ${header} FIELD_DELIMITER = ${textLiteral(csv.delimiter)} FIELD_OPTIONALLY_ENCLOSED_BY = '"' ` +
    `ESCAPE_UNENCLOSED_FIELD = NONE ${nulls} ERROR_ON_COLUMN_COUNT_MISMATCH = TRUE`
  );
}

/** Writes the members of a file's rows that go into the listed columns. */
function members({ columns = [] }: LoadOrder): string {
  return columns.map((name) => `$1:"${name.replaceAll('"', '""')}"`).join(", ");
}

/** Asks for the rows that the last load left out; where that cannot be told, the first of each file stands for all. */
async function refusals({ table, url }: LoadOrder, answer: Answer, ask: Ask): Promise<RowError[]> {
  const text = `SELECT * FROM TABLE(VALIDATE(${table}, JOB_ID => ${textLiteral(answer.queryId ?? "_last")}))`;
  const told = await ask({ text }).catch(() => undefined);
  if (told !== undefined && told.rows.length > 0) {
    return told.rows.map((row) => ({
      file: fileUrl(String(row.file), url),
      line: numberIn(row.line),
      column: columnIn(row.column_name),
      value: textIn(row.rejected_record),
      reason: String(row.error),
    }));
  }
  return answer.rows
    .filter(({ first_error: first }) => typeof first === "string")
    .map((row) => ({
      file: fileUrl(String(row.file), url),
      line: numberIn(row.first_error_line),
      column: columnIn(row.first_error_column_name),
      value: valueIn(String(row.first_error)),
      reason: String(row.first_error),
    }));
}

/** Reads from the message of a load that was stopped which row it was stopped for. */
function explained(error: unknown, url: string): unknown {
  if (!WarehouseError.is(error) || error.code !== "QUERY") return error;
  const found = /^(.*?)\s+File '(.*?)', line (\d+)(?:, character \d+)?(?:\s+Row \d+, column (\S+))?/s.exec(
    error.message,
  );
  if (found === null) return error;
  const [, reason = "", file = "", line, column] = found;
  const rowError = {
    file: fileUrl(file, url),
    line: Number(line),
    column: columnIn(column),
    value: valueIn(reason),
    reason,
  };
  return reworded(error, error.message, { rowErrors: [rowError] });
}

function tooMany({ maxErrors }: LoadOrder, { errors, errorCount, queryId }: Loaded): WarehouseError {
  return new WarehouseError(
    "QUERY",
    `${errorCount} rows were refused, and onError lets ${maxErrors} be left out: nothing was loaded. The first: ${errors[0]?.reason}`,
    { effect: "rolled back", rowErrors: errors, queryId },
  );
}

function refuseInTransaction({ inTransaction }: LoadOrder, what: string): void {
  if (!inTransaction) return;
  throw new WarehouseError("UNSUPPORTED", `Inside a transaction Snowflake knows no ${what}: load outside of it.`);
}

function numberIn(cell: unknown): number | undefined {
  return typeof cell === "number" ? cell : undefined;
}

function textIn(cell: unknown): string | undefined {
  return typeof cell === "string" ? cell : undefined;
}

/** The server writes `"TABLE"["COLUMN":2]`. */
function columnIn(cell: unknown): string | undefined {
  if (typeof cell !== "string") return undefined;
  return /\["?(.*?)"?:\d+\]$/s.exec(cell)?.[1] ?? cell;
}

/** The server quotes the value: `Numeric value 'x' is not recognized`. */
function valueIn(reason: string): string | undefined {
  return /'(.*)'/s.exec(reason)?.[1];
}
