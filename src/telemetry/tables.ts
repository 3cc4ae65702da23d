import { Lexer } from "../sql/lexer.ts";
import { shownEnd } from "./masking.ts";
import type { Lexis } from "../sql/dialect.ts";

/** Behind these tables are listed. */
const listing = new Set(["FROM", "USING"]);
/** Behind these one is named. */
const introducing = new Set(["JOIN", "INTO", "UPDATE", "TABLE", "COPY"]);
/** What may stand between. */
const between = new Set(["IF", "NOT", "EXISTS", "ONLY", "INTO"]);
/** What may stand there instead. */
const noTables = new Set(["SELECT", "VALUES", "LATERAL", "UNNEST", "FLATTEN", "SET", "TABLE", "TEMPLATE"]);
/** Where the tables behind FROM end. */
const endings = new Set(
  "SELECT WHERE GROUP HAVING QUALIFY ORDER LIMIT UNION EXCEPT MINUS INTERSECT SET VALUES WINDOW WHEN".split(" "),
);
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
  /** For each open parenthesis, and outside of all: whether it holds a query, and whether tables are being listed there. */
  const depths = [{ isQuery: true, isListing: false }];
  words.forEach((spelled, place) => {
    const word = spelled.toUpperCase();
    const next = words[place + 1]?.toUpperCase();
    if (word === "(") depths.push({ isQuery: next === "SELECT" || next === "WITH", isListing: false });
    if (word === ")" && depths.length > 1) depths.pop();
    if (next === "AS" && words[place + 2] === "(") defined.add(word);
    const depth = depths.at(-1);
    if (depth === undefined) return;
    if (endings.has(word)) depth.isListing = false;
    // `extract(day from x)`
    if (listing.has(word) && depth.isQuery) depth.isListing = true;
    const introduces = word === "," || listing.has(word) ? depth.isListing : introducing.has(word);
    const table = introduces ? tableAt(words, place + 1) : undefined;
    if (table !== undefined && !defined.has(table.toUpperCase())) tables.add(table);
  });
  return [...tables].slice(0, mostTables);
}

function wordsOf(text: string, lexis: Lexis): string[] {
  const lexer = new Lexer(text.slice(0, Math.min(longestText, shownEnd(text, lexis))), lexis);
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
