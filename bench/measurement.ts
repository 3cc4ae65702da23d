/** What a measured process is asked to do; `programs/measure.mjs` tells what becomes of it. */
export interface Job {
  readonly program: string;
  readonly variant: string;
  readonly server: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly probe?: Task;
  readonly warmUp?: Task;
  readonly task: Task;
}

/** What a variant does in one run. */
export type Task =
  /** Reads a statement's result, and sums the column `key`. */
  | { readonly sql: string; readonly key: string }
  /** Inserts so many rows of `programs/insert/rows.mjs` into an empty table. */
  | { readonly table: string; readonly rows: number }
  /** Sends so many queries, so many at a time. */
  | { readonly queries: number; readonly concurrency: number }
  /** What its program says, once. */
  | Readonly<Record<string, never>>;

/** What a task must come to. */
export interface Expected {
  readonly count: number;
  /** Missing where nothing can be summed. */
  readonly checksum?: number;
}

/** What one run of a variant came to and what it cost. */
export interface Measurement {
  readonly count: number;
  readonly checksum?: number;
  /** Of the wall clock. */
  readonly seconds: number;
  /** User and system time of the whole process, its helper threads included, during the measured part. */
  readonly cpuSeconds: number;
  /** The most memory that the process ever held. */
  readonly peakBytes: number;
  /** How much of it went beyond the idle, connected process. */
  readonly extraBytes: number;
  /** By how much the event loop's timer was late. */
  readonly stallP99Ms: number;
  readonly stallMaxMs: number;
  /** What the program tells besides. */
  readonly details: Readonly<Record<string, number>>;
}

/** Why a variant could not be measured. */
export interface Failure {
  readonly failed: string;
}
