import { invalidArgument } from "../errors.ts";
import { isQuery, isPlain } from "./arguments.ts";
import { unsupported } from "./refusals.ts";
import { rowSource } from "./row-source.ts";
import { refuseTwins } from "./twins.ts";
import type { QueryCompiler } from "./types.ts";

/**
 * Writes `insert().onConflict(columns).ignore()` and `.merge()` as Snowflake's MERGE. The rows are called `excluded`, as elsewhere with
 * ON CONFLICT.
 */
export function mergeText(compiler: QueryCompiler, onConflict: unknown): string {
  const { tableName, formatter, single } = compiler;
  if (typeof single.table !== "string" || / as /i.test(single.table)) {
    throw unsupported("onConflict() on a table by another name", "name the table as it is called");
  }
  const { columns, values } = rowsOf(compiler);
  const keys = keysOf(onConflict);
  refuseTwins(keys, columns, values);
  const name = (column: string) => formatter.wrap(column);
  const theirs = (column: string) => `${formatter.wrap("excluded")}.${name(column)}`;
  const source = rowSource(compiler, columns, values);
  const matches = keys.map((key) => `${tableName}.${name(key)} = ${theirs(key)}`).join(" and ");
  return [
    `merge into ${tableName} using (${source}) as ${formatter.wrap("excluded")} on ${matches}`,
    ...(single.merge === undefined ? [] : [update()]),
    `when not matched then insert (${columns.map(name).join(", ")}) values (${columns.map(theirs).join(", ")})`,
  ].join(" ");

  function update(): string {
    // Before the assignments, as the values' places in the text are.
    const condition = compiler.where()?.replace(/^where /, "") ?? "";
    const assignments = assigned(single.merge, columns).flatMap((updates) =>
      typeof updates === "string" ? `${name(updates)} = ${theirs(updates)}` : compiler._prepUpdate(updates),
    );
    return `when matched${condition === "" ? "" : ` and (${condition})`} then update set ${assignments.join(", ")}`;
  }
}

function rowsOf(compiler: QueryCompiler): { columns: string[]; values: unknown[][] } {
  const rows = compiler.single.insert;
  if (isQuery(rows)) throw unsupported("onConflict() with a query", "send a MERGE with db.query()");
  if (compiler.with() !== "") throw unsupported("onConflict() with with()", "send a MERGE with db.query()");
  const prepared = compiler._prepInsert(rows);
  if (typeof prepared === "string" || prepared.columns.length === 0)
    throw invalidArgument("onConflict() needs rows to insert.");
  return prepared;
}

function keysOf(onConflict: unknown): string[] {
  if (Array.isArray(onConflict) && onConflict.every((key) => typeof key === "string")) return onConflict;
  throw unsupported(
    "onConflict() without columns",
    "name the columns by which rows are the same: Snowflake enforces no keys",
  );
}

/** What `.merge()` was told: names of columns, values to set, or nothing, which means all columns. */
function assigned(merge: unknown, columns: readonly string[]): readonly (string | object)[] {
  // knex's builder has put it there.
  const { updates } = merge as { readonly updates?: string | readonly string[] | object };
  if (updates === undefined) return columns;
  if (typeof updates === "string") return [updates];
  const list: readonly (string | object)[] = Array.isArray(updates) ? (updates as string[]) : [updates];
  if (list.length === 0 || (isPlain(updates) && Object.keys(updates).length === 0)) {
    throw invalidArgument(
      "merge() without a column would update nothing: use ignore(), or name what is to be updated.",
    );
  }
  return list;
}
