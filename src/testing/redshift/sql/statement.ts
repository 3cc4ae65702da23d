import type { RedshiftError } from "../errors.ts";
import type { Token } from "./lexer.ts";

/** Is a replacement of a range of the text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Is one statement of a text, as the rules read and change it. */
export interface Statement {
  readonly tokens: readonly Token[];
  /** The text of a token; empty beyond the last. */
  text(index: number): string;
  /** The text from the token at `first` to the one at `last`, as it was written. */
  between(first: number, last: number): string;
  /** The text of a word in lower case, or of a symbol; empty for anything else. */
  word(index: number): string;
  /** Whether the words from `index` on are these. */
  words(index: number, ...expected: readonly string[]): boolean;
  /** The index of the `)` that closes the `(` at `index`; the last token's where it is missing. */
  closing(index: number): number;
  /** Replaces the tokens from `first` to `last` and what is between them. */
  replace(first: number, last: number, text: string): void;
  /** Puts text right after a token. */
  insertAfter(index: number, text: string): void;
  /** Makes the whole text fail with this error; only the first refusal counts. */
  refuse(error: RedshiftError): void;
  /** Gives the error `syntax error at or near "…"`, pointing at the token. */
  unexpected(index: number): RedshiftError;
  /** Refuses with {@link Statement.unexpected}. */
  refuseAt(index: number): void;
}

/** Collects what the rules want done to a text. */
export interface Changes {
  readonly edits: Edit[];
  refusal?: RedshiftError;
}

/** Makes the view of one statement; `changes` collects what is asked of it. */
export function statement(source: string, tokens: readonly Token[], changes: Changes): Statement {
  const range = (index: number): Token => tokens[index] ?? { kind: "symbol", start: source.length, end: source.length };
  const text = (index: number): string => source.slice(range(index).start, range(index).end);
  const word = (index: number): string => {
    const { kind } = range(index);
    return kind === "word" || kind === "symbol" ? text(index).toLowerCase() : "";
  };
  const refuse = (error: RedshiftError): void => {
    changes.refusal ??= error;
  };
  const unexpected = (index: number): RedshiftError => ({
    code: "42601",
    message: index < tokens.length ? `syntax error at or near "${text(index)}"` : "syntax error at end of input",
    position: source.slice(0, range(index).start).replace(/[\x80-\xbf]/g, "").length + 1,
  });
  return {
    tokens,
    text,
    between: (first, last) => (first > last ? "" : source.slice(range(first).start, range(last).end)),
    word,
    words: (index, ...expected) => expected.every((one, offset) => word(index + offset) === one),
    closing(index) {
      let depth = 0;
      for (let at = index; at < tokens.length; at++) {
        if (word(at) === "(") depth++;
        else if (word(at) === ")" && --depth === 0) return at;
      }
      return tokens.length - 1;
    },
    replace: (first, last, replacement) =>
      void changes.edits.push({ start: range(first).start, end: range(last).end, text: replacement }),
    insertAfter: (index, insertion) =>
      void changes.edits.push({ start: range(index).end, end: range(index).end, text: insertion }),
    refuse,
    unexpected,
    refuseAt: (index) => refuse(unexpected(index)),
  };
}

/** Splits tokens at semicolons; empty statements are left out. */
export function splitStatements(source: string, tokens: readonly Token[]): (readonly Token[])[] {
  const statements: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === "symbol" && source[token.start] === ";") statements.push([]);
    else statements.at(-1)?.push(token);
  }
  return statements.filter((one) => one.length > 0);
}
