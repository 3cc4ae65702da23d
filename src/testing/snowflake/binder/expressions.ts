import { compilationError, invalidIdentifier, unsupported } from "../errors.ts";
import type { Expr, Like, Query } from "../sql/ast.ts";
import { literal, storageType } from "../types/storage.ts";
import { boolean, commonType, fixed, isSemiStructured, resolveType, text, variant } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import { bound } from "./bound.ts";
import type { Bound, Context, Scope } from "./bound.ts";
import { call } from "./calls.ts";
import { cast, whole } from "./casts.ts";
import { bindOf, booleanLiteral, nullLiteral, numberLiteral, stringLiteral } from "./literals.ts";
import { lookUp, starRelations } from "./names.ts";
import { comparable, comparisonType, operate } from "./operators.ts";
import { bindQuery } from "./queries.ts";
import { arrayOf, objectOf } from "../functions/documents.ts";

/** Resolves the names and types of an expression and writes it for DuckDB. */
export function bind(expr: Expr, scope: Scope | undefined, context: Context): Bound {
  const inner = (one: Expr): Bound => bind(one, scope, context);
  switch (expr.t) {
    case "number":
      return numberLiteral(expr.text);
    case "string":
      return stringLiteral(expr.value);
    case "boolean":
      return booleanLiteral(expr.value);
    case "null":
      return nullLiteral;
    case "bind":
      return bindOf(expr.index, context);
    case "variable":
      return variableOf(expr.name, expr, scope, context);
    case "column":
      return columnOf(expr.path, expr, scope, context);
    case "position":
      return positionOf(expr.qualifier, expr.index, expr, scope, context);
    case "call":
      return call(expr, scope, context);
    case "cast":
      return castOf(
        inner(expr.value),
        resolveType(expr.to, context.parameter("TIMESTAMP_TYPE_MAPPING")),
        expr.lenient,
        context,
      );
    case "path":
      return step(inner(expr.base), expr.step, scope, context);
    case "unary":
      return unary(expr.op, inner(expr.value), context);
    case "binary":
      return operate(expr.op, inner(expr.left), inner(expr.right), context);
    case "isNull":
      return bound(`(${inner(expr.value).sql} IS ${expr.not ? "NOT " : ""}NULL)`, boolean, false);
    case "between": {
      const value = inner(expr.value);
      const within = operate(
        "AND",
        operate(">=", value, inner(expr.low), context),
        operate("<=", value, inner(expr.high), context),
        context,
      );
      return expr.not ? bound(`(NOT ${within.sql})`, boolean, within.nullable) : within;
    }
    case "in":
      return Array.isArray(expr.list)
        ? inList(expr.value, expr.list as readonly Expr[], expr.not, scope, context)
        : inQuery(inner(expr.value), expr.list as Query, expr.not, scope, context);
    case "like":
      return like(expr, inner, context);
    case "exists":
      return bound(`EXISTS (${bindQuery(expr.query, scope, context).sql})`, boolean, false);
    case "subquery":
      return scalarQuery(expr.query, scope, context);
    case "case":
      return caseOf(expr, inner, context);
    case "array":
      return arrayOf(expr.items.map(inner), context, true);
    case "object":
      return objectOf(
        expr.entries.flatMap(([key, value]) => [stringLiteral(key), inner(value)]),
        context,
        false,
      );
    case "interval":
      return { ...nullLiteral, isNull: false, interval: expr.parts };
    case "row":
      throw unsupported("A row value here", context.place(expr.start));
    case "star":
    case "default":
      throw compilationError(
        "001003",
        "42000",
        `syntax error line ${context.place(expr.start).line} at position ${context.place(expr.start).pos} unexpected '${context.text.slice(expr.start, expr.end)}'.`,
        context.place(expr.start),
      );
  }
}

function variableOf(name: string, expr: Expr, scope: Scope | undefined, context: Context): Bound {
  if (/^\d+$/.test(name)) return positionOf([], Number(name), expr, scope, context);
  const found = context.variable(name);
  if (found === undefined)
    throw compilationError("000904", "42000", `Session variable '$${name}' does not exist`, context.place(expr.start));
  return found;
}

function positionOf(
  qualifier: readonly string[],
  index: number,
  expr: Expr,
  scope: Scope | undefined,
  context: Context,
): Bound {
  const [relation] = scope === undefined ? [] : starRelations(qualifier, expr, scope, context);
  const column = relation?.columns[index - 1];
  if (column === undefined && relation?.isOpenEnded === true) return nullLiteral;
  if (column === undefined)
    throw invalidIdentifier(context.text.slice(expr.start, expr.end), context.place(expr.start));
  return { ...bound(column.sql, column.type, column.nullable), members: column.members };
}

function columnOf(path: readonly string[], expr: Expr, scope: Scope | undefined, context: Context): Bound {
  const last = path.at(-1);
  const owner = path.slice(0, -1);
  if (last === "NEXTVAL" && owner.length > 0) {
    const next = context.nextval(owner);
    if (next !== undefined) return bound(next, fixed(38, 0), false);
  }
  const found = lookUp(path, expr, scope, context);
  if ("column" in found) return bound(found.column.sql, found.column.type, found.column.nullable);
  // An alias means the expression behind it; inside that expression the alias itself is out of reach.
  const aliases = new Map(scope?.aliases);
  aliases.delete(path[0] ?? "");
  return bind(found.alias, scope && { ...scope, aliases }, context);
}

/** Binds a cast; a lenient one gives NULL where the value does not fit. */
function castOf(value: Bound, to: SqlType, lenient: boolean, context: Context): Bound {
  if (value.interval !== undefined) throw unsupported("A cast of an interval");
  const sql = cast(value, to, context);
  const nullable = value.nullable || lenient || isSemiStructured(value.type.kind);
  const constant = to.kind === "fixed" || to.kind === "text" ? value.constant : undefined;
  return {
    sql: lenient ? `TRY(${sql})` : sql,
    type: to,
    nullable,
    constant,
    ...(value.isNull === true && { isNull: false }),
  };
}

function step(base: Bound, key: string | Expr, scope: Scope | undefined, context: Context): Bound {
  if (base.members !== undefined && typeof key === "string") return base.members.get(key) ?? nullLiteral;
  const document = base.type.kind === "text" ? undefined : isSemiStructured(base.type.kind) ? base.sql : undefined;
  if (document === undefined)
    throw compilationError(
      "001044",
      "42P13",
      `Invalid argument types for function 'GET': (${base.type.kind.toUpperCase()}, VARCHAR)`,
    );
  if (typeof key === "string") return bound(`sf_member(${document}, ${literal(key)})`, variant);
  const index = bind(key, scope, context);
  if (index.type.kind === "text") return bound(`sf_member(${document}, ${index.sql})`, variant);
  return bound(`sf_element(${document}, ${whole(index, context)})`, variant);
}

function unary(op: "-" | "+" | "NOT", value: Bound, context: Context): Bound {
  if (op === "NOT") return bound(`(NOT ${cast(value, boolean, context)})`, boolean, value.nullable);
  if (value.interval !== undefined)
    return { ...value, interval: value.interval.map(([amount, unit]) => [op === "-" ? -amount : amount, unit]) };
  const type = value.type.kind === "text" ? fixed(18, 5) : value.type;
  if (type.kind !== "fixed" && type.kind !== "real") throw unsupported(`A sign before ${type.kind.toUpperCase()}`);
  const sql = cast(value, type, context);
  if (op === "+") return { ...value, sql, type };
  const constant = typeof value.constant === "number" ? -value.constant : undefined;
  return { ...bound(`(-${sql})`, type, value.nullable), constant };
}

function inList(subject: Expr, list: readonly Expr[], not: boolean, scope: Scope | undefined, context: Context): Bound {
  if (subject.t === "row") return rowIn(subject.items, list, not, scope, context);
  const value = bind(subject, scope, context);
  const items = list.map((item) => bind(item, scope, context));
  const [first] = items;
  if (first === undefined) throw compilationError("001003", "42000", "An empty list follows IN.");
  const type = items.reduce(
    (type, item) => comparisonType({ ...value, type, constant: undefined }, item),
    comparisonType(value, first),
  );
  const pairs = items.map((item) =>
    comparable(
      { ...value, sql: cast(value, type, context), type },
      { ...item, sql: cast(item, type, context), type },
      context,
      "=",
    ),
  );
  const sql = `(${pairs[0]?.[0] ?? ""} ${not ? "NOT " : ""}IN (${pairs.map(([, right]) => right).join(", ")}))`;
  return bound(sql, boolean, value.nullable || items.some((item) => item.nullable));
}

function rowIn(
  subject: readonly Expr[],
  list: readonly Expr[],
  not: boolean,
  scope: Scope | undefined,
  context: Context,
): Bound {
  const alternatives = list.map((item) => {
    if (item.t !== "row" || item.items.length !== subject.length)
      throw unsupported("A row compared with a list of another length");
    return item.items
      .map(
        (right, i) => operate("=", bind(subject[i] ?? right, scope, context), bind(right, scope, context), context).sql,
      )
      .join(" AND ");
  });
  return bound(`(${not ? "NOT " : ""}(${alternatives.map((one) => `(${one})`).join(" OR ")}))`, boolean);
}

function inQuery(value: Bound, query: Query, not: boolean, scope: Scope | undefined, context: Context): Bound {
  const inner = bindQuery(query, scope, context);
  const [column] = inner.columns;
  if (column === undefined || inner.columns.length > 1)
    throw compilationError("002014", "42601", "Subquery of IN must return one column.");
  const [left, right] = comparable(value, { ...column, sql: `q.${column.sql}` }, context, "=");
  return bound(`(${left} ${not ? "NOT " : ""}IN (SELECT ${right} FROM (${inner.sql}) q))`, boolean);
}

function scalarQuery(query: Query, scope: Scope | undefined, context: Context): Bound {
  const inner = bindQuery(query, scope, context);
  const [column] = inner.columns;
  if (column === undefined || inner.columns.length > 1)
    throw compilationError("002014", "42601", "Scalar subquery must return one column.");
  return bound(`(${inner.sql})`, column.type);
}

function like(expr: Like, inner: (one: Expr) => Bound, context: Context): Bound {
  const value = cast(inner(expr.value), text(), context);
  const escape = expr.escape === undefined ? "" : ` ESCAPE ${inner(expr.escape).sql}`;
  const one = (pattern: Expr): string => {
    const sql = cast(inner(pattern), text(), context);
    return expr.op === "RLIKE" ? `sf_rlike(${value}, ${sql}, '')` : `(${value} ${expr.op} ${sql}${escape})`;
  };
  const sql = `(${expr.patterns.map(one).join(expr.every ? " AND " : " OR ")})`;
  return bound(expr.not ? `(NOT ${sql})` : sql, boolean);
}

/** Finds the type that all of these turn into; bare NULLs have no say. Throws 001065 where there is none. */
export function unified(values: readonly Bound[]): SqlType {
  const typed = values.filter((value) => value.isNull !== true);
  const [first, ...rest] = typed;
  if (first === undefined) return text();
  return rest.reduce((type, value) => {
    // Text next to a number becomes a number, as `coalesce(x, '0')` shows.
    const common = commonType(type, value.type);
    if (common === undefined)
      throw compilationError(
        "001065",
        "22023",
        `Can not convert parameter of type [${value.type.kind.toUpperCase()}] into expected type [${type.kind.toUpperCase()}]`,
      );
    return common;
  }, first.type);
}

function caseOf(expr: Extract<Expr, { t: "case" }>, inner: (one: Expr) => Bound, context: Context): Bound {
  const results = expr.whens.map(([, then]) => inner(then));
  const otherwise = expr.otherwise === undefined ? nullLiteral : inner(expr.otherwise);
  const type = unified([...results, otherwise]);
  const subject = expr.subject === undefined ? undefined : inner(expr.subject);
  const whens = expr.whens.map(([when], i) => {
    const test =
      subject === undefined ? cast(inner(when), boolean, context) : operate("=", subject, inner(when), context).sql;
    return `WHEN ${test} THEN ${cast(results[i] ?? nullLiteral, type, context)}`;
  });
  const nullable = [...results, otherwise].some((value) => value.nullable);
  return bound(
    `CAST(CASE ${whens.join(" ")} ELSE ${cast(otherwise, type, context)} END AS ${storageType(type)})`,
    type,
    nullable,
  );
}
