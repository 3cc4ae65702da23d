import type { Call } from "./call.ts";
import type { Credentials } from "./credentials/schema.ts";
import type { Bind } from "./values/parameters.ts";
import type { Column, ValuePolicy } from "./values/types.ts";
import type { Dialect } from "./sql/dialect.ts";

/**
 * The contract between the core, which knows no warehouse by name, and the two drivers.
 *
 * A driver opens sessions and runs statements. Pooling, deadlines, placeholders, typed rows, knex and closing are written
 * once, above it.
 */
export interface Driver {
  readonly dialect: Dialect;
  /** How many plain statements one session may run at the same time. */
  readonly statementsPerSession: number;
  /** After how long an unused session is closed, in milliseconds, unless the caller says otherwise. */
  readonly idleTimeoutMs: number;
  /** Logs in. Rejects with `AUTHENTICATION`, `CONNECTION` or `TIMEOUT`, phase `connect`; leaves nothing open then. */
  open(credentials: Credentials, call: Call): Promise<Session>;
}

/**
 * - `idle`: may run a statement.
 * - `busy`: a statement is running, or its end has not been read yet.
 * - `transaction`: a statement left a transaction open.
 * - `dead`: gone; only good for closing.
 */
export type SessionState = "idle" | "busy" | "transaction" | "dead";

/** One session of the server. */
export interface Session {
  readonly state: SessionState;
  /** Runs one statement; settles when its columns are known. */
  execute(statement: Statement, call: Call): Promise<Execution>;
  /** Asks the server for a sign of life without running a statement. Rejects and leaves the session `dead` where there is none. */
  probe(call: Call): Promise<void>;
  /** Ends the session. Bounded in time, idempotent, never rejects. */
  close(): Promise<void>;
}

/** A statement ready to be sent. */
export interface Statement {
  /** The text in the warehouse's own placeholder style. */
  readonly text: string;
  readonly binds: readonly Bind[];
  readonly values: ValuePolicy;
  readonly rowMode: RowMode;
}

/** `object`: one plain object a row; `array`: one array a row, in the order of the columns. */
export type RowMode = "object" | "array";

/** A statement that is running or has run. */
export interface Execution {
  readonly columns: readonly Column[];
  readonly queryId: string | undefined;
  /** Pulls the next batch; `undefined` at the end. Pulling is the back-pressure. Rejects once, then the execution has ended. */
  next(): Promise<Batch | undefined>;
  /** Stops the statement on the server. Idempotent; settles when the session is idle again or dead, and never rejects. */
  cancel(): Promise<void>;
  /** What the server said at the end. There once `next` has given `undefined`. */
  readonly summary: Summary | undefined;
}

/** Some rows of a result, shaped as the statement asked for. */
export interface Batch {
  readonly rows: readonly unknown[];
}

/** What the server said when a statement had ended. */
export interface Summary {
  /** Rows inserted, updated, deleted or merged; `undefined` for statements that change none. */
  readonly rowsAffected: number | undefined;
}
