import { badSetting } from "./failure.ts";
import { isMissing, isText, unsendable } from "./fields.ts";
import { readComponents, type Components } from "./components.ts";
import type { Credentials } from "./schema.ts";

/** What a connection string of the API leaves out, as the caller would have it. Empty strings and null count as missing. */
export interface OptionalOverrides {
  /**
   * The schema that sessions begin in: the first of Redshift's search_path, or Snowflake's current one. It is not checked: a wrong one shows at the
   * first table. Default: that of the connection string, else that of the credentials, else the server's.
   */
  readonly schema?: string | null | undefined;
  /** Snowflake's role. Default: as for `schema`. */
  readonly role?: string | null | undefined;
  /** Snowflake's virtual warehouse. Default: as for `schema`. */
  readonly warehouse?: string | null | undefined;
  /** The name under which connections show up on the server; one that it would refuse is left out. Default: as for `schema`, else `peak-warehouse` for sessions. */
  readonly application?: string | null | undefined;
}

/** What a session is to be opened with besides the login. */
export interface OptionalValues {
  readonly schema?: string;
  readonly role?: string;
  readonly warehouse?: string;
  readonly application?: string;
  /** What the warehouse would have refused the login for, and why, so that the caller can warn. */
  readonly dropped?: { readonly application: string; readonly reason: string };
}

/**
 * Decides schema, role, virtual warehouse and application, for drivers and complete connection strings alike: what the
 * caller says, else what the credentials' connection string itself states, else the credentials' field.
 *
 * @throws `INVALID_ARGUMENT` for an override that is not a string, or holds a NUL character or half a surrogate pair.
 */
export function optionalValues(credentials: Credentials, overrides: OptionalOverrides = {}): OptionalValues {
  const stated = statedBy(credentials);
  const choose = (name: keyof OptionalOverrides, field: string | undefined) => {
    const value = checked(name, overrides[name]) ?? stated?.[name] ?? field;
    return value === undefined ? {} : { [name]: value };
  };
  const { application } = choose("application", credentials.application);
  const values = {
    ...choose("schema", credentials.schema),
    ...(credentials.dataWarehouseType === "snowflake"
      ? { ...choose("role", credentials.role), ...choose("warehouse", credentials.warehouse) }
      : {}),
  };
  if (application === undefined) return values;
  const reason = refusal(credentials.dataWarehouseType, application);
  return reason === undefined ? { ...values, application } : { ...values, dropped: { application, reason } };
}

/** Gives what the credentials' connection string states; nothing where it cannot be read or is another warehouse's. */
export function statedBy(credentials: Credentials): Components | undefined {
  const reading = readComponents(credentials.connectionString ?? "");
  return "problem" in reading || reading.dataWarehouseType !== credentials.dataWarehouseType ? undefined : reading;
}

/** @throws `INVALID_ARGUMENT` for an override that is not a string, or holds a NUL character or half a surrogate pair. */
export function checkOverrides({ schema, role, warehouse, application }: OptionalOverrides): void {
  for (const [name, value] of Object.entries({ schema, role, warehouse, application })) checked(name, value);
}

function checked(name: string, value: unknown): string | undefined {
  if (isMissing(value)) return undefined;
  if (!isText(value)) throw badSetting(`The option ${name} must be a string.`);
  const problem = unsendable(value);
  if (problem !== undefined) throw badSetting(`The option ${name} ${problem}.`);
  return value;
}

/** Why a warehouse would refuse an application's name. */
function refusal(type: Credentials["dataWarehouseType"], application: string): string | undefined {
  if (type === "snowflake") {
    // The SDK refuses the login with 404031 otherwise.
    return /^[A-Za-z][A-Za-z0-9.\-_]{1,50}$/.test(application)
      ? undefined
      : "Snowflake takes 2 to 51 letters, digits, dots, hyphens and underscores, a letter first";
  }
  if (!/^[\x20-\x7e]*$/.test(application)) return "Redshift takes printable ASCII characters only";
  // PostgreSQL's NAMEDATALEN is 64 with the terminator.
  return application.length > 63 ? "Redshift takes at most 63 bytes" : undefined;
}
