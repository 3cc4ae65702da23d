import { columnLister, listSchemas, tableLister, type TableFilter } from "./listings.ts";
import { statementOptions, type StatementOptions } from "../call.ts";
import { checkOptions } from "../options.ts";
import type { Ask, CatalogColumn, CatalogSchema, CatalogTable } from "../sql/catalog.ts";
import type { Dialect } from "../sql/dialect.ts";
import type { Fragment } from "../sql/fragment.ts";

/** Which tables are listed, and how long that may take. */
export interface TablesOptions extends StatementOptions, TableFilter {}

/** The verbs that tell what a warehouse holds, which a {@link Queryable} has. */
export interface CatalogVerbs {
  /** Lists the schemas of the connected database that the user may see, by name, without the system's own. @throws as `query`. */
  schemas(options?: StatementOptions): Promise<CatalogSchema[]>;
  /**
   * Lists tables and views, by schema and name: those of the session's current schema, of another one, or of all.
   *
   * @throws `QUERY` for a schema that does not exist, or that the user may not see; or as `query`.
   * @example
   * ```ts
   * for (const { schema, name, kind } of await db.tables({ schema: "*", like: "event%" })) console.log(schema, name, kind);
   * ```
   */
  tables(options?: TablesOptions): Promise<CatalogTable[]>;
  /**
   * Lists the columns of a table or view in their order.
   *
   * @param table - `"table"`, `"schema.table"`, or what `sql.id(…)` or `sql.id.exact(…)` gives, for names that hold points. A part in double
   *   quotes is the name exactly as the server has it. Without a schema it is looked for where a query would look.
   * @throws `QUERY` for a table that does not exist, or that the user may not see; or as `query`.
   * @example
   * ```ts
   * const columns = await db.columns("staging.events");
   * console.log(columns.map(({ name, nativeType }) => `${name} ${nativeType}`));
   * ```
   */
  columns(table: string | Fragment, options?: StatementOptions): Promise<CatalogColumn[]>;
}

/** Does work with something to ask the catalog by, for no longer than the options say. */
export type Asking = <T>(options: StatementOptions, work: (ask: Ask) => Promise<T>) => Promise<T>;

const tablesOptions: Readonly<Record<keyof TablesOptions, true>> = { ...statementOptions, schema: true, like: true };

/** Makes the verbs of a catalog. What cannot be asked is refused before anything is sent. */
export function catalogVerbs(dialect: Dialect, asking: Asking): CatalogVerbs {
  return {
    async schemas(given) {
      const options = checkOptions<StatementOptions>(given, statementOptions, "schemas()");
      return asking(options, async (ask) => listSchemas(ask, dialect));
    },
    async tables(given) {
      const options = checkOptions<TablesOptions>(given, tablesOptions, "tables()");
      return asking(options, tableLister(options, dialect));
    },
    async columns(table, given) {
      const options = checkOptions<StatementOptions>(given, statementOptions, "columns()");
      return asking(options, columnLister(table, dialect));
    },
  };
}
