import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { snowflake as dialect } from "./dialect.ts";
import { snowflakeBulk } from "./bulk.ts";
import { inBackground } from "../../background.ts";
import { textLiteral } from "../../sql/literals.ts";
import { loadSdk, type Sdk } from "./sdk.ts";
import { openSession, type Opening } from "./login.ts";
import { optionalValues } from "../../credentials/optional-values.ts";
import { snowflakeHost } from "../../credentials/snowflake-host.ts";
import { WarehouseError } from "../../errors.ts";
import { trustedRoots } from "../../roots.ts";
import { tellRetry } from "../../telemetry/channels.ts";
import type { Credentials, SnowflakeBasicCredentials, SnowflakeOAuthCredentials } from "../../credentials/schema.ts";
import type { Call } from "../../call.ts";
import type { Driver, DriverSettings, Session, TlsDetails } from "../../driver.ts";

type SnowflakeCredentials = SnowflakeBasicCredentials | SnowflakeOAuthCredentials;

/** Makes the driver for Snowflake, over `snowflake-sdk`, which it loads at the first login. */
export function snowflakeDriver(settings: DriverSettings): Driver {
  let loading: Promise<typeof Sdk> | undefined;
  const load = async () => {
    try {
      return await loadSdk();
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };
  // The promise is kept, and would keep who asked first.
  const loadOnce = async () => (loading ??= inBackground(load));
  return {
    dialect,
    bulk: snowflakeBulk,
    // One session runs statements in parallel; a login takes seconds (5 to 8 in snowflake-connector-nodejs#67).
    statementsPerSession: 8,
    idleTimeoutMs: 1_800_000,
    async open({ credentials, tls }, call) {
      const opening = openingOf(snowflakeOnly(credentials), tls, settings);
      const sdk = await call.race(loadOnce());
      return patiently(async () => openSession(sdk, opening, call), call);
    },
  };
}

/** A login that failed on its way is repeated after these pauses; one that was refused is final. */
const loginPausesMs = [250, 1_000];

async function patiently(login: () => Promise<Session>, call: Call): Promise<Session> {
  for (const [index, pauseMs] of loginPausesMs.entries()) {
    try {
      return await login();
    } catch (error) {
      if (!WarehouseError.is(error) || !error.retryable) throw error;
      tellRetry("login", { attempt: index + 1, delayMs: pauseMs, error });
      await sleep(pauseMs, undefined, { signal: call.signal }).catch(() => call.throwIfAborted());
    }
  }
  return login();
}

function snowflakeOnly(credentials: Credentials): SnowflakeCredentials {
  if (credentials.dataWarehouseType === "snowflake") return credentials;
  throw new WarehouseError(
    "UNSUPPORTED_WAREHOUSE",
    "The tenant's data warehouse is no longer Snowflake; call connectWarehouse() again.",
    { phase: "credentials" },
  );
}

function openingOf(credentials: SnowflakeCredentials, tls: TlsDetails | false, settings: DriverSettings): Opening {
  const { name: host } = snowflakeHost(credentials.host);
  const url = serverUrl(host, credentials.port, tls !== false);
  const login = loginOptions(credentials);
  return {
    options: {
      accessUrl: url.origin,
      // The first label of the host; a plain address has no account in it, and none is needed for one.
      account: isIP(host) === 0 ? (host.split(".")[0] ?? host) : "local",
      ...login.options,
      ...sessionOptions(credentials, settings),
      // Bulk binds go with their statement: what the account has set would have the SDK write them to a stage, as CSV.
      arrayBindingThreshold: Number.MAX_SAFE_INTEGER,
      // Its pauses before a login cannot be bounded, so logins are repeated here. This option is in no types.
      ...({ sfRetryMaxLoginRetries: 0 } as object),
    },
    agent: {
      secure: tls !== false,
      ca: tls === false ? undefined : trustedRoots(tls.ca),
      servername: tls === false ? undefined : tls.servername,
      host,
      proxy: settings.proxyFor(url),
    },
    setup: setupText(settings),
    tagOf: settings.tagOf,
    secrets: [login.secret],
  };
}

function loginOptions(credentials: SnowflakeCredentials): { options: Partial<Sdk.ConnectionOptions>; secret: string } {
  if (credentials.authType === "oauth") {
    const { accessToken } = credentials;
    return { options: { authenticator: "OAUTH", token: accessToken }, secret: accessToken };
  }
  const { user, password } = credentials;
  return { options: { authenticator: "SNOWFLAKE", username: user, password }, secret: password };
}

function sessionOptions(credentials: SnowflakeCredentials, settings: DriverSettings): Partial<Sdk.ConnectionOptions> {
  const { schema, role, warehouse, application, dropped } = optionalValues(credentials, settings.overrides);
  if (dropped !== undefined) settings.warn(`The application name was left out: ${dropped.reason}.`);
  return {
    database: credentials.database,
    ...(schema === undefined ? {} : { schema }),
    ...(role === undefined ? {} : { role }),
    ...(warehouse === undefined ? {} : { warehouse }),
    application: application ?? "peak-warehouse",
    clientSessionKeepAlive: false,
  };
}

function serverUrl(host: string, port: number, secure: boolean): URL {
  const address = `${secure ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (URL.canParse(address)) return new URL(address);
  throw new WarehouseError(
    "CREDENTIALS",
    "The field host of the credentials is neither a Snowflake account nor a host name.",
    {
      phase: "credentials",
    },
  );
}

/** What every session needs, in one statement. TIME_OUTPUT_FORMAT and kin stay: they would change what the user's own casts return. */
function setupText({ timezone, statementTimeoutMs, tag }: DriverSettings): string {
  const parameters = ["STRICT_JSON_OUTPUT = TRUE", "CLIENT_RESULT_CHUNK_SIZE = 16"];
  if (timezone !== "server") parameters.push(`TIMEZONE = ${textLiteral(timezone)}`);
  if (statementTimeoutMs !== undefined) {
    parameters.push(`STATEMENT_TIMEOUT_IN_SECONDS = ${Math.ceil(statementTimeoutMs / 1_000)}`);
  }
  if (tag !== undefined) parameters.push(`QUERY_TAG = ${textLiteral(tag)}`);
  return `ALTER SESSION SET ${parameters.join(" ")}`;
}
