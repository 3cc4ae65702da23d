import type { BulkEngine, RowBinds, ServerState } from "./bulk-engine.ts";
import type { Call } from "./call.ts";
import type { OptionalOverrides } from "./credentials/optional-values.ts";
import type { Credentials } from "./credentials/schema.ts";
import type { Bind } from "./values/parameters.ts";
import type { Batch, RowBatch } from "./columns/batch.ts";
import type { Shape } from "./columns/shape.ts";
import type { Column, Decoding, ValuePolicy } from "./values/types.ts";
import type { CertificateAuthorities } from "./roots.ts";
import type { Dialect } from "./sql/dialect.ts";
import type { SessionOrigin } from "./telemetry/events.ts";
import type { TagOf } from "./telemetry/tags.ts";

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
  readonly bulk: BulkEngine;
  /** Logs in. Rejects with `AUTHENTICATION`, `CONNECTION` or `TIMEOUT`, phase `connect`; leaves nothing open then. */
  open(login: Login, call: Call): Promise<Session>;
}

/** What a session is opened with. */
export interface Login {
  readonly credentials: Credentials;
  /** How the connection is encrypted, or `false` for a plain one. */
  readonly tls: TlsDetails | false;
}

/** What a driver is told once, when the warehouse is connected. */
export interface DriverSettings {
  /** What the caller said about the values that the connection string leaves out. */
  readonly overrides: OptionalOverrides;
  /** An IANA name, or `"server"` to leave the session's zone alone. */
  readonly timezone: string;
  /** The server's own limit for each statement. */
  readonly statementTimeoutMs: number | undefined;
  /** Marks the sessions' statements in the server's query history. */
  readonly tag: string | undefined;
  /** Gives what marks one statement, of the tag of its call. */
  readonly tagOf: TagOf;
  /** The proxy through which a URL is reached, if any. It may carry a password: never print it. */
  readonly proxyFor: (url: URL) => URL | undefined;
  readonly warn: (message: string) => void;
  /** Told what the server says beside its answers; `undefined` where nobody wants to know. Never throws. */
  readonly onNotice: ((notice: Notice) => void) | undefined;
}

/** What a server says beside its answers: Redshift does, and Snowflake does not. */
export interface Notice {
  /** Such as `NOTICE`, `INFO` or `WARNING`. */
  readonly severity: string | undefined;
  /** SQLSTATE. */
  readonly code: string | undefined;
  /** What it says. */
  readonly message: string;
}

/** How a server's certificate is checked. It always is. */
export interface TlsDetails {
  /** Authorities to trust besides those Node trusts. */
  readonly ca?: CertificateAuthorities | undefined;
  /** The name the certificate must carry, where it is not the host's. */
  readonly servername?: string | undefined;
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
  /** Which one it is, for who observes it: put there when it has been opened. */
  origin?: SessionOrigin | undefined;
  /** Runs one statement; settles when its columns are known. */
  execute<B extends Batch>(statement: Statement<B>, call: Call): Promise<Execution<B>>;
  /** Waits until a statement that was cancelled or left has ended on the server. Bounded in time, never rejects. */
  settled(): Promise<void>;
  /** Asks the server for a sign of life without running a statement. Rejects and leaves the session `dead` where there is none. */
  probe(call: Call): Promise<void>;
  /** Ends the session. Bounded in time, idempotent, never rejects. */
  close(): Promise<void>;
}

/** A statement ready to be sent, and what its result is to be given as. */
export interface Statement<B extends Batch = RowBatch> {
  /** The text in the warehouse's own placeholder style. */
  readonly text: string;
  readonly binds: readonly Bind[];
  readonly values: ValuePolicy;
  readonly shape: Shape<B>;
  /** Default `"fast"`. */
  readonly decoding?: Decoding | undefined;
  /** The values of many rows, sent instead of `binds`. */
  readonly bindRows?: RowBinds | undefined;
  /** Told what the server says that the statement is doing, whenever that changes, where the driver can ask on the same session. */
  readonly onState?: ((state: ServerState) => void) | undefined;
  /** The statement is not run: its execution tells the columns and has no rows. */
  readonly describeOnly?: boolean | undefined;
}

/** How a statement's result is read, unless the call says otherwise. */
export type Reading = Pick<Statement, "values" | "decoding">;

/** A statement that is running or has run. */
export interface Execution<B extends Batch = RowBatch> {
  readonly columns: readonly Column[];
  readonly queryId: string | undefined;
  /** Pulls the next batch; `undefined` at the end. Pulling is the back-pressure. Rejects once, then the execution has ended. */
  next(): Promise<B | undefined>;
  /** Stops the statement on the server. Idempotent; settles when the session is idle again or dead, and never rejects. */
  cancel(): Promise<void>;
  /** What the server said at the end. There once `next` has given `undefined`. */
  readonly summary: Summary | undefined;
}

/** What the server said when a statement had ended. */
export interface Summary {
  /** The server's own word for what it did, such as `INSERT` or `ROLLBACK`, where it says one. */
  readonly command: string | undefined;
  /** Rows inserted, updated, deleted or merged; `undefined` for statements that change none. */
  readonly rowsAffected: number | undefined;
}
