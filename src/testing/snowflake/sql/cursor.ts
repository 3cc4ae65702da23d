import { syntaxError, unsupported } from "../errors.ts";
import type { SnowflakeError } from "../errors.ts";
import { placeOf, tokens } from "./lexer.ts";
import type { Token } from "./lexer.ts";
import type { Name } from "./ast.ts";

/** A place in the tokens of one text, with the questions a parser asks about what comes next. */
export interface Cursor {
  readonly text: string;
  /** The token `ahead` places on, the end token past the end. */
  peek(ahead?: number): Token;
  next(): Token;
  /** Whether these words (or symbols) come next, in this order. */
  sees(...words: string[]): boolean;
  /** Takes these words if they come next. */
  takes(...words: string[]): boolean;
  expect(...words: string[]): void;
  /** Takes an identifier, quoted or not. */
  name(): Name;
  /** Takes a dotted name of one to three parts. */
  path(): Name[];
  /** Parses `one`, separated by commas. */
  list<T>(one: () => T): T[];
  /** Offset of the next token. */
  start(): number;
  /** Offset behind the last token taken. */
  end(): number;
  /** The position of the next bind: `?` counts them from 1. */
  nextBind(): number;
  unexpected(): SnowflakeError;
  unsupported(what: string): SnowflakeError;
}

const reserved = new Set(
  (
    "ALL ALTER AND ANY AS BETWEEN BY CASE CAST CHECK COLUMN CONNECT CREATE CROSS CURRENT DELETE DISTINCT DROP ELSE EXCEPT " +
    "EXISTS FALSE FOLLOWING FOR FROM FULL GRANT GROUP HAVING ILIKE IN INCREMENT INNER INSERT INTERSECT INTO IS JOIN LATERAL " +
    "LEFT LIKE MINUS NATURAL NOT NULL OF ON OR ORDER QUALIFY REGEXP REVOKE RIGHT RLIKE ROW ROWS SAMPLE SELECT SET SOME START " +
    "TABLE TABLESAMPLE THEN TO TRIGGER TRUE TRY_CAST UNION UNIQUE UPDATE USING VALUES WHEN WHENEVER WHERE WITH"
  ).split(" "),
);

/** Tells whether a token can be a name where a name is not required, as an alias without AS is. */
export const isName = (token: Token): boolean =>
  token.kind === "quoted" || (token.kind === "word" && !reserved.has(token.value));

/** Opens a cursor on the tokens of `text`, those between `from` and `to` when given. */
export function cursorOf(text: string, all: readonly Token[] = tokens(text)): Cursor {
  let at = 0;
  let binds = 0;
  const last = all.at(-1) ?? { kind: "end", value: "<EOF>", start: text.length, end: text.length };
  const peek = (ahead = 0): Token => all[at + ahead] ?? last;
  const is = (token: Token, word: string): boolean =>
    (token.kind === "word" || token.kind === "symbol") && token.value === word;
  const cursor: Cursor = {
    text,
    peek,
    next: () => {
      const token = peek();
      if (at < all.length - 1) at += 1;
      return token;
    },
    sees: (...words) => words.every((word, i) => is(peek(i), word)),
    takes: (...words) => {
      if (!cursor.sees(...words)) return false;
      at += words.length;
      return true;
    },
    expect: (...words) => {
      for (const word of words) if (!cursor.takes(word)) throw cursor.unexpected();
    },
    name: () => {
      if (!isName(peek())) throw cursor.unexpected();
      return cursor.next().value;
    },
    path: () => {
      const parts = [cursor.name()];
      while (parts.length < 3 && cursor.sees(".")) {
        cursor.next();
        // After a dot any word is a name, reserved or not.
        const token = cursor.next();
        if (token.kind !== "word" && token.kind !== "quoted")
          throw syntaxError(token.value, placeOf(text, token.start));
        parts.push(token.value);
      }
      return parts;
    },
    list: (one) => {
      const items = [one()];
      while (cursor.takes(",")) items.push(one());
      return items;
    },
    start: () => peek().start,
    end: () => (at === 0 ? 0 : (all[at - 1] ?? last).end),
    nextBind: () => (binds += 1),
    unexpected: () => {
      const token = peek();
      const raw = token.kind === "end" ? "<EOF>" : text.slice(token.start, token.end);
      return syntaxError(raw, placeOf(text, token.start));
    },
    unsupported: (what) => unsupported(what, placeOf(text, peek().start)),
  };
  return cursor;
}
