import {
  ascii,
  binary,
  boolean,
  decimal,
  float,
  instant,
  integer,
  invalidValue,
  json,
  text,
} from "../../values/decode.ts";
import { isoDate, isoDateTime, isoOffset, isoTime } from "../../values/time.ts";
import type { ColumnType, Decode, ValuePolicy } from "../../values/types.ts";

/** Chooses what turns a cell of a JSON result into the column type's value. The one place where Snowflake's values are decoded. */
export function cellDecoder(type: ColumnType, nativeType: string, policy: ValuePolicy): Decode {
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
    case "date":
      return instant(dateText, policy);
    case "time":
      return timeText;
    case "timestamp":
      return instant(timestampText, policy);
    case "timestamptz":
      return instant(nativeType.startsWith("TIMESTAMP_TZ") ? zonedText : instantText, policy);
    case "text":
    case "timetz":
    case "interval":
      return text;
  }
}

/** Days since 1970-01-01. */
function dateText(bytes: Buffer, start: number, end: number): string {
  const days = Number(ascii(bytes, start, end));
  if (!Number.isSafeInteger(days)) throw invalidValue("the server sent something that is not a date");
  return isoDate(days);
}

/** Seconds since midnight, such as `3661.123456789`. */
function timeText(bytes: Buffer, start: number, end: number): string {
  const { seconds, fraction } = secondsOf(ascii(bytes, start, end));
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
  const [instantPart = "", offsetPart = ""] = ascii(bytes, start, end).split(" ");
  const offset = Number(offsetPart) - 1_440;
  if (offsetPart === "" || !(offset >= -1_440 && offset <= 1_440)) {
    throw invalidValue("the server sent a timestamp whose time zone cannot be read");
  }
  const { seconds, fraction } = secondsOf(instantPart);
  return isoDateTime(seconds + offset * 60, fraction) + isoOffset(offset);
}

/**
 * Splits signed decimal seconds. A negative value counts back as a whole: `-1.25` is 0.75 s into the second −2. Zeros at the fraction's
 * end go: the wire pads to the column's scale.
 */
function secondsOf(source: string): { seconds: number; fraction: string } {
  const parts = /^(-?)(\d+)(?:\.(\d*))?$/.exec(source);
  if (parts === null) throw invalidValue("the server sent something that is not a time");
  const [, sign, whole, padded = ""] = parts;
  const fraction = padded.replace(/0+$/, "");
  const seconds = Number(whole);
  if (sign !== "-") return { seconds, fraction };
  if (fraction === "") return { seconds: seconds === 0 ? 0 : -seconds, fraction };
  const complement = String(10n ** BigInt(fraction.length) - BigInt(fraction)).padStart(fraction.length, "0");
  return { seconds: -seconds - 1, fraction: complement };
}
