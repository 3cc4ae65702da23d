import type { BinaryOp, Expr, Name, Star } from "./ast.ts";
import { isName } from "./cursor.ts";
import type { Cursor } from "./cursor.ts";
import { primary } from "./primaries.ts";
import { query, startsQuery } from "./queries.ts";
import { typeRef } from "./types.ts";

/** Parses one expression, from OR downwards. */
export const expression = (at: Cursor): Expr => disjunction(at);

/** Parses what may stand beside a comparison: arithmetic, without comparisons and logic. */
export const operand = (at: Cursor): Expr => sum(at);

const chain =
  (next: (at: Cursor) => Expr, ops: readonly (readonly [string, BinaryOp])[]) =>
  (at: Cursor): Expr => {
    const start = at.start();
    let left = next(at);
    for (;;) {
      const op = ops.find(([symbol]) => at.takes(symbol));
      if (op === undefined) return left;
      const right = next(at);
      left = { t: "binary", op: op[1], left, right, start, end: at.end() };
    }
  };

function negation(at: Cursor): Expr {
  const start = at.start();
  if (!at.takes("NOT")) return predicate(at);
  const value = negation(at);
  return { t: "unary", op: "NOT", value, start, end: at.end() };
}

const product = (at: Cursor): Expr => products(at);
const sum = (at: Cursor): Expr => sums(at);
const products = chain(unary, [["*", "*"], ["/", "/"], ["%", "%"]]); // prettier-ignore
const sums = chain(product, [["+", "+"], ["-", "-"], ["||", "||"]]); // prettier-ignore
const conjunction = chain(negation, [["AND", "AND"]]);
const disjunction = chain(conjunction, [["OR", "OR"]]);

const comparisons: readonly (readonly [string, BinaryOp])[] = [
  ["=", "="],
  ["<>", "<>"],
  ["!=", "<>"],
  ["<=", "<="],
  [">=", ">="],
  ["<", "<"],
  [">", ">"], // prettier-ignore
];

function predicate(at: Cursor): Expr {
  const start = at.start();
  let left = sum(at);
  for (;;) {
    const op = comparisons.find(([symbol]) => at.takes(symbol));
    if (op !== undefined) {
      if (at.sees("ANY", "(") || at.sees("ALL", "(") || at.sees("SOME", "("))
        throw at.unsupported("A quantified comparison");
      const right = sum(at);
      left = { t: "binary", op: op[1], left, right, start, end: at.end() };
      continue;
    }
    const next = suffix(at, left, start);
    if (next === undefined) return left;
    left = next;
  }
}

function suffix(at: Cursor, value: Expr, start: number): Expr | undefined {
  if (at.takes("IS")) return isSuffix(at, value, start);
  const not = at.sees("NOT") && ["IN", "BETWEEN", "LIKE", "ILIKE", "RLIKE", "REGEXP"].includes(at.peek(1).value);
  if (not) at.next();
  if (at.takes("BETWEEN")) {
    const low = sum(at);
    at.expect("AND");
    const high = sum(at);
    return { t: "between", value, low, high, not, start, end: at.end() };
  }
  if (at.takes("IN")) return inSuffix(at, value, not, start);
  const op = at.takes("LIKE")
    ? "LIKE"
    : at.takes("ILIKE")
      ? "ILIKE"
      : at.takes("RLIKE") || at.takes("REGEXP")
        ? "RLIKE"
        : undefined;
  if (op === undefined) return undefined;
  const every = at.sees("ALL", "(");
  const several = every || at.sees("ANY", "(");
  if (several) at.next();
  const patterns = several ? parenthesised(at) : [sum(at)];
  const escape = at.takes("ESCAPE") ? sum(at) : undefined;
  return { t: "like", op, value, patterns, every, not, ...(escape && { escape }), start, end: at.end() };
}

function isSuffix(at: Cursor, value: Expr, start: number): Expr {
  const not = at.takes("NOT");
  if (at.takes("NULL")) return { t: "isNull", value, not, start, end: at.end() };
  if (at.takes("DISTINCT", "FROM")) {
    const right = sum(at);
    return { t: "binary", op: not ? "NOT DISTINCT" : "DISTINCT", left: value, right, start, end: at.end() };
  }
  if (!at.sees("TRUE") && !at.sees("FALSE")) throw at.unexpected();
  const right: Expr = { t: "boolean", value: at.next().value === "TRUE", start, end: at.end() };
  return { t: "binary", op: not ? "DISTINCT" : "NOT DISTINCT", left: value, right, start, end: at.end() };
}

function inSuffix(at: Cursor, value: Expr, not: boolean, start: number): Expr {
  if (!at.sees("(")) throw at.unexpected();
  if (startsQuery(at, 1)) {
    at.next();
    const list = query(at);
    at.expect(")");
    return { t: "in", value, list, not, start, end: at.end() };
  }
  const list = parenthesised(at);
  return { t: "in", value, list, not, start, end: at.end() };
}

/** Parses `( expression, … )`; an empty list is allowed. */
export function parenthesised(at: Cursor): Expr[] {
  at.expect("(");
  if (at.takes(")")) return [];
  const items = at.list(() => expression(at));
  at.expect(")");
  return items;
}

function unary(at: Cursor): Expr {
  const start = at.start();
  const op = at.takes("-") ? "-" : at.takes("+") ? "+" : undefined;
  if (op === undefined) return postfix(at);
  const value = unary(at);
  return { t: "unary", op, value, start, end: at.end() };
}

function postfix(at: Cursor): Expr {
  const start = at.start();
  let base = primary(at);
  for (;;) {
    if (at.takes("::")) {
      base = { t: "cast", value: base, to: typeRef(at), lenient: false, start, end: at.end() };
    } else if (at.takes("[")) {
      const step = expression(at);
      at.expect("]");
      base = { t: "path", base, step, start, end: at.end() };
    } else if (at.sees(":") && at.peek(1).kind !== "number") {
      at.next();
      base = { t: "path", base, step: pathKey(at), start, end: at.end() };
    } else if (at.sees(".") && base.t === "path") {
      at.next();
      base = { t: "path", base, step: pathKey(at), start, end: at.end() };
    } else return base;
  }
}

// Keys in a path keep their case: they name members of a document, not columns.
function pathKey(at: Cursor): string {
  const token = at.next();
  if (token.kind === "quoted") return token.value;
  if (token.kind !== "word") throw at.unexpected();
  return at.text.slice(token.start, token.end);
}

/** Parses what may stand in a select list besides expressions: `*`, `t.*`, and their EXCLUDE and RENAME. */
export function starItem(at: Cursor): Star | undefined {
  const start = at.start();
  let parts = 0;
  while (isName(at.peek(parts)) && at.peek(parts + 1).value === "." && at.peek(parts + 1).kind === "symbol") parts += 2;
  if (at.peek(parts).value !== "*" || at.peek(parts).kind !== "symbol") return undefined;
  const qualifier: Name[] = [];
  for (let i = 0; i < parts; i += 2) {
    qualifier.push(at.name());
    at.expect(".");
  }
  at.expect("*");
  const names = (): Name[] => {
    if (!at.takes("(")) return [at.name()];
    const list = at.list(() => at.name());
    at.expect(")");
    return list;
  };
  const exclude = at.takes("EXCLUDE") ? names() : [];
  const rename = new Map<Name, Name>();
  const renaming = (): void => {
    const from = at.name();
    at.expect("AS");
    rename.set(from, at.name());
  };
  if (at.takes("RENAME")) {
    if (at.takes("(")) {
      at.list(renaming);
      at.expect(")");
    } else renaming();
  }
  if (at.sees("ILIKE") || at.sees("REPLACE")) throw at.unsupported("ILIKE or REPLACE after *");
  return { t: "star", qualifier, exclude, rename, start, end: at.end() };
}
