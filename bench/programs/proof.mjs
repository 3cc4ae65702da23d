/**
 * Counts the rows that a variant was given and sums the whole parts of one column, which proves that it read them all. Whole numbers add up to
 * the same in any order.
 */
export function proof(key) {
  let count = 0;
  let checksum = 0;
  return {
    /** Takes one row: an object, or with a number as key an array. */
    row(row) {
      count++;
      checksum += Math.floor(Number(row[key]));
    },
    rows(rows) {
      for (const row of rows) this.row(row);
      return this;
    },
    /** Takes the column's values as a typed array. */
    column(values, length) {
      for (let i = 0; i < length; i++) checksum += Math.floor(Number(values[i]));
      count += length;
    },
    result: () => ({ count, checksum }),
  };
}
