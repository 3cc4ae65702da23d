import { redact, WarehouseError, withoutSecrets, type Effect, type Phase } from "../../errors.ts";
import { UnsupportedAuthentication } from "./digest.ts";

/** What `pg` reports: an ErrorResponse of the server with its fields, or an error of the socket. */
interface Reported {
  readonly message: string;
  readonly code?: string;
  readonly severity?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: string;
}

/** What the server says in words. */
interface Words {
  readonly message: string;
  readonly code: string | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
}

/** Where and how a statement or login failed. */
interface Failure {
  readonly phase: Phase;
  /** What the call may have done if the connection was lost under it. */
  readonly effectIfLost: Effect;
  /** What the server may quote and nobody may see. */
  readonly secrets?: readonly string[];
  /** The session's own statement timeout, in milliseconds, if it set one. */
  readonly statementTimeoutMs?: number | undefined;
  /** How many characters were sent in front of the statement's own text. */
  readonly textOffset?: number | undefined;
}

/** Redshift's codes for a transaction that lost against another one and was rolled back (docs.aws.amazon.com/redshift, "Troubleshooting serializable isolation errors"). */
const serializationCodes = new Set(["1023", "40001", "40P01"]);
const conflictText = /conflict with concurrent transaction|could not open relation with OID/i;

const networkCodes =
  /^(?:E(?:CONN(?:REFUSED|RESET|ABORTED)|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NETDOWN|ADDRNOTAVAIL|AI_AGAIN)|ENOTFOUND)$/;

/** Turns what `pg` reports into the one error. The only place where Redshift's errors are understood. */
export function redshiftError(error: unknown, failure: Failure): WarehouseError {
  // Anything may be thrown, undefined too.
  const reported = (error ?? {}) as Reported;
  const cause = withoutSecrets(error, failure.secrets);
  if (!isResponse(reported)) return connectionError(reported, cause, failure);

  // Before anything is taken out of them: a secret that is cut into parts is no longer found.
  const words = withoutSecretWords(reported, failure.secrets);
  const { code: sqlState, hint } = words;
  const { vendorCode, queryId, message } = blockOf(words);
  const position = reported.position === undefined ? undefined : Number(reported.position) - (failure.textOffset ?? 0);
  const facts = { cause, phase: failure.phase, sqlState, vendorCode, queryId, position };
  const said = hint === undefined ? message : `${message} (${hint})`;

  if (failure.phase === "connect") return loginError(said, sqlState, facts);
  if (/^(?:08|57P0[123])/.test(sqlState ?? "")) {
    return new WarehouseError("CONNECTION", `The server closed the session: ${said}`, {
      ...facts,
      effect: failure.effectIfLost,
    });
  }
  if (sqlState === "57014" && failure.statementTimeoutMs !== undefined) {
    return new WarehouseError(
      "TIMEOUT",
      `The server stopped the statement, by the statementTimeoutMs of ${failure.statementTimeoutMs} or by an operator: ${said}`,
      facts,
    );
  }
  const conflict =
    serializationCodes.has(vendorCode ?? "") || serializationCodes.has(sqlState ?? "") || conflictText.test(message);
  return new WarehouseError("QUERY", said, {
    ...facts,
    effect: conflict ? "rolled back" : "none",
    transactionConflict: conflict,
    retryable: conflict,
  });
}

/** pg gives an ErrorResponse's error all of its fields, also those that the server left out, and another error none. */
function isResponse(reported: Reported): boolean {
  return typeof reported === "object" && "severity" in reported;
}

function loginError(said: string, sqlState: string | undefined, facts: object): WarehouseError {
  if (sqlState?.startsWith("28") === true) {
    return new WarehouseError("AUTHENTICATION", `Redshift refused the login: ${said}`, facts);
  }
  const full = /connection limit|too many (?:connections|clients)/i.test(said) || sqlState === "53300";
  return new WarehouseError("CONNECTION", `Redshift refused the session: ${said}`, {
    ...facts,
    retryable: full || sqlState?.startsWith("57P") === true,
  });
}

function connectionError(reported: Reported, cause: Error, failure: Failure): WarehouseError {
  const code = typeof reported.code === "string" ? reported.code : undefined;
  const connecting = failure.phase === "connect";
  if (reported instanceof UnsupportedAuthentication) {
    return new WarehouseError("UNSUPPORTED_WAREHOUSE", cause.message, { cause, phase: failure.phase });
  }
  const subject = connecting ? "The connection to Redshift could not be made" : "The connection to Redshift was lost";
  return new WarehouseError("CONNECTION", `${subject}: ${cause.message}.${advice(cause.message, code)}`, {
    cause,
    phase: failure.phase,
    effect: connecting ? "none" : failure.effectIfLost,
    vendorCode: code,
    // What pg says of an orderly end of the connection, which has no code.
    retryable: connecting && (networkCodes.test(code ?? "") || cause.message.startsWith("Connection terminated")),
  });
}

function advice(message: string, code: string | undefined): string {
  if (message.includes("does not support SSL")) return " Pass { tls: false } if a plain connection is what you want.";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return " Pass { tls: { servername } } with the certificate's name.";
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code ?? ""))
    return " Pass the authority's certificate as { tls: { ca } }.";
  return "";
}

/**
 * Redshift wraps many errors as XX000 with the real code either as the whole message (`1023`) or in a block of lines such as
 * `code: 25300` in message or detail.
 */
function blockOf({ message, detail, code }: Words): { vendorCode?: string; queryId?: string; message: string } {
  if (code === "XX000" && /^\d{4}$/.test(message.trim())) {
    return { vendorCode: message.trim(), message: `${message.trim()}${detail === undefined ? "" : `: ${detail}`}` };
  }
  const lines: Record<string, string> = {};
  for (const [, key, value] of `${message}\n${detail ?? ""}`.matchAll(/^\s*(error|code|context|query):\s*(.+)$/gm)) {
    if (key !== undefined && value !== undefined) lines[key] ??= value.trim();
  }
  const { error, context } = lines;
  return {
    ...(lines.code === undefined ? {} : { vendorCode: lines.code }),
    ...(lines.query === undefined || lines.query === "0" ? {} : { queryId: lines.query }),
    // It is the context that names the file and the column.
    message: error === undefined ? message : context === undefined ? error : `${error}: ${context}`,
  };
}

function withoutSecretWords({ message, code, detail, hint }: Reported, secrets: readonly string[] = []): Words {
  const safe = (text: string | undefined) => (text === undefined ? undefined : redact(text, secrets));
  const said = message === "" ? "The server reports an error without saying which." : message;
  return { message: redact(said, secrets), code: safe(code), detail: safe(detail), hint: safe(hint) };
}

/** Tells of a stream that is not what the protocol has. @param what - the server sent. */
export function damaged(what: string): WarehouseError {
  return new WarehouseError("CONNECTION", `The server sent ${what}; the stream is damaged.`, {
    phase: "fetch",
    effect: "unknown",
  });
}
