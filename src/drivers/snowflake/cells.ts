import { ascii, instant, invalidValue, plainDecoder, text } from "../../values/decode.ts";
import { isoDate, isoDateTime, isoOffset, isoTime } from "../../values/time.ts";
import type { ColumnType, Decode, ValuePolicy } from "../../values/types.ts";

/** Chooses what turns a cell of a JSON result into the column type's value. The one place where Snowflake's values are decoded. */
export function cellDecoder(type: ColumnType, nativeType: string, policy: ValuePolicy): Decode {
  switch (type) {
    case "date":
      return instant(dateText, policy);
    case "time":
      return timeText;
    case "timestamp":
      return instant(timestampText, policy);
    case "timestamptz":
      return instant(nativeType.startsWith("TIMESTAMP_TZ") ? zonedText : instantText, policy);
    case "timetz":
      // Not a type of Snowflake's.
      return text;
    default:
      return plainDecoder(type, policy);
  }
}

const secondsPerDay = 86_400;
/** How far from 1970 a `Date` reaches, in days; Snowflake's own years end at 9999. */
const farthestDay = 100_000_000;

/** Days since 1970-01-01. */
function dateText(bytes: Buffer, start: number, end: number): string {
  const source = ascii(bytes, start, end);
  const days = Number(source);
  if (!/^-?\d+$/.test(source) || Math.abs(days) > farthestDay) {
    throw invalidValue("the server sent something that is not a date");
  }
  return isoDate(days);
}

/** Seconds since midnight, such as `3661.123456789`. */
function timeText(bytes: Buffer, start: number, end: number): string {
  const { seconds, fraction } = secondsOf(ascii(bytes, start, end));
  if (seconds < 0 || seconds >= secondsPerDay)
    throw invalidValue("the server sent something that is not a time of day");
  return isoTime(seconds, fraction);
}

/** Seconds since 1970 on the wall clock. */
function timestampText(bytes: Buffer, start: number, end: number): string {
  const { seconds, fraction } = secondsOf(ascii(bytes, start, end));
  return isoDateTime(seconds, fraction);
}

/** Seconds since 1970 in UTC. The session's zone is a matter of display, and is not applied. */
function instantText(bytes: Buffer, start: number, end: number): string {
  return `${timestampText(bytes, start, end)}+00:00`;
}

/** Seconds since 1970 in UTC, then the offset in minutes plus 1440: `1700000000.5 1440`. */
function zonedText(bytes: Buffer, start: number, end: number): string {
  const [, moment = "", zone] = /^(\S*) (\d{1,4})$/.exec(ascii(bytes, start, end)) ?? [];
  const offset = Number(zone) - 1_440;
  if (!(offset <= 1_440)) throw invalidValue("the server sent a timestamp whose time zone cannot be read");
  const { seconds, fraction } = secondsOf(moment);
  return isoDateTime(seconds + offset * 60, fraction) + isoOffset(offset);
}

/** Splits signed decimal seconds. A negative value counts back as a whole: `-1.25` is 0.75 s into the second −2. */
function secondsOf(source: string): { seconds: number; fraction: string } {
  const [, sign, whole, digits = ""] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(source) ?? [];
  const fraction = withoutZeros(digits);
  const seconds = Number(whole);
  if (!(seconds < farthestDay * secondsPerDay)) throw invalidValue("the server sent something that is not a time");
  if (sign !== "-") return { seconds, fraction };
  if (fraction === "") return { seconds: seconds === 0 ? 0 : -seconds, fraction };
  const complement = String(10n ** BigInt(fraction.length) - BigInt(fraction)).padStart(fraction.length, "0");
  return { seconds: -seconds - 1, fraction: complement };
}

/** Leaves out the zeros at the end. By hand: a pattern would look at a long row of zeros again and again. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}
