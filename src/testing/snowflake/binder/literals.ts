import { compilationError, unsupported } from "../errors.ts";
import { readDecimal, writeDecimal } from "../types/decimals.ts";
import { fromDigits, literal, packTz } from "../types/storage.ts";
import { boolean, binary, date, fixed, integer, real, text, time, timestamp, variant } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import { bound } from "./bound.ts";
import type { Bind, Bound, Context } from "./bound.ts";

/** Binds a number as written: NUMBER with the digits it has, FLOAT with an exponent or more than 38 digits. */
export function numberLiteral(source: string): Bound {
  const read = /[eE]/.test(source) ? undefined : readDecimal(source);
  const digits = read === undefined ? "" : writeDecimal(read);
  const precision = digits.replace(".", "").replace(/^0+(?=\d)/, "").length;
  if (read === undefined || precision > 38)
    return { ...bound(`CAST('${source}' AS DOUBLE)`, real, false), constant: Number(source) };
  const type = fixed(Math.max(precision, read.scale, 1), read.scale);
  return {
    ...bound(`CAST('${digits}' AS DECIMAL(${type.precision},${type.scale}))`, type, false),
    constant: Number(digits),
  };
}

/** Binds a text as written. */
export const stringLiteral = (value: string): Bound => ({
  ...bound(literal(value), text(Math.max(1, Array.from(value).length)), false),
  constant: value,
});

/** Binds TRUE or FALSE. */
export const booleanLiteral = (value: boolean): Bound => ({
  ...bound(value ? "true" : "false", boolean, false),
  constant: value,
});

/** A bare NULL. */
export const nullLiteral: Bound = { ...bound("CAST(NULL AS VARCHAR)", text()), isNull: true };

const bindTypes: Readonly<Record<string, SqlType>> = {
  FIXED: integer,
  REAL: real,
  TEXT: text(),
  BOOLEAN: boolean,
  VARIANT: variant,
  DATE: date,
  TIME: time(),
  TIMESTAMP_NTZ: timestamp("timestamp_ntz"),
  TIMESTAMP_LTZ: timestamp("timestamp_ltz"),
  TIMESTAMP_TZ: timestamp("timestamp_tz"),
  BINARY: binary(),
};

/** Tells the type of a bind; FIXED with a fraction is a NUMBER with that scale. Throws 0A000 for a type the stand-in does not take. */
export function bindType({ type, value }: Bind): SqlType {
  const found = bindTypes[type.toUpperCase()] ?? (type.toUpperCase() === "ANY" ? text() : undefined);
  if (found === undefined) throw unsupported(`A bind of type ${type}`);
  if (found.kind !== "fixed") return found;
  const values = typeof value === "string" ? [value] : (value ?? []);
  const scale = Math.max(0, ...values.map((one) => readDecimal(one ?? "0")?.scale ?? 0));
  return fixed(38, Math.min(scale, 37));
}

/** Writes the stored value of a bind whose text is `sql`. Clients send dates in milliseconds, times and timestamps in nanoseconds. */
export function bindValue(sql: string, type: SqlType): string {
  switch (type.kind) {
    case "text":
      return sql;
    case "fixed":
      return fromDigits(`sf_to_fixed(${sql}, ${type.precision}, ${type.scale})`, type);
    case "real":
      return `sf_to_real(${sql})`;
    case "boolean":
      return `sf_to_boolean(${sql})`;
    case "variant":
      return `sf_parse_json(${sql})`;
    case "date":
      return `CAST(CAST(${sql} AS BIGINT) // 86400000 AS INTEGER)`;
    case "time":
      return `CAST(${sql} AS BIGINT)`;
    case "timestamp_ntz":
    case "timestamp_ltz":
      return `CAST(${sql} AS HUGEINT)`;
    case "timestamp_tz":
      return `(CAST(split_part(${sql}, ' ', 1) AS HUGEINT) * 4096 + CAST(split_part(${sql}, ' ', 2) AS HUGEINT))`;
    case "binary":
      return `sf_from_hex(${sql})`;
    case "object":
    case "array":
    case "geography":
      throw unsupported(`A bind of type ${type.kind}`);
  }
}

/** Binds `?` or `:n`. Throws 100132 where the client sent no such bind. */
export function bindOf(index: number, context: Context): Bound {
  const found = context.binds[index - 1];
  // Some clients have a statement described before they bind anything.
  if (found === undefined && context.describing) return nullLiteral;
  if (found === undefined) throw compilationError("002049", "42601", `Bind variable ?${index} not set.`);
  const type = bindType(found);
  const { value } = found;
  if (typeof value === "object" && value !== null) {
    if (context.arrayBinds === undefined) throw unsupported("A list as a bind outside INSERT … VALUES");
    return bound(bindValue(`${context.arrayBinds}.b${index}`, type), type);
  }
  if (value === null) return { ...bound(`CAST(NULL AS VARCHAR)`, type), isNull: true };
  return { ...bound(bindValue(literal(value), type), type, false), constant: constantOf(type, value) };
}

const constantOf = (type: SqlType, value: string): string | number | boolean | undefined =>
  type.kind === "text" ? value : type.kind === "fixed" || type.kind === "real" ? Number(value) : undefined;

/** Writes an instant and an offset as a TIMESTAMP_TZ value. */
export const tzLiteral = (instant: bigint, offsetMinutes: number): string =>
  `CAST(${packTz(instant, offsetMinutes)} AS HUGEINT)`;
