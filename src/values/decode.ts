import { isUtf8 } from "node:buffer";
import { invalidArgument } from "../errors.ts";
import { readFloat } from "./float.ts";
import { parseJsonDocument } from "./json-document.ts";
import { invalidValue } from "./invalid.ts";
import { recurring } from "./recurring.ts";
import { notAnInteger } from "./words.ts";
import type { CellBytes, Decode, PlainType, ValueOptions, ValuePolicy } from "./types.ts";

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

/** Chooses the decoder of a type that both warehouses write in the same way. */
export function plainDecoder(type: PlainType, policy: ValuePolicy): Decode {
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
      return text();
  }
}

/** Makes the decoder of a column's texts. */
export function text(): Decode {
  return recurring(utf8);
}

/** Gives a cell's text. @throws `INVALID_VALUE` for bytes that are no UTF-8 and would be read as other characters. */
export function utf8({ bytes }: CellBytes, start: number, end: number): string {
  const value = bytes.toString("utf8", start, end);
  // Node writes the replacement character for what it cannot read; only a text that holds one is looked at again.
  if (value.includes("\ufffd") && !isUtf8(bytes.subarray(start, end))) {
    throw invalidValue(notUtf8);
  }
  return value;
}

/** Why a text is refused. */
export const notUtf8 = "the server sent text that is not UTF-8; cast the column to VARBYTE or BINARY to read its bytes";

const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const one = 0x31;
const letterF = 0x66;
const letterT = 0x74;

/** Fifteen digits and a sign always fit a double exactly. */
const safeDigits = 15;
/** The digits of 2⁵³ before its last eight. */
const safeHigh = 90_071_992;

/** Decodes a decimal integer of any width by the policy. */
export function integer(policy: ValuePolicy): Decode {
  switch (policy.integers) {
    case "number":
      return integerAsNumber;
    case "bigint":
      return (cells, start, end) => BigInt(integerDigits(cells, start, end));
    case "string":
      return integerDigits;
  }
}

function integerAsNumber(cells: CellBytes, start: number, end: number): number {
  const { bytes } = cells;
  if (end - start <= safeDigits) return readShortInteger(bytes, start, end);
  const split = end - 8;
  const high = split - start > safeDigits ? NaN : readShortInteger(bytes, start, split);
  // With a minus for a digit it would be another number.
  if (Math.abs(high) <= safeHigh && isDigit(bytes[split])) {
    const low = readShortInteger(bytes, split, end);
    const value = high * 1e8 + (bytes[start] === minus ? -low : low);
    if (Number.isSafeInteger(value)) return value;
  }
  return longIntegerAsNumber(cells, start, end);
}

/** Reads an integer of up to 32 bits. @throws `INVALID_VALUE` for what is none. */
export function readInt32(bytes: Buffer, start: number, end: number): number {
  const value = end - start > safeDigits ? NaN : readShortInteger(bytes, start, end);
  if (value !== (value | 0)) throw invalidValue("the server sent an integer that is too large for its column");
  return value;
}

function readShortInteger(bytes: Buffer, start: number, end: number): number {
  const negative = bytes[start] === minus;
  let position = negative ? start + 1 : start;
  if (position === end) throw invalidValue(notAnInteger);
  let value = 0;
  for (; position < end; position++) {
    const digit = (bytes[position] ?? 0) - zero;
    if (digit < 0 || digit > 9) throw invalidValue(notAnInteger);
    value = value * 10 + digit;
  }
  // 0 and not -0: an integer has no negative zero.
  return negative && value !== 0 ? -value : value;
}

function longIntegerAsNumber(cells: CellBytes, start: number, end: number): number {
  const value = Number(integerDigits(cells, start, end));
  if (Number.isSafeInteger(value)) return value;
  throw invalidValue(
    'the integer is beyond ±(2^53−1) and would lose digits as a number; pass { integers: "bigint" } or { integers: "string" }',
  );
}

/** Gives an integer's digits. @throws `INVALID_VALUE` for what is none. */
export function integerDigits(cells: CellBytes, start: number, end: number): string {
  const { bytes } = cells;
  let position = bytes[start] === minus ? start + 1 : start;
  if (position === end) throw invalidValue(notAnInteger);
  for (; position < end; position++) {
    if (!isDigit(bytes[position])) throw invalidValue(notAnInteger);
  }
  return cells.ascii(start, end);
}

/** Decodes fixed-point text by the policy. */
export function decimal(policy: ValuePolicy): Decode {
  return policy.decimals === "string" ? decimalDigits : ({ bytes }, start, end) => readDecimal(bytes, start, end);
}

/** Reads a decimal as the double that is nearest to it. @throws `INVALID_VALUE` for what is none. */
export function readDecimal(bytes: Buffer, start: number, end: number): number {
  checkDecimal(bytes, start, end);
  return readFloat(bytes, start, end);
}

function decimalDigits(cells: CellBytes, start: number, end: number): string {
  checkDecimal(cells.bytes, start, end);
  return cells.ascii(start, end);
}

function checkDecimal(bytes: Buffer, start: number, end: number): void {
  let digits = 0;
  let points = 0;
  for (let position = bytes[start] === minus ? start + 1 : start; position < end; position++) {
    const byte = bytes[position];
    if (isDigit(byte)) digits++;
    else if (byte === point) points++;
    else digits = -Infinity;
  }
  if (!(digits > 0) || points > 1) throw invalidValue("the server sent something that is not a decimal");
}

function isDigit(byte = 0): boolean {
  return byte >= zero && byte <= zero + 9;
}

/** Decodes a floating-point number; both PostgreSQL's and Snowflake's words for infinity are understood. */
export const float: Decode = ({ bytes }, start, end) => readFloat(bytes, start, end);

/** Decodes `t`/`f` (Redshift) and `1`/`0`/`true`/`false` in any case (Snowflake). */
export const boolean: Decode = ({ bytes }, start, end) => readBoolean(bytes, start, end);

/** Reads a boolean. @throws `INVALID_VALUE` for what is none. */
export function readBoolean(bytes: Buffer, start: number, end: number): boolean {
  if (end - start === 1) {
    const byte = bytes[start];
    if (byte === letterT || byte === one) return true;
    if (byte === letterF || byte === zero) return false;
  }
  switch (bytes.toString("latin1", start, end).toLowerCase()) {
    case "t":
    case "true":
      return true;
    case "f":
    case "false":
      return false;
    default:
      throw invalidValue("the server sent something that is not a boolean");
  }
}

/** Decodes hexadecimal text, with or without PostgreSQL's `\x`, into bytes. */
export const binary: Decode = ({ bytes }, start, end) => {
  const value = new Uint8Array(binaryBytes(bytes, start, end));
  writeBinary(bytes, start, end, value, 0);
  return value;
};

/** How many bytes a cell of hexadecimal text stands for. */
export function binaryBytes(bytes: Buffer, start: number, end: number): number {
  return (end - hexStart(bytes, start, end)) >> 1;
}

/** Writes what hexadecimal text stands for. @throws `INVALID_VALUE` for what is none. */
export function writeBinary(bytes: Buffer, start: number, end: number, into: Uint8Array, at: number): void {
  let position = hexStart(bytes, start, end);
  if ((end - position) % 2 !== 0) throw invalidValue(notHexadecimal);
  for (let target = at; position < end; position += 2, target++) {
    into[target] = (hexDigit(bytes[position]) << 4) | hexDigit(bytes[position + 1]);
  }
}

const notHexadecimal = "the server sent something that is not hexadecimal";

function hexStart(bytes: Buffer, start: number, end: number): number {
  return end - start >= 2 && bytes[start] === 0x5c && bytes[start + 1] === 0x78 ? start + 2 : start;
}

function hexDigit(byte = 0): number {
  if (isDigit(byte)) return byte - zero;
  const letter = byte | 0x20;
  if (letter >= 0x61 && letter <= 0x66) return letter - 0x61 + 10;
  throw invalidValue(notHexadecimal);
}

/** Decodes JSON text. An integer that a number cannot hold exactly is an error, as it is in a column. */
export const json: Decode = (cells, start, end) => {
  const source = utf8(cells, start, end);
  const value = parseJson(source);
  if (/\d{16}|[eE]\+?\d{3}/.test(source)) checkJsonNumbers(source);
  return value;
};

function parseJson(source: string): unknown {
  try {
    return parseJsonDocument(source);
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
