import type { From, Name, Query } from "./ast.ts";
import type { BulkStatement, Load, Place, Unload } from "./bulk-ast.ts";
import type { Cursor } from "./cursor.ts";
import { expression } from "./expressions.ts";
import { formatOptions, loadOptions, options, stageOptions, unloadOptions } from "./options.ts";
import { seesStage, stagePlace } from "./places.ts";
import { nameList, query } from "./queries.ts";

interface Definition {
  readonly replace: boolean;
  readonly temporary: boolean;
}

/** Parses COPY INTO, to a location or to a table. */
export function copying(at: Cursor): BulkStatement {
  at.expect("COPY", "INTO");
  return seesPlace(at) ? unloading(at) : loading(at);
}

const seesPlace = (at: Cursor): boolean => seesStage(at) || at.peek().kind === "string";

function place(at: Cursor): Place {
  if (seesStage(at)) return { t: "stage", ...stagePlace(at) };
  if (at.peek().kind !== "string") throw at.unexpected();
  if (!/^s3:\/\/[^/]/.test(at.peek().value)) throw at.unsupported(`The location '${at.peek().value}'`);
  return { t: "url", url: at.next().value };
}

function unloading(at: Cursor): Unload {
  const into = place(at);
  at.expect("FROM");
  const source = unloadedQuery(at);
  let partition: Unload["partition"];
  if (at.takes("PARTITION", "BY")) {
    at.expect("(");
    partition = expression(at);
    at.expect(")");
  }
  return { t: "unload", into, query: source, options: options(at, unloadOptions), ...(partition && { partition }) };
}

function unloadedQuery(at: Cursor): Query {
  if (at.takes("(")) {
    const inner = query(at);
    at.expect(")");
    return inner;
  }
  const start = at.start();
  const from: From = { t: "table", path: at.path(), alias: { columns: [] }, start, end: at.end() };
  const span = { start, end: at.end() };
  const star = { t: "star", qualifier: [], exclude: [], rename: new Map<Name, Name>(), ...span } as const;
  const body = { t: "select", distinct: false, items: [{ value: star }], from, ...span } as const;
  return { recursive: false, ctes: [], body, order: [], ...span };
}

function loading(at: Cursor): Load {
  const path = at.path();
  const columns = nameList(at);
  at.expect("FROM");
  if (!at.takes("(")) {
    const from = place(at);
    return { t: "load", path, columns, from, options: options(at, loadOptions) };
  }
  const select = query(at);
  at.expect(")");
  const source = select.body.t === "select" ? select.body.from : undefined;
  if (source?.t !== "stage") throw at.unsupported("COPY INTO a table from a query that does not read a stage");
  const from: Place = { t: "stage", ...source.location };
  return { t: "load", path, columns, from, query: select, options: options(at, loadOptions) };
}

/** Parses what follows CREATE STAGE. */
export function stage(at: Cursor, definition: Definition): BulkStatement {
  const ifNotExists = at.takes("IF", "NOT", "EXISTS");
  return { t: "createStage", path: at.path(), ...definition, ifNotExists, options: options(at, stageOptions) };
}

/** Parses what follows CREATE FILE FORMAT. */
export function fileFormat(at: Cursor, definition: Definition): BulkStatement {
  const ifNotExists = at.takes("IF", "NOT", "EXISTS");
  const path = at.path();
  return { t: "createFileFormat", path, ...definition, ifNotExists, options: options(at, namedFormatOptions) };
}

const namedFormatOptions: ReadonlySet<string> = new Set([...formatOptions, "COMMENT"]);

/** Parses LIST. */
export const listing = (at: Cursor): BulkStatement => files(at, "listFiles");
/** Parses REMOVE. */
export const removing = (at: Cursor): BulkStatement => files(at, "removeFiles");

function files(at: Cursor, t: "listFiles" | "removeFiles"): BulkStatement {
  at.next();
  const where: Place = { t: "stage", ...stagePlace(at) };
  if (!at.takes("PATTERN")) return { t, place: where };
  at.expect("=");
  if (at.peek().kind !== "string") throw at.unexpected();
  return { t, place: where, pattern: at.next().value };
}
