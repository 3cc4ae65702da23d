import { bound } from "../binder/bound.ts";
import type { Bound, Column, Context, Relation } from "../binder/bound.ts";
import { bind } from "../binder/expressions.ts";
import { nullLiteral } from "../binder/literals.ts";
import { shown } from "../binder/names.ts";
import { compilationError, unknownObject } from "../errors.ts";
import type { Alias, Name } from "../sql/ast.ts";
import { placeOf } from "../sql/lexer.ts";
import type { FullName, Table, TableColumn } from "./catalog.ts";
import { fullName } from "./run.ts";
import type { Run } from "./run.ts";

/** Finds the table that a statement writes to or changes. Throws 002003 where there is none. */
export function tableOf(
  path: readonly Name[],
  { account, session }: Pick<Run, "account" | "session">,
): { table: Table; name: FullName } {
  const name = fullName(path, session);
  const found = account.catalog.find(name, session.temporary);
  if (found?.t !== "table") throw unknownObject("Table", shown(path));
  return { table: found, name };
}

/** Finds a column of a table. Throws 000904 where there is none. */
export function columnOf(table: Table, name: Name): TableColumn {
  const found = table.columns.find((column) => column.name === name);
  if (found === undefined)
    throw compilationError("000904", "42000", `error line 1 at position 0\ninvalid identifier '${shown([name])}'`);
  return found;
}

/** Makes the relation by which a statement names the columns of the table it changes; `alias` is its name in DuckDB. */
export function targetRelation(
  { table, name }: { table: Table; name: FullName },
  given: Alias,
  alias: string,
): Relation {
  const columns = table.columns.map((column): Column => ({
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    sql: `${alias}.${column.physical}`,
  }));
  return { name: given.name ?? name[2], path: given.name === undefined ? name : undefined, columns };
}

/** Binds what a column holds where a statement names no value for it: the next number, the default, or NULL. */
export function initialOf(column: TableColumn, context: Context): Bound {
  if (column.identity !== undefined)
    return bound(`CAST(nextval('${column.identity}') AS DECIMAL(38,0))`, column.type, false);
  if (column.initial === undefined) return nullLiteral;
  const { expr, statement } = column.initial;
  return bind(expr, undefined, {
    ...context,
    text: statement,
    place: (offset) => placeOf(statement, offset),
    binds: [],
  });
}
