import { ascii, instant, plainDecoder } from "../../values/decode.ts";
import { trimFraction } from "../../values/time.ts";
import type { ColumnType, Decode, ValuePolicy } from "../../values/types.ts";

/** Chooses what turns a DataRow's text cell into the column type's value. The one place where Redshift's values are decoded. */
export function cellDecoder(type: ColumnType, policy: ValuePolicy): Decode {
  switch (type) {
    case "date":
      return instant(ascii, policy);
    case "timestamp":
    case "timestamptz":
      return instant(isoTimestamp, policy);
    case "time":
      return isoTime;
    case "timetz":
      return isoZone;
    default:
      return plainDecoder(type, policy);
  }
}

/** `2024-01-02 03:04:05.6+00` → `2024-01-02T03:04:05.6+00:00`. What is no such text (`infinity`, a year BC) keeps every character. */
function isoTimestamp(bytes: Buffer, start: number, end: number): string {
  return isoZone(bytes, start, end).replace(" ", "T");
}

function isoTime(bytes: Buffer, start: number, end: number): string {
  return trimFraction(ascii(bytes, start, end));
}

/** PostgreSQL leaves out an offset's minutes where they are zero. */
function isoZone(bytes: Buffer, start: number, end: number): string {
  const source = isoTime(bytes, start, end);
  return /:\d\d(?:\.\d+)?[+-]\d\d$/.test(source) ? `${source}:00` : source;
}
