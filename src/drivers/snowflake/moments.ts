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

/** Reads a timestamp, and returns how many minutes from UTC the wall clock is that its text tells, if it has any. @throws `INVALID_VALUE`. */
export type ReadTimestamp = (...cell: Parameters<ReadMoment>) => number | undefined;

/** Reads seconds since 1970 on a wall clock that is nowhere. @throws `INVALID_VALUE`. */
export const readWallClock: ReadTimestamp = ({ bytes }, start, end, into) => {
  readSeconds(bytes, start, end, into);
  return undefined;
};

/** Reads seconds since 1970 in UTC. The session's zone is a matter of display, and is not applied. @throws `INVALID_VALUE`. */
export const readInstant: ReadTimestamp = ({ bytes }, start, end, into) => {
  readSeconds(bytes, start, end, into);
  return 0;
};

/** Reads seconds since 1970 in UTC, then the offset in minutes plus 1440: `1700000000.5 1440`. @throws `INVALID_VALUE`. */
export const readZoned: ReadTimestamp = ({ bytes }, start, end, into) => {
  let position = end;
  let minutes = 0;
  for (let worth = 1; worth <= 1_000 && position > start; worth *= 10, position--) {
    const digit = digitAt(bytes, position - 1);
    if (digit < 0) break;
    minutes += digit * worth;
  }
  if (position === end || bytes[position - 1] !== space || minutes > 2_880) {
    throw invalidValue("the server sent a timestamp whose time zone cannot be read");
  }
  readSeconds(bytes, start, position - 1, into);
  return minutes - 1_440;
};

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
