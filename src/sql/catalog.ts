import type { Column } from "../values/types.ts";
import type { Fragment } from "./fragment.ts";

/** A schema, as `schemas()` lists it. */
export interface CatalogSchema {
  /** The name to use in queries: by the one name rule, an unquoted name is lower case on both warehouses. */
  readonly name: string;
  /** The name as the server has it. */
  readonly nativeName: string;
  /** `external` and `shared` are Redshift's: schemas of an outside catalog, and of a datashare. */
  readonly kind: "local" | "external" | "shared";
  /** The role that owns it; told by Snowflake only. */
  readonly owner: string | undefined;
  /** Told by Snowflake only. */
  readonly comment: string | undefined;
}

/** What a table can be. */
export type TableKind =
  "table" | "temporary table" | "dynamic table" | "external table" | "shared table" | "view" | "materialized view";

/** A table, a view or whatever else can be selected from, as `tables()` lists it. */
export interface CatalogTable {
  /** Its schema's name, as to be used in queries. */
  readonly schema: string;
  /** The name to use in queries: by the one name rule, an unquoted name is lower case on both warehouses. */
  readonly name: string;
  /** Its schema's name as the server has it. */
  readonly nativeSchema: string;
  /** The name as the server has it. */
  readonly nativeName: string;
  /** What it is. */
  readonly kind: TableKind;
  /** The server's own word for what it is. */
  readonly nativeKind: string;
  /** The comment on it, where the server tells one. */
  readonly comment: string | undefined;
  /** Rows, where the server tells without counting: on Snowflake, for tables. */
  readonly rowCount: number | undefined;
  /** Bytes, where the server tells without counting: on Snowflake, for tables. */
  readonly bytes: number | undefined;
}

/** A column of a table, as `columns()` lists it. */
export interface CatalogColumn extends Column {
  /** The column's place, from 1. */
  readonly position: number;
  /** The most characters (on Redshift bytes) of a text, and bytes of a binary, where the server tells. */
  readonly length: number | undefined;
  /** Whether the column may hold NULL; `undefined` where nobody knows, as for external tables. */
  readonly nullable: boolean | undefined;
  /** The expression of its default, as the server writes it. */
  readonly default: string | undefined;
  /** The comment on it, where the server tells one. */
  readonly comment: string | undefined;
  /** Whether rows are distributed by the column; told by Redshift only, for its own tables. */
  readonly distKey: boolean | undefined;
  /** The column's place in the sort key, from 1; on Redshift only. */
  readonly sortKey: number | undefined;
}

/** A schema as the server names it. */
export type NativeSchema = Omit<CatalogSchema, "name">;

/** A table as the server names it. */
export type NativeTable = Omit<CatalogTable, "name" | "schema">;

/** A column before it is counted: its position is its place in the list. */
export type NativeColumn = Omit<CatalogColumn, "position">;

/** A name that the caller gave, by the one name rule or, if `exact`, as it stands on the server. */
export interface GivenName {
  readonly name: string;
  readonly exact: boolean;
}

/** A table that the caller named. */
export interface GivenTable {
  /** Without one the server looks where it would look for the table of a query. */
  readonly schema: GivenName | undefined;
  readonly table: GivenName;
}

/** A row of the server's catalog, by the names that rows carry. */
export type CatalogRow = Readonly<Record<string, unknown>>;

/** Runs a statement of the catalog's and gives its rows. */
export type Ask = (statement: Fragment) => Promise<readonly CatalogRow[]>;

/** How a warehouse is asked about its objects. What comes back is neither sorted nor free of the system's own objects. */
export interface CatalogDialect {
  /** Tells a schema that is the server's own, by its native name. */
  isSystemSchema(nativeName: string): boolean;
  schemas(ask: Ask): Promise<NativeSchema[]>;
  /**
   * Lists what can be selected from in one schema, the session's current one where none is named, or in all (`"*"`).
   *
   * @param like - a LIKE pattern without escapes: what it does not match need not come.
   * @throws `QUERY`, or gives `undefined`, for a schema that does not exist.
   */
  tables(ask: Ask, schema: GivenName | "*" | undefined, like: string | undefined): Promise<NativeTable[] | undefined>;
  /** Lists a table's columns in their order. @throws `QUERY`, or gives `undefined`, for a table that does not exist. */
  columns(ask: Ask, table: GivenTable): Promise<NativeColumn[] | undefined>;
}

/** Reads a text of a catalog's row, where the empty one tells nothing. */
export function textIn(row: CatalogRow, column: string): string | undefined {
  const value = row[column];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Reads a number of a catalog's row, which some servers write as text. */
export function numberIn(row: CatalogRow, column: string): number | undefined {
  const value = row[column];
  if (value === null || value === undefined || value === "") return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

/** Reads a name of a catalog's row, which every row has. */
export function nameIn(row: CatalogRow, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : "";
}
