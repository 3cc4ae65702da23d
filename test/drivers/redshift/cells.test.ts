import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellReader } from "../../../src/drivers/redshift/cells.ts";
import { valuePolicy } from "../../../src/values/decode.ts";
import type { ColumnType } from "../../../src/values/types.ts";
import { decodeCell } from "../cells.ts";

const read = (type: ColumnType, cell: string, options = {}) =>
  decodeCell(cellReader({ name: "c", nativeName: "c", type, nativeType: "" }, valuePolicy(options)).value, cell);

describe("a cell of Redshift", () => {
  it.each<[ColumnType, string, unknown]>([
    ["integer", "-9007199254740991", -9007199254740991],
    ["decimal", "-0.10", "-0.10"],
    ["float", "1.7976931348623157e+308", Number.MAX_VALUE],
    ["float", "NaN", NaN],
    ["float", "-Infinity", -Infinity],
    ["boolean", "t", true],
    ["boolean", "f", false],
    ["text", "", ""],
    ["text", "größe 😀", "größe 😀"],
    ["date", "2024-02-29", "2024-02-29"],
    ["date", "0001-01-01", "0001-01-01"],
    ["date", "0044-03-15 BC", "0044-03-15 BC"],
    ["time", "12:00:00.500000", "12:00:00.5"],
    ["time", "12:00:00", "12:00:00"],
    ["timetz", "12:00:00.500000+00", "12:00:00.5+00:00"],
    ["timetz", "12:00:00-03:30", "12:00:00-03:30"],
    ["timestamp", "2024-01-02 03:04:05.123456", "2024-01-02T03:04:05.123456"],
    ["timestamp", "2024-01-02 03:04:05.000", "2024-01-02T03:04:05"],
    ["timestamp", "9999-12-31 23:59:59.999999", "9999-12-31T23:59:59.999999"],
    ["timestamp", "infinity", "infinity"],
    ["timestamptz", "2024-01-02 03:04:05+00", "2024-01-02T03:04:05+00:00"],
    ["timestamptz", "2024-01-02 03:04:05.120-08", "2024-01-02T03:04:05.12-08:00"],
    ["timestamptz", "2024-01-02 03:04:05+05:45", "2024-01-02T03:04:05+05:45"],
    ["interval", "1 day 02:03:04", "1 day 02:03:04"],
    ["json", '{"a":[1,null]}', { a: [1, null] }],
    ["binary", "00ff", Uint8Array.of(0, 255)],
  ])("of type %s that says %j is %j", (type, cell, value) => {
    expect(read(type, cell)).toEqual(value);
  });

  it("is a Date where the call asks for one, and refused where a Date cannot hold it", () => {
    const timestamps = "date";
    expect(read("date", "2024-02-29", { timestamps })).toEqual(new Date("2024-02-29T00:00:00Z"));
    expect(read("timestamp", "1969-12-31 23:59:59.999999", { timestamps })).toEqual(new Date(-1));
    expect(read("timestamptz", "2024-01-02 03:04:05-08", { timestamps })).toEqual(new Date("2024-01-02T11:04:05Z"));
    for (const cell of ["infinity", "0044-03-15 12:00:00 BC"]) {
      expect(() => read("timestamp", cell, { timestamps })).toThrow('timestamps: "string"');
    }
  });

  it("keeps every timestamp of the years 1 to 9999 to the microsecond", () => {
    const dates = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, fc.nat(999), (date, microseconds) => {
        const iso = date.toISOString().slice(0, -1) + String(microseconds).padStart(3, "0");
        const value = read("timestamp", iso.replace("T", " ")) as string;
        const [whole = "", fraction = ""] = value.split(".");
        expect(`${whole}.${fraction.padEnd(6, "0")}`).toBe(iso);
      }),
    );
  });
});
