import { Lexer } from "../sql/lexer.ts";
import type { Lexis } from "../sql/dialect.ts";

/** Behind these a table is named. */
const introducing = new Set(["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "COPY"]);
/** What may stand between. */
const between = new Set(["IF", "NOT", "EXISTS", "ONLY", "INTO"]);
/** What may stand there instead. */
const noTables = new Set(["SELECT", "VALUES", "LATERAL", "UNNEST", "FLATTEN", "SET", "TABLE"]);
const mostTables = 5;
/** As much of a statement is looked at. */
const longestText = 10_000;

/**
 * Gives the tables that a statement names, each once and in its own spelling, at most five. It is for grouping, where a guess is good enough;
 * what a statement defines WITH and AS is none.
 */
export function tablesOf(text: string, lexis: Lexis): string[] {
  const words = wordsOf(text, lexis);
  const tables = new Set<string>();
  const defined = new Set<string>();
  /** For each open parenthesis, whether it holds a query. */
  const queries: boolean[] = [];
  words.forEach((word, place) => {
    const next = words[place + 1];
    if (word === "(") queries.push(next?.toUpperCase() === "SELECT" || next?.toUpperCase() === "WITH");
    if (word === ")") queries.pop();
    if (next?.toUpperCase() === "AS" && words[place + 2] === "(") defined.add(word.toUpperCase());
    if (!introducing.has(word.toUpperCase())) return;
    // `extract(day from x)`
    if (word.toUpperCase() === "FROM" && queries.at(-1) === false) return;
    const table = tableAt(words, place + 1);
    if (table !== undefined && !defined.has(table.toUpperCase())) tables.add(table);
  });
  return [...tables].slice(0, mostTables);
}

function wordsOf(text: string, lexis: Lexis): string[] {
  const lexer = new Lexer(text.slice(0, longestText), lexis);
  const words: string[] = [];
  while (lexer.nextSignificant()) {
    const isShown = lexer.closed && ["word", "identifier", "punctuation"].includes(lexer.kind);
    words.push(isShown ? lexer.text.slice(lexer.start, lexer.end) : "?");
  }
  return words;
}

/** Reads a name of one part or several, with points between. */
function tableAt(words: readonly string[], from: number): string | undefined {
  let place = from;
  while (between.has(words[place]?.toUpperCase() ?? "")) place++;
  let name = words[place];
  if (name === undefined || !isName(name) || noTables.has(name.toUpperCase())) return undefined;
  for (; words[place + 1] === "." && isName(words[place + 2] ?? ""); place += 2) name += `.${words[place + 2]}`;
  return name;
}

function isName(word: string): boolean {
  return /^["\p{L}_#]/u.test(word);
}
