import { refusal } from "./refusal.ts";
import { isUsualDecimal } from "./usual-texts.ts";
import type { Dialect } from "../../sql/dialect.ts";
import type { Column } from "../../values/types.ts";

/** Turns a value that is not NULL into the text of its cell. @throws a refusal for what does not fit. */
export type CellText = (value: unknown) => string;

const widths: Readonly<Record<string, bigint>> = { SMALLINT: 2n ** 15n, INTEGER: 2n ** 31n, BIGINT: 2n ** 63n };

/** Writes whole numbers. */
export function integerText({ nativeType, precision }: Column): CellText {
  const width = widths[nativeType];
  const above = width ?? 10n ** BigInt(precision ?? 38);
  const below = width === undefined ? -above : -above - 1n;
  // Doubles near the bounds of 64 bits are not safe, and refused before they are compared.
  const [aboveNumber, belowNumber] = [Number(above), Number(below)];
  const refuseRange = () => refusal(`is beyond the range of ${nativeType}`);
  return (value) => {
    switch (typeof value) {
      case "number":
        if (!Number.isInteger(value)) throw refusal("is no whole number: round it first");
        if (!Number.isSafeInteger(value)) {
          throw refusal(
            "is a number beyond ±(2^53−1), which has lost digits: pass a bigint, or a string of its digits",
          );
        }
        if (value >= aboveNumber || value <= belowNumber) throw refuseRange();
        return String(value);
      case "bigint":
        if (value >= above || value <= below) throw refuseRange();
        return String(value);
      case "string": {
        if (!/^[+-]?\d{1,60}$/.test(value)) throw refusal("is a string that is no whole number");
        const number = BigInt(value.startsWith("+") ? value.slice(1) : value);
        if (number >= above || number <= below) throw refuseRange();
        return String(number);
      }
      default:
        throw refusal(`${kindOf(value)}; a whole number is meant: a number, a bigint, or a string of digits`);
    }
  };
}

const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/** Writes fixed-point numbers. A digit that the column would not keep is refused: what rounds it is the caller's. */
export function decimalText({ nativeType, precision, scale }: Column): CellText {
  const whole = precision === undefined || scale === undefined ? Infinity : precision - scale;
  return (value) => {
    const text = decimalSource(value);
    if (isUsualDecimal(text, whole, scale ?? Infinity)) return text;
    const [, sign = "", digits = "", fraction = ""] = decimalPattern.exec(text) ?? [];
    if (digits === "" && fraction === "") throw refusal("is a string that is no decimal number");
    if (precision === undefined || scale === undefined) return text;
    if (fraction.length > scale && /[1-9]/.test(fraction.slice(scale))) {
      throw refusal(`has more than the ${scale} digits behind the point that ${nativeType} keeps: round it first`);
    }
    if (digits.length > precision - scale && digits.replace(/^0+/, "").length > precision - scale) {
      throw refusal(`is beyond the range of ${nativeType}`);
    }
    return `${sign === "-" ? "-" : ""}${digits === "" ? "0" : digits}${fraction === "" ? "" : `.${fraction.slice(0, scale)}`}`.replace(
      /\.$/,
      "",
    );
  };
}

function decimalSource(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "bigint":
      return String(value);
    case "number":
      if (!Number.isFinite(value)) throw refusal("is NaN or an infinity, which no decimal is");
      return plainDigits(value);
    default:
      throw refusal(`${kindOf(value)}; a decimal is meant: a string of digits, a number or a bigint`);
  }
}

/** Writes a double's shortest digits without an exponent. */
function plainDigits(value: number): string {
  const text = String(value);
  const [digits = "", exponent] = text.split("e");
  if (exponent === undefined) return text;
  const sign = digits.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = digits.replace("-", "").split(".");
  const point = whole.length + Number(exponent);
  const all = whole + fraction;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${all}`;
  if (point >= all.length) return sign + all.padEnd(point, "0");
  return `${sign}${all.slice(0, point)}.${all.slice(point)}`;
}

const finitePattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const wordPattern = /^([+-]?)(nan|inf|infinity)$/i;

/** Writes floating-point numbers: the shortest text that is the same double. */
export function floatText({ nativeType }: Column, { infinity }: Dialect): CellText {
  const isReal = nativeType === "REAL";
  const written = (value: number): string => {
    if (isReal && Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
      throw refusal("is beyond the range of REAL");
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return value > 0 ? infinity : `-${infinity}`;
    return Object.is(value, -0) ? "-0" : String(value);
  };
  return (value) => {
    switch (typeof value) {
      case "number":
        return written(value);
      case "bigint":
        if (BigInt(Number(value)) !== value) throw refusal("is a bigint that no double is equal to");
        return String(value);
      case "string": {
        const [, sign, word] = wordPattern.exec(value) ?? [];
        if (word !== undefined)
          return written(word.toLowerCase() === "nan" ? NaN : sign === "-" ? -Infinity : Infinity);
        const number = finitePattern.test(value) ? Number(value) : NaN;
        if (!Number.isFinite(number)) throw refusal("is a string that is no number of a double's range");
        return written(number);
      }
      default:
        throw refusal(`${kindOf(value)}; a number is meant`);
    }
  };
}

/** Says what a value is, to go on from "the value …". */
export function kindOf(value: unknown): string {
  if (value instanceof Date) return "is a Date";
  if (value instanceof Uint8Array) return "is a Uint8Array";
  if (Array.isArray(value)) return "is an array";
  return typeof value === "object" ? "is an object" : `is a ${typeof value}`;
}
