import { shown } from "../binder/names.ts";
import { bind } from "../binder/expressions.ts";
import { bindQuery, renamed } from "../binder/queries.ts";
import { dropWithin } from "../bulk/stages.ts";
import { compilationError, unknownObject } from "../errors.ts";
import type { Name } from "../sql/ast.ts";
import type { ColumnDef, CreateTable, Statement } from "../sql/statement-ast.ts";
import { statements } from "../sql/statements.ts";
import { resolveType } from "../types/types.ts";
import { status } from "./answers.ts";
import type { CatalogObject, FullName, Table, TableColumn } from "./catalog.ts";
import { contextOf, fullName } from "./run.ts";
import type { Answer, Run } from "./run.ts";
import { createSql, physicalNames, readSql } from "./storage.ts";
import { parameterOf } from "./session.ts";
import { tableOf } from "./targets.ts";
import { cast } from "../binder/casts.ts";

const ddl = 0x6000;
type Of<T extends Statement["t"]> = Extract<Statement, { t: T }>;

/** Puts a new object in its place. Tells whether it is to be made: with IF NOT EXISTS one that is there stays. */
function vacant(
  name: FullName,
  { replace, ifNotExists }: { replace: boolean; ifNotExists: boolean },
  run: Run,
  temporary = false,
): boolean {
  const { catalog } = run.account;
  if (catalog.schemas(name[0])?.includes(name[1]) !== true) throw unknownObject("Schema", shown(name.slice(0, 2)));
  // A temporary table may hide a lasting one of the same name.
  const found = temporary ? run.session.temporary.get(JSON.stringify(name)) : catalog.find(name, run.session.temporary);
  if (found === undefined || replace) return true;
  if (!temporary && found.t === "table" && found.temporary) return true;
  if (ifNotExists) return false;
  throw compilationError("002002", "42710", `Object '${shown([name[2]])}' already exists.`);
}

/** Runs CREATE TABLE in all its forms. */
export async function createTable(statement: CreateTable, run: Run): Promise<Answer> {
  const { account, session } = run;
  const name = fullName(statement.path, session);
  const { temporary } = statement;
  if (!vacant(name, statement, run, temporary))
    return status(ddl, `${shown([name[2]])} already exists, statement succeeded.`);
  const id = account.catalog.nextId();
  const physical = `t${id}`;
  const source = statement.as === undefined ? undefined : bindQuery(statement.as, undefined, contextOf(run).context);
  const columns =
    source === undefined ? await ownColumns(statement, run, id) : queryColumns(statement, source.columns, run);
  const copied = statement.clone === undefined ? undefined : tableOf(statement.clone, run).table;
  const fill =
    source === undefined
      ? copied && `SELECT ${physicalNames(copied)} FROM ${readSql(copied, undefined)} AS before`
      : `SELECT ${columns.map((column, i) => cast(sourceCell(source.columns[i], column), column.type, contextOf(run).context, true)).join(", ")} FROM (${source.sql}) s`;
  await account.duckdb.run(
    [createSql(physical, columns), ...(fill === undefined ? [] : [`INSERT INTO ${physical} ${fill}`])].join(";"),
    run.signal,
  );
  const table: Table = {
    t: "table",
    id,
    physical,
    temporary,
    columns,
    created: account.now(),
    owner: session.role ?? "",
  };
  await replace(name, table, run);
  return status(ddl, `Table ${shown([name[2]])} successfully created.`);
}

function sourceCell(
  column: { sql: string; type: TableColumn["type"]; nullable: boolean } | undefined,
  target: TableColumn,
): Parameters<typeof cast>[0] {
  return column === undefined
    ? { sql: "NULL", type: target.type, nullable: true }
    : { sql: `s.${column.sql}`, type: column.type, nullable: column.nullable };
}

async function ownColumns(statement: CreateTable, run: Run, id: number): Promise<TableColumn[]> {
  const like = statement.like ?? statement.clone;
  if (like !== undefined) return [...tableOf(like, run).table.columns];
  const names = statement.columns.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw compilationError("002025", "42S21", `duplicate column name '${shown([twice])}'`);
  return Promise.all(statement.columns.map((definition, i) => columnOf(definition, `${id}_${i + 1}`, i + 1, run)));
}

async function columnOf(definition: ColumnDef, sequence: string, position: number, run: Run): Promise<TableColumn> {
  const { name, notNull, identity } = definition;
  const type = resolveType(definition.type, parameterOf(run.session, "TIMESTAMP_TYPE_MAPPING"));
  if (identity !== undefined) await run.account.duckdb.run(sequenceSql(`s${sequence}`, identity.start, identity.step));
  if (definition.default !== undefined) bind(definition.default, undefined, contextOf(run).context);
  return {
    name,
    type,
    nullable: !notNull,
    physical: `c${position}`,
    ...(identity && { identity: `s${sequence}` }),
    ...(definition.default && { initial: { expr: definition.default, statement: run.text } }),
  };
}

const sequenceSql = (name: string, start: number, step: number): string =>
  `CREATE SEQUENCE ${name} START ${start} INCREMENT ${step} ${step < 0 ? "MINVALUE -9223372036854775807 MAXVALUE 9223372036854775806" : `MINVALUE ${Math.min(1, start)}`}`;

function queryColumns(
  statement: CreateTable,
  source: readonly { name: Name; type: TableColumn["type"]; nullable: boolean }[],
  run: Run,
): TableColumn[] {
  const given = statement.columns.length > 0 ? statement.columns.map(({ name }) => name) : statement.names;
  if (given.length > 0 && given.length !== source.length)
    throw compilationError("002026", "42601", `Invalid column definition list`);
  const mapping = parameterOf(run.session, "TIMESTAMP_TYPE_MAPPING");
  const names = source.map((column, i) => given[i] ?? column.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw compilationError("002025", "42S21", `duplicate column name '${shown([twice])}'`);
  return source.map((column, i) => {
    const definition = statement.columns[i];
    const type = definition === undefined ? column.type : resolveType(definition.type, mapping);
    return { name: names[i] ?? column.name, type, nullable: definition?.notNull !== true, physical: `c${i + 1}` };
  });
}

async function replace(name: FullName, object: CatalogObject, run: Run): Promise<void> {
  const { catalog } = run.account;
  const isTemporary = object.t === "table" && object.temporary;
  const before = isTemporary ? run.session.temporary.get(JSON.stringify(name)) : catalog.find(name, new Map());
  if (before !== undefined && !isTemporary) catalog.remove(name, new Map());
  catalog.put(name, object, run.session.temporary);
  if (before !== undefined) await discard([before], run);
}

/** Drops what DuckDB keeps for objects that nothing names any more. */
export async function discard(objects: readonly CatalogObject[], { account }: Pick<Run, "account">): Promise<void> {
  for (const object of objects) {
    if (object.t === "table") await account.duckdb.run(`DROP TABLE IF EXISTS ${object.physical}`);
    if (object.t === "sequence") await account.duckdb.run(`DROP SEQUENCE IF EXISTS ${object.physical}`);
  }
}

/** Runs CREATE VIEW: the query is checked now and kept as text. */
export async function createView(statement: Of<"createView">, run: Run): Promise<Answer> {
  const name = fullName(statement.path, run.session);
  if (!vacant(name, statement, run)) return status(ddl, `${shown([name[2]])} already exists, statement succeeded.`);
  const { columns } = bindQuery(statement.query, undefined, contextOf(run).context);
  const [parsed] = statements(statement.text);
  if (parsed?.statement.t !== "query") throw compilationError("001003", "42000", "A view needs a query.");
  const { query } = parsed.statement;
  await replace(
    name,
    {
      t: "view",
      query,
      text: statement.text,
      names: statement.columns,
      columns: renamed(columns, statement.columns).map((column) => ({
        name: column.name,
        type: column.type,
        nullable: column.nullable,
      })),
      created: run.account.now(),
      owner: run.session.role ?? "",
    },
    run,
  );
  return status(ddl, `View ${shown([name[2]])} successfully created.`);
}

/** Runs CREATE SEQUENCE. */
export async function createSequence(statement: Of<"createSequence">, run: Run): Promise<Answer> {
  const name = fullName(statement.path, run.session);
  if (!vacant(name, statement, run)) return status(ddl, `${shown([name[2]])} already exists, statement succeeded.`);
  const physical = `q${run.account.catalog.nextId()}`;
  await run.account.duckdb.run(sequenceSql(physical, statement.start, statement.step));
  await replace(
    name,
    { t: "sequence", physical, step: statement.step, created: run.account.now(), owner: run.session.role ?? "" },
    run,
  );
  return status(ddl, `Sequence ${shown([name[2]])} successfully created.`);
}

/** Runs CREATE SCHEMA and CREATE DATABASE; the session moves into what it made. */
export async function createNamespace(
  { kind, path, replace: again, ifNotExists }: Of<"createNamespace">,
  run: Run,
): Promise<Answer> {
  const { account, session } = run;
  const { catalog } = account;
  const [last = "", parent = session.database ?? ""] = [...path].reverse();
  const isDatabase = kind === "DATABASE";
  if (!isDatabase && catalog.schemas(parent) === undefined) throw unknownObject("Database", shown([parent]));
  const exists = isDatabase ? catalog.schemas(last) !== undefined : catalog.schemas(parent)?.includes(last) === true;
  if (exists && ifNotExists) return status(ddl, `${shown([last])} already exists, statement succeeded.`);
  if (exists && !again) throw compilationError("002002", "42710", `Object '${shown([last])}' already exists.`);
  if (exists) dropWithin(isDatabase ? [last] : [parent, last], run);
  if (exists) await discard(isDatabase ? catalog.dropDatabase(last) : catalog.dropSchema(parent, last), run);
  if (isDatabase) catalog.createDatabase(last);
  else catalog.createSchema(parent, last);
  session.database = isDatabase ? last : parent;
  session.schema = isDatabase ? "PUBLIC" : last;
  return status(ddl, `${isDatabase ? "Database" : "Schema"} ${shown([last])} successfully created.`);
}

/** Runs DROP of any kind of object. */
export async function drop({ kind, path, ifExists }: Of<"drop">, run: Run): Promise<Answer> {
  const { account, session } = run;
  const { catalog } = account;
  const label = kind.charAt(0) + kind.slice(1).toLowerCase();
  const gone = (objects: CatalogObject[] | undefined): CatalogObject[] => {
    if (objects === undefined && !ifExists) throw unknownObject(label, shown(path));
    return objects ?? [];
  };
  const [last = "", parent = session.database ?? ""] = [...path].reverse();
  let found: boolean;
  if (kind === "DATABASE") {
    found = catalog.schemas(last) !== undefined;
    await discard(gone(found ? catalog.dropDatabase(last) : undefined), run);
    dropWithin([last], run);
    if (session.database === last) [session.database, session.schema] = [null, null];
  } else if (kind === "SCHEMA") {
    found = catalog.schemas(parent)?.includes(last) === true;
    await discard(gone(found ? catalog.dropSchema(parent, last) : undefined), run);
    dropWithin([parent, last], run);
    if (session.database === parent && session.schema === last) session.schema = null;
  } else {
    const name = fullName(path, session);
    const object = catalog.find(name, session.temporary);
    found = object?.t.toUpperCase() === kind;
    const objects = gone(object !== undefined && found ? [object] : undefined);
    if (found) catalog.remove(name, session.temporary);
    await discard(objects, run);
  }
  return status(
    ddl,
    found
      ? `${shown([last])} successfully dropped.`
      : "Drop statement executed successfully (" + shown([last]) + " already dropped).",
  );
}
