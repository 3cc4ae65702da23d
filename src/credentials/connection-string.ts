import { isIPv6 } from "node:net";
import { WarehouseError } from "../errors.ts";
import { readComponents } from "./components.ts";
import { badSetting, credentialsError } from "./failure.ts";
import { readLibpqOptions, schemaOf, searchPathOf, writeLibpqOptions } from "./libpq-options.ts";
import { optionalValues, statedBy, type OptionalOverrides } from "./optional-values.ts";
import {
  parseCredentials,
  type Credentials,
  type RedshiftCredentials,
  type SnowflakeBasicCredentials,
  type SnowflakeOAuthCredentials,
} from "./schema.ts";
import { snowflakeHost } from "./snowflake-host.ts";

export { optionalValues } from "./optional-values.ts";

/** Who is to read a connection string: libpq and what follows it (`psql`, `pg`), or Python's SQLAlchemy. */
export type ConnectionStringTarget = "libpq" | "sqlalchemy";

/** What to write into a connection string instead of what the credentials say. */
export interface ConnectionStringOverrides extends OptionalOverrides {
  /** Whether the server has TLS: `false` for one without, such as a stand-in on loopback. Default `true`. */
  readonly tls?: boolean | undefined;
}

/**
 * Makes credentials of a bare connection string: `postgresql://`, `redshift://` or `snowflake://`, percent-encoded or with
 * the password pasted in as it is.
 *
 * @throws `CREDENTIALS` for what is not one or can be read in more than one way, never quoting it; `UNSUPPORTED_WAREHOUSE`
 *   for a way to log in that there is no driver for.
 */
export async function parseConnectionString(text: string, origin = "the connection string"): Promise<Credentials> {
  const reading = readComponents(text);
  if ("problem" in reading)
    throw credentialsError(`The credentials from ${origin} cannot be used: ${reading.problem}.`);
  // SQLAlchemy's word for user and password, and its default, is "snowflake".
  const { authenticator = "snowflake", dataWarehouseType } = reading;
  const usesPassword = dataWarehouseType === "amazon_redshift" || authenticator === "snowflake";
  const authType = usesPassword ? "basic" : authenticator;
  return parseCredentials({ ...reading, authType, connectionString: text }, origin);
}

/**
 * Completes the API's connection string by what it leaves out: schema, role, virtual warehouse and application, each as the overrides say, else
 * as the string itself, else as the credentials' field. Parameters of the original that have no field stay. The result is a secret.
 *
 * - Redshift, `"libpq"`: `postgresql://user:password@host:port/database?options=-csearch_path…&application_name=…&sslmode=require`.
 *   libpq's own default would go on without TLS where the server has none; `verify-full` would need a file of roots that
 *   most machines lack. Who has one appends `sslrootcert`. `pg` verifies fully with `require`.
 * - Redshift, `"sqlalchemy"`: `redshift+psycopg2://…`. No `sslmode`: that dialect verifies fully, with roots of its own.
 *   SQLAlchemy decodes a database's name from 2.1 on only; before, none can be written that needs encoding.
 * - Snowflake, `"sqlalchemy"`: `snowflake://user:password@account/database/schema?warehouse=…&role=…&application=…`, or
 *   `snowflake://account/database/schema?authenticator=oauth&token=…`. Only a host that is no account has a port.
 *
 * @param overrides - what is to be written instead of what the credentials say; `{}` overrides nothing.
 * @param target - who is to read it.
 * @throws `UNSUPPORTED` for Snowflake with `"libpq"`; `INVALID_ARGUMENT` for an override or a target that cannot be right.
 * @example
 * ```ts
 * import { completeConnectionString, getCredentials } from "peak-warehouse";
 *
 * const credentials = await getCredentials();
 * const url = completeConnectionString(credentials, { schema: "staging" }, "sqlalchemy");
 * ```
 */
export function completeConnectionString(
  credentials: Credentials,
  overrides: ConnectionStringOverrides,
  target: ConnectionStringTarget,
): string {
  checkTarget(target);
  if (credentials.dataWarehouseType === "amazon_redshift") return redshiftString(credentials, overrides, target);
  if (target === "sqlalchemy") return snowflakeString(credentials, overrides);
  throw new WarehouseError(
    "UNSUPPORTED",
    'Snowflake does not speak the PostgreSQL protocol, so there is no "libpq" connection string for it. Ask for "sqlalchemy".',
    { phase: "credentials" },
  );
}

/** @throws `INVALID_ARGUMENT` for what plain JavaScript may pass instead. */
export function checkTarget(target: unknown): asserts target is ConnectionStringTarget {
  if (target === "libpq" || target === "sqlalchemy") return;
  throw badSetting('The target of a connection string must be "libpq" or "sqlalchemy".');
}

function redshiftString(
  credentials: RedshiftCredentials,
  overrides: ConnectionStringOverrides,
  target: ConnectionStringTarget,
): string {
  const { schema, application } = optionalValues(credentials, overrides);
  const parameters = new Map(statedBy(credentials)?.parameters);
  const { others, searchPath } = readLibpqOptions(parameters.get("options") ?? "");
  // A path that begins with the schema already may go on with others that are wanted.
  const kept = searchPath !== undefined && schemaOf(searchPath) === schema;
  const path = kept || schema === undefined ? searchPath : searchPathOf(schema);
  set(parameters, "options", writeLibpqOptions({ others, searchPath: path }));
  set(parameters, "application_name", application);
  set(parameters, "sslmode", sslmode(parameters.get("sslmode"), overrides.tls, target));
  const { host, port, user, password, database } = credentials;
  const scheme = target === "libpq" ? "postgresql" : "redshift+psycopg2";
  const address = isIPv6(host) ? `[${host}]` : host;
  return `${scheme}://${encoded(user)}:${encoded(password)}@${address}:${port}/${encoded(database)}${query(parameters)}`;
}

/** Credentials may ask for more than we would, but never for less. */
function sslmode(stated: string | undefined, tls: boolean | undefined, target: ConnectionStringTarget) {
  if (tls === false) return "disable";
  if (stated === "require" || stated === "verify-ca" || stated === "verify-full") return stated;
  return target === "libpq" ? "require" : undefined;
}

function snowflakeString(
  credentials: SnowflakeBasicCredentials | SnowflakeOAuthCredentials,
  overrides: ConnectionStringOverrides,
): string {
  const { schema, role, warehouse, application } = optionalValues(credentials, overrides);
  const parameters = new Map(statedBy(credentials)?.parameters);
  for (const name of ["authenticator", "token", "schema", "protocol", "insecure_mode"]) parameters.delete(name);
  set(parameters, "warehouse", warehouse);
  set(parameters, "role", role);
  set(parameters, "application", application);
  const { address, account } = snowflakeAddress(credentials);
  // Where the host is no account, snowflake-sqlalchemy cannot derive one, and the connector wants one.
  if (account !== undefined) parameters.set("account", account);
  if (overrides.tls === false) parameters.set("protocol", "http");
  let login = "";
  if (credentials.authType === "oauth") {
    parameters.set("authenticator", "oauth").set("token", credentials.accessToken);
  } else {
    login = `${encoded(credentials.user)}:${encoded(credentials.password)}@`;
  }
  const path = schema === undefined ? "" : `/${encoded(schema)}`;
  return `snowflake://${login}${address}/${encoded(credentials.database)}${path}${query(parameters)}`;
}

/** An account is written without Snowflake's domain and port: snowflake-sqlalchemy adds both. */
function snowflakeAddress({ host, port }: Credentials): { address: string; account?: string } {
  const { name, account } = snowflakeHost(host);
  if (account !== undefined && port === 443) return { address: account };
  return { address: `${isIPv6(name) ? `[${name}]` : name}:${port}`, account: host.split(".")[0] ?? host };
}

function set(parameters: Map<string, string>, name: string, value: string | undefined): void {
  if (value === undefined || value === "") parameters.delete(name);
  else parameters.set(name, value);
}

function query(parameters: ReadonlyMap<string, string>): string {
  const pairs = [...parameters].map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** Percent-encodes everything but letters, digits and `-._~`. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    throw badSetting("A value for the connection string holds half a character (a lone surrogate).");
  }
}
