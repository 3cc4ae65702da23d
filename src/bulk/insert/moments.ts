import { types } from "node:util";
import { kindOf, type CellText } from "./numbers.ts";
import { refusal } from "./refusal.ts";
import { beginsWithUsualDay, endsWithUsualTime } from "./usual-texts.ts";
import { isoWriter } from "../../values/iso.ts";
import type { Column } from "../../values/types.ts";

const datePattern = /^([+-]?\d{4,6})-(\d\d)-(\d\d)( BC)?$/;
const timePattern = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?$/;
const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const dayMs = 86_400_000;
const firstMs = Date.parse("0001-01-01T00:00:00Z");
const endMs = Date.UTC(10_000, 0);
const letterT = 0x54;
const space = 0x20;
const noDate = "is a string that is no date such as 2024-01-31";

/** Makes what writes days. */
export function dateText(): CellText {
  const iso = isoWriter();
  return (value) => {
    // Asked first: whether something is a Date takes longer to find out.
    if (typeof value === "string") {
      if (value.length !== 10 || !beginsWithUsualDay(value)) checkDate(value);
      return value;
    }
    if (types.isDate(value)) return iso.date(dayOf(value));
    throw refusal(`${kindOf(value)}; a date is meant: a string such as 2024-01-31, or a Date`);
  };
}

function checkDate(text: string): void {
  const [, year, month, day] = datePattern.exec(text) ?? [];
  if (year === undefined || Number(day) < 1) throw refusal(noDate);
  const most = monthDays[Number(month) - 1] ?? 0;
  const isLeap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  // Which years were leap years before Christ is for the server to say.
  if (Number(day) > (month === "02" && !isLeap && !text.endsWith("BC") ? 28 : most)) throw refusal(noDate);
}

/** Gives a Date's day, counted from 1970-01-01 on. */
function dayOf(date: Date): number {
  const days = instantOf(date) / dayMs;
  if (!Number.isInteger(days)) {
    throw refusal(
      "is a Date that is not midnight in UTC, whose time the column would not keep: pass the day as a string",
    );
  }
  return days;
}

/** Gives a Date's milliseconds since 1970, if it is one of the years that both warehouses know. */
function instantOf(date: Date): number {
  const instant = date.getTime();
  if (Number.isNaN(instant)) throw refusal("is an invalid Date");
  if (instant < firstMs || instant >= endMs) throw refusal("is a Date outside the years 1 to 9999");
  return instant;
}

/** Writes times of day. @param digits - behind the second, that the column keeps. */
export function timeText({ type, nativeType }: Column, digits: number): CellText {
  const example = type === "timetz" ? "12:30:00+01:00" : "12:30:00";
  return (value) => {
    if (typeof value !== "string") throw refusal(`${kindOf(value)}; a time is meant: a string such as ${example}`);
    checkClock(value, type === "timetz", { nativeType, digits, example });
    return value;
  };
}

/** Writes timestamps: with an offset where the column has a zone, and without one where it has none. */
export function timestampText({ type, nativeType }: Column, digits: number): CellText {
  const hasZone = type === "timestamptz";
  const example = hasZone ? "2024-01-31T12:30:00Z" : "2024-01-31T12:30:00";
  const iso = isoWriter();
  return (value) => {
    if (typeof value !== "string") {
      if (!types.isDate(value))
        throw refusal(`${kindOf(value)}; a timestamp is meant: a string such as ${example}, or a Date`);
      const instant = instantOf(value);
      const seconds = Math.floor(instant / 1_000);
      return iso.dateTime(seconds, (instant - seconds * 1_000) * 1_000_000, hasZone ? 0 : undefined);
    }
    const isUsual = value.charCodeAt(10) === letterT || value.charCodeAt(10) === space;
    if (isUsual && beginsWithUsualDay(value) && endsWithUsualTime(value, 11, digits, hasZone)) return withOffset(value);
    const isBc = value.endsWith(" BC");
    const middle = value.search(/[T ]/);
    const end = isBc ? value.length - 3 : value.length;
    if (middle < 0) throw refusal(`is a string that is no timestamp such as ${example}`);
    checkDate(value.slice(0, middle) + (isBc ? " BC" : ""));
    checkClock(value.slice(middle + 1, end), hasZone, { nativeType, digits, example });
    return withOffset(value);
  };
}

/** Snowflake's documented forms have an offset, and no letter for it. */
function withOffset(text: string): string {
  return text.endsWith("Z") ? `${text.slice(0, -1)}+00:00` : text;
}

interface ClockForm {
  readonly nativeType: string;
  readonly digits: number;
  readonly example: string;
}

function checkClock(text: string, hasZone: boolean, { nativeType, digits, example }: ClockForm): void {
  const [, hours, minutes, seconds = "00", fraction = "", offset] = timePattern.exec(text) ?? [];
  const isTime = Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 61;
  if (!isTime && !/^24:00(?::00(?:\.0*)?)?(?:Z|[+-].*)?$/.test(text))
    throw refusal(`is a string that has no time such as ${example}`);
  if (hasZone && offset === undefined) {
    throw refusal(`has no offset from UTC, and so is no instant: pass one such as ${example}`);
  }
  if (!hasZone && offset !== undefined) {
    throw refusal(
      `has an offset from UTC, which ${nativeType} does not keep: pass the time on the clock that is meant`,
    );
  }
  if (fraction.length > digits && /[1-9]/.test(fraction.slice(digits))) {
    throw refusal(
      `has more than the ${digits} digits behind the second that ${nativeType} keeps: cut or round it first`,
    );
  }
}
