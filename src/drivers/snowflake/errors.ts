import { WarehouseError, withoutSecrets, type Effect, type Phase } from "../../errors.ts";

/** What snowflake-sdk reports: plain errors with these fields (snowflake-sdk 3.3). */
interface Reported {
  readonly message: string;
  readonly code?: string | number;
  readonly name?: string;
  readonly sqlState?: string;
  readonly data?: { readonly queryId?: string; readonly line?: number; readonly pos?: number } | null;
  readonly cause?: { readonly code?: string; readonly message?: string };
}

/** Where and how a statement failed. */
interface StatementFailure {
  readonly phase: Phase;
  /** Whether the session can never run another. */
  readonly sessionGone: boolean;
  /** What the statement may have done if it is not known to have been refused. */
  readonly effectIfLost: Effect;
  readonly secrets: readonly string[];
  /** The text that was sent. */
  readonly statement: string;
}

/** How a login failed. */
interface LoginFailure {
  /** The HTTP status of the last answer, if any came. */
  readonly status: number | undefined;
  readonly secrets: readonly string[];
}

/** A session or master token that has run out, or a session that the server has forgotten: the object is dead. */
const goneSession = new Set(["390104", "390111", "390112", "390114", "401004", "405503", "407001", "407002"]);
/** The OAuth token of a login has expired or is no good. */
const staleTokens = new Set(["390318", "390303"]);
/** The SDK's code for an HTTP status that is no answer of Snowflake's. */
const otherStatus = "401002";
/** The role, or the database, schema or virtual warehouse, that the login names does not exist: the password is fine. */
const missingObjects = new Set(["390189", "390201"]);
/** The statement or its virtual warehouse reached a time limit. */
const statementTimeout = "000630";

/** Turns what the SDK reports of a statement into the one error. */
export function snowflakeError(error: unknown, failure: StatementFailure): WarehouseError {
  const { said, reported, facts } = read(error, failure.secrets);
  const more = { ...facts, phase: failure.phase, position: placeOf(reported, failure.statement) };
  if (failure.sessionGone) {
    return new WarehouseError("CONNECTION", `The Snowflake session has ended: ${said}`, {
      ...more,
      effect: failure.effectIfLost,
      retryable: failure.effectIfLost === "none",
    });
  }
  if (isNetwork(reported)) {
    return new WarehouseError("CONNECTION", `The connection to Snowflake was lost: ${said}${underlying(reported)}`, {
      ...more,
      effect: failure.effectIfLost,
    });
  }
  return new WarehouseError(facts.vendorCode === statementTimeout ? "TIMEOUT" : "QUERY", withHint(said), more);
}

/** Turns what the SDK reports of a login into the one error. */
export function loginError(error: unknown, { status, secrets }: LoginFailure): WarehouseError {
  const { said, reported, facts } = read(error, secrets);
  const code = facts.vendorCode ?? "";
  const more = { ...facts, phase: "connect" as const };
  const refused = staleTokens.has(code) || (code.startsWith("39") && !missingObjects.has(code));
  // An expired token may come as 401 or 403 without a code; any other status is an answer of something before Snowflake.
  if (refused || (code === otherStatus && (status === 401 || status === 403))) {
    return new WarehouseError("AUTHENTICATION", `Snowflake refused the login: ${said}`, more);
  }
  const onItsWay = isNetwork(reported) && !isTls(reported);
  const transient = status === undefined ? onItsWay : status >= 500 || status === 408 || status === 429;
  const answered = status === undefined || status === 200 ? "" : ` (HTTP status ${status})`;
  return new WarehouseError(
    "CONNECTION",
    `A Snowflake session could not be opened: ${said}${answered}${underlying(reported)}${advice(reported)}`,
    { ...more, retryable: transient },
  );
}

/** Reads what was thrown, which may be anything. */
function read(error: unknown, secrets: readonly string[]) {
  const reported = (error ?? {}) as Reported;
  const cause = withoutSecrets(error, secrets);
  const vendorCode = codeOf(error);
  const words = cause.message.replace(/\s+/g, " ").trim();
  const said = words === "" ? `the server gave no reason (code ${vendorCode ?? "none"})` : words;
  return { said, reported, facts: { cause, sqlState: reported.sqlState, vendorCode, queryId: reported.data?.queryId } };
}

/** Gives the code of what the SDK reports: a server's code or one of its own. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as Reported | undefined)?.code;
  return code === undefined ? undefined : String(code);
}

/** Tells by a code whether the session can never run a statement again, and did not begin the one it refused. */
export function isSessionGone(code: string | undefined): boolean {
  return code !== undefined && goneSession.has(code);
}

/** The server counts lines from 1 and, within a line, characters from 0; what is outside the basic plane is one, as for Redshift. */
function placeOf({ data }: Reported, statement: string): number | undefined {
  const { line, pos } = data ?? {};
  if (line === undefined || pos === undefined || line < 1 || pos < 0) return undefined;
  const before = statement.split("\n", line - 1).reduce((sum, text) => sum + Array.from(text).length + 1, 0);
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

/** A certificate that is not trusted, or a server that does not speak TLS, stays so. */
function isTls({ cause }: Reported): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO|EPROTO|ERR_SSL|ERR_TLS/.test(cause?.code ?? "");
}

function underlying({ cause }: Reported): string {
  return cause?.code === undefined ? "" : ` (${cause.code})`;
}

function advice({ cause }: Reported): string {
  const code = cause?.code ?? "";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return " Pass { tls: { servername } } with the certificate's name.";
  // What OpenSSL says of an answer that is not TLS.
  if (code === "EPROTO") return " Pass { tls: false } if a plain connection is what you want.";
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code) ? " Pass the authority's certificate as { tls: { ca } }." : "";
}
