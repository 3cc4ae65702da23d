import { Block } from "./block.ts";
import type { Dialect } from "./dialect.ts";
import { Lexer } from "./lexer.ts";

/** One statement of a text. */
export interface StatementText {
  /** The statement, comments before it included, without the semicolon behind it. */
  readonly text: string;
}

/**
 * Cuts a text at the semicolons between statements. What holds nothing but comments is left out.
 *
 * Quoted bodies stay whole, and so do Snowflake's unquoted blocks: `BEGIN …; END`, `DECLARE …; BEGIN …; END`, and either of
 * them behind `CREATE … AS`.
 */
export function splitStatements(text: string, dialect: Dialect): StatementText[] {
  return [...statements(text, dialect)];
}

/** Tells whether a text holds more than one statement; a single one without a semicolon inside costs next to nothing. */
export function holdsSeveralStatements(text: string, dialect: Dialect): boolean {
  const semicolon = text.indexOf(";");
  if (semicolon === -1 || text.slice(semicolon + 1).trim() === "") return false;
  const all = statements(text, dialect);
  all.next();
  return all.next().done !== true;
}

/** Gives the first keyword of a text in upper case, behind comments, opening parentheses and empty statements. */
export function firstKeyword(text: string, dialect: Dialect): string | undefined {
  return keyword(new Lexer(text, dialect.lexis));
}

/**
 * Gives the words that make the first statement of a text one that needs a session of its own, because it begins or ends a
 * transaction or leaves the session changed; `undefined` for all others. Reads no more than the first few words, except for
 * Redshift's `SELECT … INTO`.
 */
export function needsSession(text: string, dialect: Dialect): string | undefined {
  const lexer = new Lexer(text, dialect.lexis);
  const first = keyword(lexer);
  if (first === undefined) return undefined;
  if (dialect.sessionKeywords.has(first)) return first;
  switch (first) {
    case "ALTER":
      return lexer.nextSignificant() && lexer.isWord("SESSION") ? "ALTER SESSION" : undefined;
    case "CREATE":
      return temporaryCreation(lexer, dialect);
    case "SELECT":
    case "WITH":
      return dialect.selectsIntoTables && /\binto\b/i.test(text) ? temporarySelection(lexer) : undefined;
    default:
      return undefined;
  }
}

/** Tells whether the first statement of a text makes a schema or database that its session then is in. */
export function entersNewSchema(text: string, dialect: Dialect): boolean {
  if (!dialect.entersNewSchemas) return false;
  const lexer = new Lexer(text, dialect.lexis);
  if (keyword(lexer) !== "CREATE") return false;
  let word = nextWord(lexer);
  while (creationModifiers.has(word) || word === "TRANSIENT") word = nextWord(lexer);
  return word === "SCHEMA" || word === "DATABASE";
}

/** Tells whether a query has a LIMIT of its own, and not only inside parentheses. */
export function hasOuterLimit(query: string, dialect: Dialect): boolean {
  const lexer = new Lexer(query, dialect.lexis);
  let depth = 0;
  while (lexer.nextSignificant()) {
    if (lexer.isPunctuation("(")) depth++;
    else if (lexer.isPunctuation(")")) depth--;
    else if (depth === 0 && (lexer.isWord("LIMIT") || lexer.isWord("TOP"))) return true;
  }
  return false;
}

/** Goes on to the first keyword. */
function keyword(lexer: Lexer): string | undefined {
  do {
    if (!lexer.nextSignificant()) return undefined;
  } while (lexer.isPunctuation("(") || lexer.isPunctuation(";"));
  return lexer.kind === "word" ? lexer.word() : undefined;
}

/** What may stand between CREATE and TEMP. */
const creationModifiers = new Set(["OR", "REPLACE", "ALTER", "LOCAL", "GLOBAL", "SECURE"]);
/** Snowflake takes VOLATILE for TEMPORARY. */
const temporary = new Set(["TEMP", "TEMPORARY", "VOLATILE"]);

function temporaryCreation(lexer: Lexer, dialect: Dialect): string | undefined {
  let word = nextWord(lexer);
  while (creationModifiers.has(word)) word = nextWord(lexer);
  if (temporary.has(word)) return `CREATE ${word}`;
  if (!dialect.selectsIntoTables || word !== "TABLE") return undefined;
  do word = nextWord(lexer);
  while (word === "IF" || word === "NOT" || word === "EXISTS");
  return lexer.isPunctuation("#") ? "CREATE TABLE #" : undefined;
}

function temporarySelection(lexer: Lexer): string | undefined {
  while (lexer.nextSignificant() && !lexer.isPunctuation(";")) {
    if (!lexer.isWord("INTO")) continue;
    const word = nextWord(lexer);
    if (temporary.has(word)) return `SELECT INTO ${word}`;
    if (lexer.isPunctuation("#")) return "SELECT INTO #";
  }
  return undefined;
}

/** Goes on, and gives the empty string for whatever is not a word. */
function nextWord(lexer: Lexer): string {
  return lexer.nextSignificant() && lexer.kind === "word" ? lexer.word() : "";
}

function* statements(text: string, dialect: Dialect): Generator<StatementText, void, undefined> {
  const lexer = new Lexer(text, dialect.lexis);
  let block = new Block();
  let from = 0;
  let empty = true;
  while (lexer.nextSignificant()) {
    if (lexer.isPunctuation(";") && !(dialect.lexis.blocks && block.holds(lexer))) {
      if (!empty) yield { text: text.slice(from, lexer.start).trim() };
      from = lexer.end;
      empty = true;
      block = new Block();
    } else {
      empty = false;
      if (dialect.lexis.blocks) block.see(lexer);
    }
  }
  if (!empty) yield { text: text.slice(from).trim() };
}
