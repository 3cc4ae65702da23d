import { bind } from "../binder/expressions.ts";
import type { Bound } from "../binder/bound.ts";
import { shown } from "../binder/names.ts";
import { compilationError, unsupported } from "../errors.ts";
import type { Expr } from "../sql/ast.ts";
import type { Statement } from "../sql/statement-ast.ts";
import { storageType, wireCell } from "../types/storage.ts";
import { literal } from "../types/storage.ts";
import { status } from "./answers.ts";
import { parameterValue } from "./parameters.ts";
import { contextOf } from "./run.ts";
import type { Answer, Run } from "./run.ts";

type Of<T extends Statement["t"]> = Extract<Statement, { t: T }>;
const done = (id: number): Answer => status(id, "Statement executed successfully.");

/** Runs USE. Any warehouse and role exists; a database or schema must. */
export function use({ kind, path }: Of<"use">, { account, session }: Run): Answer {
  const [last = "", parent = session.database] = [...path].reverse();
  const missing = (): Error =>
    compilationError("002043", "02000", "Object does not exist, or operation cannot be performed.");
  switch (kind) {
    case "WAREHOUSE":
      session.warehouse = last;
      return done(0x4303);
    case "ROLE":
      session.role = last;
      return done(0x4300);
    case "SECONDARY ROLES":
      return done(0x4300);
    case "DATABASE": {
      const schemas = account.catalog.schemas(last);
      if (schemas === undefined) throw missing();
      session.database = last;
      session.schema = schemas.includes("PUBLIC") ? "PUBLIC" : null;
      return done(0x4301);
    }
    case "SCHEMA": {
      if (parent === null || account.catalog.schemas(parent)?.includes(last) !== true) throw missing();
      session.database = parent;
      session.schema = last;
      return done(0x4302);
    }
  }
}

function settingText(expr: Expr, run: Run): string {
  if (expr.t === "column") return shown(expr.path);
  const { constant } = bind(expr, undefined, contextOf(run).context);
  if (constant === undefined) throw unsupported("A parameter whose value is not a constant");
  return String(constant);
}

/** Runs ALTER SESSION SET and UNSET. */
export function alterSession({ set, unset }: Of<"alterSession">, run: Run): Answer {
  const values = set.map(([name, expr]) => [name, parameterValue(name, settingText(expr, run))] as const);
  for (const [name, value] of values) run.session.parameters.set(name, value);
  for (const name of unset) run.session.parameters.delete(name);
  return done(0x4100);
}

/** Runs SET: the value is computed now and kept as a literal. */
export async function setVariables({ names, values }: Of<"set">, run: Run): Promise<Answer> {
  if (names.length !== values.length) throw compilationError("001003", "42000", "As many values as names are needed.");
  for (const [i, name] of names.entries()) {
    const expr = values[i];
    if (expr !== undefined)
      run.session.variables.set(name, await computed(bind(expr, undefined, contextOf(run).context), run));
  }
  return done(0x4500);
}

async function computed(value: Bound, run: Run): Promise<Bound> {
  const stored = value.type.kind === "binary" ? wireCell(value.sql, value.type) : `CAST(${value.sql} AS VARCHAR)`;
  const result = await run.account.duckdb.run(`SELECT ${stored}`, run.signal);
  const cell = result.columns[0]?.[0];
  if (typeof cell !== "string")
    return { ...value, sql: `CAST(NULL AS ${storageType(value.type)})`, nullable: true, constant: undefined };
  const sql =
    value.type.kind === "binary"
      ? `sf_from_hex(${literal(cell)})`
      : `CAST(${literal(cell)} AS ${storageType(value.type)})`;
  const constant = value.type.kind === "text" ? cell : value.type.kind === "fixed" ? Number(cell) : undefined;
  return { sql, type: value.type, nullable: false, constant };
}

/** Runs UNSET. */
export function unsetVariables({ names }: Of<"unset">, { session }: Run): Answer {
  for (const name of names) session.variables.delete(name);
  return done(0x4500);
}
