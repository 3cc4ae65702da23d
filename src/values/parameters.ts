import { types } from "node:util";
import { invalidArgument } from "../errors.ts";
import { checkDigits } from "./digits.ts";
import { isJson, jsonText } from "./json.ts";

/** A parameter that was checked and is ready to be sent. The kind decides how a driver writes it on the wire. */
export type Bind =
  | { readonly kind: "null" }
  /** A whole number of at most 38 digits; a `number` is within ±(2^53−1). */
  | { readonly kind: "integer"; readonly value: bigint | number }
  /** Any other number, NaN, ±Infinity and -0 included. */
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  /** Well-formed Unicode. */
  | { readonly kind: "text"; readonly value: string }
  /** An instant, such as `2024-01-02T03:04:05.123+00:00`. */
  | { readonly kind: "timestamp"; readonly value: string }
  | { readonly kind: "binary"; readonly value: Uint8Array }
  /** JSON text. */
  | { readonly kind: "json"; readonly value: string };

const nothing: Bind = { kind: "null" };
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Checks one parameter and gives it its kind.
 *
 * @param where - how the message calls the parameter, such as `parameter 2`.
 * @throws `INVALID_ARGUMENT` for what cannot be sent exactly. The message never holds the value.
 */
export function toBind(value: unknown, where: string): Bind {
  switch (typeof value) {
    case "string":
      if (loneSurrogate.test(value)) throw refusal(where, "holds half a surrogate pair, which no warehouse can store");
      return { kind: "text", value };
    case "number":
      return { kind: Number.isSafeInteger(value) && !Object.is(value, -0) ? "integer" : "float", value };
    case "boolean":
      return { kind: "boolean", value };
    case "bigint":
      checkDigits(value, where);
      return { kind: "integer", value };
    case "object":
      return value === null ? nothing : objectBind(value, where);
    case "undefined":
      throw refusal(where, "is undefined: pass null where NULL is meant");
    case "function":
    case "symbol":
      throw refusal(where, `is a ${typeof value}, which has no SQL value`);
  }
}

function objectBind(value: object, where: string): Bind {
  if (types.isDate(value)) return { kind: "timestamp", value: instant(value, where) };
  if (types.isUint8Array(value)) return { kind: "binary", value };
  if (isJson(value)) return { kind: "json", value: jsonText(value) };
  throw refusal(where, objectRefusal(value));
}

/** Dates of other years would be written in a form that the warehouses do not read. */
function instant(date: Date, where: string): string {
  const ms = date.getTime();
  if (Number.isNaN(ms)) throw refusal(where, "is an invalid Date");
  const year = date.getUTCFullYear();
  if (year < 1 || year > 9999) throw refusal(where, "is a Date outside the years 1 to 9999");
  return `${date.toISOString().slice(0, -1)}+00:00`;
}

/** Says what an object is without asking the object, which could answer with its content. */
function objectRefusal(value: object): string {
  if (Array.isArray(value)) {
    return "is an array, which goes only inside IN (…) by itself: use sql.json(value) to send it as JSON";
  }
  if (Symbol.for("peak-warehouse.Fragment") in value) {
    return "is a fragment made by sql: put it into the text with the sql`…` tag, not among the parameters";
  }
  if (types.isPromise(value)) return "is a promise: await it first";
  if (types.isBoxedPrimitive(value)) return "is a boxed primitive: pass the primitive itself";
  if (types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value))
    return "is binary, but not a Uint8Array: pass a Uint8Array over it";
  if (types.isMap(value) || types.isSet(value))
    return `is a ${types.isMap(value) ? "Map" : "Set"}, which has no SQL value`;
  return "is an object: use sql.json(value) to send it as JSON, or pass the string, number or Date that is meant";
}

function refusal(where: string, what: string) {
  return invalidArgument(`${where} ${what}.`);
}
