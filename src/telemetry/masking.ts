import { Lexer } from "../sql/lexer.ts";
import type { Lexis } from "../sql/dialect.ts";

/** The longest text that observers are shown of a statement whose literals are masked. */
const longestText = 10_000;
/** As much of a statement is looked at: whoever listens pays for each of them. */
const longestRead = 100_000;

/**
 * Writes a statement with `?` for each literal, a space for each comment, and no paths of files. Nothing is shown from where its quotes do not
 * match: it may be a value with a quote in it.
 */
export function maskedText(text: string, lexis: Lexis): string {
  const shown = shownEnd(text, lexis);
  const lexer = new Lexer(text, lexis);
  let masked = "";
  let numberEnd: number | undefined;
  while (lexer.next() && lexer.start < shown) {
    // `0xC0FFEE` is a number and a word.
    if (lexer.kind !== "word" || lexer.start !== numberEnd) masked += maskedToken(lexer);
    numberEnd = lexer.kind === "number" ? lexer.end : undefined;
    if (masked.length > longestText) return `${masked.slice(0, longestText)}…`;
  }
  return shown < text.length ? `${masked.trimStart()}…` : masked.trim();
}

/**
 * Gives how far a statement can be shown. A quote or comment that never ends may be the other half of any before it, so that what seems to be outside
 * of them is inside: nothing is shown from the first on. A word right behind a string is the rest of a value with a quote in it.
 */
export function shownEnd(text: string, lexis: Lexis): number {
  const lexer = new Lexer(text, lexis);
  let firstQuoted: number | undefined;
  let stringEnd: number | undefined;
  while (lexer.next()) {
    const { kind, start, closed } = lexer;
    if (start > longestRead) return start;
    if (start === stringEnd && kind !== "whitespace" && kind !== "punctuation") return start;
    if (kind === "string" || kind === "identifier" || kind === "comment") firstQuoted ??= start;
    // The end of a comment that has ended already, where they do not nest.
    const isStray = text.startsWith("*/", start) && lexer.isPunctuation("*");
    if (!closed || isStray) return firstQuoted ?? start;
    stringEnd = kind === "string" ? lexer.end : undefined;
  }
  return text.length;
}

function maskedToken({ kind, text, start, end }: Lexer): string {
  switch (kind) {
    case "string":
    case "number":
      return "?";
    case "comment":
      return " ";
    case "location":
      return text.slice(start, end).replace(/(?<!\/)\/+[^/].*$/s, "/?");
    default:
      return text.slice(start, end);
  }
}
