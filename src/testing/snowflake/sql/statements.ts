import { syntaxError, compilationError } from "../errors.ts";
import type { Statement } from "./statement-ast.ts";
import { cursorOf } from "./cursor.ts";
import type { Cursor } from "./cursor.ts";
import { copying, listing, removing } from "./bulk.ts";
import { alter, comment, create, describe, drop, truncate } from "./definitions.ts";
import { placeOf, tokens } from "./lexer.ts";
import { deletion, insertion, merging, updating } from "./manipulation.ts";
import { call } from "./primaries.ts";
import { query, startsQuery } from "./queries.ts";
import { setting, show, transaction, unsetting, use } from "./sessions.ts";

/** One statement of a text: its tree, its own text, and how many binds come before it. */
export interface Parsed {
  readonly statement: Statement;
  readonly text: string;
}

/**
 * Parses a text into its statements, which semicolons separate. Throws 001003 where the text is no SQL, 000900 when it holds no
 * statement at all, 0A000 for a statement the stand-in does not know.
 */
export function statements(text: string): Parsed[] {
  const all = tokens(text);
  const at = cursorOf(text, all);
  const found: Parsed[] = [];
  for (;;) {
    while (at.takes(";"));
    if (at.peek().kind === "end") break;
    const start = at.start();
    const statement = one(at);
    found.push({ statement, text: text.slice(start, at.end()) });
    if (at.peek().kind !== "end" && !at.sees(";")) throw at.unexpected();
  }
  if (found.length === 0) throw compilationError("000900", "42601", "Empty SQL statement.");
  return found;
}

function one(at: Cursor): Statement {
  if (startsQuery(at) || at.sees("VALUES")) return { t: "query", query: query(at) };
  const word = at.peek();
  if (word.kind !== "word") throw at.unexpected();
  const parse = leading[word.value];
  if (parse !== undefined) return parse(at);
  if (known.has(word.value)) throw at.unsupported(word.value);
  throw syntaxError(at.text.slice(word.start, word.end), placeOf(at.text, word.start));
}

const leading: Readonly<Record<string, (at: Cursor) => Statement>> = {
  CREATE: create,
  ALTER: alter,
  DROP: drop,
  TRUNCATE: truncate,
  COMMENT: comment,
  DESCRIBE: describe,
  DESC: describe,
  INSERT: insertion,
  UPDATE: updating,
  DELETE: deletion,
  MERGE: merging,
  BEGIN: transaction,
  START: transaction,
  COMMIT: transaction,
  ROLLBACK: transaction,
  USE: use,
  SET: setting,
  UNSET: unsetting,
  SHOW: show,
  COPY: copying,
  LIST: listing,
  LS: listing,
  REMOVE: removing,
  RM: removing,
  CALL: (at) => {
    // Only system functions can be called: a procedure's name is an unknown function.
    at.next();
    const start = at.start();
    const value = call(at, start);
    const span = { start, end: at.end() };
    const body = { t: "select", distinct: false, items: [{ value, alias: value.name }], ...span } as const;
    return { t: "query", query: { recursive: false, ctes: [], body, order: [], ...span } };
  },
};

const known = new Set("PUT GET GRANT REVOKE EXPLAIN EXECUTE DECLARE UNDROP LET RETURN IF FOR WHILE".split(" "));
