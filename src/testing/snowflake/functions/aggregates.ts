import type { BoundCall } from "../binder/calls.ts";
import { bound } from "../binder/bound.ts";
import type { Bound } from "../binder/bound.ts";
import { cast } from "../binder/casts.ts";
import { bind } from "../binder/expressions.ts";
import { arithmeticType } from "../binder/operators.ts";
import { orderKey } from "../binder/queries.ts";
import { unsupported } from "../errors.ts";
import { fixedText, fromDigits, sortKey, storageType } from "../types/storage.ts";
import { array, boolean, fixed, isSemiStructured, object, real, text, variant } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";

/** Makes an aggregate; `over` is its window, or empty. */
export type AggregateMaker = (call: BoundCall, over: string) => Bound;

const counted = fixed(18, 0);

function count(call: BoundCall, over: string): Bound {
  const { args, call: expr } = call;
  const distinct = expr.distinct ? "DISTINCT " : "";
  const keys = args.map((one) => sortKey(one.sql, one.type));
  // COUNT of several values counts the rows in which none is NULL.
  const subject =
    keys.length === 0
      ? "*"
      : keys.length === 1
        ? keys[0]
        : `CASE WHEN ${keys.map((key) => `${key} IS NOT NULL`).join(" AND ")} THEN (${keys.join(", ")}) END`;
  return bound(`CAST(count(${distinct}${subject ?? "*"})${over} AS DECIMAL(18,0))`, counted, false);
}

function summed(value: Bound): SqlType {
  const { type } = value;
  if (type.kind === "real") return real;
  if (type.kind === "fixed") return fixed(38, type.scale);
  if (type.kind === "text") return value.isNull === true ? fixed(38, 0) : real;
  throw unsupported(`An aggregate of ${type.kind.toUpperCase()} without a cast`);
}

function sum(call: BoundCall, over: string): Bound {
  const type = summed(call.arg(0));
  const value = call.as(0, type);
  const distinct = call.call.distinct ? "DISTINCT " : "";
  return bound(`CAST(sum(${distinct}${value})${over} AS ${storageType(type)})`, type);
}

// AVG is the exact sum divided by the count, with the digits that a division has.
function avg(call: BoundCall, over: string): Bound {
  const type = summed(call.arg(0));
  const value = call.as(0, type);
  const distinct = call.call.distinct ? "DISTINCT " : "";
  if (type.kind === "real") return bound(`avg(${distinct}${value})${over}`, real);
  const result = arithmeticType("/", type, counted);
  const total = fixedText(`CAST(sum(${distinct}${value})${over} AS ${storageType(type)})`, type);
  const divisor = `CAST(nullif(count(${distinct}${value})${over}, 0) AS VARCHAR)`;
  return bound(fromDigits(`sf_divide(${total}, ${divisor}, ${result.scale})`, result), result);
}

const extreme =
  (name: string): AggregateMaker =>
  (call, over) => {
    const value = call.arg(0);
    if (isSemiStructured(value.type.kind)) throw unsupported(`${call.name} of a VARIANT without a cast`);
    return bound(`CAST(${name}(${value.sql})${over} AS ${storageType(value.type)})`, value.type);
  };

const statistic =
  (name: string): AggregateMaker =>
  (call, over) =>
    bound(`${name}(${call.args.map((_, i) => call.as(i, real)).join(", ")})${over}`, real);

const by =
  (name: string): AggregateMaker =>
  (call, over) => {
    const { sql, type } = call.arg(0);
    const key = call.arg(1);
    return bound(`${name}(${sql}, ${sortKey(key.sql, key.type)})${over}`, type);
  };

function median(call: BoundCall, over: string): Bound {
  const { type } = call.arg(0);
  if (type.kind !== "fixed") return bound(`median(${call.as(0, real)})${over}`, real);
  const result = fixed(38, Math.min(37, type.scale + 3));
  return bound(`CAST(median(${call.as(0, result)})${over} AS ${storageType(result)})`, result);
}

const order = ({ call, scope, context }: BoundCall): string =>
  call.order === undefined
    ? ""
    : ` ORDER BY ${call.order.map((one) => orderKey(bind(one.value, scope, context), one)).join(", ")}`;

function listagg(call: BoundCall, over: string): Bound {
  if (call.call.distinct && call.call.order !== undefined) return distinctList(call, over);
  const distinct = call.call.distinct ? "DISTINCT " : "";
  const separator = call.as(1, text(), "''");
  return bound(
    `coalesce(string_agg(${distinct}${call.as(0, text())}, ${separator}${order(call)})${over}, '')`,
    text(),
    false,
  );
}

// DuckDB orders a DISTINCT aggregate by its own argument only, and LISTAGG's is text: so the values are sorted before they become text.
function distinctList(call: BoundCall, over: string): Bound {
  const { scope, context } = call;
  const value = call.arg(0);
  const [key, ...others] = call.call.order ?? [];
  if (key === undefined || others.length > 0 || bind(key.value, scope, context).sql !== value.sql)
    throw unsupported("LISTAGG(DISTINCT …) ordered by something else");
  const values = `list(DISTINCT ${value.sql}) FILTER (WHERE ${value.sql} IS NOT NULL)${over}`;
  const sorted = `list_sort(${values}, '${key.descending ? "DESC" : "ASC"}')`;
  const texts = `list_transform(${sorted}, lambda item: ${cast({ ...value, sql: "item" }, text(), context)})`;
  return bound(`coalesce(array_to_string(${texts}, ${call.as(1, text(), "''")}), '')`, text(), false);
}

// Documents are gathered as DuckDB lists of JSON texts, NULL left out, and joined into one.
function arrayAgg(call: BoundCall, over: string): Bound {
  const value = cast(call.arg(0), variant, call.context);
  const distinct = call.call.distinct ? "DISTINCT " : "";
  const gathered = `string_agg(${distinct}${value}, ','${order(call)})${over}`;
  return bound(`('[' || coalesce(${gathered}, '') || ']')`, array, false);
}

function objectAgg(call: BoundCall, over: string): Bound {
  const value = cast(call.arg(1), variant, call.context);
  const member = `to_json(${call.as(0, text())}) || ':' || ${value}`;
  return bound(`sf_parse_json('{' || coalesce(string_agg(${member}, ',')${over}, '') || '}')`, object, false);
}

const logical =
  (name: string): AggregateMaker =>
  (call, over) =>
    bound(`${name}(${call.as(0, boolean)})${over}`, boolean);

/** Snowflake's aggregates by name. */
export const aggregates: Readonly<Record<string, AggregateMaker>> = {
  COUNT: count,
  COUNT_IF: (call, over) =>
    bound(`CAST(count(CASE WHEN ${call.as(0, boolean)} THEN 1 END)${over} AS DECIMAL(18,0))`, counted, false),
  SUM: sum,
  AVG: avg,
  MIN: extreme("min"),
  MAX: extreme("max"),
  ANY_VALUE: (call, over) => bound(`any_value(${call.arg(0).sql})${over}`, call.arg(0).type),
  MIN_BY: by("min_by"),
  MAX_BY: by("max_by"),
  MODE: extreme("mode"),
  MEDIAN: median,
  STDDEV: statistic("stddev_samp"),
  STDDEV_SAMP: statistic("stddev_samp"),
  STDDEV_POP: statistic("stddev_pop"),
  VARIANCE: statistic("var_samp"),
  VAR_SAMP: statistic("var_samp"),
  VAR_POP: statistic("var_pop"),
  CORR: statistic("corr"),
  COVAR_SAMP: statistic("covar_samp"),
  COVAR_POP: statistic("covar_pop"),
  APPROX_COUNT_DISTINCT: (call, over) => count({ ...call, call: { ...call.call, distinct: true } }, over),
  LISTAGG: listagg,
  STRING_AGG: listagg,
  ARRAY_AGG: arrayAgg,
  OBJECT_AGG: objectAgg,
  BOOLAND_AGG: logical("bool_and"),
  BOOLOR_AGG: logical("bool_or"),
};
