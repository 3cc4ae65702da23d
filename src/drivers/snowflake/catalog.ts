import { textLiteral } from "../../sql/literals.ts";
import { columnsOf } from "./types.ts";
import { invalidArgument } from "../../errors.ts";
import { nameIn, numberIn, textIn } from "../../sql/catalog.ts";
import { sql } from "../../sql/tag.ts";
import type { RowType } from "./result.ts";
import type { Ask, CatalogDialect, CatalogRow, GivenName, NativeTable, TableKind } from "../../sql/catalog.ts";
import type { Fragment } from "../../sql/fragment.ts";

/** SHOW answers so many rows at most; what is behind them is asked for by the last one's name. */
const pageRows = 10_000;

/**
 * Snowflake's objects, as SHOW tells them: without a virtual warehouse, which INFORMATION_SCHEMA would start and wait for, and which
 * costs money. Columns are read by their names, since newer servers add some.
 */
export const snowflakeCatalog: CatalogDialect = {
  isSystemSchema: (nativeName) => nativeName === "INFORMATION_SCHEMA",

  async schemas(ask) {
    const { database } = await placeOf(ask);
    const rows = await pages(ask, sql`show schemas in database ${database}`);
    return rows.map((row) => ({
      nativeName: nameIn(row, "name"),
      kind: "local",
      owner: textIn(row, "owner"),
      comment: textIn(row, "comment"),
    }));
  },

  async tables(ask, schema, like) {
    const show = like === undefined ? sql`show objects` : sql`show objects like ${constant(like)}`;
    if (schema !== "*") {
      const name = schema === undefined ? (await placeOf(ask)).schema : identifier(schema);
      if (name === undefined) throw invalidArgument("The session has no current schema: name one, { schema }.");
      return (await pages(ask, sql`${show} in schema ${name}`)).map(tableIn);
    }
    const { database } = await placeOf(ask);
    const rows = await ask(sql`${show} in database ${database} limit ${count(pageRows)}`);
    if (rows.length < pageRows) return rows.map(tableIn);
    // A name says where to go on within one schema only.
    const all: CatalogRow[] = [];
    for (const { nativeName } of await snowflakeCatalog.schemas(ask)) {
      all.push(...(await pages(ask, sql`${show} in schema ${database}.${sql.id.exact(nativeName)}`)));
    }
    return all.map(tableIn);
  },

  /** SHOW COLUMNS gives a table's columns in their order, views' too, and fails for a table that does not exist. */
  async columns(ask, { schema, table }) {
    const name = schema === undefined ? identifier(table) : sql`${identifier(schema)}.${identifier(table)}`;
    const rows = await ask(sql`show columns in table ${name}`);
    const types = rows.map(rowTypeIn);
    return columnsOf(types).map((column, index) => {
      const row = rows[index] ?? {};
      const { length, nullable } = types[index] ?? {};
      return {
        ...column,
        length: length ?? undefined,
        nullable: nullable ?? undefined,
        default: textIn(row, "default"),
        comment: textIn(row, "comment"),
        distKey: undefined,
        sortKey: undefined,
      };
    });
  },
};

function identifier({ name, exact }: GivenName): Fragment {
  return exact ? sql.id.exact(name) : sql.id(name);
}

/** SHOW takes no binds. */
function constant(text: string): Fragment {
  return sql.raw(textLiteral(text));
}

function count(number: number): Fragment {
  return sql.raw(String(number));
}

/** The session's database and current schema; names without them would have objects of equal names listed once. */
async function placeOf(ask: Ask): Promise<{ database: Fragment; schema: Fragment | undefined }> {
  const [row = {}] = await ask(sql`select current_database() as database_name, current_schema() as schema_name`);
  const [database, schema] = [textIn(row, "database_name"), textIn(row, "schema_name")];
  if (database === undefined) throw invalidArgument("The session has no current database.");
  return {
    database: sql.id.exact(database),
    schema: schema === undefined ? undefined : sql.id.exact(database, schema),
  };
}

async function pages(ask: Ask, show: Fragment): Promise<CatalogRow[]> {
  const all: CatalogRow[] = [];
  let from = sql.empty;
  for (;;) {
    const rows = await ask(sql`${show} limit ${count(pageRows)} ${from}`);
    all.push(...rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return all;
    from = sql`from ${constant(nameIn(last, "name"))}`;
  }
}

const kinds: ReadonlyMap<string, TableKind> = new Map<string, TableKind>([
  ["VIEW", "view"],
  ["MATERIALIZED VIEW", "materialized view"],
  ["EXTERNAL TABLE", "external table"],
  ["DYNAMIC TABLE", "dynamic table"],
  ["TEMPORARY", "temporary table"],
]);

function tableIn(row: CatalogRow): NativeTable {
  const nativeKind = nameIn(row, "kind");
  const flagged = (flag: string) => row[flag] === "Y";
  return {
    nativeSchema: nameIn(row, "schema_name"),
    nativeName: nameIn(row, "name"),
    kind: flagged("is_dynamic")
      ? "dynamic table"
      : flagged("is_external")
        ? "external table"
        : (kinds.get(nativeKind.toUpperCase().replaceAll("_", " ")) ?? "table"),
    nativeKind,
    comment: textIn(row, "comment"),
    rowCount: numberIn(row, "rows"),
    bytes: numberIn(row, "bytes"),
  };
}

/** Reads `data_type`, which is the JSON of a result's column: `{"type":"FIXED","precision":38,"scale":0,"nullable":true}`. */
function rowTypeIn(row: CatalogRow): RowType & { readonly nullable?: boolean | null } {
  const name = nameIn(row, "column_name");
  try {
    const described = JSON.parse(nameIn(row, "data_type")) as Omit<RowType, "name"> | null;
    if (typeof described?.type === "string") return { ...described, name };
  } catch {
    // Then the text is the type's name.
  }
  return { name, type: nameIn(row, "data_type") };
}
