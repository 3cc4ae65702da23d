import { invalidValue } from "./invalid.ts";

const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const lowerE = 0x65;
const upperE = 0x45;

/** Powers of ten that a double holds exactly. */
const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** 2²⁷ + 1 splits a double into two halves whose products are exact (Dekker 1971). */
const splitter = 134_217_729;
/** More than the relative error of the correction term below, which has three roundings. */
const uncertainty = 2 ** -50;

/**
 * Reads a floating-point number from its decimal text, exactly as `Number` would, and the words of PostgreSQL and Snowflake for NaN and the
 * infinities.
 *
 * Up to 18 digits with a small exponent, which is what a server prints of nearly every double, are read without a string: as an exact sum of
 * two doubles, divided by an exact power of ten with a correction term; where the error bound does not prove the rounding, `Number` reads
 * them.
 *
 * @throws `INVALID_VALUE` for what is no number, or beyond the range of a double.
 */
export function readFloat(bytes: Buffer, start: number, end: number): number {
  const negative = bytes[start] === minus;
  let position = negative ? start + 1 : start;
  // The first nine digits and the next nine: each number is exact in 32 bits.
  let high = 0;
  let low = 0;
  let digits = 0;
  let pointAt = -1;
  for (; position < end; position++) {
    const byte = bytes[position] ?? 0;
    const digit = byte - zero;
    if (digit >= 0 && digit <= 9) {
      if (digits < 9) high = high * 10 + digit;
      else low = low * 10 + digit;
      // Zeros at the beginning are no digits.
      if (digits > 0 || digit > 0) digits++;
      if (digits > 18) return readAnyFloat(bytes, start, end);
    } else if (byte === point && pointAt < 0) pointAt = position + 1;
    else break;
  }
  // A lone point, or a point without digits around it.
  if (position - (negative ? start + 1 : start) - (pointAt < 0 ? 0 : 1) === 0) return readAnyFloat(bytes, start, end);
  let exponent = pointAt < 0 ? 0 : pointAt - position;
  if (position < end) {
    const shift = smallExponent(bytes, position, end);
    if (shift === undefined) return readAnyFloat(bytes, start, end);
    exponent += shift;
  }
  const value = scaled(high, low, digits, exponent);
  if (value === undefined) return readAnyFloat(bytes, start, end);
  return negative ? -value : value;
}

/** Reads `e-05` and its like; `undefined` for what is none, or is not small. */
function smallExponent(bytes: Buffer, start: number, end: number): number | undefined {
  if (bytes[start] !== lowerE && bytes[start] !== upperE) return undefined;
  let position = start + 1;
  const negative = bytes[position] === minus;
  if (negative || bytes[position] === 0x2b) position++;
  if (position === end || end - position > 2) return undefined;
  let exponent = 0;
  for (; position < end; position++) {
    const digit = (bytes[position] ?? 0) - zero;
    if (digit < 0 || digit > 9) return undefined;
    exponent = exponent * 10 + digit;
  }
  return negative ? -exponent : exponent;
}

/** Gives (high, low) · 10^exponent rounded as `Number` does, or `undefined` where that is not certain. */
function scaled(high: number, low: number, digits: number, exponent: number): number | undefined {
  const lowDigits = digits > 9 ? digits - 9 : 0;
  // The product is exact: nine digits times the odd part of a power of ten have less than 53 bits.
  const upper = high * (powersOfTen[lowDigits] ?? 0);
  const whole = upper + low;
  const rest = low - (whole - upper);
  if (exponent === 0 && rest === 0) return whole;
  if (whole === 0) return 0;
  if (exponent > 0) return rest === 0 && exponent + digits <= 15 ? whole * (powersOfTen[exponent] ?? 0) : undefined;
  if (exponent < -22) return undefined;
  const power = powersOfTen[-exponent] ?? 1;
  const quotient = whole / power;
  // Both are exact then, so the one rounding is right.
  if (rest === 0 && digits <= 15) return quotient;
  const correction = (remainder(whole, quotient, power) + rest) / power;
  const margin = correction * uncertainty;
  const value = quotient + (correction + margin);
  return value === quotient + (correction - margin) ? value : undefined;
}

/** Gives `dividend - quotient * divisor` without rounding, which a double holds where the quotient is the rounded one. */
function remainder(dividend: number, quotient: number, divisor: number): number {
  const product = quotient * divisor;
  const quotientTimes = splitter * quotient;
  const quotientHigh = quotientTimes - (quotientTimes - quotient);
  const quotientLow = quotient - quotientHigh;
  const divisorTimes = splitter * divisor;
  const divisorHigh = divisorTimes - (divisorTimes - divisor);
  const divisorLow = divisor - divisorHigh;
  const error =
    quotientHigh * divisorHigh -
    product +
    quotientHigh * divisorLow +
    quotientLow * divisorHigh +
    quotientLow * divisorLow;
  return dividend - product - error;
}

/** What `Number` reads, without what it reads besides: white space as 0, and hexadecimal. */
const floatDigits = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

function readAnyFloat(bytes: Buffer, start: number, end: number): number {
  const digits = bytes.toString("latin1", start, end);
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
}
