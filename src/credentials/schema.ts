import type * as Zod from "zod";
import { redact, WarehouseError } from "../errors.ts";
import { readComponents, type Components } from "./components.ts";
import { concealed } from "./concealment.ts";
import { credentialsError } from "./failure.ts";
import { addressOf, fieldKinds, isMissing, isPlaceholder, isText } from "./fields.ts";

/**
 * The tenant's credentials: their public types and the check at the door. This file is imported everywhere; it loads zod
 * only when there is something to check.
 */

/** What a login to Amazon Redshift needs. Printing it shows no secret; `credentials.password` and `{ ...credentials }` hold them. */
export interface RedshiftCredentials {
  readonly dataWarehouseType: "amazon_redshift";
  readonly authType: "basic";
  /** The cluster's host name, without scheme or port. */
  readonly host: string;
  /** The server's port, 5439 where nothing names another. */
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** The schema to put on the search path. */
  readonly schema?: string;
  /** The role or roles for COPY and UNLOAD: ARNs, separated by commas (a chain of roles). */
  readonly iamRole?: string;
  /** The connection string as the API gave it. It is a secret: it carries the password. */
  readonly connectionString?: string;
  /** The name under which connections show up on the server (`application_name`). The API does not send one for Redshift. */
  readonly application?: string;
}

interface Snowflake {
  readonly dataWarehouseType: "snowflake";
  /** The account identifier or the host name, with or without `.snowflakecomputing.com`, without scheme or port. */
  readonly host: string;
  /** The server's port, 443 where nothing names another. */
  readonly port: number;
  readonly database: string;
  /** The schema that sessions begin in. */
  readonly schema?: string;
  /** The role that sessions have. */
  readonly role?: string;
  /** The virtual warehouse. */
  readonly warehouse?: string;
  /** The name under which connections show up on the server. */
  readonly application?: string;
  /** The storage integration for COPY INTO and external stages. */
  readonly integration?: string;
  /** The connection string as the API gave it. It is a secret: it carries the password or the token. */
  readonly connectionString?: string;
}

/** What a login to Snowflake with user and password needs. Printing it shows no secret, as of {@link RedshiftCredentials}. */
export interface SnowflakeBasicCredentials extends Snowflake {
  readonly authType: "basic";
  readonly user: string;
  readonly password: string;
}

/** What a login to Snowflake with an OAuth token needs. Printing it shows no secret, as of {@link RedshiftCredentials}. */
export interface SnowflakeOAuthCredentials extends Snowflake {
  readonly authType: "oauth";
  /** Valid for ten minutes, for logging in only: a session that is open outlives it. */
  readonly accessToken: string;
}

/** The credentials of a tenant's data warehouse, told apart by `dataWarehouseType` and `authType`. */
export type Credentials = RedshiftCredentials | SnowflakeBasicCredentials | SnowflakeOAuthCredentials;

/** What may stand for credentials: ours, or the object of the Peak API as it is. It is checked before it is used. */
export type CredentialsInput = Credentials | Readonly<Record<string, unknown>>;

/**
 * Checks and normalises credentials as the Peak API sends them. Unknown keys are ignored, `port` may be a string, optional
 * fields may be null or empty, `host` may carry a scheme. A needed field that is empty is taken from the connection string
 * where that states it.
 *
 * The result prints without its secrets.
 *
 * @param origin - where the input came from, for messages: "the Peak API at …".
 * @throws `CREDENTIALS` naming each field that is missing or wrong; `UNSUPPORTED_WAREHOUSE` for another warehouse or another
 *   way to log in. No message shows a value of a needed field.
 */
export async function parseCredentials(input: unknown, origin: string): Promise<Credentials> {
  const fields = fieldsOf(input, origin);
  const z = await import("zod");
  const parsed = variant(z, fields, origin).safeParse(filled(fields));
  if (parsed.success) return concealed(parsed.data);
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  throw credentialsError(`The credentials from ${origin} cannot be used: ${wrong.join("; ")}.`);
}

const fieldNames = [
  "dataWarehouseType",
  "authType",
  "host",
  "port",
  "database",
  "user",
  "password",
  "accessToken",
  "schema",
  "role",
  "warehouse",
  "application",
  "integration",
  "iamRole",
  "connectionString",
] as const;

/** Reads each field once, wherever the object has it from: a getter of its class, a proxy. What those throw may quote a secret. */
function fieldsOf(input: unknown, origin: string): Readonly<Record<string, unknown>> {
  try {
    if (typeof input === "object" && input !== null && !Array.isArray(input)) {
      const fields = input as Readonly<Record<string, unknown>>; // Any object may be asked for any key.
      return Object.fromEntries(fieldNames.map((name) => [name, fields[name]]));
    }
  } catch {
    throw credentialsError(
      `The credentials from ${origin} cannot be read: their object throws an error when it is asked for a field.`,
    );
  }
  throw credentialsError(`The credentials from ${origin} are not an object.`);
}

function variant(z: typeof Zod, fields: Readonly<Record<string, unknown>>, origin: string): Zod.ZodType<Credentials> {
  const { dataWarehouseType: type, authType } = fields;
  for (const [name, value] of Object.entries({ dataWarehouseType: type, authType })) {
    if (isMissing(value)) throw credentialsError(`The credentials from ${origin} cannot be used: ${name} is missing.`);
  }
  if (type === "amazon_redshift" && authType === "basic") return redshift(z);
  if (type === "snowflake" && authType === "basic") return snowflakeBasic(z);
  if (type === "snowflake" && authType === "oauth") return snowflakeOAuth(z);
  // In an answer that is mixed up the words may hold what they should not.
  const secrets = [fields.password, fields.accessToken].filter((value) => typeof value === "string");
  const [typeWord, authWord] = [type, authType].map((word) => redact(shown(word), secrets));
  throw new WarehouseError(
    "UNSUPPORTED_WAREHOUSE",
    `The credentials from ${origin} are for dataWarehouseType ${typeWord} with authType ${authWord}. Supported are "amazon_redshift" with "basic", and "snowflake" with "basic" or "oauth".`,
    { phase: "credentials" },
  );
}

function shown(value: unknown): string {
  return typeof value === "string" && /^[\x20-\x7e]{1,40}$/.test(value) ? JSON.stringify(value) : "(unprintable)";
}

function redshift(z: typeof Zod): Zod.ZodType<RedshiftCredentials> {
  const { needed, optional, host, port } = fieldKinds(z);
  return z
    .object({
      dataWarehouseType: z.literal("amazon_redshift"),
      authType: z.literal("basic"),
      host,
      port: port(5439),
      database: needed,
      user: needed,
      password: needed,
      schema: optional,
      application: optional,
      connectionString: optional,
      // The documentation's placeholders are no reason to refuse a login that does not need the role.
      iamRole: z.preprocess((value) => (isText(value) && /[<>]/.test(value) ? undefined : value), optional),
    })
    .transform(withoutMissing);
}

function snowflake(z: typeof Zod) {
  const { needed, optional, host, port } = fieldKinds(z);
  return z.object({
    dataWarehouseType: z.literal("snowflake"),
    host,
    port: port(443),
    database: needed,
    schema: optional,
    role: optional,
    warehouse: optional,
    application: optional,
    integration: optional,
    connectionString: optional,
  });
}

function snowflakeBasic(z: typeof Zod): Zod.ZodType<SnowflakeBasicCredentials> {
  const { needed } = fieldKinds(z);
  return snowflake(z)
    .extend({ authType: z.literal("basic"), user: needed, password: needed })
    .transform(withoutMissing);
}

function snowflakeOAuth(z: typeof Zod): Zod.ZodType<SnowflakeOAuthCredentials> {
  return snowflake(z)
    .extend({ authType: z.literal("oauth"), accessToken: fieldKinds(z).needed })
    .transform(withoutMissing);
}

/** Fills the needed fields that are empty from the connection string. */
function filled(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const stated = statedBy(fields);
  const address = isText(fields.host) ? addressOf(fields.host) : undefined;
  const result: Record<string, unknown> = { ...fields };
  const choose = (name: keyof Components, ...candidates: readonly unknown[]) => {
    const values = [...candidates, stated?.[name]].filter((value) => !isMissing(value));
    result[name] = values.find((value) => !isPlaceholder(value)) ?? values[0];
  };
  choose("host", address === undefined ? fields.host : address.host);
  choose("port", fields.port, address?.port);
  for (const name of ["database", "user", "password", "accessToken"] as const) choose(name, fields[name]);
  return result;
}

function statedBy({ connectionString, dataWarehouseType }: Readonly<Record<string, unknown>>): Components | undefined {
  if (!isText(connectionString)) return undefined;
  const reading = readComponents(connectionString);
  return "problem" in reading || reading.dataWarehouseType !== dataWarehouseType ? undefined : reading;
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function withoutMissing<T extends object>(value: T): Present<T> {
  // What remains is what the type says; the compiler cannot follow a filter over entries.
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Present<T>;
}
