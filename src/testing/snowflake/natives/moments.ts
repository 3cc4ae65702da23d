import { notTemporal, unsupported } from "../errors.ts";
import { dayNs, daysOf, floorDiv, instantOf, isZone, offsetAt, partsOf, wallAt, wallOf } from "../types/clock.ts";
import { read, readAuto, write } from "../types/formats.ts";
import type { Moment } from "../types/formats.ts";
import { packTz, unpackTz } from "../types/storage.ts";
import { native } from "./native.ts";
import type { Native } from "./native.ts";

/** Cuts nanoseconds to as many digits of a second as `scale` says. */
const atScale = (ns: bigint, scale: number): bigint => {
  const unit = 10n ** BigInt(9 - scale);
  return floorDiv(ns, unit) * unit;
};

// A text of digits alone is an epoch: seconds, milliseconds, microseconds or nanoseconds by its size.
function epochText(text: string): bigint | undefined {
  const match = /^\s*(-?\d+)(?:\.(\d*))?\s*$/.exec(text);
  if (match === null) return undefined;
  return scaledEpoch(BigInt(match[1] ?? "0"), match[2] ?? "");
}

/** Reads an epoch number as Snowflake does for text: its size tells seconds from milli-, micro- and nanoseconds. */
function scaledEpoch(whole: bigint, fraction: string): bigint {
  const size = whole < 0n ? -whole : whole;
  if (size >= 31_536_000_000_000_000n) return whole;
  if (size >= 31_536_000_000_000n) return whole * 1000n;
  if (size >= 31_536_000_000n) return whole * 1_000_000n;
  return whole * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, "0")) * (whole < 0n ? -1n : 1n);
}

function timestampMoment(text: string, format: string): Moment | bigint {
  const moment = format === "AUTO" ? (timestampAuto(text) ?? epochText(text)) : read(text, format);
  if (moment === undefined) {
    if (format === "AUTO") throw notTemporal("Timestamp", text);
    throw notTemporal("Timestamp", text);
  }
  return moment;
}

function timestampAuto(text: string): Moment | undefined {
  const moment = readAuto(text);
  return moment?.hasDate === true ? moment : undefined;
}

function ntz(text: string, format: string): bigint {
  const moment = timestampMoment(text, format);
  return typeof moment === "bigint" ? moment : wallOf(moment);
}

function tz(text: string, format: string, zone: string): { instant: bigint; offsetMinutes: number } {
  const moment = timestampMoment(text, format);
  if (typeof moment === "bigint") return { instant: moment, offsetMinutes: offsetAt(zone, moment) };
  const wall = wallOf(moment);
  const instant = moment.offsetMinutes === undefined ? instantOf(zone, wall) : wallAt(wall, -moment.offsetMinutes);
  return { instant, offsetMinutes: moment.offsetMinutes ?? offsetAt(zone, instant) };
}

function day(text: string, format: string): number {
  if (format !== "AUTO") {
    const moment = read(text, format);
    if (moment === undefined) throw notTemporal("Date", text);
    return daysOf(moment.year, moment.month, moment.day);
  }
  const moment = readAuto(text);
  if (moment?.hasDate === true) return daysOf(moment.year, moment.month, moment.day);
  const epoch = epochText(text);
  if (epoch === undefined) throw notTemporal("Date", text);
  return Number(floorDiv(epoch, dayNs));
}

function timeOfDay(text: string, format: string): bigint {
  const moment = format === "AUTO" ? readAuto(text) : read(text, format);
  if (moment === undefined) throw notTemporal("Time", text);
  return wallOf({ ...moment, year: 1970, month: 1, day: 1 });
}

const moment = (wall: bigint, offsetMinutes?: number): Moment => ({ ...partsOf(wall), offsetMinutes });

function zoneChecked(zone: string): string {
  if (!isZone(zone)) throw unsupported(`The time zone '${zone}'`);
  return zone;
}

/** Reading, writing and converting dates, times and timestamps. `format` AUTO detects, as Snowflake's input formats do. */
export const momentNatives: readonly Native[] = [
  native("sf_to_date", ["VARCHAR", "VARCHAR"], "INTEGER", day),
  native("sf_to_time", ["VARCHAR", "VARCHAR", "INTEGER"], "BIGINT", (text, format, scale) =>
    atScale(timeOfDay(text, format), scale),
  ),
  native("sf_to_ntz", ["VARCHAR", "VARCHAR", "INTEGER"], "HUGEINT", (text, format, scale) =>
    atScale(ntz(text, format), scale),
  ),
  native("sf_to_ltz", ["VARCHAR", "VARCHAR", "INTEGER", "VARCHAR"], "HUGEINT", (text, format, scale, zone) =>
    atScale(tz(text, format, zone).instant, scale),
  ),
  native("sf_to_tz", ["VARCHAR", "VARCHAR", "INTEGER", "VARCHAR"], "HUGEINT", (text, format, scale, zone) => {
    const { instant, offsetMinutes } = tz(text, format, zone);
    return packTz(atScale(instant, scale), offsetMinutes);
  }),
  native("sf_date_text", ["INTEGER", "VARCHAR"], "VARCHAR", (days, format) =>
    write(moment(BigInt(days) * dayNs), format),
  ),
  native("sf_time_text", ["BIGINT", "VARCHAR"], "VARCHAR", (ns, format) => write(moment(ns), format)),
  native("sf_ntz_text", ["HUGEINT", "VARCHAR"], "VARCHAR", (ns, format) => write(moment(ns, 0), format)),
  native("sf_ltz_text", ["HUGEINT", "VARCHAR", "VARCHAR"], "VARCHAR", (ns, format, zone) => {
    const offset = offsetAt(zone, ns);
    return write(moment(wallAt(ns, offset), offset), format);
  }),
  native("sf_tz_text", ["HUGEINT", "VARCHAR"], "VARCHAR", (packed, format) => {
    const { instant, offsetMinutes } = unpackTz(packed);
    return write(moment(wallAt(instant, offsetMinutes), offsetMinutes), format);
  }),
  native("sf_wall_days", ["HUGEINT"], "INTEGER", (wall) => Number(floorDiv(wall, dayNs))),
  native("sf_wall_time", ["HUGEINT"], "BIGINT", (wall) => wall - floorDiv(wall, dayNs) * dayNs),
  native("sf_at_scale", ["HUGEINT", "INTEGER"], "HUGEINT", atScale),
  native("sf_tz_at_scale", ["HUGEINT", "INTEGER"], "HUGEINT", (packed, scale) => {
    const { instant, offsetMinutes } = unpackTz(packed);
    return packTz(atScale(instant, scale), offsetMinutes);
  }),
  native("sf_ltz_wall", ["HUGEINT", "VARCHAR"], "HUGEINT", (ns, zone) => wallAt(ns, offsetAt(zoneChecked(zone), ns))),
  native("sf_wall_ltz", ["HUGEINT", "VARCHAR"], "HUGEINT", (wall, zone) => instantOf(zoneChecked(zone), wall)),
  native("sf_tz_wall", ["HUGEINT"], "HUGEINT", (packed) => {
    const { instant, offsetMinutes } = unpackTz(packed);
    return wallAt(instant, offsetMinutes);
  }),
  native("sf_tz_offset", ["HUGEINT"], "INTEGER", (packed) => unpackTz(packed).offsetMinutes),
  native("sf_ltz_tz", ["HUGEINT", "VARCHAR"], "HUGEINT", (ns, zone) => packTz(ns, offsetAt(zoneChecked(zone), ns))),
  native("sf_wall_tz", ["HUGEINT", "INTEGER"], "HUGEINT", (wall, offset) => packTz(wallAt(wall, -offset), offset)),
  native("sf_epoch", ["VARCHAR", "INTEGER"], "HUGEINT", (number, scale) => {
    const [whole = "0", fraction = ""] = number.split(".");
    const negative = whole.startsWith("-") ? -1n : 1n;
    const unit = 10n ** BigInt(9 - scale);
    const rest = BigInt(fraction.slice(0, 9).padEnd(9, "0")) * unit;
    return BigInt(whole) * unit + (negative * rest) / 1_000_000_000n;
  }),
];
