import { describe, expect, it } from "vitest";
import { ground, typeNames, type Tenant, type WrittenType } from "./tenant.ts";

/** What a literal of a type reads as, the same on both warehouses. */
const readings: readonly (readonly [WrittenType, literal: string, value: unknown])[] = [
  ["integer", "0", 0],
  ["integer", "-9007199254740991", -9007199254740991],
  ["integer", "9007199254740991", 9007199254740991],
  ["decimal", "'12.5'", "12.5000000000"],
  ["decimal", "'-1234567890123456789012345678.0123456789'", "-1234567890123456789012345678.0123456789"],
  ["float", "'0.1'", 0.1],
  ["float", "'-1.7976931348623157e308'", -1.7976931348623157e308],
  ["float", "'5e-324'", 5e-324],
  ["float", "'NaN'", NaN],
  ["boolean", "true", true],
  ["boolean", "false", false],
  ["text", "''", ""],
  ["text", "'it''s \\\\ \"q\" — 日本 🎉'", 'it\'s \\ "q" — 日本 🎉'],
  ["date", "'2024-02-29'", "2024-02-29"],
  ["date", "'0001-01-01'", "0001-01-01"],
  ["date", "'9999-12-31'", "9999-12-31"],
  ["time", "'00:00:00'", "00:00:00"],
  ["time", "'23:59:59.999999'", "23:59:59.999999"],
  ["time", "'12:30:00.5'", "12:30:00.5"],
  ["timestamp", "'2024-02-29 23:59:59.123456'", "2024-02-29T23:59:59.123456"],
  ["timestamp", "'1969-12-31 23:59:58.75'", "1969-12-31T23:59:58.75"],
  ["timestamp", "'2024-01-01 00:00:00'", "2024-01-01T00:00:00"],
  ["timestamptz", "'2024-02-29 23:59:59.123456+00:00'", "2024-02-29T23:59:59.123456+00:00"],
];

export function values(open: () => Promise<Tenant>): void {
  describe("values", () => {
    const shared = ground(open);
    const cast = (type: WrittenType, literal: string) => `cast(${literal} as ${typeNames[shared.tenant.type][type]})`;

    it.each(readings)("reads %s %s exactly", async (type, literal, value) => {
      const { rows, columns } = await shared.db.query(`select ${cast(type, literal)} as v`);
      expect(rows).toEqual([{ v: value }]);
      expect(columns).toMatchObject([{ name: "v", type }]);
    });

    it.each(Object.keys(typeNames.redshift) as WrittenType[])("reads NULL of type %s as null", async (type) => {
      const { rows } = await shared.db.query(`select ${cast(type, "null")} as v`);
      expect(rows).toEqual([{ v: null }]);
    });

    it("keeps the type of a column whose first row is NULL", async () => {
      const { rows } = await shared.db.query(
        `select v from (select 1 as n, ${cast("date", "null")} as v union all select 2, ${cast("date", "'2024-02-29'")}) x order by n`,
      );
      expect(rows).toEqual([{ v: null }, { v: "2024-02-29" }]);
    });

    it("gives a number for every integer, whatever the server calls its type", async () => {
      const { rows } = await shared.db.query(
        `select count(*) as c, sum(n) as s, max(n) as m, row_number() over (order by max(n)) as r
         from (select 1 as n union all select 2) x`,
      );
      expect(rows).toEqual([{ c: 2, s: 3, m: 2, r: 1 }]);
    });

    it("refuses an integer that a number cannot hold, naming column, row and option", async () => {
      const tooWide = `select 1 as row, cast(9007199254740993 as ${typeNames[shared.tenant.type].integer}) as wide`;
      const failure = shared.db.query(tooWide.replace("as row", "as n"));
      await expect(failure).rejects.toMatchObject({ code: "INVALID_VALUE" });
      await expect(failure).rejects.toThrow(/"wide".*row 1.*integers/);
      expect((await shared.db.query("select 1 as n")).rows).toEqual([{ n: 1 }]);
    });

    it("gives integers as bigint or string where asked", async () => {
      const { db } = shared;
      const text = `select ${cast("integer", "9007199254740993")} as wide, 1 as n`;
      expect((await db.query(text, [], { integers: "bigint" })).rows).toEqual([{ wide: 9007199254740993n, n: 1n }]);
      expect((await db.query(text, [], { integers: "string" })).rows).toEqual([{ wide: "9007199254740993", n: "1" }]);
    });

    it("gives decimals as numbers and timestamps as dates where asked", async () => {
      const { rows } = await shared.db.query(
        `select ${cast("decimal", "'12.5'")} as d, ${cast("timestamp", "'2024-02-29 01:02:03.123456'")} as t,
                ${cast("date", "'2024-02-29'")} as day, ${cast("timestamptz", "'2024-02-29 01:02:03.5+00:00'")} as z`,
        undefined,
        { decimals: "number", timestamps: "date" },
      );
      expect(rows).toEqual([
        {
          d: 12.5,
          t: new Date("2024-02-29T01:02:03.123Z"),
          day: new Date("2024-02-29T00:00:00Z"),
          z: new Date("2024-02-29T01:02:03.5Z"),
        },
      ]);
    });

    it("takes the value policy of connectWarehouse() for every query", async () => {
      const db = await shared.tenant.connect({ integers: "string" });
      try {
        expect((await db.query("select 7 as n")).rows).toEqual([{ n: "7" }]);
        expect((await db.query("select 7 as n", [], { integers: "number" })).rows).toEqual([{ n: 7 }]);
      } finally {
        await db.close();
      }
    });
  });
}
