import type { Call, Expr, Order, Window } from "./ast.ts";
import { isName } from "./cursor.ts";
import type { Cursor } from "./cursor.ts";
import { expression, operand } from "./expressions.ts";
import { orderItem, query, startsQuery } from "./queries.ts";
import { isTemporalWord, typeRef } from "./types.ts";

const bare = new Set(
  "CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP CURRENT_USER CURRENT_ROLE CURRENT_DATABASE CURRENT_SCHEMA CURRENT_WAREHOUSE".split(
    " ",
  ),
);
/** Reserved words that are function names all the same. */
const callable = new Set(["LEFT", "RIGHT", "INSERT", "RLIKE", "LIKE", "ILIKE", "REGEXP"]);

/** Parses a literal, a name, a call, a subquery, or anything in parentheses. */
export function primary(at: Cursor): Expr {
  const start = at.start();
  const token = at.peek();
  const span = (): { start: number; end: number } => ({ start, end: at.end() });
  if (token.kind === "number") return { t: "number", text: at.next().value, ...span() };
  if (token.kind === "string") return { t: "string", value: at.next().value, ...span() };
  if (token.kind === "variable") return { t: "variable", name: at.next().value, ...span() };
  if (token.kind === "symbol") return symbolPrimary(at, start);
  if (token.kind === "end") throw at.unexpected();
  if (token.kind === "word") {
    if (at.takes("NULL")) return { t: "null", ...span() };
    if (at.takes("TRUE")) return { t: "boolean", value: true, ...span() };
    if (at.takes("FALSE")) return { t: "boolean", value: false, ...span() };
    if (at.takes("DEFAULT")) return { t: "default", ...span() };
    if (at.sees("CASE")) return caseOf(at, start);
    if (at.sees("CAST", "(") || at.sees("TRY_CAST", "(")) return castOf(at, start);
    if (at.takes("EXISTS")) return { t: "exists", query: inParentheses(at), ...span() };
    if (token.value === "X" && at.peek(1).kind === "string" && at.peek(1).start === token.end)
      return bytesOf(at, start);
    if (at.sees("INTERVAL") && at.peek(1).kind === "string") return intervalOf(at, start);
    if (isTemporalWord(token.value) && at.peek(1).kind === "string") return typedLiteral(at, start);
    if (at.peek(1).value === "(" && at.peek(1).kind === "symbol" && (isName(token) || callable.has(token.value)))
      return call(at, start);
    if (bare.has(token.value) && at.peek(1).value !== ".") {
      at.next();
      return callNode(token.value, [], span());
    }
  }
  return nameOf(at, start);
}

function nameOf(at: Cursor, start: number): Expr {
  const path = [at.name()];
  while (path.length < 4 && at.sees(".") && (at.peek(1).kind === "word" || at.peek(1).kind === "quoted")) {
    at.next();
    if (at.peek(1).value === "(" && at.peek(1).kind === "symbol") throw at.unsupported("A user-defined function");
    const token = at.next();
    path.push(token.value);
  }
  if (at.sees(".") && at.peek(1).kind === "variable" && /^\d+$/.test(at.peek(1).value)) {
    at.next();
    return { t: "position", qualifier: path, index: Number(at.next().value), start, end: at.end() };
  }
  return { t: "column", path, start, end: at.end() };
}

function symbolPrimary(at: Cursor, start: number): Expr {
  if (at.takes("?")) return { t: "bind", index: at.nextBind(), start, end: at.end() };
  if (at.sees(":") && at.peek(1).kind === "number") {
    at.next();
    return { t: "bind", index: Number(at.next().value), start, end: at.end() };
  }
  if (at.takes("[")) {
    const items = at.sees("]") ? [] : at.list(() => expression(at));
    at.expect("]");
    return { t: "array", items, start, end: at.end() };
  }
  if (at.takes("{")) {
    const entries = at.sees("}") ? [] : at.list(() => entry(at));
    at.expect("}");
    return { t: "object", entries, start, end: at.end() };
  }
  if (!at.sees("(")) throw at.unexpected();
  if (startsQuery(at, 1)) return { t: "subquery", query: inParentheses(at), start, end: at.end() };
  at.next();
  const items = at.list(() => expression(at));
  at.expect(")");
  const only = items[0];
  if (items.length === 1 && only !== undefined) return { ...only, start, end: at.end() };
  return { t: "row", items, start, end: at.end() };
}

function entry(at: Cursor): readonly [string, Expr] {
  const key = at.next();
  if (key.kind !== "string") throw at.unsupported("An object constant whose key is not a string");
  at.expect(":");
  return [key.value, expression(at)];
}

function inParentheses(at: Cursor): ReturnType<typeof query> {
  at.expect("(");
  const inner = query(at);
  at.expect(")");
  return inner;
}

function caseOf(at: Cursor, start: number): Expr {
  at.expect("CASE");
  const subject = at.sees("WHEN") ? undefined : expression(at);
  const whens: [Expr, Expr][] = [];
  while (at.takes("WHEN")) {
    const when = expression(at);
    at.expect("THEN");
    whens.push([when, expression(at)]);
  }
  const otherwise = at.takes("ELSE") ? expression(at) : undefined;
  at.expect("END");
  return { t: "case", whens, ...(subject && { subject }), ...(otherwise && { otherwise }), start, end: at.end() };
}

function castOf(at: Cursor, start: number): Expr {
  const lenient = at.next().value === "TRY_CAST";
  at.expect("(");
  const value = expression(at);
  at.expect("AS");
  const to = typeRef(at);
  at.expect(")");
  return { t: "cast", value, to, lenient, start, end: at.end() };
}

function typedLiteral(at: Cursor, start: number): Expr {
  const to = typeRef(at);
  const token = at.next();
  const value: Expr = { t: "string", value: token.value, start: token.start, end: token.end };
  return { t: "cast", value, to, lenient: false, start, end: at.end() };
}

// x'…' is a binary constant where the quote follows at once.
function bytesOf(at: Cursor, start: number): Expr {
  at.next();
  const value = at.next().value;
  const content: Expr = { t: "string", value, start, end: at.end() };
  return { t: "cast", value: content, to: { name: "BINARY", args: [] }, lenient: false, start, end: at.end() };
}

function intervalOf(at: Cursor, start: number): Expr {
  at.next();
  const text = at.next().value;
  // Both `interval '1 day, 2 hours'` and `interval '1' day` are written.
  const unit = isName(at.peek()) && /^\s*-?\d+\s*$/.test(text) ? at.next().value : "";
  const parts = `${text} ${unit}`.split(",").map((part): readonly [number, string] => {
    const [, amount = "", name = ""] = /^\s*(-?\d+)\s*([A-Za-z]*)\s*$/.exec(part) ?? [];
    if (amount === "") throw at.unsupported(`The interval '${text}'`);
    return [Number(amount), name === "" ? "SECOND" : name.toUpperCase()];
  });
  return { t: "interval", parts, start, end: at.end() };
}

const callNode = (name: string, args: readonly Expr[], span: { start: number; end: number }): Call => ({
  t: "call",
  name,
  args,
  named: new Map(),
  distinct: false,
  ...span,
});

/** Parses a function call with all that may follow it: WITHIN GROUP, IGNORE NULLS, OVER. */
export function call(at: Cursor, start: number): Call {
  const name = at.next().value;
  const special = specialArguments(at, name);
  if (special !== undefined) return callNode(name, special, { start, end: at.end() });
  at.expect("(");
  const distinct = at.takes("DISTINCT");
  const args: Expr[] = [];
  const named = new Map<string, Expr>();
  const argument = (): void => {
    if (at.peek(1).value === "=>" && at.peek(1).kind === "symbol") {
      const key = at.next().value;
      at.next();
      named.set(
        key.toUpperCase(),
        startsQuery(at) ? { t: "subquery", query: query(at), start, end: at.end() } : expression(at),
      );
    } else if (at.sees("*")) {
      const star = at.next();
      args.push({ t: "star", qualifier: [], exclude: [], rename: new Map(), start: star.start, end: star.end });
    } else args.push(startsQuery(at) ? { t: "subquery", query: query(at), start, end: at.end() } : expression(at));
  };
  if (!at.sees(")")) at.list(argument);
  let ignoreNulls = nullTreatment(at);
  at.expect(")");
  let order: Order[] | undefined;
  if (at.takes("WITHIN", "GROUP")) {
    at.expect("(", "ORDER", "BY");
    order = at.list(() => orderItem(at));
    at.expect(")");
  }
  ignoreNulls = nullTreatment(at) ?? ignoreNulls;
  const over = at.takes("OVER") ? windowOf(at) : undefined;
  return {
    t: "call",
    name,
    args,
    named,
    distinct,
    ...(order && { order }),
    ...(ignoreNulls !== undefined && { ignoreNulls }),
    ...(over && { over }),
    start,
    end: at.end(),
  };
}

const nullTreatment = (at: Cursor): boolean | undefined =>
  at.takes("IGNORE", "NULLS") ? true : at.takes("RESPECT", "NULLS") ? false : undefined;

// EXTRACT(day FROM x), POSITION(x IN y), TRIM(x): only the first two have a grammar of their own.
function specialArguments(at: Cursor, name: string): Expr[] | undefined {
  if (name === "EXTRACT") {
    at.expect("(");
    const part = at.next();
    at.expect("FROM");
    const value = expression(at);
    at.expect(")");
    return [{ t: "string", value: part.value, start: part.start, end: part.end }, value];
  }
  if (name !== "POSITION" || !at.sees("(") || !hasIn(at)) return undefined;
  at.expect("(");
  const needle = operand(at);
  at.expect("IN");
  const haystack = operand(at);
  at.expect(")");
  return [needle, haystack];
}

// Tells `position(a in b)` from `position(a, b)`.
function hasIn(at: Cursor): boolean {
  let depth = 0;
  for (let i = 0; at.peek(i).kind !== "end"; i++) {
    const { kind, value } = at.peek(i);
    if (kind === "symbol" && value === "(") depth += 1;
    if (kind === "symbol" && value === ")" && (depth -= 1) === 0) return false;
    if (depth === 1 && kind === "word" && value === "IN") return true;
  }
  return false;
}

const frameWords = new Set([
  "ROWS",
  "RANGE",
  "BETWEEN",
  "UNBOUNDED",
  "PRECEDING",
  "FOLLOWING",
  "CURRENT",
  "ROW",
  "AND",
]);

function windowOf(at: Cursor): Window {
  at.expect("(");
  const partition = at.takes("PARTITION", "BY") ? at.list(() => expression(at)) : [];
  const order = at.takes("ORDER", "BY") ? at.list(() => orderItem(at)) : [];
  const frame: string[] = [];
  while (!at.sees(")")) {
    const token = at.peek();
    if (token.kind !== "number" && !(token.kind === "word" && frameWords.has(token.value))) throw at.unexpected();
    frame.push(at.next().value);
  }
  at.expect(")");
  return { partition, order, ...(frame.length > 0 && { frame: frame.join(" ") }) };
}
