import type { Query } from "../sql/ast.ts";
import type { BoundQuery, Context, Scope } from "./bound.ts";
import { cast } from "./casts.ts";
import { bindBody, renamed } from "./queries.ts";

/**
 * Resolves a CTE that reads from itself: the part before UNION ALL gives the types, the part after is brought to them. Undefined for a CTE that
 * does not.
 */
export function withRecursive(
  cte: Query["ctes"][number],
  name: string,
  parent: Scope | undefined,
  context: Context,
): BoundQuery | undefined {
  const { body } = cte.query;
  if (body.t !== "set" || body.op !== "UNION ALL" || !mentions(body.right, cte.name)) return undefined;
  const anchor = bindBody(body.left, parent, context);
  const columns = renamed(anchor.columns, cte.columns);
  const ctes = new Map(context.ctes).set(cte.name, { sql: name, columns });
  const step = bindBody(body.right, parent, { ...context, ctes });
  const alias = context.alias();
  const items = step.columns.map((column, i) => {
    const target = columns[i] ?? column;
    return `${cast({ ...column, sql: `${alias}.${column.sql}` }, target.type, context)} AS ${target.sql}`;
  });
  return { sql: `${anchor.sql} UNION ALL SELECT ${items.join(", ")} FROM (${step.sql}) ${alias}`, columns };
}

// A walk over the plain tree is enough: a name is used nowhere else in a node than as a path.
function mentions(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some((one) => mentions(one, name));
  if (node === null || typeof node !== "object") return false;
  if ("t" in node && node.t === "table" && "path" in node && Array.isArray(node.path))
    return node.path.length === 1 && node.path[0] === name;
  return Object.values(node).some((one) => mentions(one, name));
}
