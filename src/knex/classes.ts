import type { Knex } from "knex";

/** The function that knex's module exports. */
export type KnexFactory = typeof import("knex").knex;

/** Where a query's values go while its text is written. */
export interface BindingsHolder {
  readonly bindings: unknown[];
}

/** A query that knex has written. */
export interface Compiled {
  sql: string;
  bindings: unknown[];
}

/** One thing that a builder was told. */
export interface Clause {
  readonly type?: string;
  readonly value?: unknown;
  readonly [detail: string]: unknown;
}

/** The parts of knex's query compiler that the dialects here build on; knex's types leave the class out. */
export interface QueryCompiler extends BindingsHolder {
  readonly client: CompilingClient;
  readonly builder: unknown;
  readonly method: string;
  readonly single: Readonly<Record<string, unknown>>;
  readonly grouped: Readonly<Record<string, readonly Clause[] | undefined>>;
  readonly bindingsHolder: BindingsHolder;
  readonly formatter: Formatter;
  readonly tableName: string;
  toSQL(method?: string, timeZone?: string): Compiled;
  _preValidate(): void;
  insert(): string;
  update(): string;
  del(): string;
  truncate(): string;
  columnInfo(): unknown;
  with(): string;
  onlyUnions(): unknown;
  where(): string | undefined;
  limit(): string;
  offset(): string;
  _insertBody(rows: unknown): string;
  /** Gives rows in the order of their columns, or the text of what is no rows. */
  _prepInsert(rows: unknown): string | { columns: string[]; values: unknown[][] };
  _prepUpdate(values: unknown): string[];
  _groupOrder(item: Clause, type: string): string;
  _groupOrderNulls(item: Clause, type: string): string;
  _aggregate(clause: Clause): string[];
  analytic(clause: Clause): string;
}

/** What a compiler asks its client. */
export interface CompilingClient {
  parameter(value: unknown, builder: unknown, holder: BindingsHolder): string;
  parameterize(values: unknown, forUndefined: unknown, builder: unknown, holder: BindingsHolder): string;
  readonly valueForUndefined: unknown;
}

export interface Formatter {
  wrap(name: unknown): string;
  columnize(names: unknown): string;
}

/** What knex's compilers of tables and columns have in common. */
interface Definition {
  readonly client: CompilingClient;
  readonly formatter: Formatter;
  pushQuery(query: string | { sql: string; bindings?: unknown[]; output?: (result: never) => unknown }): void;
}

/** knex's compiler of `knex.schema`. */
export interface SchemaCompiler extends Definition {
  readonly schema: string | undefined;
  dropTablePrefix: string;
}

/** knex's compiler of one table. */
export interface TableCompiler extends Definition {
  /** `create`, `createIfNot` or `alter`. */
  readonly method: string;
  readonly single: { readonly comment?: string };
  readonly grouped: Readonly<Record<string, readonly Clause[] | undefined>>;
  /** Set while what an ALTER TABLE would do is put into a CREATE TABLE. */
  readonly forCreate?: boolean;
  createAlterTableMethods: readonly string[] | null;
  tableName(): string;
  create(ifNotExists?: boolean): void;
  addColumns(columns: { sql: readonly string[] }): void;
  alterColumns(columns: { sql: readonly string[] }): void;
  createQuery(columns: { sql: readonly string[] }, ifNotExists?: boolean): void;
  _canBeAddPrimaryKey(options: { primaryKey?: boolean }): boolean;
}

/** knex's compiler of one column. */
export interface ColumnCompiler extends Definition {
  readonly tableCompiler: TableCompiler;
  /** In lower case. */
  readonly type: string;
  /** The column's name, then what its type was told. */
  readonly args: readonly unknown[];
  readonly modified: Readonly<Record<string, readonly unknown[]>>;
  modifiers: string[];
  getColumnName(): string;
  getColumnType(): string;
  getModifiers(): string;
  pushAdditional(this: ColumnCompiler, work: (this: ColumnCompiler) => void): void;
}

/** knex's compiler of one view. */
export interface ViewCompiler extends Definition {
  readonly columns: readonly unknown[] | undefined;
  readonly selectQuery: { toQuery(): string } | undefined;
  readonly single: { readonly checkOption?: string };
  viewName(): string;
}

/** knex's `raw()`. */
export interface Raw {
  readonly sql: string;
  readonly bindings: unknown;
  set(sql: string, bindings?: unknown): Raw;
  toSQL(method?: string, timeZone?: string): Compiled;
  toQuery(): string;
}

/** Whatever has begun a transaction, and ends it. */
export interface Transaction {
  readonly txid: string;
  readonly doNotRejectOnRollback: boolean;
  readonly trxClient: { emit(event: string, ...facts: unknown[]): boolean };
  _completed: boolean;
  _resolver(value: unknown): void;
  _rejecter(error: unknown): void;
  _onAcquire(container: (transactor: Transactor) => unknown, connection: object): Promise<unknown>;
  acquireConnection(config: unknown, work: (connection: object) => Promise<unknown>): Promise<unknown>;
  begin(connection: object): Promise<unknown>;
  commit(connection: object, value: unknown): Promise<unknown>;
  rollback(connection: object, error: unknown): Promise<unknown>;
}

/** The knex function of a transaction. */
export interface Transactor {
  readonly client: { query: Send; stream: Send };
  executionPromise: Promise<unknown>;
}

type Send = (...query: unknown[]) => Promise<unknown>;

/** The parts of knex's query builder that are told otherwise here. knex's own type knows them by a table's type. */
export interface QueryBuilder {
  stream(options?: unknown): unknown;
  update(...told: unknown[]): unknown;
  upsert(...told: unknown[]): unknown;
}

type Class<T> = new (...parts: unknown[]) => T;
export type QueryBuilderClass = Class<QueryBuilder>;
export type ColumnBuilderClass = Class<Knex.ColumnBuilder>;
export type QueryCompilerClass = Class<QueryCompiler>;
export type SchemaCompilerClass = Class<SchemaCompiler>;
export type TableCompilerClass = Class<TableCompiler>;
export type ColumnCompilerClass = Class<ColumnCompiler>;
export type ViewCompilerClass = Class<ViewCompiler>;
export type RawClass = Class<Raw>;
export type TransactionClass = Class<Transaction>;

/** knex's own classes, which the dialects here build on. */
export interface Classes {
  /** Redshift's, which knows `using()` and `updateFrom()`. */
  readonly QueryBuilder: QueryBuilderClass;
  readonly ColumnBuilder: ColumnBuilderClass;
  readonly QueryCompiler: QueryCompilerClass;
  readonly SchemaCompiler: SchemaCompilerClass;
  readonly TableCompiler: TableCompilerClass;
  readonly ColumnCompiler: ColumnCompilerClass;
  readonly ViewCompiler: ViewCompilerClass;
  readonly Raw: RawClass;
  readonly Transaction: TransactionClass;
  readonly RedshiftClient: typeof Knex.Client;
}

interface ViewMaker {
  viewBuilder(type: string, name: string, build: () => void): unknown;
  viewCompiler(builder: unknown): unknown;
}

/** Finds the classes behind knex's plain SQL by what its client makes: a deep import would depend on where knex keeps them. */
export function classesOf(knex: KnexFactory): Classes {
  class Plain extends knex.Client {
    /** Whoever waits here is never called. */
    override acquireConnection(): Promise<never> {
      return new Promise(() => undefined);
    }
  }
  // knex's types leave views out.
  const client = new Plain({ client: Plain }) as Knex.Client & ViewMaker;
  const table = client.tableBuilder("create", "t", null, () => undefined);
  const tableCompiler: unknown = client.tableCompiler(table);
  const column = client.columnBuilder(table, "integer", ["c"]);
  const redshift = knex({ client: "redshift" });
  return {
    QueryBuilder: classOf(redshift.queryBuilder()),
    ColumnBuilder: classOf(column),
    QueryCompiler: classOf(client.queryCompiler(client.queryBuilder())),
    SchemaCompiler: classOf(client.schemaCompiler(client.schemaBuilder())),
    TableCompiler: classOf(tableCompiler),
    ColumnCompiler: classOf(client.columnCompiler(tableCompiler, column)),
    ViewCompiler: classOf(client.viewCompiler(client.viewBuilder("create", "v", () => undefined))),
    Raw: classOf(client.raw("")),
    Transaction: classOf(client.transaction(() => undefined, {}, null)),
    RedshiftClient: (redshift.client as Knex.Client).constructor as typeof Knex.Client,
  };
}

/** The interfaces above say what is known of the class; knex's types say nothing. */
function classOf<T>(instance: unknown): Class<T> {
  return (instance as object).constructor as Class<T>;
}
