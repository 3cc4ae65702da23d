import type { Context, Scope } from "../binder/bound.ts";
import { cast } from "../binder/casts.ts";
import { bind } from "../binder/expressions.ts";
import { bindFrom } from "../binder/relations.ts";
import { SnowflakeError, unsupported } from "../errors.ts";
import type { Expr, From, Name } from "../sql/ast.ts";
import type { Delete, Merge, MergeClause, Update } from "../sql/statement-ast.ts";
import { boolean } from "../types/types.ts";
import { counts } from "./answers.ts";
import type { Table } from "./catalog.ts";
import { contextOf } from "./run.ts";
import type { Answer, Run } from "./run.ts";
import { writeTo } from "./storage.ts";
import { columnOf, initialOf, tableOf, targetRelation } from "./targets.ts";

const condition = (word: string, expr: Expr | undefined, scope: Scope, context: Context): string =>
  expr === undefined ? "" : ` ${word} ${cast(bind(expr, scope, context), boolean, context)}`;

function assignments(set: readonly (readonly [Name, Expr])[], table: Table, scope: Scope, context: Context): string {
  return set
    .map(([name, expr]) => {
      const column = columnOf(table, name);
      const value = expr.t === "default" ? initialOf(column, context) : bind(expr, scope, context);
      return `${column.physical} = ${cast(value, column.type, context, true)}`;
    })
    .join(", ");
}

/** What UPDATE and DELETE share: the target, what is joined to it, and the condition. */
function reach(
  target: ReturnType<typeof tableOf>,
  statement: Update | Delete,
  joined: From | undefined,
  context: Context,
): { scope: Scope; from: string; where: string; alias: string } {
  const alias = context.alias();
  const relation = targetRelation(target, statement.alias, alias);
  const from = joined === undefined ? undefined : bindFrom(joined, { relations: [relation] }, context);
  const scope: Scope = {
    relations: [relation, ...(from?.relations ?? [])],
    ...(from?.merged && { merged: from.merged }),
  };
  return { scope, from: from?.sql ?? "", where: condition("WHERE", statement.where, scope, context), alias };
}

/** Runs UPDATE. */
export async function update(statement: Update, run: Run): Promise<Answer> {
  const target = tableOf(statement.path, run);
  const updated = await writeTo(target.table, "exclusive", run, async (physical) => {
    const { context } = contextOf(run);
    const { scope, from, where, alias } = reach(target, statement, statement.from, context);
    const set = assignments(statement.set, target.table, scope, context);
    if (run.describeOnly) return 0;
    if (from !== "" && (await joinsTwice(`${physical} ${alias}, ${from}${where}`, alias, run)))
      throw unsupported("An UPDATE that joins one row with several");
    const result = await run.account.duckdb.run(
      `UPDATE ${physical} AS ${alias} SET ${set}${from === "" ? "" : ` FROM ${from}`}${where}`,
      run.signal,
    );
    return Number(result.columns[0]?.[0] ?? 0);
  });
  return counts(0x3200, { "number of rows updated": updated, "number of multi-joined rows updated": 0 });
}

// Which of several partners wins is not determined in Snowflake, and so not here.
async function joinsTwice(from: string, alias: string, run: Run): Promise<boolean> {
  const found = await run.account.duckdb.run(
    `SELECT 1 FROM ${from} GROUP BY ${alias}.rowid HAVING count(*) > 1 LIMIT 1`,
    run.signal,
  );
  return found.rowCount > 0;
}

/** Runs DELETE. */
export async function remove(statement: Delete, run: Run): Promise<Answer> {
  const target = tableOf(statement.path, run);
  const deleted = await writeTo(target.table, "exclusive", run, async (physical) => {
    const { context } = contextOf(run);
    const { from, where, alias } = reach(target, statement, statement.using, context);
    if (run.describeOnly) return 0;
    const result = await run.account.duckdb.run(
      `DELETE FROM ${physical} AS ${alias}${from === "" ? "" : ` USING ${from}`}${where}`,
      run.signal,
    );
    return Number(result.columns[0]?.[0] ?? 0);
  });
  return counts(0x3300, { "number of rows deleted": deleted });
}

/** Runs MERGE. Throws 100090 where several rows of the source match one of the target that is to be changed. */
export async function merge(statement: Merge, run: Run): Promise<Answer> {
  const target = tableOf(statement.path, run);
  const actions = await writeTo(target.table, "exclusive", run, async (physical) => {
    const { context } = contextOf(run);
    const alias = context.alias();
    const relation = targetRelation(target, statement.alias, alias);
    const source = bindFrom(statement.source, { relations: [] }, context);
    const scope: Scope = { relations: [relation, ...source.relations] };
    const on = condition("ON", statement.on, scope, context);
    const clauses = statement.clauses.map((clause) =>
      clauseSql(clause, target.table, scope, { relations: source.relations }, context),
    );
    if (run.describeOnly) return [];
    const changes = statement.clauses.some(({ matched }) => matched);
    if (changes && (await joinsTwice(`${physical} ${alias} JOIN ${source.sql}${on}`, alias, run)))
      throw new SnowflakeError("100090", "42P18", "Duplicate row detected during DML action");
    const sql = `MERGE INTO ${physical} AS ${alias} USING ${source.sql}${on} ${clauses.join(" ")} RETURNING merge_action`;
    const result = await run.account.duckdb.run(sql, run.signal);
    return result.columns[0] ?? [];
  });
  const count = (action: string): number => actions.filter((one) => one === action).length;
  const has = (t: string): boolean => statement.clauses.some(({ action }) => action.t === t);
  return counts(0x3400, {
    ...(has("insert") && { "number of rows inserted": count("INSERT") }),
    ...(has("update") && { "number of rows updated": count("UPDATE") }),
    ...(has("delete") && { "number of rows deleted": count("DELETE") }),
  });
}

function clauseSql(
  { matched, condition: extra, action }: MergeClause,
  table: Table,
  scope: Scope,
  source: Scope,
  context: Context,
): string {
  const when = `WHEN ${matched ? "" : "NOT "}MATCHED${condition("AND", extra, matched ? scope : source, context)} THEN`;
  if (action.t === "delete") return `${when} DELETE`;
  if (action.t === "update") return `${when} UPDATE SET ${assignments(action.set, table, scope, context)}`;
  const targets = action.columns.length === 0 ? table.columns : action.columns.map((name) => columnOf(table, name));
  const values = table.columns.map((column) => {
    const expr = action.values[targets.indexOf(column)];
    const value = expr === undefined || expr.t === "default" ? initialOf(column, context) : bind(expr, source, context);
    return cast(value, column.type, context, true);
  });
  return `${when} INSERT (${table.columns.map(({ physical }) => physical).join(", ")}) VALUES (${values.join(", ")})`;
}
