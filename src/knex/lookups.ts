import { invalidArgument } from "../errors.ts";
import { foldNames, type Dialect } from "../sql/dialect.ts";
import { unsupported } from "./refusals.ts";
import type { QueryResult } from "../queryable.ts";

/** A question to the catalog: its SQL, and what knex makes of the answer. */
export interface Lookup<T> {
  readonly sql: string;
  readonly bindings: string[];
  readonly output: (result: QueryResult) => T;
}

/** What knex tells of a column. */
interface ColumnInfo {
  readonly type: unknown;
  readonly maxLength: number | null;
  readonly nullable: boolean;
  readonly defaultValue: unknown;
}

/** Where the columns of all tables are told. Redshift's own view has external tables and late-binding views, too (docs.aws.amazon.com/redshift, "SVV_COLUMNS"). */
const views = { redshift: "svv_columns", snowflake: "information_schema.columns" } as const;

/** Asks whether a table or view is there. */
export function hasTable(table: unknown, schema: unknown, dialect: Dialect): Lookup<boolean> {
  return exists(place(table, schema, dialect), dialect);
}

/** Asks whether a table has a column. */
export function hasColumn(table: unknown, column: unknown, schema: unknown, dialect: Dialect): Lookup<boolean> {
  return exists(narrowed(place(table, schema, dialect), "column_name", column, dialect), dialect);
}

/** Asks for the columns of a table, by the names that rows carry; or for one. */
export function columnInfo(single: Readonly<Record<string, unknown>>, dialect: Dialect): Lookup<unknown> {
  const { table, schema, columnInfo: column } = single;
  const inTable = place(table, schema, dialect);
  const { condition, bindings } = column === undefined ? inTable : narrowed(inTable, "column_name", column, dialect);
  const facts = "column_name, data_type, character_maximum_length, is_nullable, column_default";
  return {
    sql: `select ${facts} from ${views[dialect.name]} where ${condition} order by ordinal_position`,
    bindings,
    output({ rows }) {
      const names = foldNames(
        rows.map((row) => String(row.column_name)),
        dialect,
      );
      const columns = rows.map((row, index) => [names[index], infoOf(row)] as const);
      return column === undefined
        ? (Object.fromEntries(columns) as Record<string, ColumnInfo>)
        : (columns[0]?.[1] ?? {});
    },
  };
}

function infoOf(row: Readonly<Record<string, unknown>>): ColumnInfo {
  const length = row.character_maximum_length;
  return {
    type: row.data_type,
    maxLength: length === null ? null : Number(length),
    nullable: row.is_nullable !== "NO",
    defaultValue: row.column_default,
  };
}

interface Condition {
  readonly condition: string;
  readonly bindings: string[];
}

function exists({ condition, bindings }: Condition, dialect: Dialect): Lookup<boolean> {
  return {
    sql: `select 1 as found from ${views[dialect.name]} where ${condition} limit 1`,
    bindings,
    output: ({ rows }) => rows.length > 0,
  };
}

/** Says where a table is. knex splits a name at its points, and so does this. */
function place(given: unknown, givenSchema: unknown, dialect: Dialect): Condition {
  if (typeof given !== "string") throw invalidArgument("The table must be named by a string.");
  const [table = "", schema, ...others] = given.split(".").reverse();
  if (others.length > 0) throw unsupported(`look at "database.schema.table"`, "name a table of this database");
  const inSchema = schema ?? givenSchema;
  const found =
    inSchema === undefined
      ? { condition: "table_schema = current_schema()", bindings: [] }
      : narrowed(undefined, "table_schema", inSchema, dialect);
  return narrowed(found, "table_name", table, dialect);
}

function narrowed(outer: Condition | undefined, column: string, name: unknown, dialect: Dialect): Condition {
  const names = nativeNames(name, dialect);
  const condition = `${column} in (${names.map(() => "?").join(", ")})`;
  if (outer === undefined) return { condition, bindings: names };
  return { condition: `${outer.condition} and ${condition}`, bindings: [...outer.bindings, ...names] };
}

/** The names that an object may have on the server: as it is written there, and folded as a name without quotes is. */
function nativeNames(name: unknown, dialect: Dialect): string[] {
  if (typeof name !== "string") throw invalidArgument("Schemas, tables and columns are named by strings.");
  const native = dialect.identifier(name).slice(1, -1).replaceAll('""', '"');
  return [...new Set([native, dialect.nativeName(name)])];
}
