import { Refused } from "../errors.ts";
import type { Statement } from "../sql/statement.ts";
import { folded } from "../sql/expressions.ts";

/** Reads a statement clause by clause; every method that finds something else than it must throws a {@link Refused}. */
export interface Clauses {
  /** Whether the statement has been read to its end. */
  readonly done: () => boolean;
  /** The next word in lower case, or symbol; empty for anything else. */
  readonly peek: () => string;
  /** Takes these words when they are next, and tells whether they were. */
  accept(...words: readonly string[]): boolean;
  expect(...words: readonly string[]): void;
  /** Takes a string, as the server reads it. */
  string(): string;
  /** Takes an integer. */
  integer(): number;
  /** Takes a number, with a fraction or without. */
  number(): number;
  /** Takes an identifier, folded where it is not quoted. */
  name(): string;
  /** Takes an identifier, perhaps after others and dots; gives its text as it was written. */
  qualifiedName(): string;
  unexpected(): never;
}

/** Begins to read a statement at a token. */
export function clauses(statement: Statement, start: number, caseSensitive: boolean): Clauses {
  let at = start;
  const unexpected = (): never => {
    throw new Refused(statement.unexpected(at));
  };
  const take = (...kinds: readonly string[]): string => {
    if (!kinds.includes(statement.tokens[at]?.kind ?? "")) unexpected();
    return statement.text(at++);
  };
  const name = (): string => {
    const text = take("word", "quoted");
    const plain = text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
    return utf8(text.startsWith('"') && caseSensitive ? plain : folded(plain));
  };
  return {
    done: () => at >= statement.tokens.length,
    peek: () => statement.word(at),
    accept(...words) {
      const found = statement.words(at, ...words);
      if (found) at += words.length;
      return found;
    },
    expect(...words) {
      for (const word of words) {
        if (statement.word(at) !== word) unexpected();
        at++;
      }
    },
    string() {
      const token = take("string", "dollar");
      if (/^(?:'(?:[^'\\]|''|\\[^])*'|(\$[^$]*\$)[^]*\1)$/.test(token)) return literal(token);
      throw new Refused({ code: "42601", message: `unterminated quoted string at or near "${utf8(token)}"` });
    },
    integer() {
      const text = take("number");
      if (!/^\d+$/.test(text)) {
        at--;
        unexpected();
      }
      return Number(text);
    },
    number: () => Number(take("number")),
    name,
    qualifiedName() {
      const first = at;
      name();
      while (statement.word(at) === ".") {
        at++;
        name();
      }
      return utf8(statement.between(first, at - 1));
    },
    unexpected,
  };
}

/** Texts are read byte by byte, as Latin-1; what they say is UTF-8. */
const utf8 = (latin1: string): string => Buffer.from(latin1, "latin1").toString("utf8");

const controls: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Reads a string token: doubled quotes, and backslashes as PostgreSQL 8.0 does, or what is between dollars. */
function literal(token: string): string {
  if (token.startsWith("$"))
    return utf8(token.slice(token.indexOf("$", 1) + 1, token.lastIndexOf("$", token.length - 2)));
  const text = token.slice(1, -1).replace(/''|\\([0-7]{1,3}|[^])/g, (pair: string, escaped: string | undefined) => {
    if (escaped === undefined) return "'";
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(parseInt(escaped, 8) & 0xff);
    return controls[escaped] ?? escaped;
  });
  return utf8(text);
}

/** Collects what may be said once only. */
export function once<T extends object>(): {
  readonly given: Partial<T>;
  readonly set: <K extends keyof T>(key: K, value: T[K]) => void;
} {
  const given: Partial<T> = {};
  return {
    given,
    set(key, value) {
      if (Object.hasOwn(given, key)) throw new Refused({ code: "42601", message: "conflicting or redundant options" });
      given[key] = value;
    },
  };
}

/** Whether a text is a single ASCII character. */
export const isCharacter = (text: string): boolean => text.length === 1 && text > "\0" && text <= "\x7f";
