import { WarehouseError, withoutSecrets, type Effect, type Phase } from "../../errors.ts";

/** What snowflake-sdk reports: plain errors with these fields (facts/snowflake.md §5). */
interface Reported {
  readonly message: string;
  readonly code?: string | number;
  readonly name?: string;
  readonly sqlState?: string;
  readonly data?: { readonly queryId?: string; readonly line?: number; readonly pos?: number } | null;
  readonly cause?: { readonly code?: string; readonly message?: string };
}

/** Where and how a statement or login failed. */
interface Failure {
  readonly phase: Phase;
  /** Whether it was the login itself that failed. */
  readonly login: boolean;
  /** What the statement may have done if it is not known to have been refused. */
  readonly effectIfLost: Effect;
  readonly secrets?: readonly string[];
  /** The text that was sent, if it was a statement. */
  readonly statement?: string;
}

/** A session or master token that has run out, or a session that the server has forgotten: the object is dead. */
const goneSession = new Set(["390104", "390111", "390112", "390114", "401004", "405503", "407001", "407002"]);
/** The OAuth token of a login has expired or is no good; an expired one sent as HTTP 401 or 403 looks like the last. */
const staleTokens = new Set(["390318", "390303", "401002"]);
/** The role, or the database, schema or virtual warehouse, that the login names does not exist: the password is fine. */
const missingObjects = new Set(["390189", "390201"]);
/** The statement or its virtual warehouse reached a time limit. */
const statementTimeout = "000630";

/** Turns what the SDK reports into the one error. The only place where Snowflake's errors are understood. */
export function snowflakeError(error: unknown, failure: Failure): WarehouseError {
  // Anything may be thrown, undefined too.
  const reported = (error ?? {}) as Reported;
  const cause = withoutSecrets(error, failure.secrets);
  const vendorCode = reported.code === undefined ? undefined : String(reported.code);
  const facts = {
    cause,
    phase: failure.phase,
    sqlState: reported.sqlState,
    vendorCode,
    queryId: reported.data?.queryId,
    position: placeOf(reported, failure.statement),
  };
  const said = withHint(cause.message.replace(/\s+/g, " ").trim());
  if (failure.login) return loginError(said, reported, facts);
  if (isSessionGone(error)) {
    return new WarehouseError("CONNECTION", `The Snowflake session has ended: ${said}`, {
      ...facts,
      effect: failure.effectIfLost,
      retryable: failure.effectIfLost === "none",
    });
  }
  if (isNetwork(reported)) {
    return new WarehouseError("CONNECTION", `The connection to Snowflake was lost: ${said}${underlying(reported)}`, {
      ...facts,
      effect: failure.effectIfLost,
    });
  }
  const timedOut = vendorCode === statementTimeout;
  return new WarehouseError(timedOut ? "TIMEOUT" : "QUERY", said, facts);
}

/** Tells whether the session that reported this can never run a statement again. */
export function isSessionGone(error: unknown): boolean {
  return goneSession.has(String((error as Reported | undefined)?.code ?? ""));
}

/** Tells whether a code of the server means that it refused the request before it looked at the statement. */
export function isRefusedAtTheDoor(code: string | undefined): boolean {
  return code !== undefined && goneSession.has(code);
}

function loginError(said: string, reported: Reported, facts: object): WarehouseError {
  const code = String(reported.code ?? "");
  if (isNetwork(reported) && !staleTokens.has(code)) {
    return new WarehouseError(
      "CONNECTION",
      `The connection to Snowflake could not be made: ${said}${underlying(reported)}${advice(reported)}`,
      { ...facts, retryable: true },
    );
  }
  const refused = staleTokens.has(code) || (code.startsWith("39") && !missingObjects.has(code));
  return refused
    ? new WarehouseError("AUTHENTICATION", `Snowflake refused the login: ${said}`, facts)
    : new WarehouseError("CONNECTION", `A Snowflake session could not be opened: ${said}`, facts);
}

/** The server writes −1 where it knows no place. */
/** The server counts lines from 1 and, within a line, characters from 0. */
function placeOf({ data }: Reported, statement: string | undefined): number | undefined {
  const { line, pos } = data ?? {};
  if (statement === undefined || line === undefined || pos === undefined || line < 1 || pos < 0) return undefined;
  const before = statement.split("\n", line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  return before + pos + 1;
}

/** What a VALUES clause takes on Snowflake is not what its error says to do instead. */
function withHint(said: string): string {
  return /Invalid expression .* in VALUES clause/.test(said)
    ? `${said}. Use INSERT INTO … SELECT instead of VALUES`
    : said;
}

function isNetwork({ name, code }: Reported): boolean {
  return (
    name === "NetworkError" ||
    name === "RequestFailedError" ||
    name === "UnexpectedContentError" ||
    code === "ERR_CANCELED"
  );
}

function underlying({ cause }: Reported): string {
  return cause?.code === undefined ? "" : ` (${cause.code})`;
}

function advice({ cause }: Reported): string {
  const code = cause?.code ?? "";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return " Pass { tls: { servername } } with the certificate's name.";
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code) ? " Pass the authority's certificate as { tls: { ca } }." : "";
}
