import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { civilDate, daysSinceEpoch } from "../../src/values/calendar.ts";

const dayMs = 86_400_000;

const civil = (days: number) => {
  const date = { year: NaN, month: NaN, day: NaN };
  civilDate(days, date);
  return date;
};

const knownToDate = (days: number) => {
  const date = new Date(days * dayMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
};

describe("a day of the calendar", () => {
  it("is the one that Date knows, as far as Date reaches, there and back", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
        const date = civil(days);
        expect(date).toEqual(knownToDate(days));
        expect(daysSinceEpoch(date.year, date.month, date.day)).toBe(days);
      }),
      { numRuns: 5000 },
    );
  });

  it("is right on every turn of the years 1 to 9999, and on the day after February 28", () => {
    for (let year = 1; year <= 9_999; year++) {
      const first = new Date(0).setUTCFullYear(year, 0, 1) / dayMs;
      expect(civil(first)).toEqual({ year, month: 1, day: 1 });
      expect(daysSinceEpoch(year, 1, 1)).toBe(first);
      const afterFebruary = new Date(0).setUTCFullYear(year, 1, 29) / dayMs;
      expect(civil(afterFebruary)).toEqual(knownToDate(afterFebruary));
    }
  });
});
