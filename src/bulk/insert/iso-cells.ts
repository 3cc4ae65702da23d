import { daysSinceEpoch } from "../../values/calendar.ts";
import { invalidValue } from "../../values/invalid.ts";
import type { Moment, ReadMoment } from "../../values/moment.ts";

const datePattern = /^(\d{4})-(\d\d)-(\d\d)/;
const clockPattern = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)?$/;

/** Reads a day of ISO 8601 as days since 1970-01-01. @throws `INVALID_VALUE` for one that is not of the years 0 to 9999. */
export function readIsoDays(bytes: Buffer, start: number, end: number): number {
  return daysIn(bytes.toString("latin1", start, end));
}

/** Reads a timestamp of ISO 8601: the wall clock's, or with an offset that of UTC. @throws as {@link readIsoDays}. */
export const readIsoTimestamp: ReadMoment = ({ bytes }, start, end, into) => {
  const text = bytes.toString("latin1", start, end);
  readClock(text.slice(11), into);
  into.seconds += daysIn(text) * 86_400;
};

/** Reads a time of day of ISO 8601. @throws as {@link readIsoDays}. */
export const readIsoTime: ReadMoment = ({ bytes }, start, end, into) => {
  readClock(bytes.toString("latin1", start, end), into);
};

function daysIn(text: string): number {
  const [, year, month, day] = datePattern.exec(text) ?? [];
  if (day === undefined || text.endsWith("BC")) throw notUsual();
  return daysSinceEpoch(Number(year), Number(month), Number(day));
}

function readClock(text: string, into: Moment): void {
  const [, hours, minutes, seconds = "0", fraction = "", sign, offsetHours = "0", offsetMinutes = "0"] =
    clockPattern.exec(text) ?? [];
  if (minutes === undefined) throw notUsual();
  const offset = Number(offsetHours) * 3_600 + Number(offsetMinutes) * 60;
  into.seconds = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds) - (sign === "-" ? -offset : offset);
  into.nanos = Number(fraction.padEnd(9, "0").slice(0, 9));
  if (into.nanos % 1_000 !== 0) {
    throw invalidValue(
      "a time with more than six digits behind the second is not carried by a staged file: cut it, or insert without via",
    );
  }
}

function notUsual() {
  return invalidValue("a date or time that is not of the years 0 to 9999 cannot be put into a Parquet file");
}
