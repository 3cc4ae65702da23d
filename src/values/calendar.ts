/** A day of the proleptic Gregorian calendar; the year 0 is 1 BC. */
export interface CivilDate {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
}

// Howard Hinnant's days_from_civil and civil_from_days (howardhinnant.github.io/date_algorithms.html): whole cycles of 400 years from
// 0000-03-01, exact for every day, with no Date in between.
const cycleDays = 146_097;
/** From 0000-03-01 to 1970-01-01. */
const epochDays = 719_468;

/** Counts the days from 1970-01-01 to a day of the calendar. */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const cycle = Math.floor(shifted / 400);
  const yearOfCycle = shifted - cycle * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfCycle = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear;
  return cycle * cycleDays + dayOfCycle - epochDays;
}

/** Finds the day of the calendar that is so many days from 1970-01-01. @param into - is used again and again. */
export function civilDate(days: number, into: CivilDate): void {
  const shifted = days + epochDays;
  const cycle = Math.floor(shifted / cycleDays);
  // From here on nothing is negative, and cutting is faster than rounding down.
  const dayOfCycle = (shifted - cycle * cycleDays) | 0;
  const leapDays = ((dayOfCycle / 1_460) | 0) - ((dayOfCycle / 36_524) | 0) + ((dayOfCycle / (cycleDays - 1)) | 0);
  const yearOfCycle = ((dayOfCycle - leapDays) / 365) | 0;
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + (yearOfCycle >> 2) - ((yearOfCycle / 100) | 0));
  const monthFromMarch = ((5 * dayOfYear + 2) / 153) | 0;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  into.year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0);
  into.month = month;
  into.day = dayOfYear - (((153 * monthFromMarch + 2) / 5) | 0) + 1;
}
