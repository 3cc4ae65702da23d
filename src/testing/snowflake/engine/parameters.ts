import { compilationError } from "../errors.ts";
import { isZone } from "../types/clock.ts";

/** What is known of a session parameter: its default as text, its type, and what it is for. */
export interface Parameter {
  readonly name: string;
  readonly initial: string;
  readonly type: "STRING" | "NUMBER" | "BOOLEAN";
}

const of = (type: Parameter["type"], entries: Readonly<Record<string, string>>): Parameter[] =>
  Object.entries(entries).map(([name, initial]) => ({ name, initial, type }));

/** The session parameters the stand-in knows, with the defaults of a new account except TIMEZONE (theirs is America/Los_Angeles, kept). */
export const parameters: readonly Parameter[] = [
  ...of("STRING", {
    BINARY_INPUT_FORMAT: "HEX",
    BINARY_OUTPUT_FORMAT: "HEX",
    DATE_INPUT_FORMAT: "AUTO",
    DATE_OUTPUT_FORMAT: "YYYY-MM-DD",
    GEOGRAPHY_OUTPUT_FORMAT: "GeoJSON",
    GO_QUERY_RESULT_FORMAT: "JSON",
    JDBC_QUERY_RESULT_FORMAT: "JSON",
    ODBC_QUERY_RESULT_FORMAT: "JSON",
    PYTHON_CONNECTOR_QUERY_RESULT_FORMAT: "JSON",
    QUERY_RESULT_FORMAT: "JSON",
    QUERY_TAG: "",
    TIMESTAMP_DAY_IS_ALWAYS_24H: "false",
    TIMESTAMP_INPUT_FORMAT: "AUTO",
    TIMESTAMP_LTZ_OUTPUT_FORMAT: "",
    TIMESTAMP_NTZ_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3",
    TIMESTAMP_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM",
    TIMESTAMP_TYPE_MAPPING: "TIMESTAMP_NTZ",
    TIMESTAMP_TZ_OUTPUT_FORMAT: "",
    TIMEZONE: "America/Los_Angeles",
    TIME_INPUT_FORMAT: "AUTO",
    TIME_OUTPUT_FORMAT: "HH24:MI:SS",
    TRANSACTION_DEFAULT_ISOLATION_LEVEL: "READ COMMITTED",
  }),
  ...of("NUMBER", {
    CLIENT_PREFETCH_THREADS: "4",
    CLIENT_RESULT_CHUNK_SIZE: "160",
    CLIENT_MEMORY_LIMIT: "1536",
    CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: "3600",
    CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: "65280",
    LOCK_TIMEOUT: "43200",
    MULTI_STATEMENT_COUNT: "1",
    ROWS_PER_RESULTSET: "0",
    STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: "0",
    STATEMENT_TIMEOUT_IN_SECONDS: "172800",
    WEEK_START: "0",
    WEEK_OF_YEAR_POLICY: "0",
  }),
  ...of("BOOLEAN", {
    ABORT_DETACHED_QUERY: "false",
    AUTOCOMMIT: "true",
    ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION: "true",
    CLIENT_DISABLE_INCIDENTS: "true",
    CLIENT_ENABLE_LOG_INFO_STATEMENT_PARAMETERS: "false",
    CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX: "false",
    CLIENT_SESSION_CLONE: "false",
    CLIENT_SESSION_KEEP_ALIVE: "false",
    CLIENT_TELEMETRY_ENABLED: "false",
    CLIENT_TELEMETRY_SESSIONLESS_ENABLED: "false",
    ENABLE_STAGE_S3_PRIVATELINK_FOR_US_EAST_1: "false",
    ERROR_ON_NONDETERMINISTIC_MERGE: "true",
    ERROR_ON_NONDETERMINISTIC_UPDATE: "false",
    JS_TREAT_INTEGER_AS_BIGINT: "false",
    QUOTED_IDENTIFIERS_IGNORE_CASE: "false",
    STRICT_JSON_OUTPUT: "false",
    USE_CACHED_RESULT: "true",
  }),
];

const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));

/** Tells a parameter's default; empty for one the stand-in does not know. */
export const initialValue = (name: string): string => byName.get(name)?.initial ?? "";

/** Checks a value that ALTER SESSION SET gives, and brings it to the form it is kept in. Throws for an unknown parameter or value. */
export function parameterValue(name: string, value: string): string {
  const known = byName.get(name);
  if (known === undefined) throw compilationError("001007", "22023", `invalid property '${name}' for 'SESSION'`);
  const refuse = (): Error => compilationError("001008", "22023", `invalid value [${value}] for parameter '${name}'`);
  if (known.type === "NUMBER" && !/^\d+$/.test(value)) throw refuse();
  if (known.type === "BOOLEAN" && !/^(true|false)$/i.test(value)) throw refuse();
  if (name === "TIMEZONE" && !isZone(value)) throw refuse();
  if (name === "CLIENT_RESULT_CHUNK_SIZE" && (Number(value) < 16 || Number(value) > 160)) throw refuse();
  if (name === "QUOTED_IDENTIFIERS_IGNORE_CASE" && /true/i.test(value))
    throw compilationError("000002", "0A000", `${name} = TRUE is not supported by the stand-in.`);
  return known.type === "BOOLEAN" ? value.toLowerCase() : value;
}

/** Writes a parameter's value as the JSON of login and query answers carries it. */
export function typedValue(name: string, value: string): string | number | boolean {
  const type = byName.get(name)?.type ?? "STRING";
  return type === "NUMBER" ? Number(value) : type === "BOOLEAN" ? value === "true" : value;
}
