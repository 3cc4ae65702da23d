import { isError, redact, withoutSecrets, type WarehouseError } from "../errors.ts";
import { credentialsError } from "./failure.ts";
import type { ApiSettings } from "./settings.ts";

/** What came of one request. */
export type Attempt = HttpAnswer | Failure;

/** The API, or something on the way to it, has answered. */
export interface HttpAnswer {
  readonly kind: "answer";
  readonly status: number;
  /** `undefined` when it was too large to be read. */
  readonly body: string | undefined;
  readonly contentType: string | undefined;
  readonly location: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** No answer came. */
interface Failure {
  readonly kind: "failure";
  readonly error: unknown;
  readonly timedOut: boolean;
  readonly timeoutMs: number;
  readonly retryAfterMs: undefined;
}

const maxDetailLength = 200;

/** Tells whether the same request may succeed a little later: after 429, 5xx and a network's failure. */
export function isTransient(attempt: Attempt): boolean {
  if (attempt.kind === "answer") return attempt.status === 429 || attempt.status >= 500;
  // A certificate that is refused now is refused in four seconds, too.
  return !/CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$/.test(codeOf(innermost(attempt.error)) ?? "");
}

/** Makes the error for an API that answered with success but not with the JSON that it should have. */
export function badAnswer(settings: ApiSettings, answer: HttpAnswer, what: string): WarehouseError {
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(answer.contentType ?? "")?.[0];
  const html = type === "text/html" ? " A proxy's or login page, perhaps?" : "";
  return credentialsError(
    `The answer of ${api(settings)} ${what} (HTTP ${answer.status}, content type ${type ?? "unknown"}).${html} The address came from ${settings.chosenBy.baseUrl}.`,
    { vendorCode: String(answer.status) },
  );
}

/** Makes the error for the last attempt, when there will not be another one. */
export function gaveUp(settings: ApiSettings, attempt: Attempt, requests: number): WarehouseError {
  return attempt.kind === "answer" ? refused(settings, attempt, requests) : unreachable(settings, attempt, requests);
}

function refused(settings: ApiSettings, answer: HttpAnswer, requests: number): WarehouseError {
  const { status } = answer;
  const said = detail(settings, answer.body);
  const transient = isTransient(answer);
  return credentialsError(
    `${explanation(settings, answer)}${transient ? asked(requests) : ""}${said === undefined ? "" : ` It said: ${said}`}`,
    { vendorCode: String(status), retryable: transient },
  );
}

function explanation(settings: ApiSettings, { status, location, retryAfterMs }: HttpAnswer): string {
  const { chosenBy, warehouseName } = settings;
  const name = api(settings);
  if (status === 401) {
    return `${name} does not accept the API key (HTTP 401). The key came from ${chosenBy.apiKey}, the address from ${chosenBy.baseUrl}: do the two belong together?`;
  }
  if (status === 403) {
    return `${name} forbids this API key to read the tenant's warehouse credentials (HTTP 403). The key came from ${chosenBy.apiKey}: its owner needs access to the tenant's data.`;
  }
  if (status === 404) {
    return warehouseName === undefined
      ? `${name} knows no default warehouse of this tenant, or is not the API (HTTP 404). The address came from ${chosenBy.baseUrl}; listWarehouses() shows which warehouses there are, and the option warehouseName chooses one.`
      : `${name} knows no warehouse of the name ${JSON.stringify(warehouseName)}, which came from the option warehouseName (HTTP 404). listWarehouses() shows which there are.`;
  }
  if (status >= 300 && status < 400) {
    return `${name} redirects to ${host(location)} (HTTP ${status}). The API key is not sent there: set the option baseUrl if that is the right address. The present one came from ${chosenBy.baseUrl}.`;
  }
  if (status === 429) {
    const wait = retryAfterMs === undefined ? "" : ` It asks to wait for ${Math.ceil(retryAfterMs / 1_000)} s.`;
    return `${name} answers that there were too many requests (HTTP 429).${wait}`;
  }
  if (status >= 500) return `${name} failed (HTTP ${status}). The address came from ${chosenBy.baseUrl}.`;
  return `${name} refused the request (HTTP ${status}). The address came from ${chosenBy.baseUrl}, the key from ${chosenBy.apiKey}.`;
}

function unreachable(settings: ApiSettings, failure: Failure, requests: number): WarehouseError {
  const { proxy, chosenBy } = settings;
  const secrets = [...secretsOf(settings), ...(proxy === undefined ? [] : [proxy.url.password, proxy.password])];
  const cause = withoutSecrets(innermost(failure.error), secrets);
  const code = codeOf(cause);
  const via = proxy === undefined ? "" : ` through the proxy ${proxy.url.host} from ${proxy.by}`;
  const why = failure.timedOut ? `no answer within ${Math.ceil(failure.timeoutMs)} ms` : reason(cause, code);
  return credentialsError(
    `${api(settings)} cannot be reached${via}: ${why}.${asked(requests)} The address came from ${chosenBy.baseUrl}.${certificateAdvice(code)}`,
    { cause, vendorCode: failure.timedOut ? undefined : code, retryable: isTransient(failure) },
  );
}

/** What helps against a certificate that was refused; nothing helps against one that has expired. */
function certificateAdvice(code = ""): string {
  if (/ALTNAME|^HOSTNAME_MISMATCH$/.test(code)) return " The certificate is for another name: is that address right?";
  if (!/SELF_SIGNED|^UNABLE_TO_|^CERT_UNTRUSTED$/.test(code)) return "";
  return " If a private authority signs that certificate, pass it as tls: { ca }, or name its file in NODE_EXTRA_CA_CERTS.";
}

function codeOf(error: unknown): string | undefined {
  return isError(error) && "code" in error ? String(error.code) : undefined;
}

/** Gives the first of several errors: an attempt at several addresses fails with an `AggregateError`, whose own message is empty. */
export function innermost(error: unknown): unknown {
  const errors = isError(error) && "errors" in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : [];
  const [first] = errors;
  return first ?? error;
}

function reason(cause: Error, code: string | undefined): string {
  const proxyStatus = /^Proxy response \((\d+)\)/.exec(cause.message)?.[1];
  if (proxyStatus === "407") return "the proxy wants a user and a password (HTTP 407)";
  if (proxyStatus !== undefined) return `the proxy refused the connection (HTTP ${proxyStatus})`;
  return cause.message === "" ? (code ?? cause.name) : cause.message.replace(/\.$/, "");
}

function api(settings: ApiSettings): string {
  return `The Peak API at ${new URL(settings.baseUrl).host}`;
}

function asked(requests: number): string {
  return requests === 1 ? "" : ` It was asked ${requests} times.`;
}

function host(location: string | undefined): string {
  const elsewhere = location !== undefined && URL.canParse(location) ? new URL(location).host : "";
  return elsewhere === "" ? "another address" : elsewhere;
}

/** The `detail` of an error's body, the only key that is ever read there: one line, cut, without our secrets. */
function detail(settings: ApiSettings, body: string | undefined): string | undefined {
  try {
    const json = JSON.parse(body ?? "") as unknown;
    if (typeof json !== "object" || json === null || !("detail" in json) || typeof json.detail !== "string") return;
    const line = redact(json.detail, secretsOf(settings))
      .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
      .trim();
    if (line === "") return undefined;
    return JSON.stringify(line.length > maxDetailLength ? `${line.slice(0, maxDetailLength)}…` : line);
  } catch {
    // Error bodies are of any shape; the status has said what matters.
    return undefined;
  }
}

function secretsOf({ apiKey }: ApiSettings): string[] {
  return [apiKey, apiKey.replace(/^\S+\s+/, "")];
}
