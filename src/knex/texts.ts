import type { Dialect } from "../sql/dialect.ts";

/*
 * How knex tells a question mark that is no placeholder: `\?`. What writes a name or a text in quotes has to say it, too, or the mark
 * inside the quotes would count as a placeholder for knex.
 */

/** What knex makes of a query: a text with `?` for each value, and the values. */
export interface BuiltQuery {
  readonly sql: string;
  readonly bindings?: unknown[];
}

/** Writes a finished text, such as a literal, for a text that knex reads. */
export function knexText(text: string): string {
  return text.replaceAll("?", "\\?");
}

/** Writes a name by the one name rule for a text that knex reads. */
export function knexName(name: string, dialect: Dialect): string {
  return name === "*" ? name : knexText(dialect.identifier(name));
}

/** Gives the text as our own verbs read it: with `?` for each value. */
function plainText(sql: string): string {
  return sql.replaceAll("\\?", "?");
}

/** Gives a query that knex has built as `query` takes it. Without bindings the text goes untouched, but for knex's own way to write a question mark. */
export function readQuery({ sql, bindings = [] }: BuiltQuery): [text: string, params: unknown[] | undefined] {
  return [plainText(sql), bindings.length === 0 ? undefined : bindings];
}

/** Gives the text in the warehouse's own placeholder style, as `toNative()` shows it. */
export function nativeText(sql: string, dialect: Dialect): string {
  let count = 0;
  return sql.replace(/\\?\?/g, (mark) => {
    if (mark === "\\?") return "?";
    return dialect.numberedPlaceholders ? `$${++count}` : mark;
  });
}
