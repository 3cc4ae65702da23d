import { types } from "node:util";
import { invalidArgument } from "../errors.ts";
import type { Raw } from "./types.ts";

/*
 * What knex's methods are told, checked where knex would take it for nothing at all and send the statement without it: a `delete` that has
 * lost its condition empties the table.
 */

/** Tells knex's `raw()` and `ref()` from others. @throws `INVALID_ARGUMENT` for what `sql` makes, which answers for itself. */
export function isRaw(told: unknown): told is Raw {
  return typeof told === "object" && told !== null && "isRawInstance" in told && told.isRawInstance === true;
}

/** Tells a query, or raw SQL, from rows and values. */
export function isQuery(told: unknown): boolean {
  return typeof told === "function" || (typeof told === "object" && told !== null && "toSQL" in told);
}

/** @throws `INVALID_ARGUMENT` for what `sql` makes. */
export function refuseTagged(...told: unknown[]): void {
  told.forEach(isRaw);
}

/** @throws `INVALID_ARGUMENT` for a condition that is an object, but not one of columns and their values. */
export function checkCondition(condition: unknown): void {
  if (typeof condition !== "object" || condition === null || isRaw(condition) || isPlain(condition)) return;
  throw invalidArgument(
    "A condition is the name of a column, a plain object of columns and values, a function, or knex.raw().",
  );
}

/** @throws `INVALID_ARGUMENT` for rows to insert that have no columns by their nature. */
export function checkRows(rows: unknown): void {
  for (const row of Array.isArray(rows) ? (rows as unknown[]) : [rows]) {
    if (typeof row !== "object" || row === null || isRaw(row) || isOdd(row)) {
      throw invalidArgument("The rows to insert are objects of columns and values.");
    }
  }
}

/** What lodash's `omitBy`, which knex copies the values of an update by, leaves out. */
const lost = ["__proto__", "constructor", "prototype"];

/** @throws `INVALID_ARGUMENT` for a column that knex would lose. */
export function checkUpdate(values: unknown): void {
  if (typeof values !== "object" || values === null) return;
  const name = lost.find((one) => Object.hasOwn(values, one));
  if (name === undefined) return;
  throw invalidArgument(`knex leaves a column named ${name} out of an update: write the update with db.query().`);
}

/** @throws `INVALID_ARGUMENT` for what `increment()` and `decrement()` cannot count by: knex would take the digits that it begins with. */
export function checkCounters(column: unknown, amount: unknown = 1): void {
  refuseTagged(column);
  if (typeof column === "object" && !isPlain(column)) {
    throw invalidArgument("increment() takes the name of a column and a number, or a plain object of them.");
  }
  for (const by of typeof column === "object" ? Object.values(column) : [amount]) {
    const isNumber = typeof by === "number" || (typeof by === "string" && by.trim() !== "");
    if (!isNumber || !Number.isFinite(Number(by))) {
      throw invalidArgument(
        "increment() and decrement() take a number: use update() with knex.raw() for anything else.",
      );
    }
  }
}

/** @throws `INVALID_ARGUMENT` for a limit that is no whole number: knex would send the query without one. */
export function checkLimit(limit: unknown): void {
  refuseTagged(limit);
  if (!isWhole(limit)) throw invalidArgument("limit() takes a whole number that is not negative.");
}

/** @throws `INVALID_ARGUMENT` for an offset that is no whole number, no raw() and no query; null takes it away. */
export function checkOffset(offset: unknown): void {
  if (offset === undefined || offset === null || isRaw(offset) || isWhole(offset)) return;
  if (typeof offset === "object" && "toSQL" in offset) return;
  throw invalidArgument("offset() takes a whole number that is not negative.");
}

/** @throws `INVALID_ARGUMENT` for what is no name. */
export function checkName(name: unknown): void {
  refuseTagged(name);
  if (typeof name !== "string") throw invalidArgument("pluck() takes the name of a column.");
}

/** Tells an object that is written in braces, or has no prototype, from an instance of a class; also one from another realm. */
export function isPlain(told: unknown): told is Readonly<Record<string, unknown>> {
  if (typeof told !== "object" || told === null || Array.isArray(told)) return false;
  const prototype: unknown = Object.getPrototypeOf(told);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isOdd(row: object): boolean {
  return Array.isArray(row) || types.isDate(row) || types.isMap(row) || types.isSet(row) || ArrayBuffer.isView(row);
}

function isWhole(told: unknown): boolean {
  if (typeof told === "bigint") return told >= 0n;
  const isNumber = typeof told === "number" || (typeof told === "string" && /^\d+$/.test(told));
  return isNumber && Number.isSafeInteger(Number(told)) && Number(told) >= 0;
}
