import type { Lexis } from "./dialect.ts";
import {
  commentEnd,
  digit,
  endOf,
  identifierEnd,
  lineEnd,
  namePart,
  nameStart,
  numberEnd,
  operandEnd,
  pathEnd,
  space,
  stageEnd,
  stringEnd,
  tagPart,
  traitsOf,
} from "./spans.ts";

/** What a piece of SQL text is. */
export type TokenKind =
  | "whitespace"
  | "comment"
  /** `'…'` or a dollar-quoted text. */
  | "string"
  /** `"…"`. */
  | "identifier"
  /** A keyword or an unquoted name; on Snowflake also a session variable such as `$day`. */
  | "word"
  | "number"
  /** `?`, `$1`, `:name`, or `:1`, which is known only to be refused. */
  | "placeholder"
  /** A place of files, on Snowflake: `@stage/path` or `file:///path`. */
  | "location"
  /** `::` and `:=` are one token, anything else is one character. */
  | "punctuation";

/** A piece of a text, `text.slice(start, end)`. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** False for a quote or comment that runs into the end of the text. */
  readonly closed: boolean;
}

/** Cuts a text into tokens. Every character belongs to exactly one: the tokens together are the text. */
export function* tokens(text: string, lexis: Lexis): Generator<Token, void, undefined> {
  const lexer = new Lexer(text, lexis);
  while (lexer.next()) {
    yield { kind: lexer.kind, start: lexer.start, end: lexer.end, closed: lexer.closed };
  }
}

/**
 * Reads tokens one after the other, making no object of them: every statement that is sent goes through here.
 *
 * `'…'` knows `''` and the backslash, which escapes on both warehouses whatever the prefix; `"…"` knows only `""`.
 */
export class Lexer {
  kind: TokenKind = "whitespace";
  start = 0;
  end = 0;
  closed = true;
  readonly text: string;
  readonly #lexis: Lexis;

  constructor(text: string, lexis: Lexis, from = 0) {
    this.text = text;
    this.#lexis = lexis;
    this.end = from;
  }

  /** Goes on to the next token; false at the end of the text. */
  next(): boolean {
    const start = this.end;
    if (start >= this.text.length) return false;
    this.start = start;
    this.closed = true;
    const code = this.text.charCodeAt(start);
    const traits = traitsOf(code);
    if ((traits & space) !== 0) return this.#take("whitespace", endOf(this.text, start + 1, space));
    if ((traits & nameStart) !== 0) return this.#word(start);
    if ((traits & digit) !== 0) return this.#take("number", numberEnd(this.text, start));
    return this.#symbol(code, start);
  }

  /** Goes on to the next token that is neither whitespace nor a comment; false at the end of the text. */
  nextSignificant(): boolean {
    while (this.next()) {
      if (this.kind !== "whitespace" && this.kind !== "comment") return true;
    }
    return false;
  }

  /** Gives the token in upper case, as keywords are compared. */
  word(): string {
    return this.text.slice(this.start, this.end).toUpperCase();
  }

  /** Tells whether the token is this keyword, given in upper case. */
  isWord(keyword: string): boolean {
    return this.kind === "word" && this.end - this.start === keyword.length && this.word() === keyword;
  }

  /** Tells whether the token is this one character. */
  isPunctuation(character: string): boolean {
    return this.kind === "punctuation" && this.end - this.start === 1 && this.text[this.start] === character;
  }

  #take(kind: TokenKind, end: number): true {
    this.kind = kind;
    this.end = end;
    return true;
  }

  /** Takes a token that runs to `end`, or into the end of the text where there is none (-1). */
  #takeQuoted(kind: TokenKind, end: number): true {
    this.closed = end !== -1;
    return this.#take(kind, end === -1 ? this.text.length : end);
  }

  #word(start: number): true {
    const { text } = this;
    const end = endOf(text, start + 1, namePart);
    // `put file:///tmp/*.csv @stage`: neither `//` nor `/*` is a comment there.
    if (this.#lexis.stages && text.startsWith("://", end) && text.slice(start, end).toUpperCase() === "FILE") {
      return this.#take("location", pathEnd(text, end));
    }
    return this.#take("word", end);
  }

  #symbol(code: number, start: number): true {
    const { text } = this;
    const following = text.charCodeAt(start + 1);
    switch (code) {
      case 0x27: // '
        return this.#takeQuoted("string", stringEnd(text, start + 1));
      case 0x22: // "
        return this.#takeQuoted("identifier", identifierEnd(text, start + 1));
      case 0x3f: // ?
        return this.#take("placeholder", start + 1);
      case 0x24: // $
        return this.#dollar(start);
      case 0x3a: // :
        return this.#colon(start, following);
      case 0x2d: // -
        if (following === code) return this.#take("comment", lineEnd(text, start + 2));
        break;
      case 0x2f: // /
        if (following === 0x2a)
          return this.#takeQuoted("comment", commentEnd(text, start + 2, this.#lexis.nestedComments));
        if (following === code && this.#lexis.slashComments) return this.#take("comment", lineEnd(text, start + 2));
        break;
      case 0x40: // @
        if (this.#lexis.stages) return this.#take("location", stageEnd(text, start + 1));
        break;
      case 0x2e: // .
        if ((traitsOf(following) & digit) !== 0) return this.#take("number", numberEnd(text, start));
        break;
    }
    return this.#take("punctuation", start + 1);
  }

  #dollar(start: number): true {
    const { text } = this;
    const digits = endOf(text, start + 1, digit);
    if (digits > start + 1) {
      // `t.$1` is a column of a stage or of VALUES and never takes a value.
      return this.#take(text[start - 1] === "." ? "word" : "placeholder", digits);
    }
    const named = (traitsOf(text.charCodeAt(start + 1)) & nameStart) !== 0;
    const name = named ? endOf(text, start + 1, tagPart) : start + 1;
    if (text[name] === "$" && (!named || this.#lexis.taggedDollarQuotes)) {
      const tag = text.slice(start, name + 1);
      const close = text.indexOf(tag, name + 1);
      return this.#takeQuoted("string", close === -1 ? -1 : close + tag.length);
    }
    if (named && this.#lexis.stages) return this.#take("word", endOf(text, name, namePart));
    return this.#take("punctuation", start + 1);
  }

  /** A colon right behind an operand is a JSON path, a slice or a key's colon: `v:path`, `$1:path`, `arr[1:2]`, `{'a':b}`. */
  #colon(start: number, following: number): true {
    const { text } = this;
    if (following === 0x3a || following === 0x3d) return this.#take("punctuation", start + 2);
    const traits = traitsOf(following);
    if ((traits & (nameStart | digit)) === 0 || (traitsOf(text.charCodeAt(start - 1)) & operandEnd) !== 0) {
      return this.#take("punctuation", start + 1);
    }
    return this.#take("placeholder", endOf(text, start + 2, (traits & digit) === 0 ? namePart : digit));
  }
}
