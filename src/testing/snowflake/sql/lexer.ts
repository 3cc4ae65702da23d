import { SnowflakeError, syntaxError } from "../errors.ts";
import type { Place } from "../errors.ts";
import { unescaped } from "./escapes.ts";

/**
 * One token of a statement. `value` is the folded name of a word (upper case), the exact name of a quoted identifier, the
 * content of a string, a stage with its path as written; `start` and `end` are offsets in the text.
 */
export interface Token {
  readonly kind: "word" | "quoted" | "number" | "string" | "symbol" | "variable" | "stage" | "end";
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const blank = /(?:\s+|--[^\n]*|\/\/[^\n]*)+/y;
const word = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const quoted = /"(?:[^"]|"")*"/y;
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const string = /'(?:[^'\\]|\\[\s\S]|'')*'/y;
const dollars = /\$\$[\s\S]*?\$\$/y;
const variable = /\$(?:\d+|[\p{L}_][\p{L}\p{N}_$]*)/uy;
const stage = /@(?:"(?:[^"]|"")*"|[^\s"'(),;])+/y;
const symbol = /::|=>|->|\|\||<>|!=|<=|>=|[-+*/%=<>(),.;:?[\]{}@^&|~!]/y;

/** Tells the line and the column of an offset, both as Snowflake counts them. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, pos: offset - lineStart };
}

/** Cuts a Snowflake statement into tokens, comments left out. Throws error 001003 where nothing fits. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const add = (kind: Token["kind"], raw: string, value: string): void => {
    found.push({ kind, value, start: at, end: at + raw.length });
    at += raw.length;
  };
  while (at < text.length) {
    let raw: string | undefined;
    if ((raw = match(blank)) !== undefined) at += raw.length;
    else if (text.startsWith("/*", at)) at = commentEnd(text, at);
    else if ((raw = match(word)) !== undefined) add("word", raw, raw.toUpperCase());
    else if ((raw = match(quoted)) !== undefined) add("quoted", raw, raw.slice(1, -1).replaceAll('""', '"'));
    else if ((raw = match(number)) !== undefined) add("number", raw, raw);
    else if ((raw = match(string)) !== undefined) add("string", raw, unescaped(raw.slice(1, -1)));
    else if ((raw = match(dollars)) !== undefined) add("string", raw, raw.slice(2, -2));
    else if ((raw = match(variable)) !== undefined) add("variable", raw, raw.slice(1).toUpperCase());
    else if ((raw = match(stage)) !== undefined) add("stage", raw, raw);
    else if ((raw = match(symbol)) !== undefined) add("symbol", raw, raw);
    else throw unreadable(text, at);
  }
  found.push({ kind: "end", value: "<EOF>", start: text.length, end: text.length });
  return found;
}

function commentEnd(text: string, start: number): number {
  const end = text.indexOf("*/", start + 2);
  if (end < 0) throw syntaxError("<EOF>", placeOf(text, text.length));
  return end + 2;
}

function unreadable(text: string, at: number): SnowflakeError {
  const place = placeOf(text, at);
  if (text[at] !== "'" && text[at] !== '"') return syntaxError(text[at] ?? "", place);
  return new SnowflakeError(
    "001003",
    "42000",
    `SQL compilation error:\nparse error line ${place.line} at position ${place.pos} near '<EOF>'.`,
    place,
  );
}
