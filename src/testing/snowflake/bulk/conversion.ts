import type { Run } from "../engine/run.ts";
import { SnowflakeError } from "../errors.ts";
import { shownColumn } from "./load-errors.ts";
import type { LoadError } from "./load-errors.ts";
import type { Mapped } from "./mapping.ts";
import type { Sheet } from "./sheets.ts";

/** What became of a sheet: a table of rows for the target, `r` and its physical columns, and what did not fit. */
export interface Converted {
  readonly table: string;
  readonly rowCount: number;
  /** One error for each row that has any, in the order of the rows. */
  readonly errors: readonly LoadError[];
}

/** What a conversion reports errors with. */
export interface Conversion {
  readonly sheet: Sheet;
  readonly values: readonly Mapped[];
  /** The file's path within its bucket. */
  readonly file: string;
  readonly tableName: string;
  /** The number of columns that a record has to have; undefined where any will do. */
  readonly width: number | undefined;
  /** Whether the first error is all that counts: nothing is loaded then. */
  readonly endsAtFirst: boolean;
}

interface Failure {
  readonly row: number;
  readonly at: number;
  readonly error: SnowflakeError;
}

/** Converts a sheet to the types of the table. Rows that fail are left out and reported; the caller drops the table. */
export async function convert(conversion: Conversion, run: Run): Promise<Converted> {
  const { sheet, values } = conversion;
  const { duckdb } = run.account;
  const table = `g${run.account.catalog.nextId()}`;
  const broken = brokenRecords(conversion);
  const failures: Failure[] = [];
  const fill = async (): Promise<void> => {
    const bad = [...broken.map(({ row }) => row), ...failures.map(({ row }) => row)];
    const items = ["s.r", ...values.map(({ sql, column }) => `${sql} AS ${column.physical}`)];
    const where = bad.length === 0 ? "" : ` WHERE s.r NOT IN (${bad.join(", ")})`;
    await duckdb.run(`CREATE TABLE ${table} AS SELECT ${items.join(", ")} FROM ${sheet.table} s${where} ORDER BY s.r`, run.signal); // prettier-ignore
  };
  try {
    await fill();
  } catch (error) {
    if (!isAboutData(error)) throw error;
    failures.push(...(await failuresOf(conversion, new Set(broken.map(({ row }) => row)), run)));
    if (failures.length === 0) throw error;
    if (conversion.endsAtFirst) return { table, rowCount: 0, errors: inOrder(broken, failures, conversion) };
    await fill();
  }
  failures.push(...(await nullFailures(table, values, run)));
  const { columns } = await duckdb.run(`SELECT count(*) FROM ${table}`, run.signal);
  return { table, rowCount: Number(columns[0]?.[0] ?? 0), errors: inOrder(broken, failures, conversion) };
}

const inOrder = (broken: readonly LoadError[], failures: readonly Failure[], conversion: Conversion): LoadError[] =>
  [...broken, ...failures.map((failure) => loadError(failure, conversion))].sort((a, b) => a.row - b.row);

/** Tells an error that a value is to blame for from one of the statement or of the stand-in. */
const isAboutData = (error: unknown): error is SnowflakeError =>
  error instanceof SnowflakeError && error.code.startsWith("100");

/** Records that could not be read, and those that have another number of fields than they should. */
function brokenRecords({ sheet, values, file, tableName, width }: Conversion): LoadError[] {
  const column = (field: number | undefined): string | undefined => {
    const found = values.findIndex((one) => field !== undefined && one.field === field);
    return found < 0 ? undefined : shownColumn(tableName, values[found]?.column.name ?? "", found + 1);
  };
  const broken = sheet.broken.map(({ message, code, field, spot }): LoadError => ({
    message,
    code,
    sqlState: code === "100069" ? "22P02" : "22000",
    category: "parsing",
    file,
    column: column(field),
    ...spot,
  }));
  const known = new Set(broken.map(({ row }) => row));
  const uneven = (sheet.widths ?? []).flatMap((actual, i): LoadError[] => {
    const row = i + 1;
    if (width === undefined || actual === width || known.has(row)) return [];
    const field = Math.min(actual, width) - (actual < width ? 1 : 0);
    const message = `Number of columns in file (${actual}) does not match that of the corresponding table (${width}), use file format option error_on_column_count_mismatch=false to ignore this error`; // prettier-ignore
    return [{ message, code: "100080", sqlState: "22000", category: "parsing", file, column: column(Math.min(field, width - 1)), ...sheet.spot(row, field) }]; // prettier-ignore
  });
  return [...broken, ...uneven];
}

/** Finds the rows that cannot be converted, and the first column of each that is to blame; only the first such row where that ends the load. */
async function failuresOf(
  { sheet, values, endsAtFirst }: Conversion,
  skip: ReadonlySet<number>,
  run: Run,
): Promise<Failure[]> {
  const found = new Map<number, Failure>();
  let last = Infinity;
  for (const [at, { sql, isRead }] of values.entries()) {
    if (!isRead) continue;
    const { columns } = await run.account.duckdb.run(`SELECT s.r FROM ${sheet.table} s WHERE TRY(${sql}) IS NULL ORDER BY s.r`, run.signal); // prettier-ignore
    const suspects = (columns[0] ?? []).map(Number).filter((row) => row < last && !found.has(row) && !skip.has(row));
    for await (const { row, error } of blamed(suspects, `SELECT ${sql} FROM ${sheet.table} s WHERE s.r`, run)) {
      found.set(row, { row, at, error });
      if (!endsAtFirst) continue;
      last = row;
      break;
    }
  }
  return [...found.values()].filter(({ row }) => !endsAtFirst || row === last);
}

/** Tells rows that fail from those whose value is NULL, in order, halving the suspects until one is left. */
async function* blamed(rows: readonly number[], select: string, run: Run): AsyncGenerator<Omit<Failure, "at">> {
  const [row, ...rest] = rows;
  if (row === undefined) return;
  try {
    await run.account.duckdb.run(`${select} IN (${rows.join(", ")})`, run.signal);
  } catch (error) {
    if (!isAboutData(error)) throw error;
    const middle = Math.ceil(rows.length / 2);
    if (rest.length === 0) yield { row, error };
    else {
      yield* blamed(rows.slice(0, middle), select, run);
      yield* blamed(rows.slice(middle), select, run);
    }
  }
}

/** Takes out the rows that have NULL where the table takes none. */
async function nullFailures(table: string, values: readonly Mapped[], run: Run): Promise<Failure[]> {
  const { duckdb } = run.account;
  const found: Failure[] = [];
  for (const [at, { column }] of values.entries()) {
    if (column.nullable) continue;
    const where = `FROM ${table} WHERE ${column.physical} IS NULL`;
    const { columns } = await duckdb.run(`SELECT r ${where}`, run.signal);
    const error = new SnowflakeError("100072", "22000", "NULL result in a non-nullable column");
    found.push(...(columns[0] ?? []).map((row) => ({ row: Number(row), at, error })));
    if ((columns[0] ?? []).length > 0) await duckdb.run(`DELETE ${where}`, run.signal);
  }
  return found;
}

function loadError({ row, at, error }: Failure, { sheet, values, file, tableName }: Conversion): LoadError {
  const { column, field } = values[at] ?? {};
  const { code, sqlState, message } = worded(error, column?.type.length ?? 0, field !== undefined);
  return {
    message,
    code,
    sqlState,
    category: "conversion",
    file,
    column: column === undefined ? undefined : shownColumn(tableName, column.name, at + 1),
    ...sheet.spot(row, field),
  };
}

// A field that is too long has another message than a value that is.
function worded(
  error: SnowflakeError,
  length: number,
  isField: boolean,
): Pick<SnowflakeError, "code" | "sqlState" | "message"> {
  const [, long] = /^String '([^]*)' is too long and would be truncated$/.exec(error.message) ?? [];
  if (!isField || long === undefined) return error;
  return {
    code: "100074",
    sqlState: "54000",
    message: `User character length limit (${length}) exceeded by string '${long}'`,
  };
}
