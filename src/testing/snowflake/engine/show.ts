import { bindQuery } from "../binder/queries.ts";
import { unknownObject, unsupported } from "../errors.ts";
import type { Show, Statement } from "../sql/statement-ast.ts";
import { shown as shownName } from "../binder/names.ts";
import { maxTextLength, typeName } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import { shown, table } from "./answers.ts";
import type { PlainCell } from "./answers.ts";
import { defaultText } from "./catalog.ts";
import type { CatalogObject, TableColumn } from "./catalog.ts";
import { initialValue, parameters } from "./parameters.ts";
import { contextOf, sourceOf } from "./run.ts";
import type { Answer, Run } from "./run.ts";
import { parameterOf } from "./session.ts";
import { tableOf } from "./targets.ts";

const showId = 0x4400;
const { text, timestamp } = shown;

/** Makes the test of SHOW … LIKE: case-insensitive, with % and _. */
function matcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("%", ".*").replaceAll("_", "."); // prettier-ignore
  const test = new RegExp(`^${source}$`, "is");
  return (name) => test.test(name);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** Runs SHOW. */
export function show(statement: Show, run: Run): Answer {
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
    case "SCHEMAS": {
      const database = statement.scope[0] ?? session.database ?? "";
      const names = [...(account.catalog.schemas(database) ?? []), "INFORMATION_SCHEMA"].filter(matches);
      const rows = names.map((name) => [
        seconds(0),
        name,
        "N",
        database === session.database && name === session.schema ? "Y" : "N",
        database,
        session.role,
      ]);
      return table(showId, [["created_on", timestamp], ["name", text], ["is_default", text], ["is_current", text], ["database_name", text], ["owner", text]], rows); // prettier-ignore
    }
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

function inScope(
  statement: Show,
  { account, session }: Run,
): { database: string; schema: string; name: string; object: CatalogObject }[] {
  const [first, second] = statement.scope;
  const database =
    (second === undefined && account.catalog.schemas(first ?? "") === undefined ? undefined : first) ??
    session.database ??
    "";
  const schema = second ?? (first === database ? undefined : (first ?? session.schema)) ?? undefined;
  return (account.catalog.schemas(database) ?? [])
    .filter((one) => schema === undefined || one === schema)
    .flatMap((one) =>
      account.catalog
        .list(database, one, session.temporary)
        .map(([name, object]) => ({ database, schema: one, name, object })),
    );
}

function showObjects(kinds: readonly CatalogObject["t"][], statement: Show, run: Run): Answer {
  const matches = matcher(statement.like);
  const rows = inScope(statement, run)
    .filter(({ name, object }) => kinds.includes(object.t) && matches(name))
    .map(({ database, schema, name, object }) => [
      seconds(object.created),
      name,
      database,
      schema,
      object.t === "table" && object.temporary ? "TEMPORARY" : object.t.toUpperCase(),
      object.owner,
    ]);
  return table(showId, [["created_on", timestamp], ["name", text], ["database_name", text], ["schema_name", text], ["kind", text], ["owner", text]], rows); // prettier-ignore
}

// SHOW COLUMNS describes each type as JSON.
function typeJson({ kind, precision, scale, length }: SqlType, nullable: boolean): string {
  const described = kind === "text" || kind === "binary" ? { length, byteLength: kind === "text" ? Math.min(maxTextLength, length * 4) : length } : kind === "fixed" ? { precision, scale } : scale > 0 ? { precision: 0, scale } : {}; // prettier-ignore
  return JSON.stringify({ type: kind.toUpperCase(), ...described, nullable, ...(kind === "text" && { fixed: false }) });
}

function showColumns(statement: Show, run: Run): Answer {
  const matches = matcher(statement.like);
  const one =
    statement.scope.length > 0 ? run.account.catalog.find(tableName(statement, run), run.session.temporary) : undefined;
  const found = inScope(one === undefined ? statement : { ...statement, scope: [] }, run).filter(
    ({ object }) => one === undefined || object === one,
  );
  const rows = found.flatMap(({ database, schema, name, object }) =>
    object.t === "table"
      ? object.columns.filter((column) => matches(column.name)).map((column) => [name, schema, column.name, typeJson(column.type, column.nullable), column.nullable ? "true" : "NOT_NULL", defaultText(column) ?? "", "COLUMN", "", "", database, column.identity === undefined ? "" : "IDENTITY"]) // prettier-ignore
      : [],
  );
  const names = [
    "table_name",
    "schema_name",
    "column_name",
    "data_type",
    "null?",
    "default",
    "kind",
    "expression",
    "comment",
    "database_name",
    "autoincrement",
  ];
  return table(showId, names.map((name) => [name, text] as const), rows); // prettier-ignore
}

function tableName({ scope }: Show, { session }: Run): readonly [string, string, string] {
  const [name = "", schema = session.schema ?? "", database = session.database ?? ""] = [...scope].reverse();
  return [database, schema, name];
}

/** Runs DESCRIBE TABLE and DESCRIBE VIEW. */
export function describe({ path }: Extract<Statement, { t: "describe" }>, run: Run): Answer {
  const source = sourceOf(path, run);
  if (source === undefined) throw unknownObject("Table", shownName(path));
  const columns: readonly Pick<TableColumn, "name" | "type" | "nullable" | "initial">[] =
    source.t === "view"
      ? bindQuery(source.query, undefined, { ...contextOf(run).context, text: source.text }).columns
      : source.path[1] === "INFORMATION_SCHEMA"
        ? source.columns
        : tableOf(path, run).table.columns;
  const rows = columns.map(({ name, type, nullable, initial }) => [
    name,
    typeName(type),
    "COLUMN",
    nullable ? "Y" : "N",
    defaultText({ ...(initial && { initial }) }),
    "N",
    "N",
    null,
    null,
    null,
  ]);
  const names = [
    "name",
    "type",
    "kind",
    "null?",
    "default",
    "primary key",
    "unique key",
    "check",
    "expression",
    "comment",
  ];
  return table(0x4500, names.map((name) => [name, text] as const), rows); // prettier-ignore
}
