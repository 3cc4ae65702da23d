import type { Alias, Body, Expr, From, Name, Order, Query, Select, SelectItem } from "./ast.ts";
import { isName } from "./cursor.ts";
import { seesStage, stagePlace } from "./places.ts";
import type { Cursor } from "./cursor.ts";
import { expression, parenthesised, starItem } from "./expressions.ts";
import { call } from "./primaries.ts";

/** Tells whether a query begins `ahead` tokens on, possibly inside parentheses. */
export function startsQuery(at: Cursor, ahead = 0): boolean {
  let i = ahead;
  while (at.peek(i).kind === "symbol" && at.peek(i).value === "(") i += 1;
  const token = at.peek(i);
  return token.kind === "word" && (token.value === "SELECT" || token.value === "WITH");
}

/** Parses a whole query: WITH, the body, ORDER BY, LIMIT. */
export function query(at: Cursor): Query {
  const start = at.start();
  const recursive = at.takes("WITH", "RECURSIVE");
  const ctes = recursive || at.takes("WITH") ? at.list(() => cte(at)) : [];
  const body = setOperation(at);
  const order = at.takes("ORDER", "BY") ? at.list(() => orderItem(at)) : [];
  let limit: Expr | undefined;
  let offset: Expr | undefined;
  for (;;) {
    if (at.takes("LIMIT")) limit = expression(at);
    else if (at.takes("OFFSET")) {
      offset = expression(at);
      if (!at.takes("ROWS")) at.takes("ROW");
    } else if (at.takes("FETCH")) {
      if (!at.takes("FIRST")) at.takes("NEXT");
      limit = expression(at);
      if (!at.takes("ROWS")) at.takes("ROW");
      at.takes("ONLY");
    } else break;
  }
  return { recursive, ctes, body, order, ...(limit && { limit }), ...(offset && { offset }), start, end: at.end() };
}

function cte(at: Cursor): Query["ctes"][number] {
  const name = at.name();
  const columns = nameList(at);
  at.expect("AS", "(");
  const inner = query(at);
  at.expect(")");
  return { name, columns, query: inner };
}

/** Parses `(a, b)` where it comes next; nothing otherwise. */
export function nameList(at: Cursor): Name[] {
  if (!at.takes("(")) return [];
  const names = at.list(() => at.name());
  at.expect(")");
  return names;
}

function setOperation(at: Cursor): Body {
  let left = intersection(at);
  for (;;) {
    const op = at.takes("UNION", "ALL")
      ? "UNION ALL"
      : at.takes("UNION")
        ? (at.takes("DISTINCT"), "UNION")
        : at.takes("EXCEPT") || at.takes("MINUS")
          ? "EXCEPT"
          : undefined;
    if (op === undefined) return left;
    left = { t: "set", op, left, right: intersection(at) };
  }
}

function intersection(at: Cursor): Body {
  let left = body(at);
  while (at.takes("INTERSECT")) left = { t: "set", op: "INTERSECT", left, right: body(at) };
  return left;
}

function body(at: Cursor): Body {
  if (at.takes("(")) {
    const inner = query(at);
    at.expect(")");
    return { t: "nested", query: inner };
  }
  if (at.takes("VALUES")) return { t: "values", rows: at.list(() => parenthesised(at)) };
  return select(at);
}

function select(at: Cursor): Select {
  const start = at.start();
  at.expect("SELECT");
  const distinct = at.takes("DISTINCT");
  if (!distinct) at.takes("ALL");
  const top = at.sees("TOP") && at.peek(1).kind === "number" ? (at.next(), expression(at)) : undefined;
  const items = at.list(() => selectItem(at));
  const from = at.takes("FROM") ? fromList(at) : undefined;
  const where = at.takes("WHERE") ? expression(at) : undefined;
  const group = at.takes("GROUP", "BY") ? grouping(at) : undefined;
  const having = at.takes("HAVING") ? expression(at) : undefined;
  const qualify = at.takes("QUALIFY") ? expression(at) : undefined;
  return {
    t: "select",
    distinct,
    items,
    ...(top && { top }),
    ...(from && { from }),
    ...(where && { where }),
    ...(group && { group }),
    ...(having && { having }),
    ...(qualify && { qualify }),
    start,
    end: at.end(),
  };
}

function grouping(at: Cursor): "ALL" | Expr[] {
  if (at.takes("ALL")) return "ALL";
  if (["ROLLUP", "CUBE", "GROUPING"].includes(at.peek().value)) throw at.unsupported(`GROUP BY ${at.peek().value}`);
  return at.list(() => expression(at));
}

function selectItem(at: Cursor): SelectItem {
  const star = starItem(at);
  if (star !== undefined) return { value: star };
  const value = expression(at);
  const alias = at.takes("AS") ? anyName(at) : isAlias(at) ? at.name() : undefined;
  return { value, ...(alias !== undefined && { alias }) };
}

// After AS any word can be a name.
function anyName(at: Cursor): Name {
  const token = at.next();
  if (token.kind !== "word" && token.kind !== "quoted") throw at.unexpected();
  return token.value;
}

const clauseWords = new Set(
  "LIMIT OFFSET FETCH WINDOW PIVOT UNPIVOT MATCH_RECOGNIZE ASOF EXCLUDE RENAME WITHIN".split(" "),
);
const isAlias = (at: Cursor): boolean =>
  isName(at.peek()) && !(at.peek().kind === "word" && clauseWords.has(at.peek().value));

/** Parses one key of an ORDER BY. */
export function orderItem(at: Cursor): Order {
  const value = expression(at);
  const descending = at.takes("DESC");
  if (!descending) at.takes("ASC");
  const nullsFirst = at.takes("NULLS", "FIRST") ? true : at.takes("NULLS", "LAST") ? false : undefined;
  return { value, descending, ...(nullsFirst !== undefined && { nullsFirst }) };
}

/** Parses what may follow FROM: relations joined by commas and by JOIN. */
export function fromList(at: Cursor): From {
  const start = at.start();
  let left = joined(at);
  while (at.takes(",")) {
    const right = joined(at);
    left = { t: "join", kind: "CROSS", natural: false, left, right, start, end: at.end() };
  }
  return left;
}

function joined(at: Cursor): From {
  const start = at.start();
  let left = relation(at);
  for (;;) {
    const natural = at.takes("NATURAL");
    const kind = joinKind(at);
    if (kind === undefined) return left;
    const right = relation(at);
    const on = at.takes("ON") ? expression(at) : undefined;
    const using = on === undefined && at.takes("USING") ? nameList(at) : undefined;
    left = { t: "join", kind, natural, left, right, ...(on && { on }), ...(using && { using }), start, end: at.end() };
  }
}

function joinKind(at: Cursor): "INNER" | "LEFT" | "RIGHT" | "FULL" | "CROSS" | undefined {
  if (at.takes("JOIN") || at.takes("INNER", "JOIN")) return "INNER";
  for (const kind of ["LEFT", "RIGHT", "FULL"] as const)
    if (at.takes(kind, "OUTER", "JOIN") || at.takes(kind, "JOIN")) return kind;
  if (at.takes("CROSS", "JOIN")) return "CROSS";
  if (at.sees("ASOF")) throw at.unsupported("ASOF JOIN");
  return undefined;
}

/** Parses one relation of a FROM clause, with its alias. */
export function relation(at: Cursor): From {
  const start = at.start();
  const span = (): { start: number; end: number } => ({ start, end: at.end() });
  const lateral = at.takes("LATERAL");
  if (at.sees("TABLE", "(")) {
    at.next();
    at.next();
    const inner = call(at, at.start());
    at.expect(")");
    return withAlias(at, (alias) => ({ t: "function", call: inner, alias, ...span() }));
  }
  if (at.sees("(")) {
    const derives = startsQuery(at, 1) || at.peek(1).value === "VALUES";
    at.next();
    if (!derives) {
      const inner = fromList(at);
      at.expect(")");
      return inner;
    }
    const inner = query(at);
    at.expect(")");
    return withAlias(at, (alias) => ({ t: "derived", query: inner, alias, lateral, ...span() }));
  }
  if (at.sees("VALUES")) {
    const inner = query(at);
    return withAlias(at, (alias) => ({ t: "derived", query: inner, alias, lateral, ...span() }));
  }
  if (at.peek(1).value === "(" && at.peek(1).kind === "symbol" && isName(at.peek())) {
    const inner = call(at, start);
    return withAlias(at, (alias) => ({ t: "function", call: inner, alias, ...span() }));
  }
  if (seesStage(at)) {
    const location = stagePlace(at);
    return withAlias(at, (alias) => ({ t: "stage", location, alias, ...span() }));
  }
  const path = at.path();
  if (at.sees("AT", "(") || at.sees("BEFORE", "(")) throw at.unsupported("Time travel");
  return withAlias(at, (alias) => ({ t: "table", path, alias, ...span() }));
}

function withAlias(at: Cursor, build: (alias: Alias) => From): From {
  const built = build(aliasOf(at));
  for (const word of ["PIVOT", "UNPIVOT", "MATCH_RECOGNIZE", "SAMPLE", "TABLESAMPLE"])
    if (at.sees(word)) throw at.unsupported(word);
  return { ...built, end: at.end() };
}

/** Parses the alias of a relation, with or without AS, and the names it gives to the columns. */
export function aliasOf(at: Cursor): Alias {
  const name = at.takes("AS") ? anyName(at) : isAlias(at) && !at.sees("SET") ? at.name() : undefined;
  if (name === undefined) return { columns: [] };
  return { name, columns: nameList(at) };
}
