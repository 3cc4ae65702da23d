import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellTextOf } from "../../src/bulk/insert/cell-texts.ts";
import { beginsWithUsualDay, endsWithUsualTime, isUsualDecimal } from "../../src/bulk/insert/usual-texts.ts";
import { targetsOf } from "../../src/bulk/insert/target.ts";
import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { preparedStatement } from "../../src/drivers/redshift/prepared-statement.ts";
import { parameterWriter } from "../../src/drivers/redshift/bind.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import type { Column } from "../../src/values/types.ts";

const column = (type: Column["type"], nativeType: string, precision?: number, scale?: number): Column => ({
  name: "v",
  nativeName: "v",
  type,
  nativeType,
  precision,
  scale,
});
const on = { redshift, snowflake };

describe("the text of a cell", () => {
  it("of a double is read as the same double", () => {
    const text = cellTextOf(column("float", "DOUBLE PRECISION"), redshift);
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Object.is(Number(text(value)), value)).toBe(true);
      }),
    );
    const words = [NaN, Infinity, -Infinity];
    expect(words.map(text)).toEqual(["NaN", "Infinity", "-Infinity"]);
    expect(words.map(cellTextOf(column("float", "FLOAT"), snowflake))).toEqual(["NaN", "inf", "-inf"]);
  });

  it("of a decimal has the digits of the number, whatever it is given as", () => {
    const text = cellTextOf(column("decimal", "NUMERIC(38,20)", 38, 20), redshift);
    fc.assert(
      fc.property(fc.double({ min: -1e17, max: 1e17, noNaN: true }), (value) => {
        const [, fraction = ""] = (/e-(\d+)$/.exec(String(value)) ?? []) as string[];
        fc.pre(Number(fraction) < 4 && !/\.\d{18,}/.test(String(value)));
        const written = text(value);
        expect(written).toMatch(/^-?\d+(\.\d+)?$/);
        expect(Number(written) + 0).toBe(value + 0);
      }),
    );
    expect(["+1", ".5", "5.", "-0", "007.10"].map(text)).toEqual(["1", "0.5", "5", "-0", "007.10"]);
    expect(text(1e-7)).toBe("0.0000001");
    expect(text(12e16)).toBe("120000000000000000");
    for (const wrong of ["", ".", "1e5", "1,5", "--1", "x", "1 "]) expect(() => text(wrong)).toThrow("decimal");
  });

  it("of an integer has its digits, and keeps to the column's width", () => {
    const bounds = { SMALLINT: 2n ** 15n, INTEGER: 2n ** 31n, BIGINT: 2n ** 63n };
    for (const [nativeType, bound] of Object.entries(bounds)) {
      const text = cellTextOf(column("integer", nativeType), redshift);
      expect([bound - 1n, -bound].map(text)).toEqual([String(bound - 1n), String(-bound)]);
      expect([String(bound - 1n), String(-bound)].map(text)).toEqual([String(bound - 1n), String(-bound)]);
      for (const wrong of [bound, -bound - 1n, String(bound)]) expect(() => text(wrong)).toThrow("range");
    }
    const digits = cellTextOf(column("integer", "NUMBER(4,0)", 4, 0), snowflake);
    expect([9999, -9999n, -0, "+12"].map(digits)).toEqual(["9999", "-9999", "0", "12"]);
    expect(() => digits(10_000)).toThrow("range");
  });

  it("of a text is counted in bytes on Redshift, and in characters on Snowflake", () => {
    for (const [warehouse, fits, not] of [
      ["redshift", "ééé", "éééé"],
      ["snowflake", "🎉".repeat(7), "🎉".repeat(8)],
    ] as const) {
      // prettier-ignore
      const text = cellTextOf(column("text", "VARCHAR(7)"), on[warehouse]);
      expect(text(fits)).toBe(fits);
      expect(() => text(not)).toThrow("longer");
    }
    expect(() => cellTextOf(column("text", "VARCHAR(7)"), redshift)("a\0b")).toThrow("NUL");
    expect(cellTextOf(column("text", "VARCHAR(7)"), snowflake)("a\0b")).toBe("a\0b");
  });

  it("of a time has no more digits than the column keeps", () => {
    const text = cellTextOf(column("timestamp", "TIMESTAMP_NTZ(3)"), snowflake);
    expect(text("2024-01-01T00:00:00.123000")).toBe("2024-01-01T00:00:00.123000");
    expect(() => text("2024-01-01T00:00:00.1234")).toThrow("3 digits");
    expect(() => cellTextOf(column("timestamp", "TIMESTAMP"), redshift)("2024-01-01T00:00:00.1234567")).toThrow(
      "6 digits",
    );
  });

  it("of a document is an array for an ARRAY, and an object for an OBJECT", () => {
    const [array, object] = ["ARRAY", "OBJECT"].map((nativeType) => cellTextOf(column("json", nativeType), snowflake));
    expect([array?.([1]), object?.({ a: 1 })]).toEqual(["[1]", '{"a":1}']);
    expect(() => array?.({ a: 1 })).toThrow("no array");
    expect(() => object?.([1])).toThrow("no object");
  });
});

describe("a column's name", () => {
  const table = (names: readonly string[], warehouse: "redshift" | "snowflake"): Column[] =>
    names.map((nativeName) => ({
      ...column("integer", "INTEGER"),
      nativeName,
      name: on[warehouse].columnName(nativeName),
    }));
  const found = (keys: readonly string[], names: readonly string[], warehouse: "redshift" | "snowflake") =>
    targetsOf(keys, table(names, warehouse), on[warehouse]).map((target) => target.column.nativeName);

  it("is that which rows carry, or what the name rule makes of it", () => {
    expect(found(["id", "Mixed"], ["ID", "Mixed"], "snowflake")).toEqual(["ID", "Mixed"]);
    expect(found(["ID"], ["ID"], "snowflake")).toEqual(["ID"]);
    expect(found(["Id", "NAME"], ["id", "name"], "redshift")).toEqual(["id", "name"]);
    expect(() => found(["Id"], ["ID"], "snowflake")).toThrow('"Id"');
    expect(() => found(["id", "ID"], ["ID"], "snowflake")).toThrow("same column");
  });

  it("that is none brings those that are alike, or all", () => {
    expect(() => found(["amuont"], ["id", "amount", "day"], "redshift")).toThrow(/is one of these meant: "amount"\?$/);
    expect(() => found(["zzz"], ["id", "amount"], "redshift")).toThrow(/it has: "id", "amount"/);
  });
});

describe("what is written for Redshift's wire", () => {
  it("holds each text behind its length in bytes, whatever its length", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: "binary", maxLength: 80 }), fc.constant("é".repeat(50_000)))),
        (texts) => {
          const writer = parameterWriter();
          for (const text of texts) writer.text(text);
          const bytes = Buffer.from(writer.take());
          let at = 0;
          for (const text of texts) {
            const length = bytes.readInt32BE(at);
            expect(bytes.toString("utf8", at + 4, at + 4 + length)).toBe(Buffer.from(text).toString());
            at += 4 + length;
          }
          expect(at).toBe(bytes.length);
          expect(writer.length).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("is parsed once for statements that are alike, and closed before anything else is sent", () => {
    const sent: string[] = [];
    const prepared = preparedStatement({
      parse: ({ text, name }) => sent.push(`parse ${text} as ${name}`),
      close: ({ name }) => sent.push(`close ${name}`),
    });
    const names = [prepared.use("a", [], true), prepared.use("a", [], true), prepared.use("b", [], false)];
    expect(names).toEqual(["peak_insert", "peak_insert", ""]);
    expect(sent).toEqual(["parse a as peak_insert", "close peak_insert", "parse b as "]);
    prepared.use("a", [], true);
    prepared.forget();
    prepared.use("a", [], true);
    prepared.drop();
    prepared.drop();
    expect(sent.slice(3)).toEqual([
      "parse a as peak_insert",
      "close peak_insert",
      "parse a as peak_insert",
      "close peak_insert",
    ]);
  });
});

describe("what looks as usual", () => {
  const texts = fc.oneof(
    fc.array(fc.constantFrom(...Array.from("0123456789:.-+ZTx")), { maxLength: 16 }).map((all) => all.join("")),
    fc
      .tuple(
        fc.nat(26),
        fc.nat(61),
        fc.nat(61),
        fc.constantFrom("", ".", ".5", ".123456", ".1234567"),
        fc.constantFrom("", "Z", "+05:30", "-14:59", "+15:00", "+5:30", "+05:60"),
      ) // prettier-ignore
      .map(
        ([hours, minutes, seconds, fraction, zone]) =>
          `${[hours, minutes, seconds].map(two).join(":")}${fraction}${zone}`,
      ),
    fc.tuple(fc.nat(13), fc.nat(31)).map(([month, day]) => `2024-${two(month)}-${two(day)}`),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value.toFixed(3)),
  );

  it("is what a pattern would find", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const day = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])/;
        const time = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$/;
        const zoned = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;
        expect(beginsWithUsualDay(text)).toBe(day.test(text));
        expect(endsWithUsualTime(text, 0, 6, false)).toBe(time.test(text));
        expect(endsWithUsualTime(text, 0, 6, true)).toBe(zoned.test(text));
        expect(isUsualDecimal(text, 5, 3)).toBe(/^-?\d{1,5}(?:\.\d{1,3})?$/.test(text));
      }),
      { numRuns: 5_000 },
    );
  });
});

const two = (value: number) => String(value).padStart(2, "0");
