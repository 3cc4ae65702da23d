/** Nanoseconds of a day. */
export const dayNs = 86_400_000_000_000n;

/** A moment taken apart; `nanosecond` is the whole fraction of the second, `days` the days since 1970. */
export interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
}

/** Divides rounding down, also below zero. */
export const floorDiv = (a: bigint, b: bigint): bigint => (a % b < 0n ? a / b - 1n : a / b);

/** Tells the days since 1970 of a date of the proleptic Gregorian calendar. */
export function daysOf(year: number, month: number, day: number): number {
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  return Math.round(at.getTime() / 86_400_000);
}

/** Tells the date that lies `days` after 1970-01-01. */
export function dateOf(days: number): { year: number; month: number; day: number } {
  const at = new Date(days * 86_400_000);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

/** Takes nanoseconds of a wall clock apart. */
export function partsOf(wallNs: bigint): Parts {
  const days = floorDiv(wallNs, dayNs);
  const rest = wallNs - days * dayNs;
  const seconds = Number(rest / 1_000_000_000n);
  return {
    ...dateOf(Number(days)),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    nanosecond: Number(rest % 1_000_000_000n),
  };
}

/** Puts a wall clock together again, in nanoseconds. */
export const wallOf = (p: Parts): bigint =>
  BigInt(daysOf(p.year, p.month, p.day)) * dayNs + BigInt(p.hour * 3600 + p.minute * 60 + p.second) * 1_000_000_000n + BigInt(p.nanosecond); // prettier-ignore

const zones = new Map<string, Intl.DateTimeFormat>();

/** Tells whether a time zone has this name. */
export function isZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  zones.set(zone, made);
  return made;
}

const quarterNs = 900_000_000_000n;
const offsets = new Map<string, number>();

/** Tells by how many minutes a zone is ahead of UTC at an instant (nanoseconds); seconds of old local times are cut off. */
export function offsetAt(zone: string, instant: bigint): number {
  if (zone === "UTC" || zone === "Etc/UTC") return 0;
  // Clocks change at full quarters of an hour, and asking Intl is slow.
  const quarter = floorDiv(instant, quarterNs);
  const key = `${zone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size > 50_000) offsets.clear();
  const found = computeOffset(zone, Number(quarter) * 900_000);
  offsets.set(key, found);
  return found;
}

function computeOffset(zone: string, ms: number): number {
  const found: Record<string, string> = {};
  for (const { type, value } of formatOf(zone).formatToParts(ms)) found[type] = value;
  const year = found.era?.startsWith("B") === true ? 1 - Number(found.year) : Number(found.year);
  const wallMs =
    daysOf(year, Number(found.month), Number(found.day)) * 86_400_000 +
    (Number(found.hour) * 3600 + Number(found.minute) * 60 + Number(found.second)) * 1000;
  return Math.trunc((wallMs - ms) / 60_000);
}

const minuteNs = 60_000_000_000n;

/** Finds the instant at which a zone's wall clock shows a time; in a gap the offset before it counts. */
export function instantOf(zone: string, wall: bigint): bigint {
  const before = offsetAt(zone, wall - dayNs);
  const guess = wall - BigInt(before) * minuteNs;
  if (offsetAt(zone, guess) === before) return guess;
  const after = wall - BigInt(offsetAt(zone, guess)) * minuteNs;
  return offsetAt(zone, after) === offsetAt(zone, guess) ? after : guess;
}

/** Tells what a wall clock with this offset shows at an instant. */
export const wallAt = (instant: bigint, offsetMinutes: number): bigint => instant + BigInt(offsetMinutes) * minuteNs;
