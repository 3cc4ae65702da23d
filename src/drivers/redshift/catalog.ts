import { columnIn, keysIn, schemaKindIn, tableIn } from "./catalog-rows.ts";
import { invalidArgument } from "../../errors.ts";
import { nameIn, numberIn, textIn } from "../../sql/catalog.ts";
import { sql } from "../../sql/tag.ts";
import type { Ask, CatalogDialect, CatalogRow, GivenName, NativeColumn, NativeTable } from "../../sql/catalog.ts";

/**
 * Redshift's objects, as the SVV_ALL_… and SVV_REDSHIFT_… views tell them, which any user may read: what lies in the cluster, in outside
 * catalogs and in datashares. Not `pg_table_def`, which sees only the search path; not `svv_table_info`, which only a superuser reads and
 * which leaves out empty tables; and not SHOW TABLES, which older clusters lack (docs.aws.amazon.com/redshift, the pages of these views).
 *
 * Each view is asked by itself: functions and relations of the leader node cannot be joined with others.
 */
export const redshiftCatalog: CatalogDialect = {
  isSystemSchema: (nativeName) => nativeName.startsWith("pg_") || nativeName === "information_schema",

  async schemas(ask) {
    const { database } = await placeOf(ask);
    const rows = await ask(sql`select schema_name, schema_type from svv_all_schemas where database_name = ${database}`);
    return rows.map((row) => ({
      nativeName: nameIn(row, "schema_name"),
      kind: schemaKindIn(row),
      owner: undefined,
      comment: undefined,
    }));
  },

  async tables(ask, given, like) {
    const { database, schema } = await placeOf(ask);
    const schemas = given === "*" ? undefined : given === undefined ? [currentOf(schema)] : spellings(given);
    const inSchemas = schemas === undefined ? sql.empty : sql`and schema_name in (${schemas})`;
    const rows = await ask(sql`select schema_name, table_name, table_type, remarks from svv_all_tables
      where database_name = ${database} ${inSchemas} ${like === undefined ? sql.empty : sql`and table_name like ${like}`}`);
    const tables = inFirst(rows, schemas).map(tableIn);
    if (tables.length > 0) return withMaterialized(tables, database, ask);
    if (schemas === undefined) return [];
    const known = await ask(sql`select schema_name from svv_all_schemas
      where database_name = ${database} and schema_name in (${schemas})`);
    return known.length === 0 ? undefined : [];
  },

  async columns(ask, given) {
    const { database, path } = await placeOf(ask);
    const schemas = given.schema === undefined ? path : spellings(given.schema);
    const tables = spellings(given.table);
    const columns = sql`column_name, ordinal_position, column_default, is_nullable, data_type, character_maximum_length,
      numeric_precision, numeric_scale, remarks`;
    const everywhere = sql`select schema_name, table_name, ${columns} from svv_all_columns
      where database_name = ${database} and schema_name in (${schemas}) and table_name in (${tables})`;
    // It alone knows late-binding views.
    const here = sql`select table_schema as schema_name, table_name, ${columns} from svv_columns
      where table_schema in (${schemas}) and table_name in (${tables})`;
    for (const statement of [everywhere, here]) {
      const rows = inFirst(inFirst(await ask(statement), schemas), tables, "table_name");
      if (rows.length > 0) return withKeys(rows, database, ask);
    }
    // A late-binding view has no columns while what it reads is missing.
    const known = await ask(sql`select table_name from svv_all_tables
      where database_name = ${database} and schema_name in (${schemas}) and table_name in (${tables})`);
    return known.length === 0 ? undefined : [];
  },
};

/** Where the session is: its database, its current schema, and where it looks for a table without a schema. */
interface Place {
  readonly database: string;
  readonly schema: string | undefined;
  readonly path: readonly string[];
}

async function placeOf(ask: Ask): Promise<Place> {
  const [row = {}] = await ask(sql`select current_database() as database_name, current_schema() as schema_name,
    current_schemas(true) as search_path`);
  return {
    database: nameIn(row, "database_name"),
    schema: textIn(row, "schema_name"),
    path: arrayElements(nameIn(row, "search_path")),
  };
}

/** Reads an array as PostgreSQL writes it: `{public,"My Schema"}`. */
function arrayElements(text: string): string[] {
  const elements = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs);
  return [...elements].map(([, quoted, plain = ""]) => quoted?.replace(/\\(.)/gs, "$1") ?? plain);
}

function currentOf(schema: string | undefined): string {
  if (schema === undefined)
    throw invalidArgument("No schema of the session's search path exists: name one, { schema }.");
  return schema;
}

/**
 * What a name can be on the server: as it is written, or folded. The server folds letters to lower case, in quotes, too, unless
 * `enable_case_sensitive_identifier` is on, or was when the object was made.
 */
function spellings({ name }: GivenName): string[] {
  return [...new Set([name, name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())])];
}

/** Keeps the rows of the first of these names that has any. */
function inFirst(
  rows: readonly CatalogRow[],
  names: readonly string[] | undefined,
  column = "schema_name",
): readonly CatalogRow[] {
  if (names === undefined) return rows;
  const first = names.find((name) => rows.some((row) => row[column] === name));
  return rows.filter((row) => row[column] === first);
}

/** The views that list tables call a materialized view a view. */
async function withMaterialized(tables: NativeTable[], database: string, ask: Ask): Promise<NativeTable[]> {
  if (!tables.some(({ kind }) => kind === "view")) return tables;
  const rows = await ask(sql`select schema_name, name from svv_mv_info where database_name = ${database}`);
  // CHAR(128), filled up with blanks.
  const keys = new Set(rows.map((row) => keyOf(nameIn(row, "schema_name").trimEnd(), nameIn(row, "name").trimEnd())));
  return tables.map((table) =>
    keys.has(keyOf(table.nativeSchema, table.nativeName)) ? { ...table, kind: "materialized view" } : table,
  );
}

const keyOf = (...names: readonly string[]): string => JSON.stringify(names);

async function withKeys(rows: readonly CatalogRow[], database: string, ask: Ask): Promise<NativeColumn[]> {
  const [row = {}] = rows;
  const [schema, table] = [nameIn(row, "schema_name"), nameIn(row, "table_name")];
  const keys = await ask(sql`select column_name, distkey, sortkey from svv_redshift_columns
    where database_name = ${database} and schema_name = ${schema} and table_name = ${table}`);
  const keysOf = new Map(keys.map((key) => [nameIn(key, "column_name"), key]));
  return [...rows]
    .sort((one, other) => (numberIn(one, "ordinal_position") ?? 0) - (numberIn(other, "ordinal_position") ?? 0))
    .map((column) => ({ ...columnIn(column), ...keysIn(keysOf.get(nameIn(column, "column_name"))) }));
}
