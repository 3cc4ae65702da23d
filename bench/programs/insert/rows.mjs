/** The columns of the table that rows are inserted into. */
export const columns = ["id", "big", "score", "amount", "code", "active", "day", "at", "seen", "note"];

const words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"];
const firstInstant = Date.UTC(2015, 0, 1);

/** Mixes the bits of a row's number: values that look random, and are the same in every run. Gives 0 to 2^32 − 1. */
function mixed(row, salt) {
  let hash = Math.imul(row ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const instant = (row, salt) => new Date(firstInstant + mixed(row, salt) * 60 + (row % 1000));

/** Makes the values of a row as programs have them. Rows count from 1. No client loses a digit of these: a moment has milliseconds. */
export function mixedRow(row) {
  return {
    id: row,
    big: mixed(row, 1) * 1_000_000 + row,
    score: mixed(row, 2) / 4_294_967.296,
    amount: row % 89 === 0 ? null : (mixed(row, 3) / 1_000).toFixed(2),
    code: words[mixed(row, 4) & 7],
    active: (mixed(row, 5) & 1) === 1,
    day: instant(row, 6).toISOString().slice(0, 10),
    at: instant(row, 7).toISOString().slice(0, -1),
    seen: instant(row, 8),
    note: row % 97 === 0 ? null : `note ${row} on ${mixed(row, 9).toString(16)} and ${mixed(row, 10).toString(16)}`,
  };
}

/** Gives the first rows one by one, and keeps none. */
export function* generated(count) {
  for (let row = 1; row <= count; row++) yield mixedRow(row);
}

/** Cuts rows into pieces of so many. */
export function* pieces(rows, size) {
  for (let first = 0; first < rows.length; first += size) yield rows.slice(first, first + size);
}
