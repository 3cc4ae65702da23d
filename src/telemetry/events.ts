import type { Dialect } from "../sql/dialect.ts";

/** The warehouse that an event is about: one object for all events of one `connectWarehouse()`. */
export interface ObservedServer {
  readonly warehouse: "redshift" | "snowflake";
  /** Where sessions are opened: on Snowflake the whole name of the account's host. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** The schema that sessions begin in, where one is known. */
  readonly schema: string | undefined;
}

/** What Node adds to the event of a tracing channel. */
interface Ending {
  /** What the work failed with. There when it has. */
  error?: unknown;
}

/** `peak-warehouse:credentials`: one fetch of credentials. */
export interface CredentialsEvent extends Ending {
  /** The Peak API, or the caller's own function. */
  readonly source: "api" | "function";
  /** The API's host. */
  readonly host: string | undefined;
}

/** `peak-warehouse:connect`: one login, up to a session that is set up. */
export interface ConnectEvent extends Ending {
  readonly server: ObservedServer;
  /** The number that the session has for as long as the warehouse is open, from 1. */
  readonly sessionId: number;
}

/** `peak-warehouse:acquire`: the wait for a session of the pool; next to nothing where one is free. */
export interface AcquireEvent extends Ending {
  readonly server: ObservedServer;
  /** The pool, as it is when this is read. */
  readonly pool: PoolStatistics;
  /** The session that was lent. There at the end. */
  sessionId: number | undefined;
}

/** What a pool holds. */
export interface PoolStatistics {
  /** Sessions that are open: `idle` and `busy` ones. */
  readonly total: number;
  /** Sessions that nobody uses. */
  readonly idle: number;
  /** Sessions that are lent; on Snowflake one may be lent to several calls. */
  readonly busy: number;
  /** Calls that wait for a session. */
  readonly waiting: number;
  /** The most sessions that may be open: `pool.max`. */
  readonly max: number;
}

/** What a statement was run for. `"aside"` asks what a bulk operation's own statement is doing. */
export type ObservedVerb =
  | "query"
  | "script"
  | "describe"
  | "catalog"
  | "transaction"
  | "insert"
  | "unload"
  | "load"
  | "aside"
  | "stream"
  | "batches"
  | "arrow"
  | "export";

/**
 * `peak-warehouse:query` and `peak-warehouse:stream`: one statement, from when it is sent until its last row is read. On the second
 * are those whose rows are read batch by batch: the verbs `stream`, `batches`, `arrow` and `export`.
 */
export interface QueryEvent extends Ending {
  readonly server: ObservedServer;
  readonly sessionId: number;
  readonly verb: ObservedVerb;
  /** The statement's first keyword, in upper case; BEGIN, COMMIT or ROLLBACK for a transaction's own. */
  readonly operation: string | undefined;
  /**
   * The statement with `?` for each literal and without comments, cut after 10 000 characters; or as it was sent, with
   * `telemetry: { text: "full" }`. Made when it is read.
   */
  readonly text: string;
  /**
   * What the statement does to what, in its own spelling, such as `insert scores select app.events`: OpenTelemetry's `db.query.summary`, at most
   * 255 characters. Made when it is read.
   */
  readonly summary: string;
  /** The tables that the statement names, as it names them, at most five. Made when it is read. */
  readonly tables: readonly string[];
  /** How many values were sent beside the text. */
  readonly bindCount: number;
  /** Those values, with `telemetry: { parameters: true }`; not those of an insert. */
  readonly parameters: readonly unknown[] | undefined;
  /** Rows received so far. */
  rows: number;
  /** Bytes of those rows as the server sent them, decompressed. */
  bytes: number;
  /** Rows inserted, updated, deleted or merged, where the server tells. There at the end. */
  rowsAffected: number | undefined;
  /** The id under which the server knows the statement, where it tells: from the first answer on. */
  queryId: string | undefined;
  /** Whoever read the rows has read no further, which is no failure. There at the end. */
  isLeft: boolean;
}

/** `peak-warehouse:cancel`: a statement is stopped on the server, until it has ended there. */
export interface CancelEvent extends Ending {
  readonly statement: QueryEvent;
  /** Why: `signal.reason`, or an error with the code `TIMEOUT`, `CLOSED`, `LIMIT`, … */
  readonly reason: unknown;
  /** The server did not stop in time, and its session was given up. There at the end. */
  isSessionLost: boolean;
}

/** `peak-warehouse:retry`: something is tried again, in a moment. A plain channel: one message each. */
export interface RetryEvent {
  /**
   * A request to the Peak API, a login, a part of a result, a statement or other work whose session had died before it reached the
   * server, or a transaction after a conflict.
   */
  readonly what: "credentials" | "login" | "download" | "statement" | "transaction";
  /** The number of the attempt that failed, from 1. */
  readonly attempt: number;
  /** The pause before the next, in milliseconds. */
  readonly delayMs: number;
  /** Why the last one failed. */
  readonly error: unknown;
}

/** `peak-warehouse:close`: the end of a warehouse, calls that run included. */
export interface CloseEvent extends Ending {
  readonly server: ObservedServer;
  /** The calls that ran when it began. */
  readonly calls: number;
  /** How long they may take until they are cut off, in milliseconds. */
  readonly timeoutMs: number;
}

/** What observers are shown of statements, besides what is always shown. */
export interface TelemetryOptions {
  /** `"masked"`: `?` for each literal. `"full"`: the statement as it was sent, with all values that were written into it. Default `"masked"`. */
  readonly text?: "masked" | "full" | undefined;
  /** Whether the values are shown that statements are sent with. Default `false`. */
  readonly parameters?: boolean | undefined;
}

/** What is observed of one warehouse. */
export interface Observed {
  readonly server: ObservedServer;
  readonly shown: TelemetryOptions;
}

/** Which session of which warehouse. */
export interface SessionOrigin extends Observed {
  readonly sessionId: number;
  readonly dialect: Dialect;
}
