import { decodingOf } from "./arguments.ts";
import { checkDurationMs, checkTag, type CallOptions } from "./call.ts";
import { unsendable } from "./credentials/fields.ts";
import { isLoopback } from "./credentials/loopback.ts";
import { checkOverrides, type OptionalOverrides } from "./credentials/optional-values.ts";
import { checkedProxy } from "./credentials/proxy.ts";
import { proxyFor, type ApiOptions } from "./credentials/settings.ts";
import { invalidArgument } from "./errors.ts";
import { checkWork, type WarehouseSession } from "./lent-session.ts";
import { checkOptions } from "./options.ts";
import { checkedPool, type PatienceOptions, type PoolOptions } from "./pool-options.ts";
import { checkedTls, type TlsOption } from "./roots.ts";
import { oneOf, valuePolicy } from "./values/decode.ts";
import type { CredentialsOption, Received } from "./credentials/freshness.ts";
import type { DriverSettings, Notice, TlsDetails } from "./driver.ts";
import type { TelemetryOptions } from "./telemetry/events.ts";
import type { Decoding, ValueOptions } from "./values/types.ts";

/** What `connectWarehouse()` may be told. Every option has a default, and `undefined` counts as missing. */
export interface ConnectOptions extends ApiOptions, OptionalOverrides, ValueOptions, PatienceOptions, CallOptions {
  /**
   * Credentials to use instead of the Peak API's: an object, a connection string, or an async function that gives either; no API key is needed then.
   * Default: those of the Peak API.
   */
  readonly credentials?: CredentialsOption | undefined;
  /** The sessions' time zone: an IANA name, such as `"Europe/London"`, or `"server"`, which leaves it as it is. Default `"UTC"`. */
  readonly timezone?: string | undefined;
  /** The server's own limit for each statement, in milliseconds; Snowflake counts whole seconds. Default: the server's. */
  readonly statementTimeoutMs?: number | undefined;
  /** Marks statements in the server's query history: Redshift's query_group, Snowflake's QUERY_TAG. At most 2000 characters. Default: none. */
  readonly tag?: string | undefined;
  /**
   * Adds the active span of OpenTelemetry to each statement's tag, as `traceparent=00-…`, so that the server's query history leads to the trace. Needs
   * `@opentelemetry/api`. No two statements have the same text then on Redshift, whose result cache may miss them. Default `false`.
   */
  readonly traceContext?: boolean | undefined;
  /** What those who listen to the diagnostics channels are shown of statements. Default: the text with `?` for each literal, and no values. */
  readonly telemetry?: TelemetryOptions | undefined;
  /** Who reads the rows of results: `"fast"`, this package, where they arrive; `"driver"`, `pg` or `snowflake-sdk`, more slowly. Default `"fast"`. */
  readonly decoding?: Decoding | undefined;
  /** How many sessions there may be, and for how long. Default: none to begin with, 10 at most. */
  readonly pool?: PoolOptions | undefined;
  /**
   * Sets each new session up before it is used: the parameters, roles and temporary tables that every statement shall find. What it throws fails
   * the login. Default: nothing is set up.
   */
  readonly onSession?: ((session: WarehouseSession) => Promise<unknown>) | undefined;
  /** Returns before the first login, which is then the first query's. Default `false`. */
  readonly lazy?: boolean | undefined;
  /** Told of what was left out to be able to connect. Default: a process warning. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Told what Redshift says beside its answers: notices, such as those of RAISE in a procedure, and warnings. Default: nobody is. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}

/** The names of {@link ConnectOptions}, for who takes them and others. */
export const connectOptions: Readonly<Record<keyof ConnectOptions, true>> = {
  apiKey: true,
  stage: true,
  baseUrl: true,
  warehouseName: true,
  proxy: true,
  tls: true,
  credentials: true,
  schema: true,
  role: true,
  warehouse: true,
  application: true,
  timezone: true,
  statementTimeoutMs: true,
  tag: true,
  traceContext: true,
  telemetry: true,
  integers: true,
  decimals: true,
  timestamps: true,
  decoding: true,
  pool: true,
  connectTimeoutMs: true,
  acquireTimeoutMs: true,
  signal: true,
  timeoutMs: true,
  onSession: true,
  lazy: true,
  onWarning: true,
  onNotice: true,
};

/**
 * Makes definite what is wanted, before anything is asked of anybody.
 *
 * @throws `INVALID_ARGUMENT` for an option that cannot be right.
 */
export function checkedConnection(options: ConnectOptions) {
  const reading = { values: valuePolicy(options), decoding: decodingOf(options.decoding) };
  const settings = driverSettings(options);
  const tls = checkedTls(options.tls);
  const pool = options.pool ?? {};
  checkedPool(pool, options);
  if (options.onSession !== undefined) checkWork(options.onSession, "onSession");
  const tlsFor = (login: Received) => tlsDetails(tls, login);
  const { traceContext = false } = options;
  if (typeof traceContext !== "boolean") throw invalidArgument("The option traceContext must be true or false.");
  return { reading, settings, pool, tlsFor, traceContext, shown: checkedTelemetry(options.telemetry) };
}

function driverSettings(options: ConnectOptions): DriverSettings {
  const { schema, role, warehouse, application, timezone = "UTC", statementTimeoutMs, tag, proxy } = options;
  const { onWarning, onNotice } = options;
  const overrides = { schema, role, warehouse, application };
  checkOverrides(overrides);
  checkedProxy(proxy);
  checkText("timezone", timezone);
  if (timezone === "")
    throw invalidArgument('The option timezone must be an IANA name, such as "Europe/London", or "server".');
  if (tag !== undefined) checkTag(tag);
  // Redshift's statement_timeout is a signed 32-bit number of milliseconds, as Node's timers are.
  if (statementTimeoutMs !== undefined) checkDurationMs("statementTimeoutMs", statementTimeoutMs);
  for (const [name, listener] of Object.entries({ onWarning, onNotice })) {
    if (listener !== undefined && typeof listener !== "function") {
      throw invalidArgument(`The option ${name} must be a function.`);
    }
  }
  const warn = onceEach(onWarning ?? ((message) => process.emitWarning(message, "PeakWarehouseWarning")));
  return {
    overrides,
    timezone,
    statementTimeoutMs,
    tag,
    tagOf: (own) => own,
    proxyFor: (url) => proxyFor(url, proxy),
    warn,
    onNotice: onNotice && guarded(onNotice, warn),
  };
}

/** What a listener throws must not end the session, in whose socket's turn it is called. */
function guarded(listener: (notice: Notice) => unknown, warn: (message: string) => void): (notice: Notice) => void {
  return (notice) => {
    // The error may hold anything, and a warning is printed.
    const failed = () => warn("The function onNotice failed with an error; it goes on being told of notices.");
    try {
      // An async function is one that gives nothing, too, and nobody else would take its rejection.
      const given = listener(notice);
      if (given instanceof Promise) given.catch(failed);
    } catch {
      failed();
    }
  };
}

function checkedTelemetry(given: TelemetryOptions | undefined): TelemetryOptions {
  const options = checkOptions<TelemetryOptions>(given, { text: true, parameters: true }, "The option telemetry");
  oneOf("telemetry.text", options.text, ["masked", "full"]);
  if (![undefined, true, false].includes(options.parameters)) {
    throw invalidArgument("The option telemetry.parameters must be true or false.");
  }
  return options;
}

/** Plain JavaScript may pass anything. */
function checkText(name: string, value: unknown): void {
  const problem = typeof value === "string" ? unsendable(value) : "must be a string";
  if (problem !== undefined) throw invalidArgument(`The option ${name} ${problem}.`);
}

/** Every session would say the same again. */
function onceEach(warn: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    warn(message);
  };
}

/**
 * Connections are encrypted unless the caller says otherwise; credentials never turn that off. The exception is what stand-ins need:
 * credentials from a Peak API on loopback that name a loopback host. A tunnel on localhost still uses TLS.
 */
function tlsDetails(option: TlsOption | undefined, { credentials, fromPlainLoopback }: Received): TlsDetails | false {
  if (option === undefined) return fromPlainLoopback && isLoopback(credentials.host) ? false : {};
  if (typeof option === "boolean") return option ? {} : false;
  return option;
}
