import { compilationError, unsupported } from "../errors.ts";
import type { Call } from "../sql/ast.ts";
import { aggregates } from "../functions/aggregates.ts";
import { functions } from "../functions/index.ts";
import { windowFunctions } from "../functions/windows.ts";
import { sortKey } from "../types/storage.ts";
import type { SqlType } from "../types/types.ts";
import type { Bound, Context, Scope } from "./bound.ts";
import { cast, whole } from "./casts.ts";
import { bind } from "./expressions.ts";
import { stringLiteral } from "./literals.ts";
import { orderKey } from "./queries.ts";

/** A function call with its arguments bound, and what functions ask about them. */
export interface BoundCall {
  readonly call: Call;
  readonly name: string;
  readonly args: readonly Bound[];
  readonly scope: Scope | undefined;
  readonly context: Context;
  /** The argument at a position; throws 000938 where it is missing. */
  readonly arg: (index: number) => Bound;
  /** The argument as another type, or the DuckDB text `otherwise` where it is missing. */
  readonly as: (index: number, type: SqlType, otherwise?: string) => string;
  /** The argument as a whole number. */
  readonly whole: (index: number, otherwise?: string) => string;
  /** The constant text at a position. */
  readonly word: (index: number) => string;
  readonly nullable: boolean;
}

/** Makes the result of a call. */
export type Maker = (call: BoundCall) => Bound;

/** Resolves a call: a scalar function, an aggregate, or either over a window. */
export function call(expr: Call, scope: Scope | undefined, context: Context): Bound {
  const { name } = expr;
  const aggregate = own(aggregates, name);
  const windowed = own(windowFunctions, name);
  const scalar = own(functions, name);
  if (aggregate === undefined && windowed === undefined && scalar === undefined) throw unknown(expr, context);
  const bound = boundCall(expr, scope, context);
  if (expr.over !== undefined) {
    const maker = windowed ?? aggregate;
    if (maker === undefined) throw compilationError("002303", "42601", `Function ${name} cannot be used with OVER.`);
    return maker(bound, over(expr, bound));
  }
  if (aggregate !== undefined) return aggregate(bound, "");
  if (scalar !== undefined) return scalar(bound);
  throw compilationError("002304", "42601", `Window function [${name}] needs an OVER clause.`);
}

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

function unknown(expr: Call, context: Context): Error {
  if (/^[A-Z_0-9]+$/.test(expr.name) && known.has(expr.name))
    return unsupported(`The function ${expr.name}`, context.place(expr.start));
  return compilationError("002140", "42601", `Unknown function ${expr.name}`);
}

// Functions that Snowflake has and the stand-in lacks: the answer says so instead of "unknown".
const known = new Set(
  (
    "PERCENTILE_CONT PERCENTILE_DISC HASH SOUNDEX EDITDISTANCE JAROWINKLER_SIMILARITY PARSE_XML PARSE_URL PARSE_IP CHECK_JSON STRIP_NULL_VALUE RANDSTR UNIFORM NORMAL ZIPF " +
    "ENCRYPT DECRYPT COMPRESS DECOMPRESS_STRING GET_DDL TO_GEOMETRY ST_MAKEPOINT ST_ASTEXT ST_ASGEOJSON ARRAY_SORT ARRAY_DISTINCT ARRAY_SLICE " +
    "OBJECT_INSERT OBJECT_DELETE OBJECT_PICK TIME_SLICE NEXT_DAY PREVIOUS_DAY MONTHS_BETWEEN WIDTH_BUCKET BITAND BITOR BITXOR BITNOT FILTER TRANSFORM REDUCE"
  ).split(" "),
);

// The position of the argument that is a word of the language, such as a unit of time, and no column.
const wordArguments: Readonly<Record<string, number>> = Object.assign(
  Object.fromEntries(
    "DATEADD TIMEADD TIMESTAMPADD DATEDIFF TIMEDIFF TIMESTAMPDIFF DATE_TRUNC DATE_PART EXTRACT"
      .split(" ")
      .map((name) => [name, 0]),
  ),
  { LAST_DAY: 1, SYSTEM$WAIT: 1 },
);

function boundCall(expr: Call, scope: Scope | undefined, context: Context): BoundCall {
  const word = wordArguments[expr.name];
  const args = expr.args
    .filter((one) => one.t !== "star")
    .map((one, i) =>
      i === word && one.t === "column" ? stringLiteral(one.path.join(".")) : bind(one, scope, context),
    );
  const arg = (index: number): Bound => {
    const found = args[index];
    if (found === undefined)
      throw compilationError("000938", "22023", `error line ${context.place(expr.start).line} at position ${context.place(expr.start).pos}\nnot enough arguments for function [${context.text.slice(expr.start, expr.end)}], expected ${index + 1}, got ${args.length}`); // prettier-ignore
    return found;
  };
  return {
    call: expr,
    name: expr.name,
    args,
    scope,
    context,
    arg,
    as: (index, type, otherwise) =>
      args[index] === undefined && otherwise !== undefined ? otherwise : cast(arg(index), type, context),
    whole: (index, otherwise) =>
      args[index] === undefined && otherwise !== undefined ? otherwise : whole(arg(index), context),
    word: (index) => {
      const { constant } = arg(index);
      if (typeof constant !== "string")
        throw unsupported(`An argument of ${expr.name} that is not constant`, context.place(expr.start));
      return constant;
    },
    nullable: args.some((one) => one.nullable),
  };
}

function over({ over: window, name }: Call, { scope, context }: BoundCall): string {
  if (window === undefined) return "";
  const keys = window.partition.map((one) => bind(one, scope, context));
  const partition = keys.map(({ sql, type }) => sortKey(sql, type)).join(", ");
  const order = window.order.map((one) => orderKey(bind(one.value, scope, context), one)).join(", ");
  // Snowflake's FIRST_VALUE and its kin look at the whole partition unless a frame is stated.
  const whole = ["FIRST_VALUE", "LAST_VALUE", "NTH_VALUE"].includes(name) && order !== "";
  const frame = window.frame ?? (whole ? "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING" : "");
  const clauses = [partition === "" ? "" : `PARTITION BY ${partition}`, order === "" ? "" : `ORDER BY ${order}`, frame];
  return ` OVER (${clauses.filter((one) => one !== "").join(" ")})`;
}
