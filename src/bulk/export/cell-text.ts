import { binaryBytes, writeBinary } from "../../values/decode.ts";
import { readFloat } from "../../values/float.ts";
import { invalidValue } from "../../values/invalid.ts";
import { notAnInteger } from "../../values/words.ts";
import type { CellReader } from "../../columns/reader.ts";
import type { CellBytes } from "../../values/types.ts";
import type { TextOutput } from "./text-output.ts";

/** Writes the text of one cell, `cells.bytes[start..end)`, which is not NULL. @throws `INVALID_VALUE`. */
export type WriteCell = (cells: CellBytes, start: number, end: number, out: TextOutput) => void;

const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;

/** Fewer significant digits than these name one double each, so that they are already the shortest text that leads back to it. */
const surelyShortest = 15;

/** Copies text as it was sent. Whether it is UTF-8 is found out for many cells together. */
export const writeText: WriteCell = ({ bytes }, start, end, out) => {
  out.copy(bytes, start, end);
};

/** Writes an integer with all its digits, however many. */
export const writeInteger: WriteCell = ({ bytes }, start, end, out) => {
  const first = bytes[start] === minus ? start + 1 : start;
  if (first === end || digitsEnd(bytes, first, end) !== end) throw invalidValue(notAnInteger);
  out.copy(bytes, start, end);
};

/** Writes a decimal with all its digits, and at least one before its point, without which JSON knows none. */
export const writeDecimal: WriteCell = ({ bytes }, start, end, out) => {
  const first = bytes[start] === minus ? start + 1 : start;
  const whole = digitsEnd(bytes, first, end);
  const fraction = bytes[whole] === point ? digitsEnd(bytes, whole + 1, end) : whole;
  if (fraction !== end || fraction - first - (whole === fraction ? 0 : 1) < 1) throw invalidValue(notADecimal);
  out.copy(bytes, start, first);
  if (whole === first) out.byte(zero);
  out.copy(bytes, first, whole + 1 === end ? whole : end);
};

const notADecimal = "the server sent something that is not a decimal";

/** Writes `true` or `false`. */
export function writeBoolean(read: (bytes: Buffer, start: number, end: number) => boolean): WriteCell {
  return ({ bytes }, start, end, out) => {
    out.ascii(read(bytes, start, end) ? "true" : "false");
  };
}

/** Writes the shortest text that leads back to the double, or one of the words `NaN`, `Infinity` and `-Infinity`. */
export const writeFloat: WriteCell = ({ bytes }, start, end, out) => {
  if (isShortest(bytes, start, end)) {
    out.copy(bytes, start, end);
    return;
  }
  const value = readFloat(bytes, start, end);
  out.ascii(Object.is(value, -0) ? "-0" : String(value));
};

/** Tells a plain number of few digits, none of them to spare, such as `-12.5`. */
function isShortest(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start] === minus ? start + 1 : start;
  const whole = digitsEnd(bytes, first, end);
  if (whole === first || end - first > surelyShortest || (bytes[first] === zero && whole - first > 1)) return false;
  if (whole === end) return true;
  const fraction = bytes[whole] === point ? digitsEnd(bytes, whole + 1, end) : whole;
  return fraction === end && fraction > whole + 1 && bytes[end - 1] !== zero;
}

/** Writes bytes as pairs of hexadecimal digits. */
export const writeHex: WriteCell = ({ bytes }, start, end, out) => {
  const length = binaryBytes(bytes, start, end);
  const value = Buffer.allocUnsafe(length);
  writeBinary(bytes, start, end, value, 0);
  out.ascii(value.toString("hex"));
};

/** Writes a moment as rows have it. @param reader - gives it as a text. */
export function writeMoment(reader: CellReader): WriteCell {
  return (cells, start, end, out) => {
    const text = reader.value(cells, start, end);
    if (typeof text !== "string") throw new Error("moments are read as texts");
    out.ascii(text);
  };
}

function digitsEnd(bytes: Buffer, start: number, end: number): number {
  let position = start;
  while (position < end) {
    const digit = (bytes[position] ?? 0) - zero;
    if (digit < 0 || digit > 9) break;
    position++;
  }
  return position;
}
