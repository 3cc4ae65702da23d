import { compilationError } from "../errors.ts";
import { dateOf, dayNs, daysOf, floorDiv, partsOf, wallOf } from "../types/clock.ts";
import { monthName, weekdayName, weekdayOf } from "../types/formats.ts";
import { native } from "./native.ts";
import type { Native } from "./native.ts";

const unitNames: readonly (readonly [string, string])[] = [
  ["YEAR", "Y YY YYY YYYY YR YEARS YRS"],
  ["QUARTER", "Q QTR QTRS QUARTERS"],
  ["MONTH", "MM MON MONS MONTHS"],
  ["WEEK", "W WK WEEKOFYEAR WOY WY WEEKS"],
  ["DAY", "D DD DAYS DAYOFMONTH"],
  ["HOUR", "H HH HR HOURS HRS"],
  ["MINUTE", "M MI MIN MINUTES MINS"],
  ["SECOND", "S SEC SECONDS SECS"],
  ["MILLISECOND", "MS MSEC MILLISECONDS"],
  ["MICROSECOND", "US USEC MICROSECONDS"],
  ["NANOSECOND", "NS NSEC NANOSEC NSECOND NANOSECONDS NANOSECS NSECONDS"],
  ["DAYOFWEEK", "WEEKDAY DOW DW"],
  ["DAYOFWEEKISO", "WEEKDAY_ISO DOW_ISO DW_ISO DAYOFWEEK_ISO"],
  ["DAYOFYEAR", "YEARDAY DOY DY"],
  ["WEEKISO", "WEEK_ISO WEEKOFYEARISO WEEKOFYEAR_ISO"],
  ["YEAROFWEEK", ""],
  ["YEAROFWEEKISO", ""],
  ["EPOCH_SECOND", "EPOCH EPOCH_SECONDS"],
  ["EPOCH_MILLISECOND", "EPOCH_MILLISECONDS"],
  ["EPOCH_MICROSECOND", "EPOCH_MICROSECONDS"],
  ["EPOCH_NANOSECOND", "EPOCH_NANOSECONDS"],
];
const units = new Map(
  unitNames.flatMap(([name, others]) => [name, ...others.split(" ")].map((other) => [other, name] as const)),
);

/** Finds the unit of time a word means, as DATEADD, DATE_TRUNC and EXTRACT read it; throws 002151 when none. */
export function timeUnit(word: string): string {
  const unit = units.get(word.toUpperCase());
  if (unit === undefined || word === "") throw compilationError("002151", "22023", `[${word.toUpperCase()}] is not a valid date/time component for function.`); // prettier-ignore
  return unit;
}

const fixedUnits: Readonly<Record<string, bigint>> = {
  WEEK: 7n * dayNs,
  DAY: dayNs,
  HOUR: 3_600_000_000_000n,
  MINUTE: 60_000_000_000n,
  SECOND: 1_000_000_000n,
  MILLISECOND: 1_000_000n,
  MICROSECOND: 1000n,
  NANOSECOND: 1n,
};
const monthsOf: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };
const mondayShift = 3n * dayNs; // 1970-01-01 was a Thursday.

function add(unit: string, amount: bigint, wall: bigint): bigint {
  const size = fixedUnits[unit];
  if (size !== undefined) return wall + amount * size;
  const parts = partsOf(wall);
  const months = parts.year * 12 + parts.month - 1 + Number(amount) * (monthsOf[unit] ?? 0);
  const year = Math.floor(months / 12);
  const month = months - year * 12 + 1;
  return wallOf({ ...parts, year, month, day: Math.min(parts.day, monthLength(year, month)) });
}

const monthLength = (year: number, month: number): number =>
  (month === 12 ? daysOf(year + 1, 1, 1) : daysOf(year, month + 1, 1)) - daysOf(year, month, 1);

function truncated(unit: string, wall: bigint): bigint {
  if (unit === "WEEK") return floorDiv(wall + mondayShift, 7n * dayNs) * 7n * dayNs - mondayShift;
  const size = fixedUnits[unit];
  if (size !== undefined) return floorDiv(wall, size) * size;
  const { year, month } = partsOf(wall);
  const first = unit === "YEAR" ? 1 : unit === "QUARTER" ? month - ((month - 1) % 3) : month;
  return BigInt(daysOf(year, first, 1)) * dayNs;
}

// Snowflake counts the boundaries crossed, not the time that went by.
function difference(unit: string, from: bigint, to: bigint): bigint {
  const size = fixedUnits[unit];
  if (size !== undefined) return (truncated(unit, to) - truncated(unit, from)) / size;
  const months = (wall: bigint): number => {
    const { year, month } = partsOf(wall);
    return year * 12 + month - 1;
  };
  const every = monthsOf[unit] ?? 1;
  return BigInt(Math.floor(months(to) / every) - Math.floor(months(from) / every));
}

function isoWeek(days: number): { week: number; year: number } {
  const thursday = days - ((weekdayOf(days) + 6) % 7) + 3;
  const { year } = dateOf(thursday);
  return { week: Math.floor((thursday - daysOf(year, 1, 1)) / 7) + 1, year };
}

function part(unit: string, wall: bigint): bigint {
  const p = partsOf(wall);
  const days = Number(floorDiv(wall, dayNs));
  const values: Readonly<Record<string, () => number | bigint>> = {
    YEAR: () => p.year,
    QUARTER: () => Math.ceil(p.month / 3),
    MONTH: () => p.month,
    DAY: () => p.day,
    HOUR: () => p.hour,
    MINUTE: () => p.minute,
    SECOND: () => p.second,
    MILLISECOND: () => Math.floor(p.nanosecond / 1_000_000),
    MICROSECOND: () => Math.floor(p.nanosecond / 1000),
    NANOSECOND: () => p.nanosecond,
    DAYOFWEEK: () => weekdayOf(days),
    DAYOFWEEKISO: () => (weekdayOf(days) === 0 ? 7 : weekdayOf(days)),
    DAYOFYEAR: () => days - daysOf(p.year, 1, 1) + 1,
    WEEK: () => isoWeek(days).week,
    WEEKISO: () => isoWeek(days).week,
    YEAROFWEEK: () => isoWeek(days).year,
    YEAROFWEEKISO: () => isoWeek(days).year,
    EPOCH_SECOND: () => floorDiv(wall, 1_000_000_000n),
    EPOCH_MILLISECOND: () => floorDiv(wall, 1_000_000n),
    EPOCH_MICROSECOND: () => floorDiv(wall, 1000n),
    EPOCH_NANOSECOND: () => wall,
  };
  return BigInt(values[unit]?.() ?? 0);
}

/** The last day of the month, year, quarter or week. */
const lastDay = (unit: string, wall: bigint): bigint => add(unit, 1n, truncated(unit, wall)) - dayNs;

/** Arithmetic on wall clocks (nanoseconds); the unit is one that `timeUnit` gave. */
export const calendarNatives: readonly Native[] = [
  native("sf_wall_add", ["VARCHAR", "BIGINT", "HUGEINT"], "HUGEINT", add),
  native("sf_wall_diff", ["VARCHAR", "HUGEINT", "HUGEINT"], "BIGINT", difference),
  native("sf_wall_trunc", ["VARCHAR", "HUGEINT"], "HUGEINT", truncated),
  native("sf_wall_part", ["VARCHAR", "HUGEINT"], "BIGINT", part),
  native("sf_wall_last_day", ["VARCHAR", "HUGEINT"], "HUGEINT", lastDay),
  native(
    "sf_wall_of",
    ["BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT"],
    "HUGEINT",
    (y, mo, d, h, mi, s, ns) =>
      // Parts out of range carry over, as in DATE_FROM_PARTS(2024, 13, 0).
      add("MONTH", mo - 1n, BigInt(daysOf(Number(y), 1, 1)) * dayNs) +
      (d - 1n) * dayNs +
      ((h * 60n + mi) * 60n + s) * 1_000_000_000n +
      ns,
  ),
  native("sf_day_name", ["INTEGER"], "VARCHAR", (days) => weekdayName(weekdayOf(days))),
  native("sf_month_name", ["INTEGER"], "VARCHAR", (days) => monthName(dateOf(days).month)),
];
