import type { Statement } from "./statement.ts";

/**
 * Translates CREATE VIEW … WITH NO SCHEMA BINDING: a late-binding view. PostgreSQL binds it all the same, so that it cannot
 * outlive what it reads; an option without effect marks it.
 */
export function translateViews(statement: Statement): void {
  const last = statement.tokens.length - 1;
  if (statement.word(0) !== "create" || !statement.words(last - 3, "with", "no", "schema", "binding")) return;
  const as = statement.tokens.findIndex((_, at) => statement.word(at) === "as");
  if (as < 1) return;
  statement.replace(last - 3, last, "");
  statement.insertAfter(as - 1, " with (security_barrier=false)");
}
