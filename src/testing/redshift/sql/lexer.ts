/** What a token is; comments and blanks are no tokens. */
type TokenKind =
  /** An unquoted identifier or keyword. */
  | "word"
  /** An identifier in double quotes. */
  | "quoted"
  | "string"
  /** `E'…'`, which Redshift does not know. */
  | "escape"
  /** `$$…$$` or `$tag$…$tag$`. */
  | "dollar"
  /** `$1`. */
  | "parameter"
  | "number"
  /** One character of an operator or of punctuation. */
  | "symbol";

/** Is a token of a statement, as a half-open range of its text. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

const word = /[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*/y;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const parameter = /\$\d+/y;
const dollarTag = /\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$/y;
const blank = /\s+|--[^\n]*/y;
const commentEdge = /\/\*|\*\//g;

/**
 * Splits Redshift SQL into tokens. The text may be Latin-1 (one character a byte) or not: only ASCII has a meaning.
 * Never throws: what has no end reaches to the end of the text, and the server behind says so.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const gap = endOfGap(text, at);
    if (gap > at) {
      at = gap;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function tokenAt(text: string, start: number): Token {
  const matched = (pattern: RegExp): number => {
    pattern.lastIndex = start;
    return pattern.test(text) ? pattern.lastIndex : start;
  };
  let end: number;
  switch (text[start]) {
    case "'":
      return { kind: "string", start, end: endOfString(text, start + 1) };
    case '"':
      return { kind: "quoted", start, end: endOfQuoted(text, start + 1) };
    case "$":
      if ((end = matched(parameter)) > start) return { kind: "parameter", start, end };
      if ((end = matched(dollarTag)) > start) return { kind: "dollar", start, end: endOfDollar(text, start, end) };
      break;
    default:
      if ((end = matched(word)) > start) {
        const escape = end === start + 1 && text[end] === "'" && (text[start] === "e" || text[start] === "E");
        return escape ? { kind: "escape", start, end: endOfString(text, end + 1) } : { kind: "word", start, end };
      }
      if ((end = matched(number)) > start) return { kind: "number", start, end };
  }
  return { kind: "symbol", start, end: start + 1 };
}

/** Gives where the blank or comment at `at` ends, or `at` where there is none. */
function endOfGap(text: string, at: number): number {
  if (text.startsWith("/*", at)) return endOfComment(text, at);
  blank.lastIndex = at;
  return blank.test(text) ? blank.lastIndex : at;
}

/** Block comments nest. */
function endOfComment(text: string, start: number): number {
  commentEdge.lastIndex = start;
  for (let depth = 0; ;) {
    const edge = commentEdge.exec(text);
    if (edge === null) return text.length;
    depth += edge[0] === "/*" ? 1 : -1;
    if (depth === 0) return commentEdge.lastIndex;
  }
}

/** Redshift takes a backslash as an escape in every string, so a quote after one ends nothing. */
function endOfString(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "'" && text[at + 1] === "'") at++;
    else if (text[at] === "'") return at + 1;
  }
  return text.length;
}

function endOfQuoted(text: string, start: number): number {
  for (let at = text.indexOf('"', start); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at + 1;
  }
  return text.length;
}

function endOfDollar(text: string, start: number, body: number): number {
  const tag = text.slice(start, body);
  const end = text.indexOf(tag, body);
  return end < 0 ? text.length : end + tag.length;
}
