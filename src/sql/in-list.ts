import { invalidArgument } from "../errors.ts";
import { toBind, type Bind } from "../values/parameters.ts";
import type { Lexis } from "./dialect.ts";
import { Lexer } from "./lexer.ts";

/** Follows the tokens of a statement and knows whether the next one is the first behind `IN (`. */
export class InList {
  #behind: "" | "IN" | "IN (" = "";

  get isOpen(): boolean {
    return this.#behind === "IN (";
  }

  /** Takes the next token. */
  see(lexer: Lexer): void {
    const { kind } = lexer;
    if (kind === "whitespace" || kind === "comment") return;
    if (kind === "word" && lexer.isWord("IN")) this.#behind = "IN";
    else this.#behind = this.#behind === "IN" && lexer.isPunctuation("(") ? "IN (" : "";
  }
}

/** Tells whether what comes next in a text is the closing parenthesis. */
export function closesAt(text: string, from: number, lexis: Lexis): boolean {
  const lexer = new Lexer(text, lexis, from);
  return lexer.nextSignificant() && lexer.isPunctuation(")");
}

/** Checks the elements of an array that is to stand in `IN (…)`. @throws `INVALID_ARGUMENT` for an empty one. */
export function listBinds(values: readonly unknown[], where: string): Bind[] {
  if (values.length === 0) {
    throw invalidArgument(
      `${where} is an empty array, and IN () is not SQL: leave the condition out where there is nothing to look for.`,
    );
  }
  // Not map, which would leave the holes of a sparse array out.
  return Array.from(values, (value, index) => toBind(value, `${where}, element ${index + 1},`));
}
