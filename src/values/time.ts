const secondsPerDay = 86_400;

/** Writes days since 1970-01-01 as an ISO date; years outside 0 to 9999 in ISO 8601's six-digit form. */
export function isoDate(days: number): string {
  // Howard Hinnant's civil_from_days: whole 400-year cycles from 0000-03-01, exact for every day, with no Date in between.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${isoYear(year)}-${two(month)}-${two(day)}`;
}

/** Writes seconds since midnight, and the digits of their fraction, as `HH:MM:SS[.f]`. */
export function isoTime(seconds: number, fraction: string): string {
  const time = `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return fraction === "" ? time : `${time}.${fraction}`;
}

/** Writes seconds since 1970-01-01T00:00:00, and the digits of their fraction, as `YYYY-MM-DDTHH:MM:SS[.f]`. */
export function isoDateTime(seconds: number, fraction: string): string {
  const days = Math.floor(seconds / secondsPerDay);
  return `${isoDate(days)}T${isoTime(seconds - days * secondsPerDay, fraction)}`;
}

/** Writes an offset from UTC, in minutes, as `+HH:MM`. */
export function isoOffset(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Leaves out the zeros at the end of a time's fraction, which a server may pad to its column's scale: `12:00:00.500+00` → `12:00:00.5+00`. */
export function trimFraction(time: string): string {
  return time.replace(/(\.\d*[1-9])0+(?!\d)|\.0+(?!\d)/, "$1");
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function isoYear(year: number): string {
  if (year >= 0 && year <= 9_999) return String(year).padStart(4, "0");
  return `${year < 0 ? "-" : "+"}${String(Math.abs(year)).padStart(6, "0")}`;
}
