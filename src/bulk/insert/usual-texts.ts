const zero = 0x30;
const point = 0x2e;
const minus = 0x2d;
const plus = 0x2b;
const colon = 0x3a;
const letterZ = 0x5a;

// Most values look alike, and are known by their characters in a fraction of the time that a pattern takes. What is not as usual is not wrong:
// it is looked at again, with patience.

/** Tells a decimal of so many digits at most, before its point and behind it, as the server itself would write it. */
export function isUsualDecimal(text: string, whole: number, fraction: number): boolean {
  const start = text.charCodeAt(0) === minus ? 1 : 0;
  const wholeEnd = digitsFrom(text, start);
  if (wholeEnd === start || wholeEnd - start > whole) return false;
  if (wholeEnd === text.length) return true;
  if (text.charCodeAt(wholeEnd) !== point) return false;
  const end = digitsFrom(text, wholeEnd + 1);
  return end === text.length && end > wholeEnd + 1 && end - wholeEnd - 1 <= fraction;
}

/** Tells that a text begins with a day such as `2024-01-28`, one that every month has. */
export function beginsWithUsualDay(text: string): boolean {
  if (digitsFrom(text, 0) !== 4 || text.charCodeAt(4) !== minus || text.charCodeAt(7) !== minus) return false;
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  return month >= 1 && month <= 12 && day >= 1 && day <= 28;
}

/** Tells that a text ends with a time such as `23:59:59.123`, with so many digits behind the point at most, and with an offset if there is to be one. */
export function endsWithUsualTime(text: string, from: number, digits: number, hasZone: boolean): boolean {
  const isClock =
    text.charCodeAt(from + 2) === colon &&
    text.charCodeAt(from + 5) === colon &&
    isBelow(twoDigits(text, from), 24) &&
    isBelow(twoDigits(text, from + 3), 60) &&
    isBelow(twoDigits(text, from + 6), 60);
  if (!isClock) return false;
  let at = from + 8;
  if (text.charCodeAt(at) === point) {
    const end = digitsFrom(text, at + 1);
    if (end === at + 1 || end - at - 1 > digits) return false;
    at = end;
  }
  return hasZone ? isUsualOffset(text, at) : at === text.length;
}

function isUsualOffset(text: string, at: number): boolean {
  const sign = text.charCodeAt(at);
  if (sign === letterZ) return at + 1 === text.length;
  if ((sign !== plus && sign !== minus) || at + 6 !== text.length || text.charCodeAt(at + 3) !== colon) return false;
  return isBelow(twoDigits(text, at + 1), 15) && isBelow(twoDigits(text, at + 4), 60);
}

const isBelow = (value: number, bound: number) => value >= 0 && value < bound;

/** Gives the number of two digits, or one below zero. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - zero;
  const ones = text.charCodeAt(at + 1) - zero;
  return isBelow(tens, 10) && isBelow(ones, 10) ? 10 * tens + ones : -1;
}

/** Gives where the digits end that begin at a place. */
function digitsFrom(text: string, start: number): number {
  let at = start;
  while (isBelow(text.charCodeAt(at) - zero, 10)) at++;
  return at;
}
