import type { Expr, Name } from "./ast.ts";
import type { Merge, MergeClause, Statement } from "./statement-ast.ts";
import type { Cursor } from "./cursor.ts";
import { expression, parenthesised } from "./expressions.ts";
import { aliasOf, fromList, nameList, query, relation } from "./queries.ts";

/** Parses INSERT [OVERWRITE] INTO, with VALUES or a query. */
export function insertion(at: Cursor): Statement {
  at.expect("INSERT");
  const overwrite = at.takes("OVERWRITE");
  if (at.sees("ALL") || at.sees("FIRST")) throw at.unsupported("A multi-table INSERT");
  at.expect("INTO");
  const path = at.path();
  const columns = nameList(at);
  return { t: "insert", path, columns, overwrite, query: query(at) };
}

/** Parses UPDATE … SET … FROM … WHERE. */
export function updating(at: Cursor): Statement {
  at.expect("UPDATE");
  const path = at.path();
  const alias = aliasOf(at);
  at.expect("SET");
  const set = at.list(() => assignment(at));
  const from = at.takes("FROM") ? fromList(at) : undefined;
  const where = at.takes("WHERE") ? expression(at) : undefined;
  return { t: "update", path, alias, set, ...(from && { from }), ...(where && { where }) };
}

function assignment(at: Cursor): readonly [Name, Expr] {
  const path = at.path();
  at.expect("=");
  return [path.at(-1) ?? "", expression(at)];
}

/** Parses DELETE FROM … USING … WHERE. */
export function deletion(at: Cursor): Statement {
  at.expect("DELETE", "FROM");
  const path = at.path();
  const alias = aliasOf(at);
  const using = at.takes("USING") ? fromList(at) : undefined;
  const where = at.takes("WHERE") ? expression(at) : undefined;
  return { t: "delete", path, alias, ...(using && { using }), ...(where && { where }) };
}

/** Parses MERGE INTO … USING … ON … WHEN … . */
export function merging(at: Cursor): Merge {
  at.expect("MERGE", "INTO");
  const path = at.path();
  const alias = aliasOf(at);
  at.expect("USING");
  const source = relation(at);
  at.expect("ON");
  const on = expression(at);
  const clauses: MergeClause[] = [];
  while (at.takes("WHEN")) clauses.push(mergeClause(at));
  if (clauses.length === 0) throw at.unexpected();
  return { t: "merge", path, alias, source, on, clauses };
}

function mergeClause(at: Cursor): MergeClause {
  const matched = !at.takes("NOT");
  at.expect("MATCHED");
  const condition = at.takes("AND") ? expression(at) : undefined;
  at.expect("THEN");
  return { matched, ...(condition && { condition }), action: mergeAction(at) };
}

function mergeAction(at: Cursor): MergeClause["action"] {
  if (at.takes("DELETE")) return { t: "delete" };
  if (at.takes("UPDATE")) {
    at.expect("SET");
    return { t: "update", set: at.list(() => assignment(at)) };
  }
  at.expect("INSERT");
  const columns = nameList(at);
  at.expect("VALUES");
  return { t: "insert", columns, values: parenthesised(at) };
}
