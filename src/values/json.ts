import { randomUUID } from "node:crypto";
import { invalidArgument, WarehouseError } from "../errors.ts";
import { checkDigits } from "./digits.ts";

const brand = Symbol.for("peak-warehouse.Json");

/** A value that is to be sent as JSON: to a SUPER column on Redshift, to VARIANT, OBJECT or ARRAY on Snowflake. */
export class Json {
  constructor(value: unknown) {
    // Not enumerable, so that whatever prints or copies this object leaves the value out.
    Object.defineProperty(this, brand, { value: serialise(value) });
  }

  toJSON(): string {
    return "[sql.json]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[sql.json]";
  }
}

/** Tells whether a value was made by {@link Json}, also by another copy of this package. */
export function isJson(value: object): value is Json {
  return brand in value;
}

/** Gives the JSON text that a {@link Json} was made with. */
export function jsonText(json: Json): string {
  // The constructor of every copy of this package has put a string there.
  return (json as unknown as { [brand]: string })[brand];
}

/**
 * Writes JSON as `JSON.stringify` does, except where that would change a value without a word: a bigint becomes a number
 * with all its digits; NaN, infinities and what has no JSON inside an array are refused.
 */
function serialise(value: unknown): string {
  // Nothing in the value can equal a random mark, so that what is replaced below is what was marked here.
  const mark = `bigint ${randomUUID()} `;
  let marked = false;
  function replace(this: unknown, key: string, converted: unknown): unknown {
    // The holder still has a bigint that a BigInt.prototype.toJSON of the application has turned into something else.
    const original = (this as Record<string, unknown>)[key];
    if (typeof original === "bigint") {
      checkDigits(original, "sql.json(value)");
      marked = true;
      return mark + original.toString();
    }
    if (typeof converted === "number" && !Number.isFinite(converted)) {
      throw invalidArgument("sql.json(value) was given NaN or an infinity, which JSON cannot hold.");
    }
    if (Array.isArray(this) && ["undefined", "function", "symbol"].includes(typeof converted)) {
      throw invalidArgument(`sql.json(value) was given an array with ${typeof converted} in it: use null.`);
    }
    return converted;
  }
  const text = stringify(value, replace);
  return marked ? text.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1") : text;
}

function stringify(value: unknown, replace: (this: unknown, key: string, value: unknown) => unknown): string {
  try {
    // The compiler believes in a string, but undefined and functions give undefined.
    const text: unknown = JSON.stringify(value, replace);
    if (typeof text === "string") return text;
  } catch (error) {
    if (WarehouseError.is(error)) throw error;
    // No cause: the message for a cycle quotes property names, and that of an application's toJSON whatever it likes.
    throw invalidArgument("sql.json(value) was given a value that has a cycle, or a toJSON that throws.");
  }
  throw invalidArgument("sql.json(value) needs a value that JSON can hold; for SQL NULL pass null itself.");
}
