import { invalidArgument, reworded, type WarehouseError } from "../errors.ts";
import type { Dialect } from "./dialect.ts";
import { tokens } from "./lexer.ts";

/** The ways to write a placeholder; `:1` is known only to be refused. */
export type PlaceholderStyle = "?" | "$1" | ":name" | ":1";

/** Gives the style of the placeholder token that begins at `start`. */
export function placeholderStyle(text: string, start: number): PlaceholderStyle {
  switch (text.charCodeAt(start)) {
    case 0x3f: // ?
      return "?";
    case 0x24: // $
      return "$1";
    default: {
      const code = text.charCodeAt(start + 1);
      return code >= 0x30 && code <= 0x39 ? ":1" : ":name";
    }
  }
}

/** Makes the error for a text whose placeholders are not all of one style; `undefined` where they are. */
export function mixedStyles(text: string, dialect: Dialect): WarehouseError | undefined {
  const firsts = firstOfEachStyle(text, dialect);
  const numbered = firsts.get(":1");
  if (numbered !== undefined) return invalidArgument(`${numbered} is not a placeholder here: write ?, $1 or :name.`);
  const [first, second] = [...firsts.values()];
  if (first === undefined || second === undefined) return undefined;
  const hint = firsts.has("$1") && dialect.lexis.stages ? stageHint : "";
  return invalidArgument(`The statement mixes ${first} and ${second}: use one style of placeholder.${hint}`);
}

const stageHint = " Where $1 is a column of a stage, write the statement with the sql`…` tag, which leaves it alone.";

/**
 * Adds to a server's refusal of a text that was sent without parameters what it most likely lacks. Before it is sent nobody can tell: `$1`
 * is also a column of a stage.
 */
export function explainForgotten(error: WarehouseError, text: string, dialect: Dialect): WarehouseError {
  const [first] = firstOfEachStyle(text, dialect).values();
  if (error.code !== "QUERY" || first === undefined) return error;
  return reworded(error, `${error.message} (The text holds the placeholder ${first}, and no parameters were given.)`);
}

/** Gives, for each style, its first placeholder and where it is. */
function firstOfEachStyle(text: string, dialect: Dialect): Map<PlaceholderStyle, string> {
  const firsts = new Map<PlaceholderStyle, string>();
  for (const { kind, start, end } of tokens(text, dialect.lexis)) {
    if (kind !== "placeholder") continue;
    const style = placeholderStyle(text, start);
    if (!firsts.has(style)) firsts.set(style, `${text.slice(start, end)} (character ${start + 1})`);
  }
  return firsts;
}
