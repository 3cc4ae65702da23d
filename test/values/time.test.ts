import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoDate, isoDateTime, isoOffset, isoTime, trimFraction } from "../../src/values/time.ts";

const farthestDay = 100_000_000;

describe("ISO text", () => {
  it("of a day is the day that Date knows, as far as Date reaches", () => {
    fc.assert(
      fc.property(fc.integer({ min: -farthestDay, max: farthestDay }), (days) => {
        expect(isoDate(days)).toBe(new Date(days * 86_400_000).toISOString().slice(0, -14));
      }),
      { numRuns: 5000 },
    );
  });

  it("is right on every day of the years 1 to 9999's turns and leap days", () => {
    for (let year = 1; year <= 9_999; year++) {
      const first = new Date(0).setUTCFullYear(year, 0, 1) / 86_400_000;
      const padded = String(year).padStart(4, "0");
      expect(isoDate(first)).toBe(`${padded}-01-01`);
      const afterFebruary = new Date(0).setUTCFullYear(year, 1, 29);
      expect(isoDate(afterFebruary / 86_400_000)).toBe(new Date(afterFebruary).toISOString().slice(0, 10));
    }
  });

  it("of a moment is the one that Date knows, before 1970 too", () => {
    const farthestSecond = farthestDay * 86_400;
    fc.assert(
      fc.property(fc.integer({ min: -farthestSecond, max: farthestSecond }), (seconds) => {
        expect(`${isoDateTime(seconds, "")}.000Z`).toBe(new Date(seconds * 1_000).toISOString());
        expect(isoDateTime(seconds, "123456789")).toBe(`${isoDateTime(seconds, "")}.123456789`);
      }),
    );
  });

  it("of a time of day and of an offset has two digits a part", () => {
    expect(isoTime(0, "")).toBe("00:00:00");
    expect(isoTime(86_399, "5")).toBe("23:59:59.5");
    expect([0, 60, -60, 330, -210, 1_439, -1].map(isoOffset)).toEqual([
      "+00:00",
      "+01:00",
      "-01:00",
      "+05:30",
      "-03:30",
      "+23:59",
      "-00:01",
    ]);
  });
});

describe("a fraction", () => {
  it.each([
    ["12:00:00.500000", "12:00:00.5"],
    ["12:00:00.000", "12:00:00"],
    ["12:00:00.000+00", "12:00:00+00"],
    ["12:00:00.120-05:30", "12:00:00.12-05:30"],
    ["12:00:00.1001", "12:00:00.1001"],
    ["12:00:00.001000+10", "12:00:00.001+10"],
    ["1700000000.000000000", "1700000000"],
    ["-0.10", "-0.1"],
    ["10:20:00", "10:20:00"],
    ["infinity", "infinity"],
  ])("of %s loses the zeros at its end", (source, short) => {
    expect(trimFraction(source)).toBe(short);
  });

  it("means the same without them", () => {
    fc.assert(
      fc.property(fc.nat(), fc.stringMatching(/^\d{1,9}$/), (seconds, digits) => {
        const short = trimFraction(`${seconds}.${digits}`);
        expect(short).not.toMatch(/\.$|\.\d*0$/);
        expect(Number(short)).toBe(Number(`${seconds}.${digits}`));
      }),
    );
  });
});
