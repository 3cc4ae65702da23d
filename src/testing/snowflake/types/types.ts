import type { TypeRef } from "../sql/ast.ts";
import { compilationError, unsupported } from "../errors.ts";

/** The kinds of Snowflake's types, by the names that result descriptions carry. */
export type Kind =
  | "fixed" | "real" | "text" | "boolean" | "date" | "time" | "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz" | "binary"
  | "variant" | "object" | "array" | "geography"; // prettier-ignore

/**
 * A Snowflake type. `precision` and `scale` mean something for fixed-point numbers, `scale` alone for times and timestamps (digits
 * of the fraction), `length` for text (characters) and binary (bytes); the others are 0.
 */
export interface SqlType {
  readonly kind: Kind;
  readonly precision: number;
  readonly scale: number;
  readonly length: number;
}

/** The length of a text column that states none: 16 MB. */
export const maxTextLength = 16_777_216;
/** The length of a binary column that states none: 8 MB. */
const maxBinaryLength = 8_388_608;

const type = (kind: Kind, rest: Partial<SqlType> = {}): SqlType => ({
  kind,
  precision: 0,
  scale: 0,
  length: 0,
  ...rest,
});

/** Makes NUMBER(p,s); a precision over 38 becomes 38. */
export const fixed = (precision: number, scale: number): SqlType =>
  type("fixed", { precision: Math.min(38, Math.max(1, precision)), scale: Math.min(37, scale) });
/** Makes VARCHAR(length). */
export const text = (length = maxTextLength): SqlType => type("text", { length: Math.min(length, maxTextLength) });
/** Makes BINARY(length). */
export const binary = (length = maxBinaryLength): SqlType => type("binary", { length });
/** FLOAT. */
export const real: SqlType = type("real");
/** BOOLEAN. */
export const boolean: SqlType = type("boolean");
/** DATE. */
export const date: SqlType = type("date");
/** VARIANT. */
export const variant: SqlType = type("variant");
/** OBJECT. */
export const object: SqlType = type("object");
/** ARRAY. */
export const array: SqlType = type("array");
/** GEOGRAPHY. */
export const geography: SqlType = type("geography");
/** Makes TIME(scale). */
export const time = (scale = 9): SqlType => type("time", { scale });
/** Makes one of the three timestamps with a scale. */
export const timestamp = (kind: "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz", scale = 9): SqlType =>
  type(kind, { scale });
/** NUMBER(38,0), which every integer type means. */
export const integer = fixed(38, 0);

const synonyms: Readonly<Record<string, (args: readonly number[]) => SqlType>> = {
  FLOAT: () => real,
  BOOLEAN: () => boolean,
  DATE: () => date,
  VARIANT: () => variant,
  OBJECT: () => object,
  ARRAY: () => array,
  GEOGRAPHY: () => geography,
};
const families: readonly (readonly [string, (args: readonly number[]) => SqlType])[] = [
  ["NUMBER DECIMAL NUMERIC DEC", ([p = 38, s = 0]) => fixed(p, s)],
  ["INT INTEGER BIGINT SMALLINT TINYINT BYTEINT", () => integer],
  ["FLOAT4 FLOAT8 DOUBLE REAL", () => real],
  ["VARCHAR STRING TEXT NVARCHAR NVARCHAR2", ([n = maxTextLength]) => text(n)],
  ["CHAR CHARACTER NCHAR", ([n = 1]) => text(n)],
  ["BINARY VARBINARY", ([n = maxBinaryLength]) => binary(n)],
  ["TIME", ([s = 9]) => time(s)],
  ["TIMESTAMP_NTZ TIMESTAMPNTZ DATETIME", ([s = 9]) => timestamp("timestamp_ntz", s)],
  ["TIMESTAMP_LTZ TIMESTAMPLTZ", ([s = 9]) => timestamp("timestamp_ltz", s)],
  ["TIMESTAMP_TZ TIMESTAMPTZ", ([s = 9]) => timestamp("timestamp_tz", s)],
];
const makers = new Map([
  ...Object.entries(synonyms),
  ...families.flatMap(([names, make]) => names.split(" ").map((name) => [name, make] as const)),
]);

/**
 * Finds the type a name stands for. `mapping` says what plain TIMESTAMP is (TIMESTAMP_TYPE_MAPPING of the session). Throws 002040 for a
 * name that is none, 0A000 for a type the stand-in lacks.
 */
export function resolveType(ref: TypeRef, mapping = "TIMESTAMP_NTZ"): SqlType {
  const name = ref.name === "TIMESTAMP" ? mapping : ref.name;
  const make = makers.get(name);
  if (make !== undefined) {
    const [first = 1, second = 0] = ref.args;
    if (name.startsWith("NUM") || name.startsWith("DEC"))
      if (first < 1 || first > 38 || second > 37 || second > first)
        throw compilationError("002263", "42601", `Invalid precision or scale in '${name}(${ref.args.join(",")})'`);
    return make(ref.args);
  }
  if (["GEOMETRY", "DECFLOAT", "VECTOR", "FILE", "MAP", "UUID"].includes(name)) throw unsupported(`The type ${name}`);
  throw compilationError("002040", "42601", `Unsupported data type '${name}'.`);
}

/** Tells whether the kind is one of the three timestamps. */
export const isTimestamp = (kind: Kind): boolean => kind.startsWith("timestamp");
/** Tells whether the kind is a date, a time or a timestamp. */
export const isTemporal = (kind: Kind): boolean => kind === "date" || kind === "time" || isTimestamp(kind);
/** Tells whether values of the kind are kept as JSON text. */
export const isSemiStructured = (kind: Kind): boolean => kind === "variant" || kind === "object" || kind === "array";

/** Writes a type as DESCRIBE and error messages do. */
export function typeName({ kind, precision, scale, length }: SqlType): string {
  if (kind === "fixed") return `NUMBER(${precision},${scale})`;
  if (kind === "real") return "FLOAT";
  if (kind === "text") return `VARCHAR(${length})`;
  if (kind === "binary") return `BINARY(${length})`;
  return kind === "time" || isTimestamp(kind) ? `${kind.toUpperCase()}(${scale})` : kind.toUpperCase();
}

const timestampRank: readonly Kind[] = ["date", "timestamp_ntz", "timestamp_ltz", "timestamp_tz"];

/**
 * Finds the type both sides turn into where they meet (CASE, COALESCE, UNION, comparisons), undefined when there is none: text gives way to
 * everything else, numbers widen, variant takes in all.
 */
export function commonType(a: SqlType, b: SqlType): SqlType | undefined {
  if (a.kind === b.kind) return widest(a, b);
  if (isSemiStructured(a.kind) || isSemiStructured(b.kind)) return variant;
  if (a.kind === "text") return b;
  if (b.kind === "text") return a;
  const kinds = [a.kind, b.kind];
  if (kinds.includes("real") && kinds.includes("fixed")) return real;
  if (kinds.every((kind) => timestampRank.includes(kind))) {
    const [top] = [a, b].sort((x, y) => timestampRank.indexOf(y.kind) - timestampRank.indexOf(x.kind));
    return top;
  }
  return undefined;
}

function widest(a: SqlType, b: SqlType): SqlType {
  if (a.kind !== "fixed") return { ...a, scale: Math.max(a.scale, b.scale), length: Math.max(a.length, b.length) };
  const scale = Math.max(a.scale, b.scale);
  return fixed(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale);
}
