import { Lexer } from "../sql/lexer.ts";
import type { Lexis } from "../sql/dialect.ts";

/** The longest text that observers are shown of a statement whose literals are masked. */
const longestText = 10_000;

/**
 * Writes a statement with `?` for each literal, a space for each comment, and no paths of files. Nothing is shown of what comes behind quotes that do
 * not match: it may be a value with a quote in it.
 */
export function maskedText(text: string, lexis: Lexis): string {
  const lexer = new Lexer(text, lexis);
  let masked = "";
  let stringEnd: number | undefined;
  while (lexer.next()) {
    if (lexer.start === stringEnd && lexer.kind !== "whitespace" && lexer.kind !== "punctuation") return `${masked}…`;
    stringEnd = lexer.kind === "string" ? lexer.end : undefined;
    masked += maskedToken(lexer);
    if (masked.length > longestText) return `${masked.slice(0, longestText)}…`;
  }
  return masked.trim();
}

function maskedToken({ kind, closed, text, start, end }: Lexer): string {
  if (!closed) return "?";
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
