import { divisionByZero, notNumeric, SnowflakeError } from "../errors.ts";

/** An exact number: `unscaled` divided by ten to the `scale`. */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

const shape = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?\s*$/;

/** Reads a decimal number, with or without an exponent; undefined where the text is none. */
export function readDecimal(text: string): Decimal | undefined {
  const match = shape.exec(text);
  const [, sign, whole = "", fraction = "", exponent = "0"] = match ?? [];
  if (match === null || whole + fraction === "") return undefined;
  const unscaled = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { unscaled, scale } : { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 };
}

/** Reads a decimal number; throws 100038 where the text is none. */
export function decimal(text: string): Decimal {
  const read = readDecimal(text);
  if (read === undefined) throw notNumeric(text);
  return read;
}

/** Writes a number with all digits of its scale. */
export function writeDecimal({ unscaled, scale }: Decimal): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const sign = unscaled < 0n ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Which way a number goes when digits are dropped. */
export type Rounding = "half away" | "down" | "up" | "cut";

function divideRounded(a: bigint, b: bigint, rounding: Rounding): bigint {
  const quotient = a / b;
  const rest = a % b;
  if (rest === 0n) return quotient;
  const negative = a < 0n !== b < 0n;
  switch (rounding) {
    case "cut":
      return quotient;
    case "down":
      return negative ? quotient - 1n : quotient;
    case "up":
      return negative ? quotient : quotient + 1n;
    case "half away": {
      const twice = (rest < 0n ? -rest : rest) * 2n;
      const step = negative ? -1n : 1n;
      return twice >= (b < 0n ? -b : b) ? quotient + step : quotient;
    }
  }
}

/** Brings a number to a scale, which may be negative to round before the point; the result's scale is never below 0. */
export function rescale({ unscaled, scale }: Decimal, to: number, rounding: Rounding = "half away"): Decimal {
  if (to >= scale) return { unscaled: unscaled * 10n ** BigInt(to - scale), scale: to };
  const cut = divideRounded(unscaled, 10n ** BigInt(scale - to), rounding);
  return to >= 0 ? { unscaled: cut, scale: to } : { unscaled: cut * 10n ** BigInt(-to), scale: 0 };
}

/** Brings a number into NUMBER(precision, scale), rounding half away from zero, and gives its digits; throws 100039 where it does not fit. */
export function fit(value: Decimal, precision: number, scale: number, original: string): bigint {
  const rounded = rescale(value, scale);
  const limit = 10n ** BigInt(precision);
  if (rounded.unscaled >= limit || rounded.unscaled <= -limit)
    throw new SnowflakeError("100039", "22003", `Numeric value '${original}' is out of range`);
  return rounded.unscaled;
}

/** Divides exactly and rounds to `scale` digits; throws 100051 for a divisor of zero. */
export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  if (b.unscaled === 0n) throw divisionByZero();
  const shift = scale - a.scale + b.scale;
  const dividend = shift >= 0 ? a.unscaled * 10n ** BigInt(shift) : a.unscaled;
  const divisor = shift >= 0 ? b.unscaled : b.unscaled * 10n ** BigInt(-shift);
  return { unscaled: divideRounded(dividend, divisor, "half away"), scale };
}

/** Multiplies exactly, then rounds to `scale` digits. */
export const multiply = (a: Decimal, b: Decimal, scale: number): Decimal =>
  rescale({ unscaled: a.unscaled * b.unscaled, scale: a.scale + b.scale }, scale);

/** Tells the remainder with the dividend's sign; throws 100051 for a divisor of zero. */
export function remainder(a: Decimal, b: Decimal): Decimal {
  if (b.unscaled === 0n) throw divisionByZero();
  const scale = Math.max(a.scale, b.scale);
  return { unscaled: rescale(a, scale).unscaled % rescale(b, scale).unscaled, scale };
}

/** Writes a number without needless zeros, as documents hold it. */
export function canonical({ unscaled, scale }: Decimal): string {
  let value = unscaled;
  let places = scale;
  while (places > 0 && value % 10n === 0n) {
    value /= 10n;
    places -= 1;
  }
  return writeDecimal({ unscaled: value, scale: places });
}

/** Writes a float as Snowflake's text results do: shortest digits that read back the same, NaN, inf, -inf. */
export function realText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Reads a float; undefined where the text is none. */
export function readReal(text: string): number | undefined {
  const bare = text.trim().toLowerCase();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(bare)) return Number(bare);
  if (bare === "nan") return NaN;
  const infinite = /^([+-]?)inf(?:inity)?$/.exec(bare);
  return infinite === null ? undefined : infinite[1] === "-" ? -Infinity : Infinity;
}
