import { isoDate } from "../../values/time.ts";

const zero = 0x30;
const plus = 0x2b;
const hyphen = 0x2d;
const colon = 0x3a;
const point = 0x2e;
const letterT = 0x54;

const secondsPerDay = 86_400;
/** 0000-03-01 and 9999-12-31, in days from 1970: those between have years of four digits, and need no negative remainders. */
const firstUsualDay = -719_468;
const lastUsualDay = 2_932_896;
/** `YYYY-MM-DD`, or `+YYYYYY-MM-DD`; `T`; `HH:MM:SS.fffffffff`; `+HH:MM`. */
const longestBytes = 13 + 1 + 18 + 6;

/** Writes days and times as ISO 8601, with every digit but the zeros that end a fraction. */
export interface IsoWriter {
  /** @param days - since 1970-01-01. */
  date(days: number): string;
  /** @param seconds - since midnight. */
  time(seconds: number, nanos: number): string;
  /**
   * @param seconds - since 1970-01-01T00:00:00.
   * @param offset - minutes from UTC of the wall clock that is written; none is written without it.
   */
  dateTime(seconds: number, nanos: number, offset?: number): string;
}

/** Makes what writes the texts of one column, each in the same bytes, so that one string is made and no parts of it. */
export function isoWriter(): IsoWriter {
  const text = Buffer.allocUnsafe(longestBytes);
  let lastDays = NaN;
  let dateEnd = 0;

  /** The days of neighbouring rows are often the same. */
  const writeDate = (days: number): number => {
    if (days !== lastDays) {
      dateEnd = days >= firstUsualDay && days <= lastUsualDay ? writeUsualDate(text, days) : text.write(isoDate(days));
      lastDays = days;
    }
    return dateEnd;
  };

  return {
    date: (days) => text.toString("latin1", 0, writeDate(days)),
    time(seconds, nanos) {
      lastDays = NaN;
      return text.toString("latin1", 0, writeClock(text, 0, seconds, nanos));
    },
    dateTime(seconds, nanos, offset) {
      const wall = offset === undefined ? seconds : seconds + offset * 60;
      const days = Math.floor(wall / secondsPerDay);
      let end = writeDate(days);
      text[end++] = letterT;
      end = writeClock(text, end, wall - days * secondsPerDay, nanos);
      if (offset !== undefined) end = writeOffset(text, end, offset);
      return text.toString("latin1", 0, end);
    },
  };
}

/** As `isoDate`, without a string: Howard Hinnant's civil_from_days. */
function writeUsualDate(text: Buffer, days: number): number {
  const shifted = days - firstUsualDay;
  const era = (shifted / 146_097) | 0;
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1_460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const monthFromMarch = ((5 * dayOfYear + 2) / 153) | 0;
  const day = dayOfYear - (((153 * monthFromMarch + 2) / 5) | 0) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  writeTwo(text, 0, (year / 100) | 0);
  writeTwo(text, 2, year % 100);
  text[4] = hyphen;
  writeTwo(text, 5, month);
  text[7] = hyphen;
  writeTwo(text, 8, day);
  return 10;
}

function writeClock(text: Buffer, start: number, seconds: number, nanos: number): number {
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  writeTwo(text, start, hours);
  text[start + 2] = colon;
  writeTwo(text, start + 3, minutes - hours * 60);
  text[start + 5] = colon;
  writeTwo(text, start + 6, seconds - minutes * 60);
  if (nanos === 0) return start + 8;
  text[start + 8] = point;
  let rest = nanos;
  let end = start + 18;
  for (; rest % 10 === 0; end--) rest = (rest / 10) | 0;
  for (let at = end - 1; at > start + 8; at--) {
    const tens = (rest / 10) | 0;
    text[at] = zero + rest - tens * 10;
    rest = tens;
  }
  return end;
}

function writeOffset(text: Buffer, start: number, minutes: number): number {
  const size = Math.abs(minutes);
  const hours = (size / 60) | 0;
  text[start] = minutes < 0 ? hyphen : plus;
  writeTwo(text, start + 1, hours);
  text[start + 3] = colon;
  writeTwo(text, start + 4, size - hours * 60);
  return start + 6;
}

function writeTwo(text: Buffer, at: number, value: number): void {
  const tens = (value / 10) | 0;
  text[at] = zero + tens;
  text[at + 1] = zero + value - tens * 10;
}
