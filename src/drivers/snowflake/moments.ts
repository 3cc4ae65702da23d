import { invalidValue } from "../../values/invalid.ts";
import type { Moment, ReadMoment } from "../../values/moment.ts";

const minus = 0x2d;
const point = 0x2e;
const space = 0x20;
const zero = 0x30;

const secondsPerDay = 86_400;
/** How far from 1970 a `Date` reaches, in days; Snowflake's own years end at 9999. */
const farthestDay = 100_000_000;
const fractionDigits = 9;
const powersOfTen = Float64Array.from({ length: fractionDigits + 1 }, (_, exponent) => 10 ** exponent);

/** Reads a date: days since 1970-01-01. @throws `INVALID_VALUE` for what is none. */
export function readDays(bytes: Buffer, start: number, end: number): number {
  const negative = bytes[start] === minus;
  let position = negative ? start + 1 : start;
  let days = position === end ? NaN : 0;
  for (; position < end; position++) {
    const digit = digitAt(bytes, position);
    days = digit < 0 ? NaN : days * 10 + digit;
  }
  if (!(days <= farthestDay)) throw invalidValue("the server sent something that is not a date");
  return negative && days !== 0 ? -days : days;
}

/** Reads a date as its midnight. @throws `INVALID_VALUE` for what is none. */
export const readDate: ReadMoment = ({ bytes }, start, end, into) => {
  into.seconds = readDays(bytes, start, end) * secondsPerDay;
  into.nanos = 0;
};

/** Reads seconds since midnight, such as `3661.123456789`. @throws `INVALID_VALUE` for what is no time of day. */
export const readTime: ReadMoment = ({ bytes }, start, end, into) => {
  readSeconds(bytes, start, end, into);
  if (into.seconds >= 0 && into.seconds < secondsPerDay) return;
  throw invalidValue("the server sent something that is not a time of day");
};

/** Reads seconds since 1970: on the wall clock, or in UTC where the session's zone is a matter of display. @throws `INVALID_VALUE`. */
export const readTimestamp: ReadMoment = ({ bytes }, start, end, into) => readSeconds(bytes, start, end, into);

/** Reads seconds since 1970 in UTC that an offset follows: `1700000000.5 1440`. @throws `INVALID_VALUE`. */
export const readZoned: ReadMoment = ({ bytes }, start, end, into) => {
  readSeconds(bytes, start, zoneStart(bytes, start, end) - 1, into);
};

/** Reads the offset that follows such seconds, which is sent as minutes plus 1440. @throws `INVALID_VALUE`. */
export function readOffset(bytes: Buffer, start: number, end: number): number {
  let minutes = 0;
  for (let position = zoneStart(bytes, start, end); position < end; position++) {
    minutes = minutes * 10 + digitAt(bytes, position);
  }
  if (minutes > 2_880) throw noZone();
  return minutes - 1_440;
}

/** Finds one to four digits behind a space. */
function zoneStart(bytes: Buffer, start: number, end: number): number {
  let position = end;
  while (position > start && end - position < 4 && digitAt(bytes, position - 1) >= 0) position--;
  if (position === end || bytes[position - 1] !== space) throw noZone();
  return position;
}

function noZone(): Error {
  return invalidValue("the server sent a timestamp whose time zone cannot be read");
}

/** Reads signed decimal seconds. A negative value counts back as a whole: `-1.25` is 0.75 s into the second −2. */
function readSeconds(bytes: Buffer, start: number, end: number, into: Moment): void {
  const negative = bytes[start] === minus;
  const first = negative ? start + 1 : start;
  let position = first;
  let seconds = 0;
  for (; position < end; position++) {
    const digit = digitAt(bytes, position);
    if (digit < 0) break;
    seconds = seconds * 10 + digit;
  }
  if (position === first || !(seconds < farthestDay * secondsPerDay)) throw notATime();
  const nanos = position === end ? 0 : readFraction(bytes, position, end);
  if (!negative) into.seconds = seconds;
  else if (nanos > 0) into.seconds = -seconds - 1;
  else into.seconds = seconds === 0 ? 0 : -seconds;
  into.nanos = negative && nanos > 0 ? 1e9 - nanos : nanos;
}

/** Reads a point and what follows it, in billionths. */
function readFraction(bytes: Buffer, start: number, end: number): number {
  if (bytes[start] !== point) throw notATime();
  const last = start + fractionDigits;
  let nanos = 0;
  for (let position = start + 1; position < end; position++) {
    const digit = digitAt(bytes, position);
    // No type has more digits.
    if (digit < 0 || (digit > 0 && position > last)) throw notATime();
    if (position <= last) nanos = nanos * 10 + digit;
  }
  return nanos * (powersOfTen[Math.max(0, last + 1 - end)] ?? 1);
}

function notATime(): Error {
  return invalidValue("the server sent something that is not a time");
}

/** Gives the digit at a place, or −1. */
function digitAt(bytes: Buffer, position: number): number {
  const digit = (bytes[position] ?? 0) - zero;
  return digit >= 0 && digit <= 9 ? digit : -1;
}
