import { invalidValue } from "../../values/invalid.ts";
import { daysSinceEpoch } from "../../values/calendar.ts";
import type { Moment } from "../../values/moment.ts";
import type { CellBytes } from "../../values/types.ts";

const zero = 0x30;
const space = 0x20;
const point = 0x2e;
const colon = 0x3a;
const hyphen = 0x2d;
const plus = 0x2b;
const letterT = 0x54;

/** `2024-01-02 03:04:05` */
const momentBytes = 19;
/** `:00` */
const minutesBytes = 3;

/**
 * Gives a timestamp as ISO 8601 has it: `2024-01-02 03:04:05.60+00` → `2024-01-02T03:04:05.6+00:00`. What is no such text (`infinity`, a
 * year BC) keeps every character but the space before its time.
 *
 * The usual ones are rewritten where they lie, since copying them would cost more than all the rest; what lies behind the cell is put back.
 */
export function isoTimestamp({ bytes }: CellBytes, start: number, end: number): string {
  const zoneStart = zoneOf(bytes, start, end);
  if (zoneStart === undefined || end + minutesBytes > bytes.length) {
    return isoZone(bytes, start, end).replace(" ", "T");
  }
  bytes[start + 10] = letterT;
  let length = zoneStart;
  // Zeros at the end of the fraction are left out, and the point with them.
  if (zoneStart > start + momentBytes) {
    while (bytes[length - 1] === zero) length--;
    if (bytes[length - 1] === point) length--;
  }
  if (zoneStart === end) return bytes.toString("latin1", start, length);
  for (let position = zoneStart; position < end; position++) bytes[length++] = bytes[position] ?? 0;
  if (end - zoneStart > 3) return bytes.toString("latin1", start, length);
  // PostgreSQL leaves out an offset's minutes where they are zero.
  const [first = 0, second = 0, third = 0] = [bytes[length], bytes[length + 1], bytes[length + 2]];
  bytes[length] = colon;
  bytes[length + 1] = zero;
  bytes[length + 2] = zero;
  const iso = bytes.toString("latin1", start, length + minutesBytes);
  bytes[length] = first;
  bytes[length + 1] = second;
  bytes[length + 2] = third;
  return iso;
}

/** Finds where the offset of a usual timestamp begins, or its end where it has none; `undefined` for any other text. */
function zoneOf(bytes: Buffer, start: number, end: number): number | undefined {
  const isUsual = end - start >= momentBytes && bytes[start + 10] === space && bytes[start + 16] === colon;
  if (!isUsual) return undefined;
  let position = start + momentBytes;
  if (bytes[position] === point) {
    position++;
    while (position < end && isDigit(bytes[position])) position++;
  }
  if (position === end) return end;
  return bytes[position] === plus || bytes[position] === hyphen ? position : undefined;
}

function isDigit(byte = 0): boolean {
  return byte >= zero && byte <= zero + 9;
}

/** Gives a time of day as ISO 8601 has it. */
export function isoTime({ bytes }: CellBytes, start: number, end: number): string {
  return trimFraction(bytes.toString("latin1", start, end));
}

/** Gives a time of day with its offset as ISO 8601 has it. */
export function isoTimeTz({ bytes }: CellBytes, start: number, end: number): string {
  return isoZone(bytes, start, end);
}

function isoZone(bytes: Buffer, start: number, end: number): string {
  const source = trimFraction(bytes.toString("latin1", start, end));
  return /:\d\d(?:\.\d+)?[+-]\d\d$/.test(source) ? `${source}:00` : source;
}

/** Leaves out the zeros at the end of a fraction: `12:00:00.500+00` → `12:00:00.5+00`. */
function trimFraction(time: string): string {
  return time.replace(/(\.\d*[1-9])0+(?!\d)|\.0+(?!\d)/, "$1");
}

/** Reads a date as days since 1970-01-01. @throws `INVALID_VALUE` for what is none of the years 1 to 9999. */
export function readDays(bytes: Buffer, start: number, end: number): number {
  if (end - start !== 10) throw notUsual();
  return daysAt(bytes, start);
}

/** Reads a date as its midnight. @throws as {@link readDays}. */
export function readDate({ bytes }: CellBytes, start: number, end: number, into: Moment): void {
  into.seconds = readDays(bytes, start, end) * 86_400;
  into.nanos = 0;
}

/** Reads a timestamp: the wall clock's, or with an offset that of UTC. @throws as {@link readDays}. */
export function readTimestamp({ bytes }: CellBytes, start: number, end: number, into: Moment): void {
  if (end - start < momentBytes || bytes[start + 10] !== space) throw notUsual();
  const days = daysAt(bytes, start);
  const offsetAt = readClock(bytes, start + 11, end, into);
  into.seconds += days * 86_400 - offsetSeconds(bytes, offsetAt, end);
}

/** Reads a time of day. @throws `INVALID_VALUE` for what is none. */
export function readTime({ bytes }: CellBytes, start: number, end: number, into: Moment): void {
  if (end - start < 8 || readClock(bytes, start, end, into) !== end) throw notUsual();
}

/** Reads `03:04:05.6` and returns where it ends. */
function readClock(bytes: Buffer, start: number, end: number, into: Moment): number {
  if (bytes[start + 2] !== colon || bytes[start + 5] !== colon) throw notUsual();
  const [hours, minutes, seconds] = [number(bytes, start, 2), number(bytes, start + 3, 2), number(bytes, start + 6, 2)];
  if (hours > 24 || minutes > 59 || seconds > 60) throw notUsual();
  into.seconds = hours * 3_600 + minutes * 60 + seconds;
  into.nanos = 0;
  let position = start + 8;
  if (bytes[position] !== point) return position;
  position++;
  for (let worth = 1e8; position < end; position++, worth /= 10) {
    const digit = (bytes[position] ?? 0) - zero;
    if (digit < 0 || digit > 9) break;
    if (worth < 1) throw notUsual();
    into.nanos += digit * worth;
  }
  return position;
}

/** Reads `+05:45`, `-08` or nothing. */
function offsetSeconds(bytes: Buffer, start: number, end: number): number {
  if (start === end) return 0;
  const sign = bytes[start];
  if (sign !== plus && sign !== hyphen) throw notUsual();
  let seconds = 0;
  let position = start + 1;
  for (let worth = 3_600; position < end; worth /= 60, position += 3) {
    if (worth < 1 || position + 2 > end || (position + 2 < end && bytes[position + 2] !== colon)) throw notUsual();
    seconds += number(bytes, position, 2) * worth;
  }
  return sign === hyphen ? -seconds : seconds;
}

function daysAt(bytes: Buffer, start: number): number {
  if (bytes[start + 4] !== hyphen || bytes[start + 7] !== hyphen) throw notUsual();
  const month = number(bytes, start + 5, 2);
  const day = number(bytes, start + 8, 2);
  if (month < 1 || month > 12 || day < 1 || day > 31) throw notUsual();
  return daysSinceEpoch(number(bytes, start, 4), month, day);
}

function number(bytes: Buffer, start: number, digits: number): number {
  let value = 0;
  for (let position = start; position < start + digits; position++) {
    const digit = (bytes[position] ?? 0) - zero;
    if (digit < 0 || digit > 9) throw notUsual();
    value = value * 10 + digit;
  }
  return value;
}

function notUsual() {
  return invalidValue(
    'the server sent a date or time that is not one of the years 1 to 9999; read it with { timestamps: "string" } in a row, or cast the column to VARCHAR',
  );
}
