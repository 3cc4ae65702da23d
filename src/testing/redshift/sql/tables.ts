import { bareNumeric, folded } from "./expressions.ts";
import type { SqlMode } from "./settings.ts";
import type { Statement } from "./statement.ts";

/**
 * Translates CREATE TABLE and ALTER TABLE … ADD: what tells Redshift how to lay data out means nothing to PostgreSQL, and is kept
 * for the catalog only, as constraints that always hold.
 */
export function translateTables(statement: Statement, mode: SqlMode): void {
  const table = createdTable(statement);
  if (table === undefined) {
    if (statement.words(0, "alter", "table")) translateColumns(statement, 2, statement.tokens.length);
    return;
  }
  const keys: Keys = { distKey: undefined, sortKey: [] };
  let at = table;
  while (at < statement.tokens.length && !["(", "as"].includes(statement.word(at))) {
    at += removeAttribute(statement, at, keys);
  }
  const open = statement.word(at) === "(" ? at : undefined;
  const end = open === undefined ? undefined : statement.closing(open);
  if (open !== undefined && end !== undefined) {
    translateTypes(statement, open + 1, end);
    translateColumns(statement, open + 1, end, keys);
    at = end + 1;
  }
  while (at < statement.tokens.length && statement.word(at) !== "as") at += removeAttribute(statement, at, keys);
  // Without definitions of columns, as in CREATE TABLE AS, there is no place for constraints.
  if (end !== undefined && statement.word(at) !== "as") statement.insertAfter(end - 1, constraints(keys, mode));
}

/** The columns of a table's keys, as they were written. */
interface Keys {
  distKey: string | undefined;
  sortKey: string[];
}

function constraints({ distKey, sortKey }: Keys, { caseSensitive }: SqlMode): string {
  const constraint = (name: string, column: string): string =>
    `, constraint ${name} check (${caseSensitive ? column : folded(column)} is null or true)`;
  return [
    ...(distKey === undefined ? [] : [constraint("redshift_distkey", distKey)]),
    ...sortKey.map((column, index) => constraint(`redshift_sortkey_${index + 1}`, column)),
  ].join("");
}

/** The index of the table's name in a CREATE TABLE. */
function createdTable(statement: Statement): number | undefined {
  if (statement.word(0) !== "create") return undefined;
  let at = 1;
  while (["local", "global", "temp", "temporary"].includes(statement.word(at))) at++;
  if (statement.word(at) !== "table") return undefined;
  return statement.words(at + 1, "if", "not", "exists") ? at + 4 : at + 1;
}

/** Removes the table attribute at `at`, if there is one; gives how many tokens to go on by. */
function removeAttribute(statement: Statement, at: number, keys: Keys): number {
  const length = attributeLength(statement, at);
  if (length > 0) noteKeys(statement, at, keys);
  if (length > 0) statement.replace(at, at + length - 1, "");
  return Math.max(length, 1);
}

function noteKeys(statement: Statement, at: number, keys: Keys): void {
  const key = ["compound", "interleaved"].includes(statement.word(at)) ? at + 1 : at;
  if (statement.word(key + 1) !== "(") return;
  const columns: string[] = [];
  for (let column = key + 2; column < statement.closing(key + 1); column += 2) columns.push(statement.text(column));
  if (statement.word(key) === "distkey") keys.distKey = columns[0];
  if (statement.word(key) === "sortkey") keys.sortKey = columns;
}

function attributeLength(statement: Statement, at: number): number {
  const past = (open: number): number => (statement.word(open) === "(" ? statement.closing(open) - at + 1 : 0);
  switch (statement.word(at)) {
    case "diststyle":
    case "backup":
    case "encode":
      return 2;
    case "distkey":
      return past(at + 1);
    case "compound":
    case "interleaved":
      return statement.word(at + 1) === "sortkey" ? past(at + 2) : 0;
    case "sortkey":
      return statement.word(at + 1) === "auto" ? 2 : past(at + 1);
    default:
      return 0;
  }
}

function translateColumns(statement: Statement, start: number, end: number, keys?: Keys): void {
  let depth = 0;
  let column = start;
  for (let at = start; at < end; at++) {
    const word = statement.word(at);
    if (word === "(") depth++;
    else if (word === ")") depth--;
    else if (depth > 0) continue;
    else if (word === ",") column = at + 1;
    else if (word === "encode" && statement.word(at + 1) !== "(") statement.replace(at, ++at, "");
    else if ((word === "distkey" || word === "sortkey") && statement.word(at + 1) !== "(") {
      statement.replace(at, at, "");
      if (keys && word === "distkey") keys.distKey = statement.text(column);
      if (keys && word === "sortkey") keys.sortKey = [statement.text(column)];
    } else if (word === "numeric" || word === "decimal") bareNumeric(statement, at);
    else if (word === "identity" && statement.word(at + 1) === "(") at = translateIdentity(statement, at);
  }
}

/** Types of PostgreSQL's that a Redshift table cannot have. */
const unsupported = new Set(["bytea", "cidr", "inet", "json", "jsonb", "macaddr", "money", "uuid", "xml"]);

/** The types of the columns, each the second token after the bracket or a comma. */
function translateTypes(statement: Statement, start: number, end: number): void {
  for (let name = start; name < end; name = nextColumn(statement, name, end)) {
    const at = name + 1;
    const word = statement.word(at);
    const array = statement.words(at + 1, "[", "]");
    if (array || unsupported.has(word)) {
      const column = `${statement.text(start - 2)}.${statement.text(name)}`;
      const message = `Column "${column}" has unsupported type "${word}${array ? "[]" : ""}".`;
      statement.refuse({ code: "0A000", message });
    } else if (word === "text") {
      statement.replace(at, at, "varchar(256)");
    } else if (word === "varchar" && statement.word(at + 1) !== "(") {
      statement.insertAfter(at, "(256)");
    }
  }
}

function nextColumn(statement: Statement, from: number, end: number): number {
  let at = from;
  while (at < end && statement.word(at) !== ",") at = statement.word(at) === "(" ? statement.closing(at) + 1 : at + 1;
  return at + 1;
}

/** `IDENTITY(seed, step)`, alone or after `GENERATED BY DEFAULT AS`. */
function translateIdentity(statement: Statement, at: number): number {
  const close = statement.closing(at + 1);
  const [seed = "1", step = "1"] = statement.between(at + 2, close - 1).split(",");
  const prefix = statement.word(at - 1) === "as" ? "" : "generated by default as ";
  statement.replace(at, close, `${prefix}identity (start with ${seed.trim()} increment by ${step.trim()})`);
  return close;
}
