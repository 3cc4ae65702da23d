import type { RowError } from "./errors.ts";
import type { Bind } from "./values/parameters.ts";
import type { Column } from "./values/types.ts";

/**
 * The contract between the core and what a driver knows of data in bulk: which statements load, unload and insert, and what their answers
 * mean. Types only. Everything that a driver is told has been checked; how it is sent is the core's.
 */
export interface BulkEngine {
  /** Has the warehouse write a query's result. @throws what {@link Ask} throws. */
  unload(order: UnloadOrder, ask: Ask): Promise<Unloaded>;
  /**
   * Has the warehouse read files into a table. `aside` asks on another session, for when a failure has left this one unable to answer.
   *
   * @throws what {@link Ask} throws, with the rows that were refused.
   */
  load(order: LoadOrder, ask: Ask, aside: Ask | undefined): Promise<Loaded>;
  /** By what the warehouse reaches a bucket, as the option is called that names it: roles that it takes on, or a storage integration. */
  readonly storageGrant: StorageGrant;
  /** Says in a sentence why the warehouse cannot unload what it is asked to, as far as it is told; `undefined` where it can. */
  unloadRefusal(asked: AskedUnload): string | undefined;
  /** Says in a sentence why the warehouse cannot load what it is asked to, as far as it is told; `undefined` where it can. */
  loadRefusal(asked: AskedLoad): string | undefined;
  /** Gives how a file's columns may find the table's: the first is the default. */
  columnMatches(form: Pick<LoadOrder, "format" | "csv">): readonly [ColumnMatch, ...ColumnMatch[]];
  /** How rows are written into INSERTs. */
  readonly insertion: Insertion;
  /** Tells a load that is run in a transaction of its own, so that a session on which it was stopped is not used again. */
  beginsTransaction?(order: Pick<LoadOrder, "dryRun" | "maxErrors">): boolean;
  /** Tells whether a transaction is open on the session that is asked, which the caller may have begun by hand. Absent where it is of no concern. */
  isInTransaction?(ask: Ask): Promise<boolean>;
  /**
   * Prepares to ask aside what this one is doing, where it cannot be asked itself while it works: `undefined` where the server says
   * nothing. Absent where a statement's own `onState` is told.
   */
  watch?(ask: Ask, aside: Ask): Promise<() => Promise<ServerState | undefined>>;
}

/** A statement of the core's own, and its answer. Names in rows are as the one name rule has them. */
export type Ask = (statement: BulkStatement) => Promise<Answer>;

/** A statement that belongs to a bulk operation. */
export interface BulkStatement {
  /** The text in the warehouse's own placeholder style. */
  readonly text: string;
  readonly binds?: readonly Bind[] | undefined;
  readonly bindRows?: RowBinds | undefined;
  /** The work itself, whose state the caller is told of; not what prepares it or asks about it. */
  readonly isWork?: boolean | undefined;
  /** Only the columns are asked for, which may have the same names; the statement is not run. */
  readonly describeOnly?: boolean | undefined;
  /** Takes back what was begun: it is run after the call was stopped, too, once what was stopped has ended, and not waited for long. */
  readonly isCleanUp?: boolean | undefined;
}

/** What a statement gave. */
export interface Answer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly queryId: string | undefined;
}

/** What the server says that a statement is doing. */
export type ServerState = "queued" | "resuming warehouse" | "running";

/** The formats that both warehouses read and write. */
export type BulkFormat = "parquet" | "csv" | "json";

/** How text files are compressed. Parquet is always Snappy inside. */
export type BulkCompression = "none" | "gzip" | "zstd" | "bzip2";

/** By what a warehouse reaches a bucket, as the option is called that names it. */
export type StorageGrant = "iamRole" | "integration";

/** What lets the warehouse reach a bucket. */
export interface StorageAccess {
  /** Redshift: a chain of roles, each checked. */
  readonly roles: readonly string[];
  /** Snowflake: a storage integration, by the one name rule. */
  readonly integration: string | undefined;
  /** Redshift: the bucket's region, where it is not the cluster's. */
  readonly region: string | undefined;
}

/** How CSV is written and read. */
export interface CsvForm {
  readonly header: boolean;
  readonly delimiter: string;
  /** What stands for NULL; text that is equal is quoted when it is written. */
  readonly nullAs: string;
}

/** What is to be unloaded, checked. */
export interface UnloadOrder {
  /** One query, its values written into it. */
  readonly query: string;
  /** `s3://bucket/prefix`. */
  readonly url: string;
  readonly access: StorageAccess;
  readonly format: BulkFormat;
  readonly csv: CsvForm;
  readonly compression: BulkCompression;
  /** Names by the one name rule. */
  readonly partitionBy: readonly string[];
  readonly overwrite: "error" | "replace" | "clean";
  readonly maxFileBytes: number | undefined;
  readonly single: boolean;
  readonly manifest: boolean;
  /** A transaction of the caller's is open. */
  readonly inTransaction: boolean;
}

/** What is asked of an unload, as far as it has been checked, as {@link AskedLoad}. */
export type AskedUnload = Partial<Omit<UnloadOrder, "access">>;

/** What was unloaded. */
export interface Unloaded {
  /** The rows of all files. */
  readonly rows: number;
  /** The bytes of all files, compressed where they are. */
  readonly bytes: number;
  /** Each file that was written. */
  readonly files: readonly UnloadedFile[];
  /** The URL of the manifest, where one was asked for. */
  readonly manifest: string | undefined;
  /** The id under which the server knows the statement; `undefined` on Redshift where no rows came, and no files with them. */
  readonly queryId: string | undefined;
}

/** A file that the warehouse has written. */
export interface UnloadedFile {
  /** `s3://bucket/key`. */
  readonly url: string;
  /** Rows in it. */
  readonly rows: number;
  /** Its size, compressed where it is. */
  readonly bytes: number;
}

/** How a file's columns find the table's. */
export type ColumnMatch = "name" | "position";

/** What is to be loaded, checked. */
export interface LoadOrder {
  /** The table, ready to be put into SQL. */
  readonly table: string;
  /** Names by the one name rule; `undefined` for all of the table's. */
  readonly columns: readonly string[] | undefined;
  /** `s3://bucket/prefix`, or a manifest's URL. */
  readonly url: string;
  readonly access: StorageAccess;
  readonly format: BulkFormat;
  readonly csv: CsvForm;
  readonly compression: BulkCompression;
  readonly match: ColumnMatch;
  readonly manifest: boolean;
  /** How many rows may be refused. */
  readonly maxErrors: number;
  readonly dryRun: boolean;
  /** Files that are in the table already are loaded again; `undefined` for what the warehouse does by itself. */
  readonly force: boolean | undefined;
  /** A transaction of the caller's is open. */
  readonly inTransaction: boolean;
}

/** What is asked of a load, as far as it has been checked: it is told in parts, so that the first option that is wrong is the one that is refused. */
export type AskedLoad = Partial<Omit<LoadOrder, "access"> & Pick<StorageAccess, "region">>;

/** What was loaded. */
export interface Loaded {
  /** Rows that are in the table now; with a dry run, that would be. */
  readonly rows: number;
  /** Each file that was read. */
  readonly files: readonly LoadedFile[];
  /** Rows that were refused and left out: as many as the warehouse tells, 10,000 at most. */
  readonly errors: readonly RowError[];
  /** How many were refused in all. */
  readonly errorCount: number;
  /** The id under which the server knows the statement. */
  readonly queryId: string | undefined;
}

/** A file that the warehouse has read. */
export interface LoadedFile {
  /** `s3://bucket/key`. */
  readonly url: string;
  /** Rows that were loaded from it, where the server tells. */
  readonly rows: number | undefined;
  /** Rows that were refused, where the server tells. */
  readonly errors: number | undefined;
}

/** How rows are inserted. */
export interface Insertion {
  /**
   * Makes what writes rows into statements.
   *
   * @param table - ready to be put into SQL.
   * @param columns - those that get a value.
   * @param batchRows - the most rows of a statement.
   */
  writer(table: string, columns: readonly Column[], batchRows: number): RowWriter;
  /** Tells whether a Parquet file carries a column's values into the table. */
  isStageable(column: Column): boolean;
}

/** A cell as a statement takes it: text that the server reads as the type of its column, hexadecimal for binary and JSON for JSON; or NULL. */
export type Cell = string | null;

/** Puts rows together, one batch after the other. */
export interface RowSink<Batch> {
  /** How many rows the next batch has. */
  readonly rows: number;
  /** How many bytes their cells have, roughly. */
  readonly bytes: number;
  /** The next batch takes no more rows. */
  readonly isFull: boolean;
  /** Adds a row to the next batch, and tells whether it had room for it. An empty one takes any. The array may be used again. */
  add(cells: readonly Cell[]): boolean;
  /** Gives the next batch, and begins another. */
  take(): Batch;
}

/** Writes rows into statements. */
export type RowWriter = RowSink<BulkStatement>;

/** The values of many rows for one INSERT, as the driver's own {@link RowWriter} has written them. */
export type RowBinds =
  | {
      readonly form: "rows";
      /** The SDK's type has them mutable; it changes none. */
      readonly rows: Cell[][];
      /** Each cell has a placeholder of its own; otherwise the text has those of one row: Snowflake's bulk binds. */
      readonly isList: boolean;
    }
  | {
      readonly form: "wire";
      /** The OID of each value's type, 0 for the server to find out. */
      readonly types: readonly number[];
      /** The values one after the other, each behind its length, as in a Bind. */
      readonly values: Uint8Array;
      /** The same text is likely to be sent again. */
      readonly isRepeated: boolean;
    };
