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
import type { QueryParameters } from "./sql/parameter-source.ts";
import type { RowStream } from "./stream.ts";
import type { RowOf, RowSchema } from "./typed-rows.ts";
import type { Column, Decoding, RowMode, ValueOptions } from "./values/types.ts";

/** What any call may be told that reads a result. */
export interface ReadingOptions extends StatementOptions, ValueOptions, ResultLimits {
  /**
   * Who reads the rows: `"fast"`, this package, where they arrive; `"driver"`, `pg` or `snowflake-sdk`, more slowly. The cells are decoded alike.
   * Default: that of the warehouse, which is `"fast"`.
   */
  readonly decoding?: Decoding | undefined;
}

/** What a script may be told; it holds for each of its statements. */
export interface ScriptOptions extends ReadingOptions {
  /**
   * `"object"`: one plain object a row; two columns of one name are `INVALID_ARGUMENT` then. `"array"`: one array a row, in the order of the columns.
   * Default `"object"`.
   */
  readonly rowMode?: RowMode | undefined;
}

/** What a query may be told. */
export interface QueryOptions extends ScriptOptions {
  /**
   * Parses each row: a Standard Schema, such as one of zod, valibot or arktype. The first row that it refuses rejects with `INVALID_ROW`. Default: rows
   * are given as they are.
   */
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

/**
 * The verbs that a warehouse, a session of it and a transaction have in common. Each rejects with a `WarehouseError` of one of the codes that it names, or
 * with the caller's own `signal.reason`.
 */
export interface Queryable extends CatalogVerbs, BulkVerbs {
  /**
   * Runs one statement and gives all its rows, each parsed by the schema.
   *
   * @throws `INVALID_ROW` with `rowIndex` and `path` for the first row that the schema refuses, or as `query` without one.
   * @example
   * ```ts
   * import { z } from "zod";
   *
   * const Event = z.object({ id: z.int(), day: z.iso.date() });
   * const { rows } = await db.query("select id, day from events where id < ?", [100], { schema: Event });
   * ```
   */
  query<Schema extends RowSchema>(
    text: string,
    params: QueryParameters | undefined,
    options: ScriptOptions & { readonly schema: Schema },
  ): Promise<QueryResult<RowOf<Schema>>>;
  /** Runs one statement and gives all its rows as arrays, in the order of the columns, which may have the same names then. */
  query<Row extends readonly unknown[] = unknown[]>(
    text: string,
    params: QueryParameters | undefined,
    options: QueryOptions & { readonly rowMode: "array" },
  ): Promise<QueryResult<Row>>;
  /**
   * Runs one statement and gives all its rows. What `Row` says of them is not checked.
   *
   * @param text - SQL with placeholders `?`, `$1` or `:name`, one style at a time. Without params it is sent untouched.
   * @param params - an array for `?` and `$1`, a plain object for `:name`.
   * @throws `INVALID_ARGUMENT` before anything is sent, or for two columns of one name; `QUERY` where the server refuses or fails; `CONNECTION`,
   *   `AUTHENTICATION` and `CREDENTIALS` where there is no session to be had, or it is lost; `TIMEOUT`, `LIMIT`, `INVALID_VALUE`, `UNSUPPORTED`,
   *   `CLOSED`; or `signal.reason`.
   * @example
   * ```ts
   * const { rows } = await db.query<{ id: number; name: string }>(
   *   "select id, name from events where day = ? and id in (?)",
   *   ["2024-02-29", [1, 2, 3]],
   *   { timeoutMs: 5_000 },
   * );
   * ```
   */
  query<Row = Record<string, unknown>>(
    text: string,
    params?: QueryParameters,
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  /** Runs one statement made by `` sql`…` `` and gives all its rows, each parsed by the schema. */
  query<Schema extends RowSchema>(
    fragment: Fragment,
    options: ScriptOptions & { readonly schema: Schema },
  ): Promise<QueryResult<RowOf<Schema>>>;
  /** Runs one statement made by `` sql`…` `` and gives all its rows as arrays, in the order of the columns. */
  query<Row extends readonly unknown[] = unknown[]>(
    fragment: Fragment,
    options: QueryOptions & { readonly rowMode: "array" },
  ): Promise<QueryResult<Row>>;
  /**
   * Runs one statement made by `` sql`…` `` and gives all its rows.
   *
   * @example
   * ```ts
   * import { sql } from "peak-warehouse";
   *
   * const day = "2024-02-29";
   * const { rows } = await db.query(sql`select id, name from events where day = ${day}`, { timeoutMs: 5_000 });
   * ```
   */
  query<Row = Record<string, unknown>>(fragment: Fragment, options?: QueryOptions): Promise<QueryResult<Row>>;
  /**
   * Runs one statement and gives its rows as they come, each parsed by the schema.
   *
   * @throws `INVALID_ROW` for the first row that the schema refuses, after those before it have been given; or as `query`.
   */
  stream<Schema extends RowSchema>(
    text: string,
    params: QueryParameters | undefined,
    options: ScriptOptions & { readonly schema: Schema },
  ): RowStream<RowOf<Schema>>;
  /** Runs one statement and gives its rows as they come, as arrays in the order of the columns. */
  stream<Row extends readonly unknown[] = unknown[]>(
    text: string,
    params: QueryParameters | undefined,
    options: QueryOptions & { readonly rowMode: "array" },
  ): RowStream<Row>;
  /**
   * Runs one statement and gives its rows as they come, with memory that stays flat: an async iterable that is read once. Leaving it
   * early (`break`, `throw`, `return()`) stops the statement on the server. `timeoutMs` covers the whole reading.
   *
   * @throws as `query`, from the first `next()` on.
   * @example
   * ```ts
   * for await (const { id, name } of db.stream<{ id: number; name: string }>("select id, name from events")) {
   *   console.log(id, name);
   * }
   * ```
   */
  stream<Row = Record<string, unknown>>(text: string, params?: QueryParameters, options?: QueryOptions): RowStream<Row>;
  /** Streams the rows of a statement made by `` sql`…` ``, each parsed by the schema. */
  stream<Schema extends RowSchema>(
    fragment: Fragment,
    options: ScriptOptions & { readonly schema: Schema },
  ): RowStream<RowOf<Schema>>;
  /** Streams the rows of a statement made by `` sql`…` ``, as arrays in the order of the columns. */
  stream<Row extends readonly unknown[] = unknown[]>(
    fragment: Fragment,
    options: QueryOptions & { readonly rowMode: "array" },
  ): RowStream<Row>;
  /** Streams the rows of a statement made by `` sql`…` ``. */
  stream<Row = Record<string, unknown>>(fragment: Fragment, options?: QueryOptions): RowStream<Row>;
  /**
   * Runs one statement and gives its columns batch by batch, in typed arrays: at the speed of the wire, and with memory that stays flat.
   * An async iterable that is read once, and left as that of `stream`. Without rows it gives no batch.
   *
   * @throws as `stream`; `INVALID_VALUE` for a cell that its column's array cannot hold.
   * @example
   * ```ts
   * let sum = 0;
   * for await (const { length, columns } of db.batches("select score from features")) {
   *   const [score] = columns;
   *   if (score?.layout !== "float64") throw new Error(`score is stored as ${score?.layout}`);
   *   for (let row = 0; row < length; row++) sum += score.values[row] ?? 0;
   * }
   * ```
   */
  batches(text: string, params?: QueryParameters, options?: BatchOptions): RowStream<ColumnBatch>;
  /** Gives the columns of a statement made by `` sql`…` ``, batch by batch. */
  batches(fragment: Fragment, options?: BatchOptions): RowStream<ColumnBatch>;
  /**
   * Runs one statement and gives its result as Apache Arrow's `RecordBatch`es, which share the memory of what `batches` gives. A result without rows is
   * one batch without rows, which has the schema. Loads `apache-arrow`.
   *
   * @throws as `batches`; `UNSUPPORTED` where `apache-arrow` is not installed.
   * @example
   * ```ts
   * for await (const batch of db.arrowBatches("select * from features", undefined, { batchRows: 10_000 })) {
   *   console.log(batch.numRows);
   * }
   * ```
   */
  arrowBatches(text: string, params?: QueryParameters, options?: ArrowOptions): RowStream<RecordBatch>;
  /** Gives the record batches of a statement made by `` sql`…` ``. */
  arrowBatches(fragment: Fragment, options?: ArrowOptions): RowStream<RecordBatch>;
  /**
   * Runs one statement and gives its whole result as an Apache Arrow `Table`. Loads `apache-arrow`.
   *
   * @throws as `arrowBatches`.
   * @example
   * ```ts
   * const table = await db.arrow("select country, score from features", undefined, { dictionary: ["country"] });
   * console.log(table.numRows);
   * ```
   */
  arrow(text: string, params?: QueryParameters, options?: ArrowOptions): Promise<Table>;
  /** Gives the table of a statement made by `` sql`…` ``. */
  arrow(fragment: Fragment, options?: ArrowOptions): Promise<Table>;
  /** Runs several statements in order on one session, and gives their rows as arrays, in the order of the columns. */
  script<Row extends readonly unknown[] = unknown[]>(
    text: string,
    options: ScriptOptions & { readonly rowMode: "array" },
  ): Promise<QueryResult<Row>[]>;
  /**
   * Runs several statements, separated by semicolons, in order on one session, and stops at the first error; the error's message
   * tells the statement's place, from 1, and its `position` counts within that statement. Takes no parameters.
   *
   * @returns a result for each statement.
   * @throws as `query`.
   * @example
   * ```ts
   * const [, scores] = await db.script("create temporary table best as select * from scores limit 3; select * from best");
   * console.log(scores?.rows);
   * ```
   */
  script<Row = Record<string, unknown>>(text: string, options?: ScriptOptions): Promise<QueryResult<Row>[]>;
  /**
   * Gives the columns that a statement would have, without running it.
   *
   * @returns no columns for a statement that changes data or objects.
   * @throws as `query`; on Redshift a statement that cannot be described stops a transaction, as any that fails.
   * @example
   * ```ts
   * const columns = await db.describe("select * from features");
   * console.log(columns.map(({ name, type }) => `${name}: ${type}`));
   * ```
   */
  describe(text: string, params?: QueryParameters, options?: StatementOptions): Promise<readonly Column[]>;
  /** Gives the columns that a statement made by `` sql`…` `` would have, without running it. */
  describe(fragment: Fragment, options?: StatementOptions): Promise<readonly Column[]>;
  /**
   * A knex instance for building queries, which run here: on our sessions, with our values and errors. Loaded at first touch.
   *
   * @example
   * ```ts
   * const perDay = await db.knex("events").select("day").count("* as n").groupBy("day");
   * ```
   */
  readonly knex: Knex;
}
