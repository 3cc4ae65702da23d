import { placeOf } from "../sql/lexer.ts";
import type { BoundQuery, Context, Source } from "./bound.ts";
import { bindQuery, renamed } from "./queries.ts";

/** Resolves the query behind a view in the view's own surroundings: its text, no binds, no CTEs of the statement. */
export function viewQuery(view: Extract<Source, { t: "view" }>, context: Context): BoundQuery {
  const inner: Context = {
    ...context,
    text: view.text,
    place: (offset) => placeOf(view.text, offset),
    binds: [],
    ctes: new Map(),
  };
  const bound = bindQuery(view.query, undefined, inner);
  return { sql: bound.sql, columns: renamed(bound.columns, view.names) };
}
