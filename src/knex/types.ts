import type { Writable } from "node:stream";

/*
 * knex's own classes, as far as the dialects here build on them: knex's types leave them out. Members that begin with an underscore are
 * knex's own, and overridden or called here because nothing public does what they do.
 */

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
  having(): string;
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
interface CompilingClient {
  parameter(value: unknown, builder: unknown, holder: BindingsHolder): string;
  parameterize(values: unknown, forUndefined: unknown, builder: unknown, holder: BindingsHolder): string;
  readonly valueForUndefined: unknown;
}

/** Writes names for a compiler. */
interface Formatter {
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
  readonly builder: { readonly _sequence: readonly { readonly args: readonly unknown[] }[] };
  toSQL(): unknown;
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
  readonly client: { query: Send; stream: (connection: unknown, query: unknown, into: Writable) => Promise<void> };
  executionPromise: Promise<unknown>;
}

type Send = (...query: unknown[]) => Promise<unknown>;

/** The parts of knex's query builder that are told otherwise here. knex's own type knows them by a table's type. */
export interface QueryBuilder {
  readonly _single: Record<string, unknown>;
  stream(options?: unknown): unknown;
  update(...told: unknown[]): unknown;
  upsert(...told: unknown[]): unknown;
}

/** A class that makes instances of a type; what it is made from is between knex and itself. */
export type Class<T> = new (...parts: unknown[]) => T;
