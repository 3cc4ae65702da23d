import { snowflake as dialect } from "./dialect.ts";
import { readFormat } from "./file-format.ts";
import { identifier } from "./names.ts";
import { authorization, fileUrl, refuseInTransaction, withStage } from "./stage.ts";
import { reworded, WarehouseError, type RowError } from "../../errors.ts";
import { quoted } from "../../sql/identifiers.ts";
import { textLiteral } from "../../sql/literals.ts";
import type { Answer, Ask, Loaded, LoadOrder } from "../../bulk-engine.ts";

/** Runs a COPY INTO a table. */
export async function load(order: LoadOrder, ask: Ask): Promise<Loaded> {
  // By name, a file's other columns would be loaded as well: those that are wanted are selected, which takes a stage.
  const selects = order.columns !== undefined && order.match === "name";
  const copies = async (source: string) =>
    isUndone(order) ? undoable(order, source, ask) : copied(order, source, ask);
  if (!selects) return copies(`${textLiteral(order.url)} ${authorization(order.access)}`);
  await refuseInTransaction(order, ask, unknownInTransaction("columns of files that are matched by name"));
  return withStage(order.url, order.access, ask, async (files) => copies(`(SELECT ${members(order)} FROM ${files})`));
}

/** Tells whether what was loaded may have to be undone: to see what would be, or when too many rows were refused. */
export function isUndone({ dryRun, maxErrors }: Pick<LoadOrder, "dryRun" | "maxErrors">): boolean {
  return dryRun || (maxErrors > 0 && maxErrors !== Infinity);
}

/** Loads inside a transaction, because Snowflake itself cannot count errors over all files, nor check what is matched by name. */
async function undoable(order: LoadOrder, source: string, ask: Ask): Promise<Loaded> {
  const what = order.dryRun ? "dryRun" : "onError with a number";
  await refuseInTransaction(order, ask, unknownInTransaction(what));
  let committing = false;
  try {
    await ask({ text: "BEGIN" });
    const loaded = await copied(order, source, ask);
    if (loaded.errorCount > order.maxErrors) throw tooMany(order, loaded);
    committing = !order.dryRun;
    await ask({ text: committing ? "COMMIT" : "ROLLBACK" });
    return loaded;
  } catch (error) {
    const undone = await ask({ text: "ROLLBACK", isCleanUp: true }).then(
      () => !committing,
      // The session's end does the same, later.
      () => false,
    );
    // Of a deadline it is known now what it has come to.
    const isGuessed = undone && WarehouseError.is(error) && error.effect === "unknown";
    throw isGuessed ? reworded(error, error.message, { effect: "rolled back" }) : error;
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
  const clauses = [`COPY INTO ${target}`, `FROM ${source}`, `FILE_FORMAT = (${readFormat(order)})`];
  if (match === "name" && !selects) clauses.push("MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE");
  clauses.push(`ON_ERROR = ${dryRun || maxErrors > 0 ? "CONTINUE" : "ABORT_STATEMENT"}`);
  if (force === true) clauses.push("FORCE = TRUE");
  return clauses.join(" ");
}

/** Writes the members of a file's rows that go into the listed columns; the name of a column that is folded may be in the file in either case. */
function members({ columns = [] }: LoadOrder): string {
  const member = (name: string) => `$1:${quoted(name)}`;
  return columns
    .map((given) => {
      const [, native = given] = /^"(.*)"$/s.exec(identifier(given)) ?? [];
      const other = [dialect.columnName(native), native].find((name) => name !== given);
      return other === undefined ? member(given) : `IFNULL(${member(given)}, ${member(other)})`;
    })
    .join(", ");
}

/** Asks for the rows that the last load left out; where that cannot be told, the first of each file stands for all. */
async function refusals({ table, url }: LoadOrder, answer: Answer, ask: Ask): Promise<RowError[]> {
  const text = `SELECT * FROM TABLE(VALIDATE(${table}, JOB_ID => ${textLiteral(answer.queryId ?? "_last")})) LIMIT 10000`;
  const told = await ask({ text }).catch(() => undefined);
  if (told !== undefined && told.rows.length > 0) {
    return told.rows.map((row) => ({
      file: fileUrl(String(row.file), url),
      line: numberIn(row.line),
      column: columnIn(row.column_name),
      value: valueIn(String(row.error)) ?? textIn(row.rejected_record),
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
  // The message has its blanks made one.
  const told = error.cause instanceof Error ? error.cause.message : error.message;
  const found = stopped.exec(told);
  if (found === null) return error;
  const [, reason = "", file = "", line, column] = found;
  const rowError = {
    file: fileUrl(file, url),
    line: Number(line),
    column: columnIn(column),
    value: valueIn(reason),
    reason,
  };
  const at = rowError.column === undefined ? "" : `, column "${rowError.column}"`;
  // Without the server's advice, which is of an option that it calls otherwise.
  const message = `${reason.replace(/\s+/g, " ")}: ${rowError.file}, line ${line}${at}. The option onError says how many such rows may be left out.`;
  return reworded(error, message, { rowErrors: [rowError] });
}

/** What the server says of the row that it stopped for. */
const stopped =
  /^(.*?)\s+File '(.*?)', line (\d+)(?:, character \d+)?(?:\s+Row \d+(?: starts at line \d+)?, column (".*?":\d+\]))?/s;

function tooMany({ maxErrors }: LoadOrder, { errors, errorCount, queryId }: Loaded): WarehouseError {
  const [first] = errors;
  const place = first === undefined ? "" : ` The first: ${first.file}, line ${first.line}: ${first.reason}`;
  return new WarehouseError(
    "QUERY",
    `Rows that cannot be read: ${errorCount}. onError lets ${maxErrors} be left out, so nothing was loaded.${place}`,
    { effect: "rolled back", rowErrors: errors, queryId },
  );
}

function unknownInTransaction(what: string): string {
  return `Inside a transaction Snowflake knows no ${what}: load outside of it.`;
}

function numberIn(cell: unknown): number | undefined {
  return typeof cell === "number" ? cell : undefined;
}

function textIn(cell: unknown): string | undefined {
  return typeof cell === "string" ? cell : undefined;
}

/** The server writes `"TABLE"["COLUMN":2]`, and `""` for none. */
function columnIn(cell: unknown): string | undefined {
  if (typeof cell !== "string" || cell === "" || cell === '""') return undefined;
  return dialect.columnName(/\["?(.*)"?:\d+\]$/s.exec(cell)?.[1]?.replace(/"$/, "") ?? cell);
}

/** The server quotes the value: `Numeric value 'x' is not recognized`. What else it quotes is a column or a file. */
function valueIn(reason: string): string | undefined {
  return /\b(?:value|string|Date|Time|Timestamp):? '(.*)'/is.exec(reason)?.[1];
}
