import { dateOf, daysOf } from "./clock.ts";
import type { Parts } from "./clock.ts";

/** A moment read from text or about to be written: `offsetMinutes` where the text has one. */
export interface Moment extends Parts {
  offsetMinutes?: number | undefined;
}

const months = "January February March April May June July August September October November December".split(" ");
const weekdays = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** The weekday of a day since 1970, Sunday 0. */
export const weekdayOf = (days: number): number => (((days + 4) % 7) + 7) % 7;
/** The name of a month (1 to 12) cut to three letters, as Snowflake's MONTHNAME gives it. */
export const monthName = (month: number): string => (months[month - 1] ?? "").slice(0, 3);
/** The name of a weekday (Sunday 0) cut to three letters, as Snowflake's DAYNAME gives it. */
export const weekdayName = (weekday: number): string => (weekdays[weekday] ?? "").slice(0, 3);

interface Element {
  readonly write: (m: Moment) => string;
  /** A pattern with one group, and what its text means. */
  readonly pattern: string;
  readonly read: (m: Moment & { pm?: boolean }, text: string) => void;
}

const pad = (value: number, width: number): string => String(value).padStart(width, "0");
const digits = (width: number, key: keyof Parts): Element => ({
  write: (m) => pad(m[key], width),
  pattern: `(\\d{1,${width}})`,
  read: (m, text) => (m[key] = Number(text)),
});
const sign = (minutes: number): string => (minutes < 0 ? "-" : "+");
const fraction = (width: number): Element => ({
  write: (m) => pad(m.nanosecond, 9).slice(0, width),
  pattern: "(\\d{0,9})",
  read: (m, text) => (m.nanosecond = Number(text.padEnd(9, "0"))),
});
const zone = (separator: string): Element => ({
  write: (m) => {
    const minutes = m.offsetMinutes ?? 0;
    const size = Math.abs(minutes);
    return `${sign(minutes)}${pad(Math.floor(size / 60), 2)}${separator}${pad(size % 60, 2)}`;
  },
  pattern: `(Z|[+-]\\d{2}:?(?:\\d{2})?)`,
  read: (m, text) => (m.offsetMinutes = offsetOf(text)),
});
const nameOf = (index: number): string => months[index] ?? "";

const elements: Readonly<Record<string, Element>> = {
  YYYY: { write: (m) => pad(m.year, 4), pattern: "(-?\\d{1,4})", read: (m, text) => (m.year = Number(text)) },
  YY: {
    write: (m) => pad(m.year % 100, 2),
    pattern: "(\\d{2})",
    read: (m, text) => (m.year = Number(text) + (Number(text) < 70 ? 2000 : 1900)),
  },
  MMMM: { write: (m) => nameOf(m.month - 1), pattern: "([A-Za-z]+)", read: (m, text) => (m.month = monthOf(text)) },
  MON: {
    write: (m) => nameOf(m.month - 1).slice(0, 3),
    pattern: "([A-Za-z]{3})",
    read: (m, text) => (m.month = monthOf(text)),
  },
  MM: digits(2, "month"),
  DD: digits(2, "day"),
  DY: {
    write: (m) => weekdayName(weekdayOf(daysOf(m.year, m.month, m.day))),
    pattern: "([A-Za-z]{3})",
    read: () => undefined,
  },
  HH24: digits(2, "hour"),
  HH12: { ...digits(2, "hour"), write: (m) => pad(m.hour % 12 === 0 ? 12 : m.hour % 12, 2) },
  AM: meridiem(),
  PM: meridiem(),
  MI: digits(2, "minute"),
  SS: digits(2, "second"),
  FF: fraction(9),
  "TZH:TZM": zone(":"),
  TZHTZM: zone(""),
  TZH: { ...zone(""), write: (m) => zone("").write(m).slice(0, 3) },
};

function meridiem(): Element {
  return {
    write: (m) => (m.hour < 12 ? "AM" : "PM"),
    pattern: "([AaPp][Mm])",
    read: (m, text) => (m.pm = /^p/i.test(text)),
  };
}

const tokenPattern =
  /"([^"]*)"|TZH:TZM|TZHTZM|TZH|YYYY|YY|MMMM|MON|MM|DD|DY|HH24|HH12|HH|AM|PM|MI|SS|FF(\d)?|([\s\S])/gi;

function elementsOf(format: string): (Element | string)[] {
  return [...format.matchAll(tokenPattern)].map(([all, quoted, places, other]) => {
    if (quoted !== undefined) return quoted;
    if (other !== undefined) return other;
    if (places !== undefined) return fraction(Number(places));
    const key = all.toUpperCase();
    return elements[key === "HH" ? "HH24" : key] ?? all;
  });
}

const compiled = new Map<string, { parts: (Element | string)[]; pattern: RegExp; readers: Element[] }>();

function compile(format: string): { parts: (Element | string)[]; pattern: RegExp; readers: Element[] } {
  const known = compiled.get(format);
  if (known !== undefined) return known;
  const parts = elementsOf(format);
  const source = parts
    .map((part) => (typeof part === "string" ? part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&") : part.pattern))
    .join("");
  const made = {
    parts,
    pattern: new RegExp(`^\\s*${source}\\s*$`, "i"),
    readers: parts.filter((part) => typeof part !== "string"),
  };
  compiled.set(format, made);
  return made;
}

/** Writes a moment by a Snowflake format such as `YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM`. */
export const write = (moment: Moment, format: string): string =>
  compile(format)
    .parts.map((part) => (typeof part === "string" ? part : part.write(moment)))
    .join("");

/** Reads a text by a Snowflake format; undefined where it does not fit, or names no day or time there is. */
export function read(text: string, format: string): Moment | undefined {
  const { pattern, readers } = compile(format);
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const moment: Moment & { pm?: boolean } = {
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
  };
  readers.forEach((element, i) => {
    element.read(moment, match[i + 1] ?? "");
  });
  if (moment.pm !== undefined) moment.hour = (moment.hour % 12) + (moment.pm ? 12 : 0);
  return isReal(moment) ? moment : undefined;
}

const iso =
  /^\s*(?:(-?\d{4,5})-(\d{1,2})-(\d{1,2})|(\d{1,2})-([A-Za-z]{3})-(\d{4})|(\d{1,2})\/(\d{1,2})\/(\d{4}))?(?:(?:^|[T ])\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?)?\s*(Z|[+-]\d{1,2}:?(?:\d{2})?)?\s*$/i;

/** Reads a text as Snowflake's AUTO format does: ISO dates and times, DD-MON-YYYY, MM/DD/YYYY, with or without an offset. */
export function readAuto(text: string): (Moment & { hasDate: boolean; hasTime: boolean }) | undefined {
  const match = iso.exec(text);
  if (match === null || text.trim() === "") return undefined;
  const [, y1, m1, d1, d2, mon, y2, m3, d3, y3, hh, mi, ss, ff, tz] = match;
  const hasDate = (y1 ?? y2 ?? y3) !== undefined;
  const hasTime = hh !== undefined;
  if (!hasDate && !hasTime) return undefined;
  const moment = {
    year: Number(y1 ?? y2 ?? y3 ?? 1970),
    month: mon === undefined ? Number(m1 ?? m3 ?? 1) : monthOf(mon),
    day: Number(d1 ?? d2 ?? d3 ?? 1),
    hour: Number(hh ?? 0),
    minute: Number(mi ?? 0),
    second: Number(ss ?? 0),
    nanosecond: Number((ff ?? "").slice(0, 9).padEnd(9, "0")),
    offsetMinutes: tz === undefined ? undefined : offsetOf(tz),
    hasDate,
    hasTime,
  };
  return isReal(moment) ? moment : undefined;
}

const monthOf = (name: string): number =>
  months.findIndex((month) => month.toLowerCase().startsWith(name.toLowerCase())) + 1;

function offsetOf(text: string): number {
  if (/^z$/i.test(text)) return 0;
  const [, signText, hours = "0", minutes = "0"] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(text) ?? [];
  const size = Number(hours) * 60 + Number(minutes);
  return signText === "-" ? -size : size;
}

function isReal(m: Moment): boolean {
  if (
    m.month < 1 ||
    m.month > 12 ||
    m.hour > 23 ||
    m.minute > 59 ||
    m.second > 59 ||
    Math.abs(m.offsetMinutes ?? 0) > 1439
  )
    return false;
  const back = dateOf(daysOf(m.year, m.month, m.day));
  return back.year === m.year && back.month === m.month && back.day === m.day;
}
