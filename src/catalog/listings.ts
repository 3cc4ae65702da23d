import { likePattern } from "./like.ts";
import { schemaName, tableName } from "./names.ts";
import { WarehouseError } from "../errors.ts";
import { foldNames, type Dialect } from "../sql/dialect.ts";
import type { Ask, CatalogColumn, CatalogSchema, CatalogTable } from "../sql/catalog.ts";
import type { Fragment } from "../sql/fragment.ts";

/** Which tables are listed. */
export interface TableFilter {
  /** The schema whose tables are listed; `"*"` means every schema but the system's own. Default: the session's current schema. */
  readonly schema?: string | Fragment | undefined;
  /** A LIKE pattern for the names as they come out, in which case counts: `"event%"`. A backslash escapes `%`, `_` and itself. Default: all names. */
  readonly like?: string | undefined;
}

/** Lists the schemas of the connected database that the session may see, by name, without the system's own. */
export async function listSchemas(ask: Ask, dialect: Dialect): Promise<CatalogSchema[]> {
  const { catalog } = dialect;
  const schemas = (await catalog.schemas(ask)).filter(({ nativeName }) => !catalog.isSystemSchema(nativeName));
  return named(schemas, dialect).sort(byName);
}

/** Checks what tables are asked for, and gives what lists them, by schema and name. @throws `INVALID_ARGUMENT`. */
export function tableLister(filter: TableFilter, dialect: Dialect): (ask: Ask) => Promise<CatalogTable[]> {
  const { catalog } = dialect;
  const like = filter.like === undefined ? undefined : likePattern(filter.like);
  const schema = filter.schema === undefined || filter.schema === "*" ? filter.schema : schemaName(filter.schema);
  return async (ask) => {
    const found = await catalog.tables(ask, schema, like?.loose);
    if (found === undefined) throw missing("schema", schema === "*" ? [] : [schema?.name]);
    const tables = [...bySchema(found)].flatMap(([nativeSchema, inSchema]) => {
      if (schema === "*" && catalog.isSystemSchema(nativeSchema)) return [];
      return named(inSchema, dialect).map((table) => ({ schema: dialect.columnName(nativeSchema), ...table }));
    });
    const listed = tables.filter(({ name }) => like?.matches(name) !== false);
    return listed.sort((one, other) => compare(one.schema, other.schema) || byName(one, other));
  };
}

/** Checks the name of a table, and gives what lists its columns in their order. @throws `INVALID_ARGUMENT`. */
export function columnLister(given: unknown, dialect: Dialect): (ask: Ask) => Promise<CatalogColumn[]> {
  const table = tableName(given);
  return async (ask) => {
    const columns = await dialect.catalog.columns(ask, table);
    if (columns === undefined) throw missing("table or view", [table.schema?.name, table.table.name]);
    return columns.map((column, index) => ({ ...column, position: index + 1 }));
  };
}

/** Two names that the name rule would make equal stay as they are. */
function named<T extends { readonly nativeName: string }>(
  found: readonly T[],
  dialect: Dialect,
): (T & { name: string })[] {
  const names = foldNames(
    found.map(({ nativeName }) => nativeName),
    dialect,
  );
  return found.map((one, index) => ({ name: names[index] ?? one.nativeName, ...one }));
}

function bySchema<T extends { readonly nativeSchema: string }>(tables: readonly T[]): Map<string, T[]> {
  const schemas = new Map<string, T[]>();
  for (const table of tables) {
    const inSchema = schemas.get(table.nativeSchema);
    if (inSchema === undefined) schemas.set(table.nativeSchema, [table]);
    else inSchema.push(table);
  }
  return schemas;
}

const byName = (one: { readonly name: string }, other: { readonly name: string }) => compare(one.name, other.name);

/** The same order wherever the process runs. */
function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function missing(what: string, names: readonly (string | undefined)[]): WarehouseError {
  const name = names.filter((part) => part !== undefined).join(".");
  return new WarehouseError("QUERY", `There is no ${what} "${name}" that this user may see.`, { phase: "execute" });
}
