import { Lexer } from "../sql/lexer.ts";
import { shownEnd } from "./masking.ts";
import type { Lexis } from "../sql/dialect.ts";

/** What a statement does, and to what: `INSERT`, `scores`, `SELECT`, `app.events`. */
interface Part {
  readonly kind: "operation" | "table";
  /** As it is written. */
  readonly name: string;
}

/** Behind these tables are listed. */
const listing = new Set(["FROM", "USING"]);
/** Behind these one is named. */
const introducing = new Set(["JOIN", "INTO", "UPDATE", "TABLE", "COPY"]);
/** What may stand between. */
const between = new Set(["IF", "NOT", "EXISTS", "ONLY", "INTO"]);
/** What may stand there instead. */
const noTables = new Set([
  "SELECT",
  "VALUES",
  "LATERAL",
  "UNNEST",
  "FLATTEN",
  "SET",
  "TABLE",
  "TEMPLATE",
  "OF",
  "NOWAIT",
  "SKIP",
]);
/** Where the tables behind FROM end. */
const endings = new Set(
  "SELECT WHERE GROUP HAVING QUALIFY ORDER LIMIT UNION EXCEPT MINUS INTERSECT SET VALUES WINDOW WHEN".split(" "),
);
const mostTables = 5;
/** As much of a statement is looked at. */
const longestText = 10_000;
/** The limit of OpenTelemetry's conventions for a summary, in characters. */
const longestSummary = 255;

/**
 * Gives the tables that a statement names, each once and in its own spelling, at most five. It is for grouping, where a guess is good enough;
 * what a statement defines WITH and AS is none.
 */
export function tablesOf(text: string, lexis: Lexis): string[] {
  const names = partsOf(text, lexis).flatMap(({ kind, name }) => (kind === "table" ? [name] : []));
  return [...new Set(names)].slice(0, mostTables);
}

/**
 * Writes a statement's operations and the tables that each is applied to, in their order and spelling: `INSERT scores SELECT app.events`. As
 * "Generating a summary of the query" of OpenTelemetry's conventions for databases says, names are left out whole beyond 255 characters.
 */
export function summaryOf(text: string, lexis: Lexis): string {
  let summary = "";
  for (const { name } of partsOf(text, lexis)) {
    const longer = summary === "" ? name : `${summary} ${name}`;
    if (longer.length > longestSummary) break;
    summary = longer;
  }
  return summary;
}

function partsOf(text: string, lexis: Lexis): Part[] {
  const words = wordsOf(text, lexis);
  const parts: Part[] = [];
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
    // Any other may be part of another: ON DELETE CASCADE.
    const isOperation = word === "SELECT" || (parts.length === 0 && isKeyword(word));
    if (isOperation) parts.push({ kind: "operation", name: spelled });
    if (endings.has(word)) depth.isListing = false;
    // `extract(day from x)`
    if (listing.has(word) && depth.isQuery) depth.isListing = true;
    const introduces = word === "," || listing.has(word) ? depth.isListing : introducing.has(word);
    const table = introduces ? tableAt(words, place + 1) : undefined;
    if (table !== undefined && !defined.has(table.toUpperCase())) parts.push({ kind: "table", name: table });
  });
  return parts;
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

function isKeyword(word: string): boolean {
  return /^[A-Z]+$/.test(word);
}
