import type { Bound, Context } from "../binder/bound.ts";
import { cast } from "../binder/casts.ts";
import { bind } from "../binder/expressions.ts";
import { bindType, bindValue, numberLiteral } from "../binder/literals.ts";
import { bindQuery } from "../binder/queries.ts";
import { compilationError, unsupported } from "../errors.ts";
import type { Expr } from "../sql/ast.ts";
import type { Insert } from "../sql/statement-ast.ts";
import { unnest } from "../types/storage.ts";
import { boolean, fixed, text } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import { counts } from "./answers.ts";
import type { Table, TableColumn } from "./catalog.ts";
import { contextOf } from "./run.ts";
import type { Answer, Run } from "./run.ts";
import { writeTo } from "./storage.ts";
import { columnOf, initialOf, tableOf } from "./targets.ts";

/** Runs INSERT, with VALUES, binds in bulk, or a query. */
export async function insert(statement: Insert, run: Run): Promise<Answer> {
  const { table } = tableOf(statement.path, run);
  const targets =
    statement.columns.length === 0 ? table.columns : statement.columns.map((name) => columnOf(table, name));
  const mode = statement.overwrite ? "exclusive" : "shared";
  const inserted = await writeTo(table, mode, run, async (physical) => {
    const sql = `INSERT INTO ${physical} (${table.columns.map((column) => column.physical).join(", ")}) ${source(statement, table, targets, run)}`;
    if (run.describeOnly) return 0;
    if (statement.overwrite) await run.account.duckdb.transact([`DELETE FROM ${physical}`, sql]);
    const result = await run.account.duckdb.run(
      statement.overwrite ? `SELECT count(*) FROM ${physical}` : sql,
      run.signal,
    );
    return Number(result.columns[0]?.[0] ?? 0);
  });
  return counts(0x3100, { "number of rows inserted": inserted });
}

function source(statement: Insert, table: Table, targets: readonly TableColumn[], run: Run): string {
  const { context } = contextOf(run);
  const { query } = statement;
  const rows =
    query.body.t === "values" && query.ctes.length === 0 && query.order.length === 0 ? query.body.rows : undefined;
  if (rows === undefined) {
    const inner = bindQuery(query, undefined, context);
    checkWidth(inner.columns.length, targets.length);
    return select(table, targets, inner.columns.map((column) => ({ ...column, sql: `s.${column.sql}` })), `(${inner.sql}) s`, context); // prettier-ignore
  }
  for (const row of rows) {
    checkWidth(row.length, targets.length);
    row.forEach((cell) => checkCell(cell, context));
  }
  const [only] = rows;
  const bulk = arrayBinds(run);
  if (bulk !== undefined && rows.length === 1 && only !== undefined) {
    const inner: Context = { ...context, arrayBinds: "u" };
    return select(table, targets, only.map((cell, i) => cellOf(cell, targets[i], inner)), bulk, context); // prettier-ignore
  }
  const lists = rows.length > 1 ? uniformColumns(rows, context) : undefined;
  if (lists !== undefined) return select(table, targets, lists.cells, lists.from, context);
  const written = rows.map((row) => select(table, targets, row.map((cell, i) => cellOf(cell, targets[i], context)), undefined, context)); // prettier-ignore
  return written.join(" UNION ALL ");
}

function checkWidth(got: number, expected: number): void {
  if (got !== expected)
    throw compilationError(
      "002020",
      "21S01",
      `Insert value list does not match column list expecting ${expected} but got ${got}`,
    );
}

const cellOf = (cell: Expr, target: TableColumn | undefined, context: Context): Bound =>
  cell.t === "default" && target !== undefined ? initialOf(target, context) : bind(cell, undefined, context);

// Writes a select that gives every column of the table: the values named, defaults for the rest.
function select(
  table: Table,
  targets: readonly TableColumn[],
  values: readonly Bound[],
  from: string | undefined,
  context: Context,
): string {
  const items = table.columns.map((column) => {
    const at = targets.indexOf(column);
    return cast(values[at] ?? initialOf(column, context), column.type, context, true);
  });
  return `SELECT ${items.join(", ")}${from === undefined ? "" : ` FROM ${from}`}`;
}

const refused = new Set(
  "PARSE_JSON TRY_PARSE_JSON OBJECT_CONSTRUCT OBJECT_CONSTRUCT_KEEP_NULL ARRAY_CONSTRUCT ARRAY_CONSTRUCT_COMPACT TO_VARIANT TO_OBJECT TO_ARRAY SPLIT OBJECT_AGG ARRAY_AGG".split(
    " ",
  ),
);

// Snowflake takes no documents and no subqueries inside VALUES; the way round is INSERT … SELECT.
function checkCell(cell: Expr, context: Context): void {
  const inner = cell.t === "cast" ? cell.value : cell;
  const bad =
    inner.t === "array" ||
    inner.t === "object" ||
    inner.t === "path" ||
    inner.t === "subquery" ||
    (inner.t === "call" && refused.has(inner.name));
  if (!bad) return;
  throw compilationError(
    "002014",
    "22000",
    `Invalid expression [${context.text.slice(cell.start, cell.end)}] in VALUES clause`,
  );
}

/** Writes the lists of an array bind as a relation `u` with a column for each; undefined when there is none. */
function arrayBinds({ binds }: Run): string | undefined {
  const lists = binds.flatMap(({ value }, i) =>
    Array.isArray(value) ? [{ index: i + 1, value: value as readonly (string | null)[] }] : [],
  );
  if (lists.length === 0) return undefined;
  if (new Set(lists.map(({ value }) => value.length)).size > 1)
    throw unsupported("Binds with lists of different lengths");
  return `(SELECT ${lists.map(({ index, value }) => `${unnest(value)} AS b${index}`).join(", ")}) u`;
}

interface RawCell {
  readonly type: SqlType | undefined;
  readonly text: string | null;
}

/** Reads a cell that is a mere literal or bind as text. */
function raw(cell: Expr, context: Context): RawCell | undefined {
  if (cell.t === "null") return { type: undefined, text: null };
  if (cell.t === "string") return { type: text(Math.max(1, cell.value.length)), text: cell.value };
  if (cell.t === "boolean") return { type: boolean, text: String(cell.value) };
  if (cell.t === "number") return { type: numberLiteral(cell.text).type, text: cell.text };
  if (cell.t === "unary" && cell.op === "-" && cell.value.t === "number")
    return { type: numberLiteral(cell.value.text).type, text: `-${cell.value.text}` };
  const found = cell.t === "bind" ? context.binds[cell.index - 1] : undefined;
  if (found === undefined || Array.isArray(found.value)) return undefined;
  return { type: bindType(found), text: found.value as string | null };
}

/** Writes many rows of mere literals column by column, so that each conversion is planned once; undefined where a column is mixed. */
function uniformColumns(
  rows: readonly (readonly Expr[])[],
  context: Context,
): { cells: Bound[]; from: string } | undefined {
  const width = rows[0]?.length ?? 0;
  const cells: Bound[] = [];
  const lists: string[] = [];
  for (let i = 0; i < width; i++) {
    const column = rows.map((row) => raw(row[i] ?? { t: "default", start: 0, end: 0 }, context));
    const type = commonRaw(column);
    if (type === undefined) return undefined;
    lists.push(`${unnest(column.map((cell) => cell?.text ?? null))} AS b${i + 1}`);
    cells.push({ sql: bindValue(`u.b${i + 1}`, type), type, nullable: true });
  }
  return { cells, from: `(SELECT ${lists.join(", ")}) u` };
}

function commonRaw(column: readonly (RawCell | undefined)[]): SqlType | undefined {
  let type: SqlType | undefined;
  for (const cell of column) {
    if (cell === undefined) return undefined;
    if (cell.type === undefined) continue;
    if (type !== undefined && type.kind !== cell.type.kind) return undefined;
    type =
      type === undefined
        ? cell.type
        : { ...type, scale: Math.max(type.scale, cell.type.scale), length: Math.max(type.length, cell.type.length) };
  }
  if (type === undefined) return text();
  return type.kind === "fixed" ? fixed(38, type.scale) : type;
}
