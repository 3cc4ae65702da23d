import { shown as shownName } from "../binder/names.ts";
import { showStages } from "../bulk/stages.ts";
import { compilationError, unknownObject, unsupported } from "../errors.ts";
import type { Name } from "../sql/ast.ts";
import type { Show } from "../sql/statement-ast.ts";
import { shown, table } from "./answers.ts";
import type { PlainCell } from "./answers.ts";
import { keyOf } from "./catalog.ts";
import type { CatalogObject } from "./catalog.ts";
import { columnsOf, hasColumns, shownColumn, shownColumns } from "./describe.ts";
import { initialValue, parameters } from "./parameters.ts";
import type { Answer, Run } from "./run.ts";
import { parameterOf } from "./session.ts";

const showId = 0x4400;
const { text, timestamp, number } = shown;

/** The most rows that SHOW answers, whatever LIMIT says. */
const mostRows = 10_000;

/** Makes the test of SHOW … LIKE: case-insensitive, with % and _, which a backslash makes ordinary. */
function matcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const steps = pattern.match(/\\.|./gsu) ?? [];
  const source = steps.map((step) => (step === "%" ? ".*" : step === "_" ? "." : step.replace(/^\\(?=.)/s, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))).join(""); // prettier-ignore
  const test = new RegExp(`^${source}$`, "isu");
  return (name) => test.test(name);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);
const ordered = (names: readonly Name[]): Name[] => [...names].sort((a, b) => (a < b ? -1 : 1));

/** Runs SHOW. */
export async function show(statement: Show, run: Run): Promise<Answer> {
  const { account, session } = run;
  const matches = matcher(statement.like);
  switch (statement.what) {
    case "PARAMETERS":
      return showParameters(matches, run);
    case "TABLES":
      return showObjects(["table"], statement, run);
    case "VIEWS":
      return showObjects(["view"], statement, run);
    case "OBJECTS":
      return showObjects(["table", "view"], statement, run);
    case "SEQUENCES":
      return showObjects(["sequence"], statement, run);
    case "COLUMNS":
      return showColumns(statement, run);
    case "STAGES":
      return showStages(scopeOf(statement, run), matches, run);
    case "SCHEMAS":
      return showSchemas(statement, run);
    case "DATABASES": {
      const rows = account.catalog.databases().filter(matches).map((name) => [seconds(0), name, "N", name === session.database ? "Y" : "N", "", session.role]); // prettier-ignore
      return table(showId, [["created_on", timestamp], ["name", text], ["is_default", text], ["is_current", text], ["origin", text], ["owner", text]], rows); // prettier-ignore
    }
    case "WAREHOUSES":
      return table(showId, [["name", text], ["state", text], ["type", text], ["size", text]], [session.warehouse].flatMap((name) => (name !== null && matches(name) ? [[name, "STARTED", "STANDARD", "X-Small"]] : []))); // prettier-ignore
    case "VARIABLES":
      return table(showId, [["name", text], ["type", text]], [...session.variables].filter(([name]) => matches(name)).map(([name, { type }]) => [name, type.kind])); // prettier-ignore
    default:
      throw unsupported(`SHOW ${statement.what}`);
  }
}

function showParameters(matches: (name: string) => boolean, run: Run): Answer {
  const rows = parameters
    .filter(({ name }) => matches(name))
    .map(({ name, type }): PlainCell[] => [
      name,
      parameterOf(run.session, name),
      initialValue(name),
      run.session.parameters.has(name) ? "SESSION" : "",
      "",
      type,
    ]);
  return table(showId, [["key", text], ["value", text], ["default", text], ["level", text], ["description", text], ["type", text]], rows); // prettier-ignore
}

/** Cuts a list, sorted by name, as LIKE, STARTS WITH, LIMIT and FROM say. */
function page<T extends { readonly name: Name }>(
  found: readonly T[],
  { like, startsWith = "", limit, from }: Show,
): T[] {
  const matches = matcher(like);
  const matching = found.filter(({ name }) => matches(name) && name.startsWith(startsWith));
  const before = from === undefined ? -1 : matching.findIndex(({ name }) => name.startsWith(from));
  return matching.slice(before + 1).slice(0, Math.min(limit ?? mostRows, mostRows));
}

function showSchemas(statement: Show, { account, session }: Run): Answer {
  const database = statement.scope[0] ?? session.database ?? "";
  const { catalog } = account;
  const existing = catalog.schemas(database);
  if (existing === undefined) throw noScope();
  const schemas = ordered([...existing, "INFORMATION_SCHEMA"]).map((name) => ({ name }));
  const rows = page(schemas, statement).map(({ name }) => [
    seconds(0),
    name,
    "N",
    database === session.database && name === session.schema ? "Y" : "N",
    database,
    session.role,
    catalog.schemaComments.get(keyOf([database, name])) ?? "",
  ]);
  return table(showId, [["created_on", timestamp], ["name", text], ["is_default", text], ["is_current", text], ["database_name", text], ["owner", text], ["comment", text]], rows); // prettier-ignore
}

interface Found {
  readonly database: Name;
  readonly schema: Name;
  readonly name: Name;
  readonly object: CatalogObject;
}

/** All objects of the schema or database that a statement names, or the session is in. Throws 002043 where there is none. */
function inScope(statement: Show, run: Run): Found[] {
  const { catalog } = run.account;
  const { database, schema } = scopeOf(statement, run);
  const schemas = catalog.schemas(database);
  if (schemas === undefined || (schema !== undefined && !schemas.includes(schema))) throw noScope();
  return ordered(schema === undefined ? schemas : [schema]).flatMap((one) =>
    catalog
      .list(database, one, run.session.temporary)
      .map(([name, object]) => ({ database, schema: one, name, object })),
  );
}

function scopeOf({ scope, within }: Show, { account, session }: Run): { database: Name; schema: Name | undefined } {
  const current = session.database ?? "";
  const [last, parent] = [...scope].reverse();
  const isDatabase = within === undefined && parent === undefined && account.catalog.schemas(last ?? "") !== undefined;
  if (within === "DATABASE" || isDatabase) return { database: last ?? current, schema: undefined };
  return { database: parent ?? current, schema: last ?? session.schema ?? undefined };
}

const noScope = () => compilationError("002043", "02000", "Object does not exist, or operation cannot be performed.");

async function showObjects(kinds: readonly CatalogObject["t"][], statement: Show, run: Run): Promise<Answer> {
  const found = page(
    inScope(statement, run).filter(({ object }) => kinds.includes(object.t)),
    statement,
  );
  const counts = await rowCounts(found, run);
  const rows = found.map(({ database, schema, name, object }, i): PlainCell[] => {
    const kind = object.t === "table" && object.temporary ? "TEMPORARY" : object.t.toUpperCase();
    const terse = [seconds(object.created), name, kind, database, schema];
    return statement.terse ? terse : [...terse, object.comment ?? "", "", counts[i] ?? null, object.owner];
  });
  const terse = [["created_on", timestamp], ["name", text], ["kind", text], ["database_name", text], ["schema_name", text]] as const; // prettier-ignore
  const all = [...terse, ["comment", text], ["cluster_by", text], ["rows", number], ["owner", text]] as const;
  return table(showId, statement.terse ? terse : all, rows);
}

/** Counts the committed rows of tables; other objects have none. */
async function rowCounts(found: readonly Found[], { account, signal }: Run): Promise<(number | null)[]> {
  const counted = found.map(({ object }) =>
    object.t === "table" ? `(SELECT count(*) FROM ${object.physical})` : "CAST(NULL AS BIGINT)",
  );
  if (counted.length === 0) return [];
  const { columns } = await account.duckdb.run(`SELECT ${counted.join(", ")}`, signal);
  return columns.map(([count]) => (count === null || count === undefined ? null : Number(count)));
}

function showColumns(statement: Show, run: Run): Answer {
  const matches = matcher(statement.like);
  const rows = tablesIn(statement, run).flatMap((path) =>
    (columnsOf(path, run) ?? []).filter(({ name }) => matches(name)).map((column) => shownColumn(column, path)),
  );
  return table(showId, shownColumns, rows);
}

/** The table that SHOW COLUMNS names, or all of a schema or database. Throws 002003 for a table that does not exist. */
function tablesIn(statement: Show, run: Run): (readonly [Name, Name, Name])[] {
  const { scope, within } = statement;
  const { account, session } = run;
  if (within === "SCHEMA" || within === "DATABASE" || within === "ACCOUNT" || scope.length === 0) {
    return inScope(statement, run)
      .filter(({ object }) => hasColumns(object))
      .map(({ database, schema, name }) => [database, schema, name] as const);
  }
  const [name = "", schema = session.schema ?? "", database = session.database ?? ""] = [...scope].reverse();
  const path = [database, schema, name] as const;
  const object = account.catalog.find(path, session.temporary);
  if (object === undefined || !hasColumns(object)) throw unknownObject("Table", shownName(scope));
  return [path];
}
