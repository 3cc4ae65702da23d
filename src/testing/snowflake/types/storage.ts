import type { SqlType } from "./types.ts";

/**
 * Tells the DuckDB type that holds values of a Snowflake type. Dates are days since 1970, times and timestamps nanoseconds (of the day, of
 * the UTC epoch), since DuckDB's own have fewer digits or years; a timestamp with its own offset is packed by `packTz`; documents are JSON text.
 */
export function storageType({ kind, precision, scale }: SqlType): string {
  switch (kind) {
    case "fixed":
      return `DECIMAL(${precision},${scale})`;
    case "real":
      return "DOUBLE";
    case "boolean":
      return "BOOLEAN";
    case "date":
      return "INTEGER";
    case "time":
      return "BIGINT";
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return "HUGEINT";
    case "binary":
      return "BLOB";
    case "text":
    case "variant":
    case "object":
    case "array":
    case "geography":
      return "VARCHAR";
  }
}

/** Bits below the instant in a packed TIMESTAMP_TZ. */
export const offsetBits = 12;
const offsetBias = 1440;

/** Packs an instant (nanoseconds, UTC) and an offset (minutes, east positive) so that packed values sort by instant. */
export const packTz = (instant: bigint, offsetMinutes: number): bigint =>
  (instant << BigInt(offsetBits)) | BigInt(offsetMinutes + offsetBias);

/** Takes a packed TIMESTAMP_TZ apart again. */
export const unpackTz = (packed: bigint): { instant: bigint; offsetMinutes: number } => ({
  instant: packed >> BigInt(offsetBits),
  offsetMinutes: Number(packed & ((1n << BigInt(offsetBits)) - 1n)) - offsetBias,
});

/** Writes a text as a DuckDB literal; DuckDB reads no NUL inside one. */
export const literal = (value: string): string =>
  value.includes("\0")
    ? `(${value.split("\0").map((part) => `'${part.replaceAll("'", "''")}'`).join(" || chr(0) || ")})` // prettier-ignore
    : `'${value.replaceAll("'", "''")}'`;

/** Writes the fixed-point number whose digits without the point are a HUGEINT. */
export const fromDigits = (sql: string, type: SqlType): string =>
  type.scale === 0
    ? `CAST(${sql} AS ${storageType(type)})`
    : `CAST(CAST(${sql} AS DECIMAL(38,0)) * CAST('0.${"1".padStart(type.scale, "0")}' AS DECIMAL(${type.scale},${type.scale})) AS ${storageType(type)})`;

/** Writes a fixed-point number as text; DuckDB leaves the zero before the point out where all digits are behind it. */
export const fixedText = (sql: string, { precision, scale }: Pick<SqlType, "precision" | "scale">): string =>
  precision > scale ? `CAST(${sql} AS VARCHAR)` : `CAST(CAST(${sql} AS DECIMAL(38,${scale})) AS VARCHAR)`;

/** Writes the DuckDB expression that turns a stored value into the text of a result cell (the JSON wire format of results). */
export function wireCell(sql: string, { kind, precision, scale }: SqlType): string {
  const seconds = (nanoseconds: string): string =>
    `CAST(CAST(CAST(${nanoseconds} AS DECIMAL(38,0)) * CAST('0.000000001' AS DECIMAL(9,9)) AS DECIMAL(38,${scale})) AS VARCHAR)`;
  switch (kind) {
    case "fixed":
      return fixedText(sql, { precision, scale });
    case "date":
      return `CAST(${sql} AS VARCHAR)`;
    case "real":
      return `sf_real_text(${sql})`;
    case "boolean":
      return `CASE WHEN ${sql} THEN '1' WHEN NOT ${sql} THEN '0' END`;
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
      return seconds(sql);
    case "timestamp_tz":
      return `(${seconds(`((${sql}) >> ${offsetBits})`)} || ' ' || CAST((${sql}) & ${(1 << offsetBits) - 1} AS VARCHAR))`;
    case "binary":
      return `hex(${sql})`;
    case "variant":
    case "object":
    case "array":
    case "geography":
      return `sf_pretty(${sql})`;
    case "text":
      return sql;
  }
}

/** Writes the DuckDB expression that turns the text of a result cell back into a stored value. */
export function fromWireCell(sql: string, type: SqlType): string {
  const nanoseconds = (text: string): string => `CAST(CAST(${text} AS DECIMAL(38,9)) * 1000000000 AS HUGEINT)`;
  switch (type.kind) {
    case "fixed":
    case "date":
      return `CAST(${sql} AS ${storageType(type)})`;
    case "real":
      return `sf_to_real(${sql})`;
    case "boolean":
      return `(${sql} = '1')`;
    case "time":
      return `CAST(${nanoseconds(sql)} AS BIGINT)`;
    case "timestamp_ntz":
    case "timestamp_ltz":
      return nanoseconds(sql);
    case "timestamp_tz":
      return `(${nanoseconds(`split_part(${sql}, ' ', 1)`)} * ${1 << offsetBits} + CAST(split_part(${sql}, ' ', 2) AS HUGEINT))`;
    case "binary":
      return `sf_from_hex(${sql})`;
    case "variant":
    case "object":
    case "array":
      return `sf_parse_json(${sql})`;
    case "text":
    case "geography":
      return sql;
  }
}

/** Writes a list of texts as a DuckDB expression that gives a row for each. */
export const unnest = (values: readonly (string | null)[]): string =>
  `unnest(CAST([${values.map((value) => (value === null ? "NULL" : literal(value))).join(", ")}] AS VARCHAR[]))`;

/** Writes the DuckDB expression by which values are compared, sorted and grouped: the instant alone for TIMESTAMP_TZ. */
export const sortKey = (sql: string, { kind }: SqlType): string =>
  kind === "timestamp_tz" ? `((${sql}) >> ${offsetBits})` : sql;
