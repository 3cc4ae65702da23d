import { types } from "node:util";

/** What went wrong, as a closed set that programs can switch on. */
export type ErrorCode =
  /** The tenant's credentials could not be fetched, or are incomplete or malformed. */
  | "CREDENTIALS"
  /** The credentials name a warehouse or a way to log in that this package has no driver for, or whose driver is not installed. */
  | "UNSUPPORTED_WAREHOUSE"
  /** The server could not be reached, or the connection to it was lost. */
  | "CONNECTION"
  /** The server refused the user, password or token. */
  | "AUTHENTICATION"
  /** The server refused or failed to run the statement. */
  | "QUERY"
  /** A deadline passed: `timeoutMs`, `connectTimeoutMs`, `acquireTimeoutMs` or the server's own statement timeout. */
  | "TIMEOUT"
  /** A limit that the caller set was passed. */
  | "LIMIT"
  /** The caller passed something that cannot be sent, and nothing was; or asked for rows as objects that have two columns of one name. */
  | "INVALID_ARGUMENT"
  /** The server sent a value that the chosen JavaScript type cannot hold exactly. */
  | "INVALID_VALUE"
  /** A row does not satisfy the caller's schema. */
  | "INVALID_ROW"
  /** A file, of S3 or of this machine, could not be read or written from here. */
  | "STORAGE"
  /** The warehouse cannot do this, or a package that it takes is not installed. */
  | "UNSUPPORTED"
  /** The warehouse, session or transaction was used after its end. */
  | "CLOSED";

/** Where in its life a call was when it failed. */
export type Phase = "credentials" | "connect" | "acquire" | "execute" | "fetch" | "commit" | "close";

/** What the failed call has done to the data: nothing, something that was undone, or nobody can tell. */
export type Effect = "none" | "rolled back" | "unknown";

/** What a call that failed had written before, and has not taken away. */
export interface Written {
  /** Rows, where they are known. */
  readonly rows?: number | undefined;
  /** Bytes, where they are known. */
  readonly bytes?: number | undefined;
  /** The files, as far as they are known: `s3://bucket/key`. */
  readonly files?: readonly { readonly url: string }[] | undefined;
}

/** A row of a file that a load refused. */
export interface RowError {
  /** `s3://bucket/key`. */
  readonly file: string | undefined;
  /** The line of the file, from 1; the header's counts. */
  readonly line: number | undefined;
  /** The column's name, where the server tells. */
  readonly column: string | undefined;
  /** What could not be read, or the whole line, as the server tells it. */
  readonly value: string | undefined;
  /** Why it could not, in the server's words. */
  readonly reason: string;
}

/** The facts that go with a {@link WarehouseError}, whose properties say what they are. */
export interface ErrorDetails {
  readonly cause?: unknown;
  readonly phase?: Phase;
  readonly effect?: Effect;
  readonly sqlState?: string | undefined;
  readonly vendorCode?: string | undefined;
  readonly queryId?: string | undefined;
  readonly position?: number | undefined;
  readonly rowIndex?: number | undefined;
  readonly path?: readonly PropertyKey[] | undefined;
  readonly retryable?: boolean;
  readonly transactionConflict?: boolean;
  readonly written?: Written | undefined;
  readonly rowErrors?: readonly RowError[] | undefined;
}

const brand = Symbol.for("peak-warehouse.WarehouseError");

/**
 * The one error of this package. An aborted call is the exception: it rejects with the caller's own `signal.reason`.
 *
 * SQL text, parameters and secrets are never part of an error.
 *
 * @example
 * ```ts
 * import { WarehouseError } from "peak-warehouse";
 *
 * try {
 *   await db.query("select * from scores", undefined, { timeoutMs: 5_000 });
 * } catch (error) {
 *   if (!WarehouseError.is(error)) throw error;
 *   console.log(error.code, error.phase, error.effect, error.retryable); // such as: TIMEOUT acquire none false
 * }
 * ```
 */
export class WarehouseError extends Error {
  override readonly name = "WarehouseError";
  /** What went wrong. */
  readonly code: ErrorCode;
  /** Where in its life the call was when it failed. */
  readonly phase: Phase;
  /** What the call has done to the data. */
  readonly effect: Effect;
  /** True when the effect is known to be nothing, or was rolled back, and the cause is transient: the same call may be made again. */
  readonly retryable: boolean;
  /** True when the server rolled the transaction back because of a conflict with another one. */
  readonly transactionConflict: boolean;
  /** The five-character SQLSTATE, where the server sent one. */
  declare readonly sqlState: string | undefined;
  /** The vendor's own code: a Redshift code such as `1023`, a Snowflake code such as `000904`, or a system error such as `ECONNRESET`. */
  declare readonly vendorCode: string | undefined;
  /** The id under which the server knows the statement. */
  declare readonly queryId: string | undefined;
  /** Where in the statement the server saw the mistake: a character offset from 1 (`db.script` gives the statement's place instead). */
  declare readonly position: number | undefined;
  /** The row, counted from 0 (messages count from 1), that could not be given, for `INVALID_VALUE` and `INVALID_ROW`, or inserted. */
  declare readonly rowIndex: number | undefined;
  /** Where in that row: the column's name, and for a schema what lies within. */
  declare readonly path: readonly PropertyKey[] | undefined;
  /** What a bulk operation had written and left behind. */
  declare readonly written: Written | undefined;
  /** The rows that a load refused. Not enumerable: they hold data. */
  declare readonly rowErrors: readonly RowError[] | undefined;

  /** Makes an error, as tests of your own may want to: `effect` is `"none"` and `phase` is `"execute"` unless the details say otherwise. */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.phase = details.phase ?? "execute";
    this.effect = details.effect ?? "none";
    this.retryable = details.retryable ?? false;
    this.transactionConflict = details.transactionConflict ?? false;
    const { sqlState, vendorCode, queryId, position, rowIndex, path, written } = details;
    const known = Object.entries({ sqlState, vendorCode, queryId, position, rowIndex, path, written });
    // What is printed of an error tells what is known of it.
    Object.assign(this, Object.fromEntries(known.filter(([, value]) => value !== undefined)));
    Object.defineProperty(this, "rowErrors", { value: details.rowErrors });
    Object.defineProperty(this, brand, { value: true });
  }

  /** Tells whether `value` is a `WarehouseError`, also one made by another copy of this package. */
  static is(value: unknown): value is WarehouseError {
    return isError(value) && brand in value;
  }
}

/** Makes the error for something the caller passed that cannot be sent. */
export function invalidArgument(message: string, cause?: unknown): WarehouseError {
  return new WarehouseError("INVALID_ARGUMENT", message, { cause });
}

/** Adds to an error what was written all the same. What the caller gave, such as `signal.reason`, stays as it is. */
export function withWritten(error: unknown, written: Written): unknown {
  return WarehouseError.is(error) ? reworded(error, error.message, { written }) : error;
}

/**
 * Makes the error for an unload that would add to the files of somebody else, and has written none of its own.
 *
 * @param count - how many files there are, where it is known.
 */
export function occupiedPrefix(url: string, count?: number): WarehouseError {
  const many = count === undefined ? "" : ` (${count})`;
  return new WarehouseError(
    "QUERY",
    `There are files under ${url} already${many}: unload to another prefix, or say with overwrite what is to become of them.`,
    { written: { files: [], rows: 0, bytes: 0 } },
  );
}

/** Tells what a call that is cut off in a phase may have done. */
export function effectIn(phase: Phase): Effect {
  return phase === "execute" || phase === "commit" ? "unknown" : "none";
}

/** Makes the error for a warehouse that was closed before or under a call. */
export function closedError(phase: Phase): WarehouseError {
  return new WarehouseError("CLOSED", "The warehouse was closed; call connectWarehouse() for a new one.", {
    phase,
    effect: effectIn(phase),
  });
}

/**
 * Gives an error a stack that leads to the caller: it was made in a socket's listener, where nobody of the caller's is. To be called
 * in the `catch` of what the caller awaits. What cannot lead anywhere, such as a `signal.reason`, stays as it is.
 */
export function traced(error: unknown): unknown {
  if (WarehouseError.is(error)) Error.captureStackTrace(error, traced);
  return error;
}

/** Makes the same error with another message and, where given, other details. */
export function reworded(error: WarehouseError, message: string, details: ErrorDetails = {}): WarehouseError {
  const known: ErrorDetails = error;
  const { cause, rowErrors } = error;
  return new WarehouseError(error.code, message, { ...known, cause, rowErrors, ...details });
}

/** Tells an error, also one of another realm: what Node itself throws is no `Error` of a test that jest runs. */
export const isError = (value: unknown): value is Error => value instanceof Error || types.isNativeError(value);

/**
 * Copies what is safe to keep of a foreign error: name, message, code and stack.
 *
 * Errors of HTTP clients and drivers carry their whole request, and with it passwords and tokens, in properties that
 * `inspect()` prints; so none of those properties survives, and every secret given is cut out of the text.
 */
export function withoutSecrets(error: unknown, secrets: readonly string[] = []): Error {
  const source = isError(error) ? error : new Error(String(error));
  // A server's answer may have put anything there.
  const { message, stack, code } = source as { message: unknown; stack?: unknown; code?: unknown };
  const copy = new Error(redact(String(message), secrets));
  copy.name = source.name;
  if (typeof stack === "string") copy.stack = redact(stack, secrets);
  if (typeof code === "number") Object.assign(copy, { code });
  if (typeof code === "string") Object.assign(copy, { code: redact(code, secrets) });
  return copy;
}

/**
 * Replaces every secret in a text by `<redacted>`: raw, percent-encoded, or escaped as in JSON. Secrets of fewer than three characters are
 * left alone.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let safe = text;
  for (const secret of secrets) {
    if (secret.length < 3) continue;
    for (const form of [secret, percentEncoded(secret), JSON.stringify(secret).slice(1, -1)]) {
      safe = safe.replaceAll(form, "<redacted>");
    }
  }
  return safe;
}

function percentEncoded(text: string): string {
  // Half a surrogate pair has no such form, and encodeURIComponent would throw.
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
}
