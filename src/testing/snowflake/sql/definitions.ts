import type { Expr, Name } from "./ast.ts";
import type { AlterAction, ColumnDef, ObjectKind, Statement } from "./statement-ast.ts";
import { fileFormat, stage } from "./bulk.ts";
import type { Cursor } from "./cursor.ts";
import { expression } from "./expressions.ts";
import { nameList, query } from "./queries.ts";
import { alterSession } from "./sessions.ts";
import { typeRef } from "./types.ts";

interface Options {
  readonly replace: boolean;
  readonly temporary: boolean;
}

/** Parses CREATE TABLE, VIEW, SCHEMA, DATABASE and SEQUENCE. */
export function create(at: Cursor): Statement {
  at.expect("CREATE");
  const replace = at.takes("OR", "REPLACE");
  if (!at.takes("LOCAL")) at.takes("GLOBAL");
  const temporary = at.takes("TEMP") || at.takes("TEMPORARY") || at.takes("VOLATILE");
  if (!temporary) at.takes("TRANSIENT");
  const options = { replace, temporary };
  if (at.takes("TABLE")) return table(at, options);
  if (at.takes("VIEW")) return view(at, options);
  if (at.takes("SEQUENCE")) return sequence(at, options);
  if (at.takes("STAGE")) return stage(at, options);
  if (at.takes("FILE", "FORMAT")) return fileFormat(at, options);
  for (const kind of ["SCHEMA", "DATABASE"] as const)
    if (at.takes(kind)) {
      const ifNotExists = at.takes("IF", "NOT", "EXISTS");
      const path = at.path();
      tableOptions(at);
      return { t: "createNamespace", kind, path, replace, ifNotExists };
    }
  throw at.unsupported(`CREATE ${at.peek().value}`);
}

function table(at: Cursor, options: Options): Statement {
  const early = at.takes("IF", "NOT", "EXISTS");
  const path = at.path();
  const base = { t: "createTable", path, ...options, ifNotExists: early || at.takes("IF", "NOT", "EXISTS") } as const;
  const none = { columns: [], names: [] } as const;
  if (at.takes("LIKE")) return { ...base, ...none, like: at.path() };
  if (at.takes("CLONE")) return { ...base, ...none, clone: at.path() };
  const { columns, names } = at.sees("(") ? tableBody(at) : none;
  tableOptions(at);
  const as = at.takes("AS") ? query(at) : undefined;
  if (as === undefined && columns.length === 0) throw at.unexpected();
  return { ...base, columns, names, ...(as && { as }) };
}

function tableBody(at: Cursor): { columns: ColumnDef[]; names: Name[] } {
  const next = at.peek(2);
  if (next.kind === "symbol" && (next.value === "," || next.value === ")")) return { columns: [], names: nameList(at) };
  at.expect("(");
  const columns: ColumnDef[] = [];
  at.list(() => {
    if (tableConstraint(at)) return;
    columns.push(columnDef(at));
  });
  at.expect(")");
  return { columns, names: [] };
}

// Snowflake keeps keys as information and enforces none but NOT NULL.
function tableConstraint(at: Cursor): boolean {
  const named = at.takes("CONSTRAINT");
  if (named) at.name();
  const key = at.takes("PRIMARY", "KEY") || at.takes("UNIQUE") || at.takes("FOREIGN", "KEY");
  if (named && !key) throw at.unexpected();
  if (!key) return false;
  nameList(at);
  references(at);
  return true;
}

function references(at: Cursor): void {
  if (!at.takes("REFERENCES")) return;
  at.path();
  nameList(at);
}

/** Parses one column of a table: name, type, then its properties in any order. */
function columnDef(at: Cursor): ColumnDef {
  const name = at.name();
  const type = typeRef(at);
  let notNull = false;
  let initial: Expr | undefined;
  let identity: ColumnDef["identity"];
  for (;;) {
    if (at.takes("NOT", "NULL")) notNull = true;
    else if (at.takes("NULL")) notNull = false;
    else if (at.takes("DEFAULT")) initial = expression(at);
    else if (at.takes("AUTOINCREMENT") || at.takes("IDENTITY")) identity = identityOf(at);
    else if (at.takes("PRIMARY", "KEY")) notNull = true;
    else if (at.takes("UNIQUE") || at.takes("ORDER") || at.takes("NOORDER") || at.takes("ENFORCED")) continue;
    else if (at.takes("NOT", "ENFORCED")) continue;
    else if (at.takes("CONSTRAINT")) at.name();
    else if (at.sees("REFERENCES")) references(at);
    else if (at.takes("COMMENT")) at.next();
    else if (at.sees("COLLATE")) throw at.unsupported("COLLATE");
    else break;
  }
  return { name, type, notNull, ...(initial && { default: initial }), ...(identity && { identity }) };
}

function identityOf(at: Cursor): { start: number; step: number } {
  let start = 1;
  let step = 1;
  if (at.takes("(")) {
    start = wholeNumber(at);
    at.expect(",");
    step = wholeNumber(at);
    at.expect(")");
  }
  if (at.takes("START")) {
    at.takes("WITH");
    start = wholeNumber(at);
  }
  if (at.takes("INCREMENT")) {
    at.takes("BY");
    step = wholeNumber(at);
  }
  return { start, step };
}

function wholeNumber(at: Cursor): number {
  const sign = at.takes("-") ? -1 : 1;
  if (at.peek().kind !== "number") throw at.unexpected();
  return sign * Number(at.next().value);
}

// CLUSTER BY, COMMENT = '…', DATA_RETENTION_TIME_IN_DAYS = 1 and the like change nothing that a client sees.
function tableOptions(at: Cursor): void {
  for (;;) {
    if (at.takes("CLUSTER", "BY")) skipParentheses(at);
    else if (at.takes("COPY", "GRANTS")) continue;
    else if (at.peek().kind === "word" && at.peek(1).value === "=" && at.peek(1).kind === "symbol") {
      at.next();
      at.next();
      if (at.sees("(")) skipParentheses(at);
      else at.next();
    } else return;
  }
}

function skipParentheses(at: Cursor): void {
  at.expect("(");
  for (let depth = 1; depth > 0;) {
    if (at.peek().kind === "end") throw at.unexpected();
    const { value, kind } = at.next();
    if (kind === "symbol" && value === "(") depth += 1;
    if (kind === "symbol" && value === ")") depth -= 1;
  }
}

function view(at: Cursor, options: Options): Statement {
  const ifNotExists = at.takes("IF", "NOT", "EXISTS");
  const path = at.path();
  const columns = nameList(at);
  tableOptions(at);
  at.expect("AS");
  const start = at.start();
  const inner = query(at);
  return {
    t: "createView",
    path,
    replace: options.replace,
    ifNotExists,
    columns,
    query: inner,
    text: at.text.slice(start, at.end()),
  };
}

function sequence(at: Cursor, options: Options): Statement {
  const ifNotExists = at.takes("IF", "NOT", "EXISTS");
  const path = at.path();
  let start = 1;
  let step = 1;
  for (;;) {
    if (at.takes("START")) {
      at.takes("WITH");
      at.takes("=");
      start = wholeNumber(at);
    } else if (at.takes("INCREMENT")) {
      at.takes("BY");
      at.takes("=");
      step = wholeNumber(at);
    } else if (!at.takes("ORDER") && !at.takes("NOORDER")) break;
  }
  return { t: "createSequence", path, replace: options.replace, ifNotExists, start, step };
}

const objectKinds: readonly ObjectKind[] = ["TABLE", "VIEW", "SCHEMA", "DATABASE", "SEQUENCE"];

/** Parses DROP of every kind of object that CREATE makes. */
export function drop(at: Cursor): Statement {
  at.expect("DROP");
  const fileKind = at.takes("STAGE") ? "STAGE" : at.takes("FILE", "FORMAT") ? "FILE FORMAT" : undefined;
  if (fileKind !== undefined) {
    const ifThere = at.takes("IF", "EXISTS");
    return { t: "dropFiles", kind: fileKind, path: at.path(), ifExists: ifThere };
  }
  const kind = objectKinds.find((candidate) => at.takes(candidate));
  if (kind === undefined) throw at.unsupported(`DROP ${at.peek().value}`);
  const ifExists = at.takes("IF", "EXISTS");
  const path = at.path();
  if (!at.takes("CASCADE")) at.takes("RESTRICT");
  return { t: "drop", kind, path, ifExists };
}

/** Parses TRUNCATE [TABLE]. */
export function truncate(at: Cursor): Statement {
  at.expect("TRUNCATE");
  at.takes("TABLE");
  const ifExists = at.takes("IF", "EXISTS");
  return { t: "truncate", path: at.path(), ifExists };
}

/** Parses ALTER TABLE and ALTER SESSION. */
export function alter(at: Cursor): Statement {
  at.expect("ALTER");
  if (at.takes("SESSION")) return alterSession(at);
  if (!at.takes("TABLE")) throw at.unsupported(`ALTER ${at.peek().value}`);
  const ifExists = at.takes("IF", "EXISTS");
  return { t: "alterTable", path: at.path(), ifExists, action: alterAction(at) };
}

function alterAction(at: Cursor): AlterAction {
  if (at.takes("RENAME", "TO")) return { t: "rename", to: at.path() };
  if (at.takes("SWAP", "WITH")) return { t: "swap", with: at.path() };
  if (at.takes("RENAME", "COLUMN")) {
    const from = at.name();
    at.expect("TO");
    return { t: "renameColumn", from, to: at.name() };
  }
  if (at.takes("ADD")) {
    at.takes("COLUMN");
    const ifNotExists = at.takes("IF", "NOT", "EXISTS");
    return { t: "addColumn", ifNotExists, columns: at.list(() => (at.takes("COLUMN"), columnDef(at))) };
  }
  if (at.takes("DROP")) {
    at.takes("COLUMN");
    const ifExists = at.takes("IF", "EXISTS");
    return { t: "dropColumn", ifExists, names: at.list(() => at.name()) };
  }
  if (at.takes("ALTER") || at.takes("MODIFY")) {
    at.takes("COLUMN");
    const name = at.name();
    if (at.takes("DROP", "NOT", "NULL")) return { t: "nullability", name, notNull: false };
    if (at.takes("SET", "NOT", "NULL")) return { t: "nullability", name, notNull: true };
    if (!at.takes("SET", "DATA", "TYPE")) at.takes("TYPE");
    return { t: "alterType", name, type: typeRef(at) };
  }
  if (at.takes("SET", "COMMENT", "=")) return { t: "comment", text: at.next().value };
  throw at.unsupported(`ALTER TABLE … ${at.peek().value}`);
}

/** Parses DESCRIBE TABLE and DESCRIBE VIEW. */
export function describe(at: Cursor): Statement {
  at.next();
  if (at.takes("STAGE")) return { t: "describeStage", path: at.path() };
  const kind = at.takes("VIEW") ? "VIEW" : "TABLE";
  at.takes("TABLE");
  return { t: "describe", kind, path: at.path() };
}

const commented = ["TABLE", "VIEW", "SCHEMA", "COLUMN"] as const;

/** Parses COMMENT [IF EXISTS] ON … IS '…'. */
export function comment(at: Cursor): Statement {
  at.expect("COMMENT");
  const ifExists = at.takes("IF", "EXISTS");
  at.expect("ON");
  const kind = commented.find((one) => at.takes(one));
  if (kind === undefined) throw at.unsupported(`COMMENT ON ${at.peek().value}`);
  const path = at.path();
  at.expect("IS");
  return { t: "comment", kind, path, ifExists, text: at.next().value };
}
