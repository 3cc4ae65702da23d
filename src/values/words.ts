import { endianness } from "node:os";
import { invalidValue } from "./invalid.ts";

const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const two17 = 2 ** 17;
const two15 = 2 ** 15;
const two32 = 2 ** 32;

/** Where the lower and the higher half of a 64-bit integer lie in its two 32-bit words, on this machine. */
export const [lowWord, highWord] = endianness() === "LE" ? [0, 1] : [1, 0];

/** Why digits were refused, for who says it in the terms of the column. */
export const notAnInteger = "the server sent something that is not an integer";
const notADecimal = "the server sent something that is not a decimal";

/**
 * Writes `±(high · factor + low)` as a 64-bit integer into the words of a `BigInt64Array`, without a bigint for each.
 *
 * @param high - a whole number below 2⁴⁰.
 * @param factor - below 2³⁰, as `low` is.
 * @returns whether it fits.
 */
export function writeInt64(
  words: Int32Array,
  at: number,
  negative: boolean,
  high: number,
  factor: number,
  low: number,
): boolean {
  // Each product stays below 2⁵³: high = upper · 2¹⁷ + lower.
  const upper = Math.floor(high / two17);
  const upperProduct = upper * factor;
  const upperHigh = Math.floor(upperProduct / two15);
  const rest = (upperProduct - upperHigh * two15) * two17 + (high - upper * two17) * factor + low;
  const carry = Math.floor(rest / two32);
  let lower = (rest - carry * two32) | 0;
  let higher = upperHigh + carry;
  if (higher >= 2 ** 31 && !(negative && higher === 2 ** 31 && lower === 0)) return false;
  if (negative) {
    lower = -lower | 0;
    higher = lower === 0 ? -higher : ~higher;
  }
  words[2 * at + lowWord] = lower;
  words[2 * at + highWord] = higher;
  return true;
}

/** Writes a decimal integer as 64 bits. @throws `INVALID_VALUE` for what is none, or does not fit. */
export function writeInteger(bytes: Buffer, start: number, end: number, words: Int32Array, at: number): void {
  const negative = bytes[start] === minus;
  let position = negative ? start + 1 : start;
  if (position === end) throw invalidValue(notAnInteger);
  while (end - position > 19 && bytes[position] === zero) position++;
  let high = 0;
  let low = 0;
  const lowStart = end - 9;
  for (; position < end; position++) {
    const digit = (bytes[position] ?? 0) - zero;
    if (digit < 0 || digit > 9) throw invalidValue(notAnInteger);
    if (position < lowStart) high = high * 10 + digit;
    else low = low * 10 + digit;
  }
  if (high < 2 ** 40 && writeInt64(words, at, negative, high, 1e9, low)) return;
  throw invalidValue('the integer does not fit into 64 bits; pass { integers: "string" } to read it as text');
}

/**
 * Writes a decimal as a 128-bit integer, without its point: four 32-bit words, the lowest first.
 *
 * @param scale - how many digits behind the point there are to be.
 * @throws `INVALID_VALUE` for what is no decimal, has more digits behind its point that are not zero, or does not fit into 128 bits.
 */
export function writeDecimal(
  bytes: Buffer,
  start: number,
  end: number,
  scale: number,
  words: Uint32Array,
  at: number,
): void {
  const negative = bytes[start] === minus;
  let digits = 0;
  let fraction = -1;
  let group = 0;
  let groupFactor = 1;
  const first = 4 * at;
  words.fill(0, first, first + 4);
  for (let position = negative ? start + 1 : start; position < end; position++) {
    const byte = bytes[position] ?? 0;
    const digit = byte - zero;
    if (byte === point && fraction < 0) {
      fraction = 0;
      continue;
    }
    if (digit < 0 || digit > 9) throw invalidValue(notADecimal);
    digits++;
    if (fraction >= scale) {
      if (digit !== 0)
        throw invalidValue(`the decimal has more than the ${scale} digits behind its point that its column has`);
      continue;
    }
    if (fraction >= 0) fraction++;
    group = group * 10 + digit;
    groupFactor *= 10;
    // Six digits at a time: a 32-bit word times a million is exact.
    if (groupFactor === 1e6) {
      multiplyAdd(words, first, groupFactor, group);
      group = 0;
      groupFactor = 1;
    }
  }
  if (digits === 0) throw invalidValue(notADecimal);
  if (groupFactor > 1) multiplyAdd(words, first, groupFactor, group);
  for (let missing = scale - Math.max(0, fraction); missing > 0; missing -= 6) {
    multiplyAdd(words, first, 10 ** Math.min(6, missing), 0);
  }
  if (negative) negate(words, first);
}

/** Multiplies 128 bits by a factor of at most a million, and adds a summand of at most that. */
function multiplyAdd(words: Uint32Array, first: number, factor: number, summand: number): void {
  let carry = summand;
  for (let at = first; at < first + 4; at++) {
    const product = (words[at] ?? 0) * factor + carry;
    carry = Math.floor(product / two32);
    words[at] = product - carry * two32;
  }
  if (carry > 0 || (words[first + 3] ?? 0) >= 2 ** 31) {
    throw invalidValue(
      'the decimal does not fit into 128 bits; pass { decimals: "number" }, or cast the column to VARCHAR',
    );
  }
}

function negate(words: Uint32Array, first: number): void {
  let carry = 1;
  for (let at = first; at < first + 4; at++) {
    const word = ~(words[at] ?? 0) >>> 0;
    words[at] = word + carry;
    carry = carry === 1 && word === 0xffff_ffff ? 1 : 0;
  }
}
