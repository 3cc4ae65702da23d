import type { RecordBatch, Table } from "apache-arrow";
import type { Knex } from "knex";
import type { BulkVerbs } from "./bulk/verbs.ts";
import type { StatementOptions } from "./call.ts";
import type { CatalogVerbs } from "./catalog/verbs.ts";
import type { ArrowOptions as DictionaryOptions } from "./arrow/index.ts";
import type { ColumnBatch } from "./columns/batch.ts";
import type { VectorOptions } from "./columns/vector-batches.ts";
import type { ResultLimits } from "./limits.ts";
import type { Fragment } from "./sql/fragment.ts";
import type { Parameters } from "./sql/parameter-source.ts";
import type { RowStream } from "./stream.ts";
import type { RowOf, RowSchema } from "./typed-rows.ts";
import type { Column, Decoding, RowMode, ValueOptions } from "./values/types.ts";

/** What any call may be told that reads a result. */
export interface ReadingOptions extends StatementOptions, ValueOptions, ResultLimits {
  /** Who reads the rows: `"fast"`, the default, this package, where they arrive; `"driver"` `pg` or `snowflake-sdk`. The cells are decoded alike. */
  readonly decoding?: Decoding | undefined;
}

/** What a script may be told; it holds for each of its statements. */
export interface ScriptOptions extends ReadingOptions {
  /** `"object"`, the default: one plain object a row. `"array"`: one array a row, in the order of the columns. */
  readonly rowMode?: RowMode | undefined;
}

/** What a query may be told. */
export interface QueryOptions extends ScriptOptions {
  /** Parses each row: a Standard Schema, such as one of zod, valibot or arktype. The first row that it refuses rejects with `INVALID_ROW`. */
  readonly schema?: RowSchema | undefined;
}

/**
 * What a call for columns may be told. Of the value options, `integers: "string"` and `decimals: "number"` change how columns are stored
 * (as text, whatever their width, and as doubles); the others are for rows.
 */
export interface BatchOptions extends ReadingOptions, VectorOptions {}

/** What a call for Arrow may be told. */
export interface ArrowOptions extends BatchOptions, DictionaryOptions {}

/** What a query gives, the same on both warehouses. */
export interface QueryResult<Row = Record<string, unknown>> {
  /** The rows; none for statements that change data or objects. */
  readonly rows: Row[];
  /** The result's columns in their order; none for statements that change data or objects. */
  readonly columns: readonly Column[];
  /** Rows received by a query, rows affected by INSERT, UPDATE, DELETE and MERGE, 0 for anything else. */
  readonly rowCount: number;
  /** The id under which the server knows the statement: always there on Snowflake, never on Redshift. */
  readonly queryId: string | undefined;
}

/** The verbs that the warehouse and one of its sessions have in common. */
export interface Queryable extends CatalogVerbs, BulkVerbs {
  /**
   * Runs one statement and gives all its rows.
   *
   * @param text - SQL with placeholders `?`, `$1` or `:name`, one style at a time. Without params it is sent untouched.
   * @param params - an array for `?` and `$1`, a plain object for `:name`.
   * @throws `INVALID_ARGUMENT` before anything is sent; `QUERY`, `CONNECTION`, `TIMEOUT`, `INVALID_VALUE`, `INVALID_ROW`, `LIMIT`, `AUTHENTICATION`, `CREDENTIALS`,
   *   `UNSUPPORTED`, `CLOSED`; or `signal.reason`.
   */
  query<Schema extends RowSchema>(
    text: string,
    params: Parameters | undefined,
    options: ScriptOptions & { readonly schema: Schema },
  ): Promise<QueryResult<RowOf<Schema>>>;
  query<Row extends readonly unknown[] = unknown[]>(
    text: string,
    params: Parameters | undefined,
    options: QueryOptions & { readonly rowMode: "array" },
  ): Promise<QueryResult<Row>>;
  query<Row = Record<string, unknown>>(
    text: string,
    params?: Parameters,
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  /** Runs one statement made by `` sql`…` ``. */
  query<Schema extends RowSchema>(
    fragment: Fragment,
    options: ScriptOptions & { readonly schema: Schema },
  ): Promise<QueryResult<RowOf<Schema>>>;
  query<Row extends readonly unknown[] = unknown[]>(
    fragment: Fragment,
    options: QueryOptions & { readonly rowMode: "array" },
  ): Promise<QueryResult<Row>>;
  query<Row = Record<string, unknown>>(fragment: Fragment, options?: QueryOptions): Promise<QueryResult<Row>>;
  /**
   * Runs one statement and gives its rows as they come, with memory that stays flat: an async iterable that is read once. Leaving it
   * early (`break`, `throw`, `return()`) stops the statement on the server. `timeoutMs` covers the whole reading.
   *
   * @throws as `query`, from the first `next()` on.
   */
  stream<Schema extends RowSchema>(
    text: string,
    params: Parameters | undefined,
    options: ScriptOptions & { readonly schema: Schema },
  ): RowStream<RowOf<Schema>>;
  stream<Row extends readonly unknown[] = unknown[]>(
    text: string,
    params: Parameters | undefined,
    options: QueryOptions & { readonly rowMode: "array" },
  ): RowStream<Row>;
  stream<Row = Record<string, unknown>>(text: string, params?: Parameters, options?: QueryOptions): RowStream<Row>;
  /** Streams the rows of a statement made by `` sql`…` ``. */
  stream<Schema extends RowSchema>(
    fragment: Fragment,
    options: ScriptOptions & { readonly schema: Schema },
  ): RowStream<RowOf<Schema>>;
  stream<Row extends readonly unknown[] = unknown[]>(
    fragment: Fragment,
    options: QueryOptions & { readonly rowMode: "array" },
  ): RowStream<Row>;
  stream<Row = Record<string, unknown>>(fragment: Fragment, options?: QueryOptions): RowStream<Row>;
  /**
   * Runs one statement and gives its columns batch by batch, in typed arrays: at the speed of the wire, and with memory that stays flat.
   * An async iterable that is read once, and left as that of `stream`.
   *
   * @throws as `stream`; `INVALID_VALUE` for a cell that its column's array cannot hold.
   */
  batches(text: string, params?: Parameters, options?: BatchOptions): RowStream<ColumnBatch>;
  /** Gives the columns of a statement made by `` sql`…` ``. */
  batches(fragment: Fragment, options?: BatchOptions): RowStream<ColumnBatch>;
  /** As `batches`, as Apache Arrow's `RecordBatch`es, without copying. Loads `apache-arrow`. */
  arrowBatches(text: string, params?: Parameters, options?: ArrowOptions): RowStream<RecordBatch>;
  /** Gives the record batches of a statement made by `` sql`…` ``. */
  arrowBatches(fragment: Fragment, options?: ArrowOptions): RowStream<RecordBatch>;
  /** Runs one statement and gives its whole result as an Apache Arrow `Table`. @throws as `batches`. */
  arrow(text: string, params?: Parameters, options?: ArrowOptions): Promise<Table>;
  /** Gives the table of a statement made by `` sql`…` ``. */
  arrow(fragment: Fragment, options?: ArrowOptions): Promise<Table>;
  /**
   * Runs several statements, separated by semicolons, in order on one session, and stops at the first error; the error's message
   * tells the statement's place, from 1, and its `position` counts within that statement. Takes no parameters.
   */
  script<Row extends readonly unknown[] = unknown[]>(
    text: string,
    options: ScriptOptions & { readonly rowMode: "array" },
  ): Promise<QueryResult<Row>[]>;
  script<Row = Record<string, unknown>>(text: string, options?: ScriptOptions): Promise<QueryResult<Row>[]>;
  /**
   * Gives the columns that a statement would have, without running it.
   *
   * @returns no columns for a statement that changes data or objects.
   * @throws as `query`; on Redshift a statement that cannot be described stops a transaction, as any that fails.
   */
  describe(text: string, params?: Parameters, options?: StatementOptions): Promise<readonly Column[]>;
  /** Describes a statement made by `` sql`…` ``. */
  describe(fragment: Fragment, options?: StatementOptions): Promise<readonly Column[]>;
  /** A knex instance for building queries, which run here: on our sessions, with our values and errors. Loaded at first touch. */
  readonly knex: Knex;
}
