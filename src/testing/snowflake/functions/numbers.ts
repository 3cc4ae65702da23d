import { bound } from "../binder/bound.ts";
import type { Bound } from "../binder/bound.ts";
import type { BoundCall, Maker } from "../binder/calls.ts";
import { cast } from "../binder/casts.ts";
import { operate } from "../binder/operators.ts";
import { unified } from "../binder/expressions.ts";
import { nullLiteral, numberLiteral } from "../binder/literals.ts";
import { unsupported } from "../errors.ts";
import { fixedText, fromDigits, storageType } from "../types/storage.ts";
import { boolean, fixed, isSemiStructured, real } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";

const ofReals =
  (template: string): Maker =>
  (call) =>
    bound(
      template.replace(/\$(\d)/g, (_all, n: string) => call.as(Number(n) - 1, real)),
      real,
      call.nullable,
    );

/** Reads an argument as a number: text becomes NUMBER(38,5) as in arithmetic. */
function numeric(value: Bound, call: BoundCall): Bound {
  const { kind } = value.type;
  if (kind === "fixed" || kind === "real") return value;
  if (isSemiStructured(kind)) throw unsupported(`${call.name} of a VARIANT without a cast`);
  const type = fixed(18, 5);
  return { ...value, sql: cast(value, type, call.context), type };
}

/** Makes ROUND and its kin: the digits kept decide the scale where they are constant. */
const rounded =
  (way: "ROUND" | "FLOOR" | "CEIL" | "TRUNC"): Maker =>
  (call) => {
    const value = numeric(call.arg(0), call);
    const places = call.whole(1, "0");
    if (value.type.kind === "real")
      return bound(`sf_round_real('${way}', ${value.sql}, ${places})`, real, call.nullable);
    const { precision, scale } = value.type;
    const constant = call.args[1] === undefined ? 0 : call.args[1].constant;
    const kept = typeof constant === "number" ? Math.min(scale, Math.max(0, constant)) : scale;
    const carry = way === "TRUNC" || (typeof constant === "number" && constant >= scale) ? 0 : 1;
    const type = fixed(precision - scale + kept + carry, kept);
    return bound(
      fromDigits(`sf_round('${way}', ${fixedText(value.sql, value.type)}, ${places}, ${kept})`, type),
      type,
      call.nullable,
    );
  };

const sameNumber =
  (name: string): Maker =>
  (call) => {
    const value = numeric(call.arg(0), call);
    return bound(`CAST(${name}(${value.sql}) AS ${storageType(value.type)})`, value.type, call.nullable);
  };

const chosen =
  (name: "greatest" | "least"): Maker =>
  (call) => {
    const type = unified(call.args);
    const values = call.args.map((value) => cast(value, type, call.context));
    const anyNull = values.map((value) => `${value} IS NULL`).join(" OR ");
    // NULL among the arguments makes the result NULL in Snowflake; DuckDB passes over it.
    return bound(`CASE WHEN ${anyNull} THEN NULL ELSE ${name}(${values.join(", ")}) END`, type, call.nullable);
  };

const zero = numberLiteral("0");

function equal(call: BoundCall, left: Bound, right: Bound): string {
  return operate("NOT DISTINCT", left, right, call.context).sql;
}

const decode: Maker = (call) => {
  const subject = call.arg(0);
  const pairs: (readonly [Bound, Bound])[] = [];
  for (let i = 1; i + 1 < call.args.length; i += 2) pairs.push([call.arg(i), call.arg(i + 1)]);
  const otherwise = call.args.length % 2 === 0 ? call.arg(call.args.length - 1) : nullLiteral;
  const type = unified([...pairs.map(([, value]) => value), otherwise]);
  const whens = pairs.map(
    ([test, value]) => `WHEN ${equal(call, subject, test)} THEN ${cast(value, type, call.context)}`,
  );
  return bound(`CASE ${whens.join(" ")} ELSE ${cast(otherwise, type, call.context)} END`, type);
};

const coalesced: Maker = (call) => {
  const type = unified(call.args);
  const values = call.args.map((value) => cast(value, type, call.context));
  return bound(
    `coalesce(${values.join(", ")})`,
    type,
    call.args.every((value) => value.nullable),
  );
};

const choice = (test: string, yes: Bound, no: Bound, call: BoundCall): Bound => {
  const type = unified([yes, no]);
  const [a, b] = [yes, no].map((value) => cast(value, type, call.context));
  return bound(`CASE WHEN ${test} THEN ${a ?? ""} ELSE ${b ?? ""} END`, type, yes.nullable || no.nullable);
};

const safeDivision =
  (nullAsZero: boolean): Maker =>
  (call) => {
    const divisor = call.arg(1);
    const quotient = operate(
      "/",
      call.arg(0),
      { ...divisor, sql: `nullif(${divisor.sql}, 0)`, nullable: true },
      call.context,
    );
    const isZero = nullAsZero ? `(${divisor.sql} IS NULL OR ${divisor.sql} = 0)` : `${divisor.sql} = 0`;
    const type: SqlType = quotient.type;
    return bound(
      `CASE WHEN ${isZero} THEN CAST(0 AS ${storageType(type)}) ELSE ${quotient.sql} END`,
      type,
      call.nullable,
    );
  };

const sequence: Maker = ({ scope }) => {
  const counter = scope?.relations.find((relation) => relation.sequence !== undefined)?.sequence;
  return bound(`CAST(${counter ?? "(row_number() OVER () - 1)"} AS DECIMAL(38,0))`, fixed(38, 0), false);
};

/** Functions of numbers, and those that choose between values. */
export const numberFunctions: Readonly<Record<string, Maker>> = {
  ROUND: rounded("ROUND"),
  FLOOR: rounded("FLOOR"),
  CEIL: rounded("CEIL"),
  TRUNC: rounded("TRUNC"),
  TRUNCATE: rounded("TRUNC"),
  ABS: sameNumber("abs"),
  SIGN: (call) => bound(`CAST(sign(${numeric(call.arg(0), call).sql}) AS DECIMAL(1,0))`, fixed(1, 0), call.nullable),
  MOD: (call) => operate("%", call.arg(0), call.arg(1), call.context),
  SQRT: ofReals("sqrt($1)"),
  EXP: ofReals("exp($1)"),
  LN: ofReals("ln($1)"),
  LOG: ofReals("(ln($2) / ln($1))"),
  POWER: ofReals("power($1, $2)"),
  POW: ofReals("power($1, $2)"),
  SQUARE: ofReals("power($1, 2)"),
  SIN: ofReals("sin($1)"),
  COS: ofReals("cos($1)"),
  TAN: ofReals("tan($1)"),
  ATAN2: ofReals("atan2($1, $2)"),
  PI: () => bound("pi()", real, false),
  RANDOM: () => bound("CAST(CAST(random() * 9007199254740991 AS BIGINT) AS DECIMAL(19,0))", fixed(19, 0), false),
  GREATEST: chosen("greatest"),
  LEAST: chosen("least"),
  SEQ1: sequence,
  SEQ2: sequence,
  SEQ4: sequence,
  SEQ8: sequence,
  IFF: (call) => choice(call.as(0, boolean), call.arg(1), call.arg(2), call),
  NVL2: (call) => choice(`${call.arg(0).sql} IS NOT NULL`, call.arg(1), call.arg(2), call),
  NVL: coalesced,
  IFNULL: coalesced,
  COALESCE: coalesced,
  NULLIF: (call) => {
    const value = call.arg(0);
    return bound(
      `CASE WHEN ${operate("=", value, call.arg(1), call.context).sql} THEN NULL ELSE ${value.sql} END`,
      value.type,
    );
  },
  ZEROIFNULL: (call) => {
    const type = unified([call.arg(0), zero]);
    return bound(`coalesce(${call.as(0, type)}, CAST(0 AS ${storageType(type)}))`, type, false);
  },
  NULLIFZERO: (call) => bound(`nullif(${numeric(call.arg(0), call).sql}, 0)`, numeric(call.arg(0), call).type),
  EQUAL_NULL: (call) => bound(equal(call, call.arg(0), call.arg(1)), boolean, false),
  DECODE: decode,
  DIV0: safeDivision(false),
  DIV0NULL: safeDivision(true),
};
