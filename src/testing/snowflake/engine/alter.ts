import { cast } from "../binder/casts.ts";
import { shown } from "../binder/names.ts";
import { compilationError } from "../errors.ts";
import type { AlterAction, ColumnDef, Statement } from "../sql/statement-ast.ts";
import { storageType } from "../types/storage.ts";
import { resolveType } from "../types/types.ts";
import { status } from "./answers.ts";
import type { FullName, Table, TableColumn } from "./catalog.ts";
import { contextOf, fullName } from "./run.ts";
import type { Answer, Run } from "./run.ts";
import { parameterOf } from "./session.ts";
import { writeTo } from "./storage.ts";
import { columnOf, initialOf, tableOf } from "./targets.ts";

const done = status(0x6000, "Statement executed successfully.");

/** Runs ALTER TABLE. Only changes of columns touch DuckDB: names are the catalog's alone. */
export async function alterTable(
  { path, ifExists, action }: Extract<Statement, { t: "alterTable" }>,
  run: Run,
): Promise<Answer> {
  if (ifExists && run.account.catalog.find(fullName(path, run.session), run.session.temporary) === undefined)
    return done;
  const { table, name } = tableOf(path, run);
  await writeTo(table, "exclusive", run, () => change(action, table, name, run));
  return done;
}

async function change(action: AlterAction, table: Table, name: FullName, run: Run): Promise<void> {
  const { catalog, duckdb } = run.account;
  const { temporary } = run.session;
  switch (action.t) {
    case "comment":
      table.comment = action.text;
      return;
    case "rename": {
      const to = fullName(action.to.length === 1 ? [name[0], name[1], ...action.to] : action.to, run.session);
      if (catalog.find(to, temporary) !== undefined)
        throw compilationError("002002", "42710", `Object '${shown([to[2]])}' already exists.`);
      catalog.remove(name, temporary);
      catalog.put(to, table, temporary);
      return;
    }
    case "swap": {
      const other = tableOf(action.with, run);
      catalog.put(name, other.table, temporary);
      catalog.put(other.name, table, temporary);
      return;
    }
    case "addColumn":
      for (const definition of action.columns) await addColumn(definition, action.ifNotExists, table, run);
      return;
    case "dropColumn":
      for (const column of action.names) {
        if (action.ifExists && !table.columns.some((one) => one.name === column)) continue;
        const gone = columnOf(table, column);
        if (table.columns.length === 1)
          throw compilationError("002140", "42601", `Cannot drop the only column '${shown([column])}'`);
        await duckdb.run(`ALTER TABLE ${table.physical} DROP COLUMN ${gone.physical}`);
        table.columns = table.columns.filter((one) => one !== gone);
      }
      return;
    case "renameColumn": {
      const column = columnOf(table, action.from);
      if (table.columns.some((one) => one.name === action.to))
        throw compilationError("002025", "42S21", `duplicate column name '${shown([action.to])}'`);
      exchange(table, column, { ...column, name: action.to });
      return;
    }
    case "alterType": {
      const column = columnOf(table, action.name);
      const type = resolveType(action.type, parameterOf(run.session, "TIMESTAMP_TYPE_MAPPING"));
      if (type.kind !== column.type.kind || type.scale !== column.type.scale)
        throw compilationError(
          "002108",
          "22000",
          `cannot change column ${shown([column.name])} from type ${column.type.kind} to ${type.kind}`,
        );
      await duckdb.run(`ALTER TABLE ${table.physical} ALTER ${column.physical} TYPE ${storageType(type)}`);
      exchange(table, column, { ...column, type });
      return;
    }
    case "nullability": {
      const column = columnOf(table, action.name);
      await duckdb.run(
        `ALTER TABLE ${table.physical} ALTER ${column.physical} ${action.notNull ? "SET" : "DROP"} NOT NULL`,
      );
      exchange(table, column, { ...column, nullable: !action.notNull });
    }
  }
}

function exchange(table: Table, before: TableColumn, after: TableColumn): void {
  table.columns = table.columns.map((column) => (column === before ? after : column));
}

async function addColumn(definition: ColumnDef, ifNotExists: boolean, table: Table, run: Run): Promise<void> {
  const { duckdb, catalog } = run.account;
  const exists = table.columns.some(({ name }) => name === definition.name);
  if (exists && ifNotExists) return;
  if (exists) throw compilationError("001430", "42601", `column '${shown([definition.name])}' already exists`);
  if (definition.identity !== undefined)
    throw compilationError("002206", "42601", "Cannot add an AUTOINCREMENT column to a table.");
  const type = resolveType(definition.type, parameterOf(run.session, "TIMESTAMP_TYPE_MAPPING"));
  const column: TableColumn = {
    name: definition.name,
    type,
    nullable: !definition.notNull,
    physical: `c${catalog.nextId()}x`,
    ...(definition.default && { initial: { expr: definition.default, statement: run.text } }),
  };
  const { context } = contextOf(run);
  await duckdb.run(`ALTER TABLE ${table.physical} ADD COLUMN ${column.physical} ${storageType(type)}`);
  if (definition.default !== undefined)
    await duckdb.run(
      `UPDATE ${table.physical} SET ${column.physical} = ${cast(initialOf(column, context), type, context, true)}`,
    );
  if (definition.notNull) await duckdb.run(`ALTER TABLE ${table.physical} ALTER ${column.physical} SET NOT NULL`);
  table.columns = [...table.columns, column];
}
