import { compilationError } from "../errors.ts";
import { fixedText, fromDigits, literal, offsetBits, storageType } from "../types/storage.ts";
import { fixed, isSemiStructured, isTimestamp, maxTextLength, text, typeName } from "../types/types.ts";
import type { Kind, SqlType } from "../types/types.ts";
import type { Bound, Context } from "./bound.ts";

const dayNs = "86400000000000";

/** Writes the DuckDB expression for a session parameter, as a literal. */
const parameter = (context: Context, name: string): string => literal(context.parameter(name));

/** The output format of a kind, by the session's parameters. */
function outputFormat(kind: Kind, context: Context): string {
  if (kind === "date") return context.parameter("DATE_OUTPUT_FORMAT");
  if (kind === "time") return context.parameter("TIME_OUTPUT_FORMAT");
  const own = context.parameter(`${kind.toUpperCase()}_OUTPUT_FORMAT`);
  return own === "" ? context.parameter("TIMESTAMP_OUTPUT_FORMAT") : own;
}

/** Writes what a wall clock shows for a date or a timestamp, in nanoseconds since 1970. */
export function wallOf({ sql, type }: Bound, context: Context): string {
  if (type.kind === "date") return `(CAST(${sql} AS HUGEINT) * ${dayNs})`;
  if (type.kind === "timestamp_ltz") return `sf_ltz_wall(${sql}, ${parameter(context, "TIMEZONE")})`;
  return type.kind === "timestamp_tz" ? `sf_tz_wall(${sql})` : sql;
}

/** Writes the date or timestamp for which a wall clock shows `wall`. `like` is the value whose offset a TIMESTAMP_TZ keeps. */
export function fromWall(wall: string, { kind }: SqlType, context: Context, like?: string): string {
  const zone = parameter(context, "TIMEZONE");
  if (kind === "date") return `sf_wall_days(${wall})`;
  if (kind === "timestamp_ltz") return `sf_wall_ltz(${wall}, ${zone})`;
  if (kind !== "timestamp_tz") return wall;
  return like === undefined
    ? `sf_ltz_tz(sf_wall_ltz(${wall}, ${zone}), ${zone})`
    : `sf_wall_tz(${wall}, sf_tz_offset(${like}))`;
}

/** Writes a value as text; `format` replaces the session's output format. */
export function textOf(value: Bound, context: Context, format?: string): string {
  const { sql, type } = value;
  const pattern = literal(
    format ??
      (type.kind === "date" || type.kind === "time" || isTimestamp(type.kind) ? outputFormat(type.kind, context) : ""),
  );
  switch (type.kind) {
    case "text":
    case "geography":
      return sql;
    case "fixed":
      return fixedText(sql, type);
    case "real":
      return `sf_real_text(${sql})`;
    case "boolean":
      return `CAST(${sql} AS VARCHAR)`;
    case "binary":
      return `hex(${sql})`;
    case "date":
      return `sf_date_text(${sql}, ${pattern})`;
    case "time":
      return `sf_time_text(${sql}, ${pattern})`;
    case "timestamp_ntz":
      return `sf_ntz_text(${sql}, ${pattern})`;
    case "timestamp_ltz":
      return `sf_ltz_text(${sql}, ${pattern}, ${parameter(context, "TIMEZONE")})`;
    case "timestamp_tz":
      return `sf_tz_text(${sql}, ${pattern})`;
    case "variant":
    case "object":
    case "array":
      return `sf_document_text(${sql})`;
  }
}

/** Writes the value that a text means as another type; `format` replaces the session's input format. */
export function fromText(sql: string, to: SqlType, context: Context, format?: string): string {
  const pattern = (name: string): string => literal(format ?? context.parameter(`${name}_INPUT_FORMAT`));
  switch (to.kind) {
    case "fixed":
      return fromDigits(`sf_to_fixed(${sql}, ${to.precision}, ${to.scale})`, to);
    case "real":
      return `sf_to_real(${sql})`;
    case "boolean":
      return `sf_to_boolean(${sql})`;
    case "date":
      return `sf_to_date(${sql}, ${pattern("DATE")})`;
    case "time":
      return `sf_to_time(${sql}, ${pattern("TIME")}, ${to.scale})`;
    case "timestamp_ntz":
      return `sf_to_ntz(${sql}, ${pattern("TIMESTAMP")}, ${to.scale})`;
    case "timestamp_ltz":
      return `sf_to_ltz(${sql}, ${pattern("TIMESTAMP")}, ${to.scale}, ${parameter(context, "TIMEZONE")})`;
    case "timestamp_tz":
      return `sf_to_tz(${sql}, ${pattern("TIMESTAMP")}, ${to.scale}, ${parameter(context, "TIMEZONE")})`;
    case "binary":
      return `sf_from_hex(${sql})`;
    case "variant":
      return `sf_text_document(${sql})`;
    case "geography":
      return `sf_geography(${sql})`;
    case "text":
      return sql;
    case "object":
    case "array":
      throw noCast(text(), to);
  }
}

const noCast = (from: SqlType, to: SqlType): Error =>
  compilationError(
    "001065",
    "22000",
    `Function CAST does not support ${typeName(from)} argument type (to ${typeName(to)})`,
  );

/** Writes a value as a document. */
function documentOf(value: Bound, context: Context): string {
  const { sql, type } = value;
  if (isSemiStructured(type.kind)) return sql;
  if (type.kind === "fixed") return `sf_fixed_document(CAST(${sql} AS VARCHAR))`;
  if (type.kind === "real") return `sf_real_document(${sql})`;
  if (type.kind === "boolean") return `CAST(${sql} AS VARCHAR)`;
  return `sf_text_document(${textOf(value, context)})`;
}

function fromDocument(sql: string, to: SqlType, context: Context): string {
  if (to.kind === "fixed") return fromDigits(`sf_document_fixed(${sql}, ${to.precision}, ${to.scale})`, to);
  if (to.kind === "real") return `sf_document_real(${sql})`;
  if (to.kind === "boolean") return `sf_document_boolean(${sql})`;
  if (to.kind === "array") return `sf_to_array(${sql})`;
  if (to.kind === "object") return `sf_to_object(${sql})`;
  return fromText(`sf_document_text(${sql})`, to, context);
}

function fromFixed({ sql }: Bound, to: SqlType, context: Context): string | undefined {
  if (to.kind === "fixed") return `CAST(${sql} AS ${storageType(to)})`;
  if (to.kind === "real") return `CAST(${sql} AS DOUBLE)`;
  if (to.kind === "boolean") return `(${sql} <> 0)`;
  const instant = `sf_epoch(CAST(${sql} AS VARCHAR), 0)`;
  if (to.kind === "timestamp_ntz" || to.kind === "timestamp_ltz") return instant;
  if (to.kind === "timestamp_tz") return `sf_ltz_tz(${instant}, ${parameter(context, "TIMEZONE")})`;
  return to.kind === "date" ? `sf_wall_days(${instant})` : undefined;
}

function fromMoment(value: Bound, to: SqlType, context: Context): string | undefined {
  const from = value.type.kind;
  const zone = parameter(context, "TIMEZONE");
  if (from === "time") return to.kind === "time" ? scaled(value.sql, value.type, to) : undefined;
  if (to.kind === "time")
    return from === "date" ? undefined : scaled(`sf_wall_time(${wallOf(value, context)})`, value.type, to);
  if (to.kind === "date") return `sf_wall_days(${wallOf(value, context)})`;
  if (!isTimestamp(to.kind)) return undefined;
  if (from === to.kind) return scaled(value.sql, value.type, to);
  if (from === "timestamp_ltz" && to.kind === "timestamp_tz")
    return scaled(`sf_ltz_tz(${value.sql}, ${zone})`, value.type, to);
  if (from === "timestamp_tz" && to.kind === "timestamp_ltz")
    return scaled(`(${value.sql} >> ${offsetBits})`, value.type, to);
  return scaled(fromWall(wallOf(value, context), to, context), value.type, to);
}

const scaled = (sql: string, from: SqlType, to: SqlType): string =>
  from.scale <= to.scale
    ? sql
    : to.kind === "timestamp_tz"
      ? `sf_tz_at_scale(${sql}, ${to.scale})`
      : `CAST(sf_at_scale(${sql}, ${to.scale}) AS ${storageType(to)})`;

function lengthened(sql: string, from: SqlType, to: SqlType, assigning: boolean): string {
  if (to.length >= maxTextLength || (from.kind === "text" && from.length <= to.length)) return sql;
  return assigning || from.kind !== "text" ? `sf_fit_text(${sql}, ${to.length})` : `left(${sql}, ${to.length})`;
}

const sameType = (a: SqlType, b: SqlType): boolean =>
  a.kind === b.kind &&
  a.precision === b.precision &&
  a.scale === b.scale &&
  (a.kind !== "text" || a.length <= b.length);

/**
 * Writes the DuckDB expression that turns a value into another type. Text that is too long is cut in a cast, and an error when it is
 * `assigning` to a column. Throws 001065 where Snowflake has no such cast.
 */
export function cast(value: Bound, to: SqlType, context: Context, assigning = false): string {
  const { sql, type } = value;
  if (value.isNull === true) return `CAST(NULL AS ${storageType(to)})`;
  if (sameType(type, to)) return sql;
  if (to.kind === "text") return lengthened(textOf(value, context), type, to, assigning);
  if (to.kind === "variant") return documentOf(value, context);
  if (type.kind === "text") return fromText(sql, to, context);
  if (isSemiStructured(type.kind)) return fromDocument(sql, to, context);
  const written = other(value, to, context);
  if (written === undefined) throw noCast(type, to);
  return written;
}

function other(value: Bound, to: SqlType, context: Context): string | undefined {
  const { sql, type } = value;
  switch (type.kind) {
    case "fixed":
      return fromFixed(value, to, context);
    case "real":
      if (to.kind === "fixed") return fromDigits(`sf_real_fixed(${sql}, ${to.precision}, ${to.scale})`, to);
      return to.kind === "boolean" ? `(${sql} <> 0)` : undefined;
    case "boolean":
      return to.kind === "fixed" || to.kind === "real"
        ? `CAST(CASE WHEN ${sql} THEN 1 WHEN NOT ${sql} THEN 0 END AS ${storageType(to)})`
        : undefined;
    case "date":
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return fromMoment(value, to, context);
    case "binary":
      return to.kind === "binary" ? sql : undefined;
    case "text":
    case "variant":
    case "object":
    case "array":
    case "geography":
      return undefined;
  }
}

/** Writes a number as NUMBER(38,0), rounding: what functions take as a count or a position. */
export const whole = (value: Bound, context: Context): string =>
  `CAST(${cast(value, fixed(38, 0), context)} AS BIGINT)`;
