import type { Credentials } from "./schema.ts";
import { readLibpqOptions, schemaOf } from "./libpq-options.ts";

/** What a connection string states, decoded; nothing is filled in. */
export interface Components {
  readonly dataWarehouseType: Credentials["dataWarehouseType"];
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly accessToken?: string | undefined;
  /** Snowflake's way of logging in, lower case. */
  readonly authenticator?: string | undefined;
  readonly schema?: string | undefined;
  readonly role?: string | undefined;
  readonly warehouse?: string | undefined;
  readonly application?: string | undefined;
  /** Every parameter behind the question mark. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The components, or why there are none: a text that begins in lower case and quotes nothing of the string. */
export type Reading = Components | { readonly problem: string };

/** One way to take a string apart: what is before the last @ that counts, and what is behind it. */
interface Split {
  readonly userinfo: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
  readonly path: string;
  readonly query: string;
}

const maxLength = 16_384;

/**
 * Takes a connection string apart: `postgresql://`, `postgres://`, `redshift://` (also with `+psycopg2` and the like) and
 * `snowflake://`.
 *
 * Passwords are often pasted in without percent-encoding: `p@ss/w#x`. Every @ is tried as the end of the password, and what
 * follows must look like a host and a database. Where that leaves more than one reading, there is none: a URL parser would
 * pick one and silently cut the password.
 */
export function readComponents(text: string): Reading {
  if (text.length > maxLength) return { problem: `it is longer than ${maxLength} characters` };
  const scheme = /^\s*([a-z][a-z0-9+.-]{0,30}):\/\//i.exec(text);
  const type = warehouseOf(scheme?.[1]?.toLowerCase() ?? "");
  if (scheme === null || type === undefined) {
    return { problem: "it must begin with postgresql://, redshift:// or snowflake://" };
  }
  const rest = text.slice(scheme[0].length).trimEnd();
  const all = splits(rest, type);
  const whole = all.filter(({ path }) => path !== "");
  const [split, another] = whole.length > 0 ? whole : all;
  if (split === undefined) {
    return { problem: "behind the user and the password there must be @host:port/database, the port in digits" };
  }
  if (another !== undefined) {
    return { problem: "it can be read in more than one way: percent-encode the user, the password and the parameters" };
  }
  if (/[/?#@\s]/.test(passwordOf(split) ?? "") && /%[0-9a-f]{2}/i.test(passwordOf(split) ?? "")) {
    return { problem: "its password is partly percent-encoded and partly not: encode all of it" };
  }
  return componentsOf(type, split, plusMeansSpace(scheme[1] ?? ""));
}

function warehouseOf(scheme: string): Credentials["dataWarehouseType"] | undefined {
  if (scheme === "snowflake") return "snowflake";
  return /^(postgres|postgresql|redshift)(\+\w+)?$/.test(scheme) ? "amazon_redshift" : undefined;
}

/** libpq takes a plus sign in a query for itself, SQLAlchemy for a space. */
function plusMeansSpace(scheme: string): boolean {
  return !/^postgres(ql)?$/i.test(scheme);
}

function splits(rest: string, type: Credentials["dataWarehouseType"]): Split[] {
  const path = type === "snowflake" ? "[^/?#@]*(?:/[^/?#@]*)?" : "[^/?#@]*";
  const behind = new RegExp(
    `^(?<host>\\[[0-9a-f:.]+\\]|[\\p{L}\\p{N}._-]*)(?::(?<port>\\d{1,5}))?(?:/(?<path>${path}))?/?(?:\\?(?<query>[^#]*))?$`,
    "iu",
  );
  const found: Split[] = [];
  const add = (userinfo: string | undefined, from: number) => {
    const { host, port, path = "", query = "" } = behind.exec(rest.slice(from))?.groups ?? {};
    if (host !== undefined) found.push({ userinfo, host, port, path, query });
  };
  // A Redshift string without a user is a damaged one: its "host" would be the user.
  if (type === "snowflake") add(undefined, 0);
  for (let at = rest.indexOf("@"); at !== -1; at = rest.indexOf("@", at + 1)) {
    const userinfo = rest.slice(0, at);
    if (/^[^:/?#]*(:|$)/.test(userinfo)) add(userinfo, at + 1);
  }
  return found;
}

function passwordOf({ userinfo }: Split): string | undefined {
  const colon = userinfo?.indexOf(":") ?? -1;
  return colon === -1 ? undefined : userinfo?.slice(colon + 1);
}

function componentsOf(type: Components["dataWarehouseType"], split: Split, plusIsSpace: boolean): Components {
  const parameters = parametersOf(split.query, plusIsSpace);
  const [database, schema] = split.path.split("/").map(decoded);
  const stated = {
    dataWarehouseType: type,
    host: present(split.host.replace(/^\[(.*)\]$/, "$1")),
    port: split.port === undefined ? undefined : Number(split.port),
    database: present(database),
    user: present(decoded(split.userinfo?.split(":")[0] ?? "")),
    password: present(decoded(passwordOf(split) ?? "")),
    parameters,
  };
  if (type === "amazon_redshift") {
    const { searchPath } = readLibpqOptions(parameters.get("options") ?? "");
    return {
      ...stated,
      schema: searchPath === undefined ? undefined : schemaOf(searchPath),
      application: present(parameters.get("application_name")),
    };
  }
  return {
    ...stated,
    accessToken: present(parameters.get("token")),
    authenticator: present(parameters.get("authenticator")?.toLowerCase()),
    schema: present(schema) ?? present(parameters.get("schema")),
    role: present(parameters.get("role")),
    warehouse: present(parameters.get("warehouse")),
    application: present(parameters.get("application")),
  };
}

function parametersOf(query: string, plusIsSpace: boolean): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.split("&")) {
    const equals = pair.indexOf("=");
    if (equals < 1) continue;
    const name = decoded(pair.slice(0, equals));
    const value = pair.slice(equals + 1);
    // A token is never encoded as a form: its plus signs are base64.
    parameters.set(name, decoded(plusIsSpace && name !== "token" ? value.replaceAll("+", " ") : value));
  }
  return parameters;
}

/** A text that is not percent-encoded properly was not encoded at all. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function present(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
