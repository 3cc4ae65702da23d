import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellReader } from "../../../src/drivers/redshift/cells.ts";
import { isoTime, isoTimeTz } from "../../../src/drivers/redshift/moments.ts";
import { valuePolicy } from "../../../src/values/decode.ts";
import { decodeCell } from "../cells.ts";

const reading = (timestamps: "string" | "date") => {
  const column = { name: "c", nativeName: "c", nativeType: "TIMESTAMPTZ" };
  const policy = valuePolicy({ timestamps });
  const decoders = {
    date: cellReader({ ...column, type: "date" }, policy).value,
    timestamptz: cellReader({ ...column, type: "timestamptz" }, policy).value,
  };
  return (type: keyof typeof decoders, cell: string) => decodeCell(decoders[type], cell);
};

const dates = fc.date({
  min: new Date("0001-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
});

describe("a moment of Redshift as a Date", () => {
  const asDate = reading("date");

  it("is the instant that was written, cut to milliseconds", () => {
    fc.assert(
      fc.property(dates, fc.nat(999), (date, microseconds) => {
        const wall = date.toISOString().slice(0, -1).replace("T", " ") + String(microseconds).padStart(3, "0");
        expect(asDate("timestamptz", wall)).toEqual(date);
        expect(asDate("timestamptz", `${wall}+00`)).toEqual(date);
        expect(asDate("timestamptz", `${wall}+05:30`)).toEqual(new Date(date.getTime() - 5.5 * 3_600_000));
        expect(asDate("timestamptz", `${wall}-00:19:32`)).toEqual(new Date(date.getTime() + 1_172_000));
        expect(asDate("date", wall.slice(0, 10))).toEqual(new Date(`${wall.slice(0, 10)}T00:00:00Z`));
      }),
    );
  });

  it.each([
    "infinity",
    "-infinity",
    "0044-03-15 00:00:00 BC",
    "2024",
    "2024-13-01 00:00:00",
    "2024-01-02T03:04:05",
    "",
  ])("is not %j", (cell) => expect(() => asDate("timestamptz", cell)).toThrow('timestamps: "string"'));

  it("is nothing of other bytes, and never another error", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789-: .+BC".split("")), maxLength: 32 }), (cell) => {
        for (const type of ["date", "timestamptz"] as const) {
          try {
            expect(asDate(type, cell)).toBeInstanceOf(Date);
          } catch (error) {
            expect(error).toMatchObject({ code: "INVALID_VALUE" });
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("a moment of Redshift as text", () => {
  const asText = reading("string");

  it("keeps every digit and character but the zeros behind a fraction", () => {
    fc.assert(
      fc.property(dates, fc.nat(6), fc.constantFrom("", "+00", "-08", "+05:45", "+00:19:32"), (date, digits, zone) => {
        const [day = "", time = ""] = date.toISOString().slice(0, 19).split("T");
        const fraction = digits === 0 ? "" : `.${"507090".slice(0, digits)}`;
        const trimmed = fraction.replace(/0+$/, "");
        const offset = zone.length === 3 ? `${zone}:00` : zone;
        expect(asText("timestamptz", `${day} ${time}${fraction}${zone}`)).toBe(`${day}T${time}${trimmed}${offset}`);
      }),
    );
  });
});

describe("a time of day of Redshift", () => {
  it.each([
    ["12:00:00.500000", "12:00:00.5"],
    ["12:00:00.000", "12:00:00"],
    ["12:00:00.000+00", "12:00:00+00:00"],
    ["12:00:00.120-05:30", "12:00:00.12-05:30"],
    ["12:00:00.1001", "12:00:00.1001"],
    ["12:00:00.001000+10", "12:00:00.001+10:00"],
    ["10:20:00", "10:20:00"],
  ])("loses the zeros that end the fraction of %s, and has the minutes of an offset", (sent, iso) => {
    expect(decodeCell(isoTimeTz, sent)).toBe(iso);
  });

  it("means the same without them", () => {
    fc.assert(
      fc.property(fc.nat(59), fc.stringMatching(/^\d{1,6}$/), (seconds, digits) => {
        const short = String(decodeCell(isoTime, `10:00:${seconds}.${digits}`));
        expect(short).not.toMatch(/\.$|\.\d*0$/);
        expect(Number(short.slice(6))).toBe(Number(`${seconds}.${digits}`));
      }),
    );
  });
});
