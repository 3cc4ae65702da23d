import { compilationError, invalidIdentifier } from "../errors.ts";
import type { Expr, Name } from "../sql/ast.ts";
import type { Column, Context, Relation, Scope } from "./bound.ts";

/** What a name leads to: a column, or the expression behind an alias of the select list. */
export type Found = { readonly column: Column } | { readonly alias: Expr };

const qualifies = (relation: Relation, qualifier: readonly Name[]): boolean => {
  const [last] = qualifier.slice(-1);
  if (qualifier.length === 1) return relation.name === last;
  const path = relation.path?.slice(-qualifier.length) ?? [];
  return path.length === qualifier.length && path.every((part, i) => part === qualifier[i]);
};

/**
 * Finds what a column name means: a column of a relation in reach, else an alias of the select list, else something of the query around.
 * Throws 000904 where it means nothing, 002028 where it means several things.
 */
export function lookUp(path: readonly Name[], at: Expr, scope: Scope | undefined, context: Context): Found {
  const name = path.at(-1) ?? "";
  const qualifier = path.slice(0, -1);
  for (let reach = scope; reach !== undefined; reach = reach.parent) {
    const merged = qualifier.length === 0 ? reach.merged?.get(name) : undefined;
    if (merged !== undefined) return { column: merged };
    const columns = reach.relations
      .filter((relation) => qualifier.length === 0 || qualifies(relation, qualifier))
      .flatMap((relation) => relation.columns.filter((column) => column.name === name));
    if (columns.length > 1)
      throw compilationError("002028", "42601", `ambiguous column name '${shown(path)}'`, context.place(at.start));
    const [column] = columns;
    if (column !== undefined) return { column };
    const alias = qualifier.length === 0 ? reach.aliases?.get(name) : undefined;
    if (alias !== undefined) return { alias };
  }
  throw invalidIdentifier(shown(path), context.place(at.start));
}

/** Writes a name as Snowflake's messages do: quoted where folding would change it. */
export const shown = (path: readonly Name[]): string =>
  path.map((part) => (/^[A-Z_][A-Z0-9_$]*$/.test(part) ? part : `"${part}"`)).join(".");

/** Finds the relations that `*` or `t.*` stands for. */
export function starRelations(
  qualifier: readonly Name[],
  at: Expr,
  scope: Scope,
  context: Context,
): readonly Relation[] {
  if (qualifier.length === 0) return scope.relations;
  const found = scope.relations.filter((relation) => qualifies(relation, qualifier));
  if (found.length === 0) throw invalidIdentifier(`${shown(qualifier)}.*`, context.place(at.start));
  return found;
}
