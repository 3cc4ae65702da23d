import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellReader } from "../../../src/drivers/snowflake/cells.ts";
import { WarehouseError } from "../../../src/errors.ts";
import { valuePolicy } from "../../../src/values/decode.ts";
import type { ColumnType } from "../../../src/values/types.ts";
import { decodeCell } from "../cells.ts";

const nativeTypes: Partial<Record<ColumnType, string>> = { timestamptz: "TIMESTAMP_LTZ(9)" };

function read(type: ColumnType | "tz", cell: string, options = {}): unknown {
  const columnType = type === "tz" ? "timestamptz" : type;
  const nativeType = type === "tz" ? "TIMESTAMP_TZ(9)" : (nativeTypes[type] ?? type.toUpperCase());
  const column = { name: "a", nativeName: "A", type: columnType, nativeType };
  return decodeCell(cellReader(column, valuePolicy(options)).value, cell);
}

function expectInvalid(type: ColumnType | "tz", cell: string): void {
  expect(() => read(type, cell)).toThrow(expect.objectContaining({ code: "INVALID_VALUE" }) as Error);
}

describe("a cell of Snowflake", () => {
  it.each<[ColumnType | "tz", string, unknown]>([
    ["integer", "-42", -42],
    ["decimal", "12.50", "12.50"],
    ["float", "inf", Infinity],
    ["float", "-inf", -Infinity],
    ["float", "NaN", NaN],
    ["float", "1e+21", 1e21],
    ["boolean", "1", true],
    ["boolean", "FALSE", false],
    ["text", "größe 😀", "größe 😀"],
    ["date", "0", "1970-01-01"],
    ["date", "-1", "1969-12-31"],
    ["date", "-719162", "0001-01-01"],
    ["date", "2932896", "9999-12-31"],
    ["date", "2932897", "+010000-01-01"],
    ["time", "3661.123456789", "01:01:01.123456789"],
    ["time", "43200.500000000", "12:00:00.5"],
    ["time", "0", "00:00:00"],
    ["time", "86399.999999999", "23:59:59.999999999"],
    ["timestamp", "1700000000.000000000", "2023-11-14T22:13:20"],
    ["timestamp", "-1.25", "1969-12-31T23:59:58.75"],
    ["timestamp", "-0.000000001", "1969-12-31T23:59:59.999999999"],
    ["timestamp", "-1.000000000", "1969-12-31T23:59:59"],
    ["timestamp", "-0.000", "1970-01-01T00:00:00"],
    ["timestamptz", "1700000000.5", "2023-11-14T22:13:20.5+00:00"],
    ["tz", "1700000000.5 1440", "2023-11-14T22:13:20.5+00:00"],
    ["tz", "1700000000.500000000 960", "2023-11-14T14:13:20.5-08:00"],
    ["tz", "-1.25 1770", "1970-01-01T05:29:58.75+05:30"],
    ["tz", "0 1439", "1969-12-31T23:59:00-00:01"],
    ["json", '{\n  "a": [1, null]\n}', { a: [1, null] }],
    ["binary", "00FF", Uint8Array.of(0, 255)],
  ])("of type %s that says %j is %j", (type, cell, value) => {
    expect(read(type, cell)).toEqual(value);
  });

  it("is the moment that was written, to the nanosecond, before 1970 too", () => {
    // From the year 1 to 9999 in nanoseconds since 1970.
    const nanoseconds = fc.bigInt(-62_135_596_800n * 10n ** 9n, 253_402_300_800n * 10n ** 9n - 1n);
    fc.assert(
      fc.property(nanoseconds, fc.integer({ min: -720, max: 840 }), (moment, offset) => {
        const digits = String(moment < 0n ? -moment : moment).padStart(10, "0");
        const wire = `${moment < 0n ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
        const billion = 10n ** 9n;
        const fraction = ((moment % billion) + billion) % billion;
        const seconds = Number((moment - fraction) / billion);
        const written = String(fraction).padStart(9, "0").replace(/0+$/, "");
        const wall = (at: number) =>
          new Date(at * 1_000).toISOString().replace(".000Z", "") + (written === "" ? "" : `.${written}`);

        expect(read("timestamp", wire)).toBe(wall(seconds));
        expect(read("timestamptz", wire)).toBe(`${wall(seconds)}+00:00`);
        const zoned = read("tz", `${wire} ${offset + 1_440}`) as string;
        expect(zoned.slice(0, -6)).toBe(wall(seconds + offset * 60));
        const milliseconds = Math.floor(Number(fraction) / 1_000_000);
        const asDate = read("tz", `${wire} ${offset + 1_440}`, { timestamps: "date" });
        expect(asDate).toEqual(new Date(seconds * 1_000 + milliseconds));
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[ColumnType | "tz", string]>([
    ["date", ""],
    ["date", " 1"],
    ["date", "1e3"],
    ["date", "0x10"],
    ["date", "1.5"],
    ["date", "100000001"],
    ["date", "99999999999999999999"],
    ["time", ""],
    ["time", "-1"],
    ["time", "86400"],
    ["time", "100000.5"],
    ["time", "1:2:3"],
    ["timestamp", ""],
    ["timestamp", "."],
    ["timestamp", "1e9"],
    ["timestamp", "+1"],
    ["timestamp", "99999999999999999999"],
    ["timestamp", "-99999999999999999999.5"],
    ["timestamptz", "1700000000 1440"],
    ["tz", "1700000000"],
    ["tz", "1700000000 "],
    ["tz", "1700000000 -1"],
    ["tz", "1700000000 2881"],
    ["tz", "1700000000 1440.5"],
    ["tz", "1700000000 0x5A0"],
    ["tz", "1700000000 1440 1"],
    ["tz", "1700000000  1440"],
  ])("of type %s is not %j", (type, cell) => {
    expectInvalid(type, cell);
  });

  it("is never made up from hostile text", () => {
    const hostile = fc
      .array(fc.constantFrom(..."0123456789.- +:eExTZ".split("")), { maxLength: 24 })
      .map((characters) => characters.join(""));
    const shapes: [ColumnType | "tz", RegExp][] = [
      ["date", /^[+-]?\d{4,6}-\d\d-\d\d$/],
      ["time", /^\d\d:\d\d:\d\d(\.\d+)?$/],
      ["timestamp", /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/],
      ["tz", /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$/],
    ];
    fc.assert(
      fc.property(hostile, fc.constantFrom(...shapes), (cell, [type, shape]) => {
        try {
          expect(read(type, cell)).toMatch(shape);
        } catch (error) {
          if (!WarehouseError.is(error)) throw error;
          expect(error.code).toBe("INVALID_VALUE");
        }
      }),
      { numRuns: 5000 },
    );
  });
});
