import { civilDate, type CivilDate } from "./calendar.ts";

const zero = 0x30;
const plus = 0x2b;
const hyphen = 0x2d;
const colon = 0x3a;
const point = 0x2e;
const letterT = 0x54;

const secondsPerDay = 86_400;
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
  const date: CivilDate = { year: 0, month: 0, day: 0 };
  let lastDays = NaN;
  let dateEnd = 0;

  /** The days of neighbouring rows are often the same. */
  const writeDate = (days: number): number => {
    if (days !== lastDays) {
      civilDate(days, date);
      dateEnd = writeCivilDate(text, date);
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

/** Writes a date, one outside the years 0 to 9999 in ISO 8601's six-digit form. */
function writeCivilDate(text: Buffer, { year, month, day }: CivilDate): number {
  const end = writeYear(text, year);
  text[end] = hyphen;
  writeTwo(text, end + 1, month);
  text[end + 3] = hyphen;
  writeTwo(text, end + 4, day);
  return end + 6;
}

function writeYear(text: Buffer, year: number): number {
  if (year < 0 || year > 9_999) {
    return text.write((year < 0 ? "-" : "+") + String(Math.abs(year)).padStart(6, "0"));
  }
  const century = (year / 100) | 0;
  writeTwo(text, 0, century);
  writeTwo(text, 2, year - century * 100);
  return 4;
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
