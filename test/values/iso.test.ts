import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoWriter } from "../../src/values/iso.ts";

const farthestDay = 100_000_000;

describe("ISO text", () => {
  it("of a day is the day that Date knows, as far as Date reaches", () => {
    const iso = isoWriter();
    const days = fc.oneof(
      fc.integer({ min: -farthestDay, max: farthestDay }),
      fc.integer({ min: -800_000, max: 3_000_000 }),
    );
    fc.assert(
      fc.property(days, (day) => {
        expect(iso.date(day)).toBe(new Date(day * 86_400_000).toISOString().slice(0, -14));
      }),
      { numRuns: 5000 },
    );
  });

  it("of a moment is the one that Date knows, before 1970 too, whatever was written before it", () => {
    const iso = isoWriter();
    const farthestSecond = farthestDay * 86_400;
    fc.assert(
      fc.property(fc.integer({ min: -farthestSecond, max: farthestSecond }), fc.nat(86_399), (seconds, ofDay) => {
        const known = new Date(seconds * 1_000).toISOString().slice(0, -5);
        expect(iso.time(ofDay, 0)).toBe(new Date(ofDay * 1_000).toISOString().slice(11, 19));
        expect(iso.dateTime(seconds, 0)).toBe(known);
        expect(iso.dateTime(seconds, 123_456_789, 0)).toBe(`${known}.123456789+00:00`);
      }),
    );
  });

  it("has the digits of a fraction but the zeros at its end", () => {
    const iso = isoWriter();
    expect([1, 10, 100_000_000, 120_300_000].map((nanos) => iso.time(86_399, nanos))).toEqual([
      "23:59:59.000000001",
      "23:59:59.00000001",
      "23:59:59.1",
      "23:59:59.1203",
    ]);
  });

  it("has the wall clock of its offset, and two digits for each part of that", () => {
    const iso = isoWriter();
    expect([0, 60, -60, 330, -210, 1_439, -1].map((offset) => iso.dateTime(0, 0, offset))).toEqual([
      "1970-01-01T00:00:00+00:00",
      "1970-01-01T01:00:00+01:00",
      "1969-12-31T23:00:00-01:00",
      "1970-01-01T05:30:00+05:30",
      "1969-12-31T20:30:00-03:30",
      "1970-01-01T23:59:00+23:59",
      "1969-12-31T23:59:00-00:01",
    ]);
  });
});
