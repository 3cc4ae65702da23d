import { compilationError, unsupported } from "../errors.ts";
import type { BinaryOp } from "../sql/ast.ts";
import { fromDigits, sortKey, storageType } from "../types/storage.ts";
import {
  boolean,
  commonType,
  date,
  fixed,
  isSemiStructured,
  isTimestamp,
  real,
  text,
  timestamp,
  typeName,
} from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import { bound } from "./bound.ts";
import type { Bound, Context } from "./bound.ts";
import { cast, fromWall, wallOf } from "./casts.ts";
import { timeUnit } from "../natives/calendar.ts";

type Arithmetic = "+" | "-" | "*" | "/" | "%";

/** Binds an operator between two values. */
export function operate(op: BinaryOp, left: Bound, right: Bound, context: Context): Bound {
  switch (op) {
    case "AND":
    case "OR":
      return bound(
        `(${cast(left, boolean, context)} ${op} ${cast(right, boolean, context)})`,
        boolean,
        left.nullable || right.nullable,
      );
    case "||":
      return concatenation(left, right, context);
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return momentArithmetic(op, left, right, context) ?? arithmetic(op, left, right, context);
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "DISTINCT":
    case "NOT DISTINCT":
      return comparison(op, left, right, context);
  }
}

const comparators: Readonly<Record<string, string>> = {
  DISTINCT: "IS DISTINCT FROM",
  "NOT DISTINCT": "IS NOT DISTINCT FROM",
};

function comparison(op: string, left: Bound, right: Bound, context: Context): Bound {
  const [a, b] = comparable(left, right, context, op);
  const written = comparators[op] ?? op;
  return bound(`(${a} ${written} ${b})`, boolean, comparators[op] === undefined && (left.nullable || right.nullable));
}

/** Writes both sides as values that DuckDB compares as Snowflake compares the originals. */
export function comparable(left: Bound, right: Bound, context: Context, op: string): readonly [string, string] {
  const type = comparisonType(left, right);
  if (isSemiStructured(type.kind) && !["=", "<>", "DISTINCT", "NOT DISTINCT"].includes(op))
    throw unsupported("Ordering VARIANT values without a cast");
  return [sortKey(cast(left, type, context), type), sortKey(cast(right, type, context), type)];
}

/** Finds the type two values are compared in: text and variant give way to the other side. */
export function comparisonType(left: Bound, right: Bound): SqlType {
  if (left.isNull === true) return right.type;
  if (right.isNull === true) return left.type;
  const [a, b] = [left.type, right.type];
  if (a.kind === "variant" && !isSemiStructured(b.kind)) return b;
  if (b.kind === "variant" && !isSemiStructured(a.kind)) return a;
  // Text against a number is read with all the digits it has, or `x < '1.5'` would round for an integer column.
  if (a.kind === "text" && b.kind === "fixed") return textNumber(left, b);
  if (b.kind === "text" && a.kind === "fixed") return textNumber(right, a);
  const common = commonType(a, b);
  if (common === undefined) throw mismatch(a, b);
  return common;
}

function textNumber(side: Bound, other: SqlType): SqlType {
  const digits = typeof side.constant === "string" ? (/\.(\d*)/.exec(side.constant)?.[1]?.length ?? 0) : 5;
  const scale = Math.max(other.scale, Math.min(digits, 18));
  return fixed(38, scale);
}

const mismatch = (a: SqlType, b: SqlType): Error =>
  compilationError(
    "001065",
    "22023",
    `Can not convert parameter of type [${typeName(b)}] into expected type [${typeName(a)}]`,
  );

function concatenation(left: Bound, right: Bound, context: Context): Bound {
  if (left.type.kind === "binary" && right.type.kind === "binary")
    return bound(`(${left.sql} || ${right.sql})`, left.type);
  const lengths = [left, right].map((side) => (side.type.kind === "text" ? side.type.length : 0));
  const length = lengths.includes(0) ? undefined : (lengths[0] ?? 0) + (lengths[1] ?? 0);
  const type = length === undefined ? text() : text(length);
  return bound(
    `(${cast(left, text(), context)} || ${cast(right, text(), context)})`,
    type,
    left.nullable || right.nullable,
  );
}

function numeric(value: Bound, other: Bound): SqlType {
  const { kind } = value.type;
  if (value.isNull === true) return other.isNull === true ? fixed(1, 0) : other.type;
  if (kind === "fixed" || kind === "real") return value.type;
  if (kind === "boolean") return fixed(1, 0);
  if (kind === "text") return other.type.kind === "real" ? real : fixed(18, 5);
  if (kind === "variant") throw unsupported("Arithmetic on a VARIANT without a cast");
  throw compilationError(
    "001065",
    "22023",
    `Invalid argument types for arithmetic: (${typeName(value.type)}, ${typeName(other.type)})`,
  );
}

function arithmetic(op: Arithmetic, left: Bound, right: Bound, context: Context): Bound {
  const a = numeric(left, right);
  const b = numeric(right, left);
  const nullable = left.nullable || right.nullable;
  if (a.kind === "real" || b.kind === "real") {
    const [x, y] = [cast(left, real, context), cast(right, real, context)];
    if (op === "/") return bound(`sf_real_divide(${x}, ${y})`, real, nullable);
    return bound(`(${x} ${op} ${y})`, real, nullable);
  }
  const type = arithmeticType(op, a, b);
  const [x, y] = [cast(left, a, context), cast(right, b, context)];
  return bound(fixedArithmetic(op, [x, a], [y, b], type), type, nullable);
}

/** Tells the type of arithmetic on fixed-point numbers by Snowflake's rules (docs: "Arithmetic operators", scale and precision). */
export function arithmeticType(op: Arithmetic, a: SqlType, b: SqlType): SqlType {
  const [wholeA, wholeB] = [a.precision - a.scale, b.precision - b.scale];
  const widest = Math.max(a.scale, b.scale);
  switch (op) {
    case "+":
    case "-":
      return fixed(Math.max(wholeA, wholeB) + widest + 1, widest);
    case "*": {
      const scale = Math.min(a.scale + b.scale, Math.max(a.scale, b.scale, 12));
      return fixed(wholeA + wholeB + scale, scale);
    }
    case "/": {
      const scale = Math.max(a.scale, Math.min(a.scale + 6, 12));
      return fixed(wholeA + b.scale + scale, scale);
    }
    case "%":
      return fixed(Math.max(wholeA, wholeB) + widest, widest);
  }
}

function fixedArithmetic(
  op: Arithmetic,
  [x, a]: readonly [string, SqlType],
  [y, b]: readonly [string, SqlType],
  type: SqlType,
): string {
  const native = (name: string): string =>
    fromDigits(`${name}(CAST(${x} AS VARCHAR), CAST(${y} AS VARCHAR), ${type.scale})`, type);
  if (op === "/") return native("sf_divide");
  if (op === "%") return native("sf_mod");
  if (op === "*") {
    // DuckDB multiplies exactly while both fit 38 digits together; beyond, digits must be dropped in between.
    const fits = a.precision + b.precision <= 38 || a.scale + b.scale <= 12;
    return fits ? `CAST((${x} * ${y}) AS ${storageType(type)})` : native("sf_multiply");
  }
  return `(CAST(${x} AS ${storageType(type)}) ${op} CAST(${y} AS ${storageType(type)}))`;
}

function momentArithmetic(op: Arithmetic, left: Bound, right: Bound, context: Context): Bound | undefined {
  if (op !== "+" && op !== "-") return undefined;
  if (right.interval !== undefined) return plusInterval(left, right.interval, op, context);
  if (left.interval !== undefined && op === "+") return plusInterval(right, left.interval, op, context);
  const nullable = left.nullable || right.nullable;
  if (left.type.kind === "date" && right.type.kind === "date" && op === "-")
    return bound(`CAST(${left.sql} - ${right.sql} AS DECIMAL(9,0))`, fixed(9, 0), nullable);
  if (left.type.kind === "date" && right.type.kind === "fixed")
    return bound(`CAST(${left.sql} ${op} CAST(${right.sql} AS INTEGER) AS INTEGER)`, date, nullable);
  if (op === "+" && left.type.kind === "fixed" && right.type.kind === "date")
    return momentArithmetic(op, right, left, context);
  return undefined;
}

function plusInterval(
  value: Bound,
  parts: readonly (readonly [number, string])[],
  op: "+" | "-",
  context: Context,
): Bound {
  const units = parts.map(([amount, word]) => [op === "-" ? -amount : amount, timeUnit(word)] as const);
  const keepsDate = units.every(([, unit]) => ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY"].includes(unit));
  const base: Bound =
    value.type.kind === "text"
      ? bound(cast(value, timestamp("timestamp_ntz"), context), timestamp("timestamp_ntz"))
      : value;
  if (!isTimestamp(base.type.kind) && base.type.kind !== "date")
    throw unsupported(`An interval with ${typeName(value.type)}`);
  const type = base.type.kind === "date" && !keepsDate ? timestamp("timestamp_ntz") : base.type;
  const wall = units.reduce(
    (sql, [amount, unit]) => `sf_wall_add('${unit}', ${amount}, ${sql})`,
    wallOf(base, context),
  );
  return bound(fromWall(wall, type, context, base.sql), type, value.nullable);
}
