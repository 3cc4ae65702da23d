import { isUtf8 } from "node:buffer";
import { invalidArgument, WarehouseError } from "../errors.ts";
import type { ColumnType, Decode, ValueOptions, ValuePolicy } from "./types.ts";

/** Fills in the value policy's defaults. @throws `INVALID_ARGUMENT` for a word that is none of an option's. */
export function valuePolicy(options: ValueOptions, defaults: ValuePolicy = standardPolicy): ValuePolicy {
  if (options.integers === undefined && options.decimals === undefined && options.timestamps === undefined) {
    return defaults;
  }
  return {
    integers: oneOf("integers", options.integers, ["number", "bigint", "string"]) ?? defaults.integers,
    decimals: oneOf("decimals", options.decimals, ["string", "number"]) ?? defaults.decimals,
    timestamps: oneOf("timestamps", options.timestamps, ["string", "date"]) ?? defaults.timestamps,
  };
}

/** How values are given where nobody says otherwise. */
export const standardPolicy: ValuePolicy = { integers: "number", decimals: "string", timestamps: "string" };

/** Gives an option's value. @throws `INVALID_ARGUMENT` for a word that is none of its own: plain JavaScript may pass any. */
export function oneOf<T extends string>(option: string, value: T | undefined, words: readonly T[]): T | undefined {
  if (value === undefined || words.includes(value)) return value;
  throw invalidArgument(`${option} must be one of ${words.map((word) => `"${word}"`).join(", ")}.`);
}

/** Makes the error for a cell that cannot be given exactly; the reader of the row adds column and row. */
export function invalidValue(problem: string): WarehouseError {
  return new WarehouseError("INVALID_VALUE", problem, { phase: "fetch" });
}

/** The types that hold a day or a moment: each warehouse writes those in its own way. */
type MomentType = "date" | "time" | "timetz" | "timestamp" | "timestamptz";

/** Chooses the decoder of a type that both warehouses write in the same way. */
export function plainDecoder(type: Exclude<ColumnType, MomentType>, policy: ValuePolicy): Decode {
  switch (type) {
    case "integer":
      return integer(policy);
    case "decimal":
      return decimal(policy);
    case "float":
      return float;
    case "boolean":
      return boolean;
    case "json":
      return json;
    case "binary":
      return binary;
    case "text":
    case "interval":
      return text;
  }
}

/** Gives a cell's text. @throws `INVALID_VALUE` for bytes that are no UTF-8 and would be read as other characters. */
export function text(bytes: Buffer, start: number, end: number): string {
  const value = bytes.toString("utf8", start, end);
  // Node writes the replacement character for what it cannot read; only a text that holds one is looked at again.
  if (value.includes("\ufffd") && !isUtf8(bytes.subarray(start, end))) {
    throw invalidValue(
      "the server sent text that is not UTF-8; cast the column to VARBYTE or BINARY to read its bytes",
    );
  }
  return value;
}

/** Gives the text of a cell that is known to hold ASCII only. */
export function ascii(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("latin1", start, end);
}

const minus = 0x2d;
const zero = 0x30;

/** Fifteen digits always fit a double exactly; longer ones are compared with their own digits. */
const safeDigits = 15;

/** Decodes a decimal integer of any width by the policy. */
export function integer(policy: ValuePolicy): Decode {
  switch (policy.integers) {
    case "number":
      return integerAsNumber;
    case "bigint":
      return (bytes, start, end) => BigInt(integerDigits(bytes, start, end));
    case "string":
      return (bytes, start, end) => integerDigits(bytes, start, end);
  }
}

function integerAsNumber(bytes: Buffer, start: number, end: number): number {
  const negative = bytes[start] === minus;
  let position = negative ? start + 1 : start;
  if (end - position > safeDigits || position === end) return longIntegerAsNumber(bytes, start, end);
  let value = 0;
  for (; position < end; position++) {
    const digit = (bytes[position] ?? 0) - zero;
    if (digit < 0 || digit > 9) throw invalidValue("the server sent something that is not an integer");
    value = value * 10 + digit;
  }
  // 0 and not -0: an integer has no negative zero.
  return negative && value !== 0 ? -value : value;
}

function longIntegerAsNumber(bytes: Buffer, start: number, end: number): number {
  const value = Number(integerDigits(bytes, start, end));
  if (Number.isSafeInteger(value)) return value;
  throw invalidValue(
    'the integer is beyond ±(2^53−1) and would lose digits as a number; pass { integers: "bigint" } or { integers: "string" }',
  );
}

function integerDigits(bytes: Buffer, start: number, end: number): string {
  const digits = ascii(bytes, start, end);
  if (!/^-?\d+$/.test(digits)) throw invalidValue("the server sent something that is not an integer");
  return digits;
}

/** Decodes fixed-point text by the policy. */
export function decimal(policy: ValuePolicy): Decode {
  return policy.decimals === "string" ? decimalDigits : (bytes, start, end) => Number(decimalDigits(bytes, start, end));
}

function decimalDigits(bytes: Buffer, start: number, end: number): string {
  const digits = ascii(bytes, start, end);
  if (!/^-?(?:\d+(?:\.\d*)?|\.\d+)$/.test(digits))
    throw invalidValue("the server sent something that is not a decimal");
  return digits;
}

/** What `Number` reads, without what it reads besides: white space as 0, and hexadecimal. */
const floatDigits = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Decodes a floating-point number; both PostgreSQL's and Snowflake's words for infinity are understood. */
export const float: Decode = (bytes, start, end) => {
  const digits = ascii(bytes, start, end);
  if (floatDigits.test(digits)) {
    const value = Number(digits);
    if (Number.isFinite(value)) return value;
    throw invalidValue(
      "the floating-point number is beyond the range of a double; cast the column to VARCHAR to read it",
    );
  }
  switch (digits.toLowerCase()) {
    case "nan":
      return NaN;
    case "inf":
    case "infinity":
      return Infinity;
    case "-inf":
    case "-infinity":
      return -Infinity;
    default:
      throw invalidValue("the server sent something that is not a floating-point number");
  }
};

/** Decodes `t`/`f` (Redshift) and `1`/`0`/`true`/`false` in any case (Snowflake). */
export const boolean: Decode = (bytes, start, end) => {
  switch (ascii(bytes, start, end).toLowerCase()) {
    case "t":
    case "1":
    case "true":
      return true;
    case "f":
    case "0":
    case "false":
      return false;
    default:
      throw invalidValue("the server sent something that is not a boolean");
  }
};

/** Decodes hexadecimal text, with or without PostgreSQL's `\x`, into bytes. */
export const binary: Decode = (bytes, start, end) => {
  const digits = ascii(bytes, start, end);
  const hex = digits.startsWith("\\x") ? digits.slice(2) : digits;
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) {
    throw invalidValue("the server sent something that is not hexadecimal");
  }
  // A plain Uint8Array of its own: a slice of Node's shared pool would keep 8 KB alive for each cell.
  return new Uint8Array(Buffer.from(hex, "hex"));
};

/** Decodes JSON text. An integer that a number cannot hold exactly is an error, as it is in a column. */
export const json: Decode = (bytes, start, end) => {
  const source = text(bytes, start, end);
  const value = parseJson(source);
  if (/\d{16}|[eE]\+?\d{3}/.test(source)) checkJsonNumbers(source);
  return value;
};

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    // No cause: the engine's message quotes the document.
    throw invalidValue("the server sent something that is not JSON; cast the column to VARCHAR to read it as text");
  }
}

/**
 * Escapes, quotes, and numbers with their fraction and exponent: what is left of a match without either is an integer. Strings are
 * told by their quotes one at a time, since a pattern for a whole one runs out of stack at some megabytes.
 */
const jsonTokens = /\\.|"|-?\d+(\.\d+)?([eE][+-]?\d+)?/g;

function checkJsonNumbers(source: string): void {
  let inString = false;
  for (const [token, fraction, exponent] of source.matchAll(jsonTokens)) {
    if (token === '"') inString = !inString;
    else if (!inString) checkJsonNumber(Number(token), fraction === undefined && exponent === undefined);
  }
}

function checkJsonNumber(value: number, isInteger: boolean): void {
  if (isInteger ? Number.isSafeInteger(value) : Number.isFinite(value)) return;
  const kind = isInteger
    ? "an integer beyond ±(2^53−1), which would lose digits"
    : "a number beyond the range of a double";
  throw invalidValue(`the JSON holds ${kind}; cast the column to VARCHAR to read it as text`);
}

/** Makes a decoder of ISO text give a `Date` where the policy asks for one. */
export function instant(iso: (bytes: Buffer, start: number, end: number) => string, policy: ValuePolicy): Decode {
  if (policy.timestamps === "string") return iso;
  return (bytes, start, end) => isoToDate(iso(bytes, start, end));
}

/** The ISO form that `Date` reads by rule; any other text is left to an engine's guesses. Captures the time of day and the zone. */
const isoMoment = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\d(T\d\d:\d\d:\d\d(?:\.\d+)?([+-]\d\d:\d\d)?)?$/;

/** Gives a date at midnight UTC and a timestamp without a zone as the UTC wall clock. */
function isoToDate(iso: string): Date {
  const [moment, time, zone] = isoMoment.exec(iso) ?? [];
  const wallClock = time !== undefined && zone === undefined;
  const date = new Date(moment === undefined ? NaN : wallClock ? `${moment}Z` : moment);
  if (Number.isNaN(date.getTime())) {
    throw invalidValue('the server sent a timestamp that a Date cannot hold; pass { timestamps: "string" }');
  }
  return date;
}
