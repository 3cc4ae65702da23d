import type { Statement } from "./statement.ts";

/** What the leader node answers alone; any other relation is on the compute nodes. */
const catalog = /^"?(?:pg_|svv_|information_schema\b)/i;
const endOfFrom = new Set(["where", "group", "having", "order", "limit", "union", "intersect", "except", "minus"]);

/** Is one level of parentheses: whether a SELECT began in it, and whether its FROM list goes on. */
interface Level {
  selects: boolean;
  lists: boolean;
}

/** Tells whether a query reads a relation other than those of the catalog, so that it runs on compute nodes. */
export function readsTables(statement: Statement): boolean {
  const levels: Level[] = [{ selects: false, lists: false }];
  for (let at = 0; at < statement.tokens.length; at++) {
    const level = levels.at(-1) ?? { selects: false, lists: false };
    const word = statement.word(at);
    if (word === "(") levels.push({ selects: false, lists: false });
    else if (word === ")") levels.pop();
    else if (word === "select") level.selects = true;
    else if (endOfFrom.has(word)) level.lists = false;
    else if (word === "from" && level.selects && statement.word(at - 1) !== "distinct") level.lists = true;
    // A name stands after FROM, JOIN or a comma of the list; a bracket there begins what is looked at by itself.
    const precedes = level.lists && (word === "from" || word === "join" || word === ",");
    if (precedes && isTable(statement, at + 1)) return true;
  }
  return false;
}

function isTable(statement: Statement, at: number): boolean {
  const kind = statement.tokens[at]?.kind;
  if (kind !== "word" && kind !== "quoted") return false;
  const called = statement.word(at + 1) === "(" || statement.word(at) === "lateral";
  return !called && !catalog.test(statement.text(at)) && !isCommonTable(statement, statement.text(at));
}

/** Whether the name is one that a WITH clause of the statement gives: what that reads is looked at by itself. */
function isCommonTable(statement: Statement, name: string): boolean {
  return statement.tokens.some(
    (_, at) => statement.text(at) === name && statement.words(at + 1, "as", "(") && statement.word(0) === "with",
  );
}
