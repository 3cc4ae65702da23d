import type { Lexer } from "./lexer.ts";

/** Words behind BEGIN that make it the beginning of a transaction, not of a block. */
const transactionWords = new Set(["TRANSACTION", "WORK", "NAME"]);
/** Words behind END that close what was not counted when it was opened. */
const uncountedEnds = new Set(["IF", "FOR", "WHILE", "LOOP", "REPEAT"]);

/**
 * Follows the tokens of one statement and knows whether a semicolon in it belongs to an unquoted block of Snowflake
 * Scripting. Counts what END alone closes: BEGIN and CASE.
 */
export class Block {
  #depth = 0;
  /** Between DECLARE and its BEGIN. */
  #declaring = false;
  /** The last word was a BEGIN, and what it begins is not known yet. */
  #beginning = false;
  /** The last word was an END that was counted. */
  #ended = false;
  #first: string | undefined;
  #previous = ";";

  /** Takes the next significant token. */
  see(lexer: Lexer): void {
    const token = lexer.kind === "word" ? lexer.word() : lexer.text.slice(lexer.start, lexer.start + 1);
    this.#first ??= token;
    if (this.#beginning) this.#settle(!transactionWords.has(token));
    const ended = this.#ended;
    this.#ended = false;
    if (ended && uncountedEnds.has(token)) this.#depth++;
    else if (lexer.kind === "word" && this.#previous !== "." && !ended) this.#count(token);
    this.#previous = token;
  }

  /** Takes a semicolon: tells whether the block goes on behind it. */
  holds(lexer: Lexer): boolean {
    if (this.#beginning) this.#settle(false);
    if (this.#depth === 0 && !this.#declaring) return false;
    this.see(lexer);
    return true;
  }

  #count(word: string): void {
    const inside = this.#depth > 0;
    switch (word) {
      case "DECLARE":
        this.#declaring ||= !inside && this.#opens();
        break;
      case "BEGIN":
        this.#beginning = inside ? this.#previous !== "AS" : this.#declaring || this.#opens();
        break;
      case "CASE":
        if (inside) this.#depth++;
        break;
      case "END":
        this.#ended = inside && this.#previous !== "AS";
        if (this.#ended) this.#depth--;
        break;
    }
  }

  /** A block stands at the beginning of a statement or is the body of what CREATE creates. */
  #opens(): boolean {
    return this.#previous === ";" || (this.#previous === "AS" && this.#first === "CREATE");
  }

  #settle(isBlock: boolean): void {
    this.#beginning = false;
    if (!isBlock) return;
    this.#depth++;
    this.#declaring = false;
  }
}
