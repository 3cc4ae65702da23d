import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { built, columnOf, type SentCell } from "./building.ts";
import { cellsOf } from "./reading.ts";
import { cellReader as redshiftReader } from "../../src/drivers/redshift/cells.ts";
import { cellReader as snowflakeReader } from "../../src/drivers/snowflake/cells.ts";
import { standardPolicy } from "../../src/values/decode.ts";
import type { TimeUnit } from "../../src/columns/vectors.ts";
import type { ColumnType } from "../../src/values/types.ts";

/** How a server writes a moment, given as microseconds since 1970. */
interface Form {
  readonly type: ColumnType;
  readonly nativeType: string;
  readonly sent: (micros: bigint) => SentCell;
}

const micro = 1_000_000n;
const fractionOf = (micros: bigint) => ((micros % micro) + micro) % micro;
const isoOf = (micros: bigint) =>
  new Date(Number((micros - fractionOf(micros)) / 1_000n)).toISOString().slice(0, 19).replace("T", " ");
const digitsOf = (micros: bigint) => String(fractionOf(micros)).padStart(6, "0");

/** PostgreSQL's binary form: microseconds since 2000, the highest byte first. */
const binary = (micros: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(micros - 946_684_800n * micro);
  return bytes;
};

/** Snowflake's: a signed decimal number of seconds. */
const seconds = (micros: bigint, digits: number): string => {
  const size = micros < 0n ? -micros : micros;
  return `${micros < 0n ? "-" : ""}${size / micro}.${String(size % micro)
    .padStart(6, "0")
    .padEnd(digits, "0")}`;
};

const forms: Readonly<Record<string, Form>> = {
  "Redshift's text": {
    type: "timestamp",
    nativeType: "TIMESTAMP",
    sent: (micros) => isoOf(micros) + (fractionOf(micros) === 0n ? "" : `.${digitsOf(micros).replace(/0+$/, "")}`),
  },
  "Redshift's text with a zone": {
    type: "timestamptz",
    nativeType: "TIMESTAMPTZ",
    sent: (micros) => `${isoOf(micros + 20_700n * micro)}.${digitsOf(micros)}+05:45`,
  },
  "Redshift's binary form": { type: "timestamp", nativeType: "TIMESTAMP", sent: binary },
  "Snowflake's seconds": { type: "timestamp", nativeType: "TIMESTAMP_NTZ(6)", sent: (micros) => seconds(micros, 6) },
  "Snowflake's seconds with a zone": {
    type: "timestamptz",
    nativeType: "TIMESTAMP_TZ(9)",
    sent: (micros) => `${seconds(micros, 9)} 1785`,
  },
};

function read(form: Form, sent: readonly SentCell[], timeUnit: TimeUnit): unknown[] {
  const column = columnOf(form.type, { nativeType: form.nativeType });
  const reader = form.nativeType.includes("(")
    ? snowflakeReader(column, standardPolicy)
    : redshiftReader(column, standardPolicy, form.sent === binary ? "binary" : "text");
  return built(column, reader, sent, { timeUnit }).flatMap(({ columns: [vector] }) => {
    expect(vector).toMatchObject({
      layout: "timestamp",
      unit: timeUnit,
      zone: form.type === "timestamptz" ? "UTC" : undefined,
    });
    return cellsOf(vector!);
  });
}

const microsAt = (iso: string) => BigInt(Date.parse(iso)) * 1_000n;
const [first, last] = [microsAt("0001-01-02T00:00:00Z"), microsAt("9999-12-30T00:00:00Z") - 1n];
const edges = [first, last, 0n, -1n, 1n, -micro, micro, -micro - 1n, -999_999n, microsAt("2000-01-01T00:00:00Z"), microsAt("1999-12-31T23:59:59.999Z")]; // prettier-ignore

describe.each(Object.entries(forms))("a timestamp in %s", (_, form) => {
  const moments = fc.oneof(fc.bigInt({ min: first, max: last }), fc.bigInt({ min: -3n * micro, max: 3n * micro }));

  it("is counted in microseconds, from the year 1 to 9999", () => {
    fc.assert(
      fc.property(fc.array(fc.option(moments), { minLength: 1, maxLength: 20 }), (given) => {
        const all = [...given, ...edges];
        const sent = all.map((micros) => (micros === null ? null : form.sent(micros)));
        expect(read(form, sent, "microsecond")).toEqual(all);
      }),
      { numRuns: 60 },
    );
  });

  it("is counted in nanoseconds where 64 bits hold them, and refused with the way out where not", () => {
    // 2^63 nanoseconds, in whole microseconds.
    const most = (2n ** 63n - 1n) / 1_000n;
    const near = fc.oneof(fc.bigInt({ min: -most, max: most }), fc.constantFrom(most, -most, 0n, -1n));
    fc.assert(
      fc.property(near, (micros) => {
        expect(read(form, [form.sent(micros)], "nanosecond")).toEqual([micros * 1_000n]);
      }),
      { numRuns: 200 },
    );
    for (const far of [most + 1n, -most - 1n, first, last]) {
      const failing = () => read(form, [null, form.sent(far)], "nanosecond");
      expect(failing).toThrow(/^Column "c" .*row 2: .*timeUnit: "microsecond"/);
      expect(failing).toThrow(expect.objectContaining({ code: "INVALID_VALUE", rowIndex: 1, path: ["c"] }) as Error);
    }
  });
});

describe("a timestamp that columns cannot hold", () => {
  const failing = (nativeType: string, sent: SentCell, format: "text" | "binary" = "text") => {
    const column = columnOf("timestamp", { nativeType });
    return () => built(column, redshiftReader(column, standardPolicy, format), [sent], {});
  };

  it.each([
    "infinity",
    "-infinity",
    "0044-03-15 12:00:00 BC",
    "10000-01-01 00:00:00",
    "",
    "2024-13-01 00:00:00",
    "2024-01-32 00:00:00",
    "2024-01-01 00:00:00 UTC",
  ])("is refused as text with the way out: %j", (sent) =>
    expect(failing("TIMESTAMP", sent)).toThrow(/row 1: .*VARCHAR/),
  );

  it("is refused in binary form where it is infinite, too far, or has no eight bytes", () => {
    for (const micros of ["7fffffffffffffff", "8000000000000000"]) {
      expect(failing("TIMESTAMP", Buffer.from(micros, "hex"), "binary")).toThrow(/infinite.*VARCHAR/);
    }
    // 294276-12-31, the last day of PostgreSQL's, and the last before infinity.
    for (const micros of ["7fffff4795db4000", "7ffffffffffffffe"]) {
      const failingFar = failing("TIMESTAMP", Buffer.from(micros, "hex"), "binary");
      expect(failingFar).toThrow(/too far from 1970.*VARCHAR/);
      expect(failingFar).not.toThrow(/infinite/);
    }
    for (const bytes of [0, 4, 7, 9]) {
      expect(failing("TIMESTAMP", Buffer.alloc(bytes), "binary")).toThrow(
        expect.objectContaining({ code: "INVALID_VALUE" }) as Error,
      );
    }
  });

  it("is none of Snowflake's digits behind the microseconds, where microseconds are asked for", () => {
    const column = columnOf("timestamp", { nativeType: "TIMESTAMP_NTZ(9)" });
    const reader = snowflakeReader(column, standardPolicy);
    expect(() => built(column, reader, ["1.000000001"], { timeUnit: "microsecond" })).toThrow(
      /timeUnit: "microsecond"/,
    );
    const [batch] = built(column, reader, ["-1.000000001", "-0.000000001", "-0.999999999", "-2", "0.5"]);
    expect(cellsOf(batch!.columns[0]!)).toEqual([-1_000_000_001n, -1n, -999_999_999n, -2_000_000_000n, 500_000_000n]);
  });
});

describe("a timestamp that no unit can count", () => {
  it.each([undefined, "nanosecond", "microsecond"] as const)("is refused with the way out of %s", (timeUnit) => {
    const column = columnOf("timestamp", { nativeType: "TIMESTAMP_NTZ(9)" });
    const reader = snowflakeReader(column, standardPolicy);
    // 9999-12-31 23:59:59.999999999
    const failing = () => built(column, reader, ["253402300799.999999999"], { timeUnit });
    expect(failing).toThrow(/timeUnit: "microsecond".*cast the column/);
  });
});

describe("a date", () => {
  it("is its days since 1970, on both warehouses", () => {
    const column = columnOf("date");
    const days = fc.oneof(fc.integer({ min: -719_162, max: 2_932_896 }), fc.constantFrom(0, -1, -719_162, 2_932_896));
    fc.assert(
      fc.property(fc.array(fc.option(days), { maxLength: 20 }), (all) => {
        const texts = all.map((day) => (day === null ? null : new Date(day * 86_400_000).toISOString().slice(0, 10)));
        const numbers = all.map((day) => (day === null ? null : String(day)));
        const [redshift] = built(column, redshiftReader(column, standardPolicy), texts);
        const [snowflake] = built(column, snowflakeReader(column, standardPolicy), numbers);
        for (const batch of [redshift, snowflake]) expect(cellsOf(batch!.columns[0]!)).toEqual(all);
      }),
    );
  });

  it.each(["infinity", "0044-03-15 BC", "10000-01-01", "2024-00-01", "2024-1-1"])(
    "is refused where it is %s",
    (sent) => {
      const column = columnOf("date");
      expect(() => built(column, redshiftReader(column, standardPolicy), [sent])).toThrow(/row 1: .*VARCHAR/);
    },
  );
});

describe("a time of day", () => {
  it("is counted in either unit, on both warehouses, 24:00 included where the server knows it", () => {
    const micros = fc.integer({ min: 0, max: 86_399_999_999 });
    fc.assert(
      fc.property(micros, fc.constantFrom("microsecond", "nanosecond"), (time, timeUnit) => {
        const each = timeUnit === "microsecond" ? 1n : 1_000n;
        const text = `${isoOf(BigInt(time)).slice(11)}.${digitsOf(BigInt(time))}`;
        const column = columnOf("time", { nativeType: "TIME(9)" });
        const [redshift] = built(column, redshiftReader(column, standardPolicy), [text], { timeUnit });
        const [snowflake] = built(column, snowflakeReader(column, standardPolicy), [seconds(BigInt(time), 9)], {
          timeUnit,
        });
        for (const batch of [redshift, snowflake]) expect(cellsOf(batch!.columns[0]!)).toEqual([BigInt(time) * each]);
      }),
    );
    const column = columnOf("time");
    const [batch] = built(column, redshiftReader(column, standardPolicy), ["24:00:00"]);
    expect(cellsOf(batch!.columns[0]!)).toEqual([86_400_000_000n]);
  });
});
