import { randomUUID } from "node:crypto";
import { types } from "node:util";
import { invalidArgument, WarehouseError } from "../errors.ts";
import { checkDigits } from "./digits.ts";

const brand = Symbol.for("peak-warehouse.Json");

/** A value that is to be sent as JSON: to a SUPER column on Redshift, to VARIANT, OBJECT or ARRAY on Snowflake. */
export class Json {
  constructor(value: unknown) {
    // Not enumerable, so that whatever prints or copies this object leaves the value out.
    Object.defineProperty(this, brand, { value: serialise(value) });
  }

  /**
   * Answers knex, which asks this of whatever it is told in place of a column, condition or table; values are bound without asking.
   *
   * @throws `INVALID_ARGUMENT` always.
   */
  get isRawInstance(): never {
    throw invalidArgument("sql.json(…) is a value: knex takes it where a value goes, beside the name of its column.");
  }

  /** Gives a text that says what this is, and not the value. */
  toJSON(): string {
    return "[sql.json]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[sql.json]";
  }
}

/** Makes of JSON text what `sql.json()` makes of a value. */
export function jsonOf(text: string): Json {
  const json = Object.create(Json.prototype) as Json;
  return Object.defineProperty(json, brand, { value: text });
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
 * with all its digits, and what JSON cannot hold is refused instead of becoming `null` or `{}`.
 */
function serialise(value: unknown): string {
  // Nothing in the value can equal a random mark, so that what is replaced below is what was marked here.
  const mark = `bigint ${randomUUID()} `;
  function replace(this: unknown, key: string, converted: unknown): unknown {
    // The holder still has what a toJSON, which an application may have given even to BigInt, has turned into something else.
    const original = (this as Record<string, unknown>)[key];
    if (typeof original === "bigint") {
      checkDigits(original, "sql.json(value)");
      return mark + original.toString();
    }
    const loss = lossOf(original, converted, Array.isArray(this));
    if (loss !== undefined) throw invalidArgument(`sql.json(value) was given ${loss}, which JSON cannot hold.`);
    return converted;
  }
  const text = stringify(value, replace);
  return text.includes(mark) ? text.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1") : text;
}

/** Names what `JSON.stringify` would lose; a property without a value is left out by everyone's expectation. */
function lossOf(original: unknown, converted: unknown, inArray: boolean): string | undefined {
  if (typeof converted === "number" && !Number.isFinite(converted)) return "NaN or an infinity";
  if (types.isDate(original) && Number.isNaN(original.getTime())) return "an invalid Date";
  if (types.isMap(converted) || types.isSet(converted)) return "a Map or Set";
  if (ArrayBuffer.isView(converted) || types.isAnyArrayBuffer(converted)) return "binary data";
  if (inArray && ["undefined", "function", "symbol"].includes(typeof converted))
    return `${typeof converted} in an array`;
  return undefined;
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
