import type { Expr, Name } from "./ast.ts";
import type { Statement } from "./statement-ast.ts";
import type { Cursor } from "./cursor.ts";
import { expression, parenthesised } from "./expressions.ts";

/** Parses BEGIN, START TRANSACTION, COMMIT and ROLLBACK. */
export function transaction(at: Cursor): Statement {
  const word = at.next().value;
  if (word === "START") at.expect("TRANSACTION");
  else if (!at.takes("WORK")) at.takes("TRANSACTION");
  if (word === "COMMIT") return { t: "commit" };
  if (word === "ROLLBACK") return { t: "rollback" };
  if (at.takes("NAME")) return { t: "begin", name: at.name() };
  if (at.peek().kind !== "end" && !at.sees(";")) throw at.unsupported("A block of Snowflake Scripting");
  return { t: "begin" };
}

/** Parses USE DATABASE, SCHEMA, WAREHOUSE, ROLE; a name alone is a schema when it has a dot, else a database. */
export function use(at: Cursor): Statement {
  at.expect("USE");
  for (const kind of ["DATABASE", "SCHEMA", "WAREHOUSE", "ROLE"] as const)
    if (at.takes(kind)) return { t: "use", kind, path: at.path() };
  if (at.takes("SECONDARY", "ROLES")) return { t: "use", kind: "SECONDARY ROLES", path: [at.next().value] };
  const path = at.path();
  return { t: "use", kind: path.length > 1 ? "SCHEMA" : "DATABASE", path };
}

/** Parses what follows ALTER SESSION: SET K = V …, or UNSET K, … . */
export function alterSession(at: Cursor): Statement {
  if (at.takes("UNSET")) return { t: "alterSession", set: [], unset: at.list(() => at.name()) };
  at.expect("SET");
  const set: (readonly [string, Expr])[] = [];
  while (at.peek().kind !== "end" && !at.sees(";")) {
    const key = at.name();
    at.expect("=");
    set.push([key, expression(at)]);
    at.takes(",");
  }
  if (set.length === 0) throw at.unexpected();
  return { t: "alterSession", set, unset: [] };
}

/** Parses SET v = …, and SET (a, b) = (…, …). */
export function setting(at: Cursor): Statement {
  at.expect("SET");
  if (!at.takes("(")) {
    const name = at.name();
    at.expect("=");
    return { t: "set", names: [name], values: [expression(at)] };
  }
  const names = at.list(() => at.name());
  at.expect(")", "=");
  return { t: "set", names, values: parenthesised(at) };
}

/** Parses UNSET v. */
export function unsetting(at: Cursor): Statement {
  at.expect("UNSET");
  if (!at.takes("(")) return { t: "unset", names: [at.name()] };
  const names = at.list(() => at.name());
  at.expect(")");
  return { t: "unset", names };
}

const shown = new Set(
  "TABLES VIEWS OBJECTS SCHEMAS DATABASES COLUMNS PARAMETERS VARIABLES WAREHOUSES SEQUENCES TRANSACTIONS STAGES".split(
    " ",
  ),
);

const scopes = ["ACCOUNT", "SESSION", "DATABASE", "SCHEMA", "TABLE", "VIEW"] as const;

/** Parses SHOW … [LIKE '…'] [IN [ACCOUNT | DATABASE | SCHEMA | TABLE | VIEW] [name]] [STARTS WITH '…'] [LIMIT n [FROM '…']]. */
export function show(at: Cursor): Statement {
  at.expect("SHOW");
  const terse = at.takes("TERSE");
  const what = at.next().value;
  if (!shown.has(what)) throw at.unsupported(`SHOW ${what}`);
  const like = at.takes("LIKE") ? quotedText(at) : undefined;
  let within: (typeof scopes)[number] | undefined;
  let scope: Name[] = [];
  if (at.takes("IN") || at.takes("FOR")) {
    within = scopes.find((kind) => at.takes(kind));
    const named = at.peek().kind !== "end" && !at.sees(";") && !at.sees("STARTS", "WITH") && !at.sees("LIMIT");
    scope = named ? at.path() : [];
  }
  const startsWith = at.takes("STARTS", "WITH") ? quotedText(at) : undefined;
  const limit = at.takes("LIMIT") ? Number(at.next().value) : undefined;
  const from = limit !== undefined && at.takes("FROM") ? quotedText(at) : undefined;
  return {
    t: "show",
    what,
    scope,
    terse,
    ...(within !== undefined && { within }),
    ...(like !== undefined && { like }),
    ...(startsWith !== undefined && { startsWith }),
    ...(limit !== undefined && { limit }),
    ...(from !== undefined && { from }),
  };
}

function quotedText(at: Cursor): string {
  if (at.peek().kind !== "string") throw at.unexpected();
  return at.next().value;
}
