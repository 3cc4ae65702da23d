import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sql } from "peak-warehouse";
import { ground, typeNames, type Tenant, type WrittenType } from "./tenant.ts";

/** Text without what no warehouse can store: NUL on Redshift, and halves of surrogate pairs. */
const anyText = fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => !text.includes("\0"));
const hostileText = fc.constantFrom(
  "'; drop table users; --",
  "\\'; select 1; --",
  "$1 ? :name $$ $tag$ /* */ // --",
  "${process.env.API_KEY}",
  "\\",
  "''",
  '"',
  "NULL",
  "undefined",
);

/** Values of each type, as rows have them. */
export const generators: Readonly<Record<WrittenType, fc.Arbitrary<unknown>>> = {
  integer: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, 1, -1, 2147483648, 9007199254740991)),
  decimal: fc
    .tuple(fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n }), fc.nat(9_999_999))
    .map(([whole, part]) => `${whole}.${String(part).padStart(10, "0")}`),
  float: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  boolean: fc.boolean(),
  text: fc.oneof(anyText, hostileText),
  date: fc
    .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  time: fc.nat(86_399_999_999).map((us) => {
    const text = new Date(Math.floor(us / 1000)).toISOString().slice(11, 23) + String(us % 1000).padStart(3, "0");
    return text.replace(/\.?0+$/, "").padEnd(8, ":00");
  }),
  timestamp: fc
    .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString().replace(/\.?0*Z$/, "")),
  timestamptz: fc
    .date({ min: new Date("0001-01-02"), max: new Date("9999-12-30"), noInvalidDate: true })
    .map((date) => `${date.toISOString().replace(/\.?0*Z$/, "")}+00:00`),
  json: fc.jsonValue({ maxDepth: 2 }).map(modest),
  binary: fc.uint8Array({ maxLength: 50 }),
};

/** Keeps to what JSON carries through both engines: no NUL, no number of hundreds of digits, and 15 of them, since Snowflake prints 16. */
function modest(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("\0", "");
  if (typeof value === "number") return Math.abs(value) > 1e15 ? 0 : Number(value.toPrecision(15)) + 0;
  if (Array.isArray(value)) return value.map(modest);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key.replaceAll("\0", ""), modest(part)]));
}

export function binds(open: () => Promise<Tenant>): void {
  describe("binds", () => {
    const shared = ground(open);

    it("binds ?, $1 and :name alike", async () => {
      const { db } = shared;
      const rows = [{ a: 1, b: "x", c: 1 }];
      expect((await db.query("select ? as a, ? as b, ? as c", [1, "x", 1])).rows).toEqual(rows);
      expect((await db.query("select $1 as a, $2 as b, $1 as c", [1, "x"])).rows).toEqual(rows);
      expect((await db.query("select :n as a, :t as b, :n as c", { n: 1, t: "x" })).rows).toEqual(rows);
    });

    it("leaves what only looks like a placeholder alone", async () => {
      const text = `select '? $1 :x' as a, '1'::integer as b /* ? */, ? as c -- :x`;
      expect((await shared.db.query(text, [3])).rows).toEqual([{ a: "? $1 :x", b: 1, c: 3 }]);
    });

    it("expands an array inside IN", async () => {
      const text = "select n from (select 1 as n union all select 2 union all select 3) x where n in (?) order by n";
      expect((await shared.db.query(text, [[1, 3]])).rows).toEqual([{ n: 1 }, { n: 3 }]);
    });

    it("gives each bind the type of its value", async () => {
      const { rows } = await shared.db.query("select ? as i, ? as f, ? as b, ? as t, ? as n, ? as big", [
        7,
        1.5,
        true,
        "text",
        null,
        123456789012n,
      ]);
      expect(rows).toEqual([{ i: 7, f: 1.5, b: true, t: "text", n: null, big: 123456789012 }]);
    });

    it("sends a Date as the instant it is", async () => {
      const date = new Date("2024-02-29T23:59:59.123Z");
      const { rows } = await shared.db.query("select ? as at", [date]);
      expect(rows).toEqual([{ at: "2024-02-29T23:59:59.123+00:00" }]);
    });

    it("sends bytes and JSON as such", async () => {
      const { rows } = await shared.db.query("select ? as bytes, ? as document", [
        new Uint8Array([0, 127, 255]),
        sql.json({ a: [1, "two", null], b: { c: true } }),
      ]);
      expect(rows).toEqual([
        { bytes: new Uint8Array([0, 127, 255]), document: { a: [1, "two", null], b: { c: true } } },
      ]);
    });

    it.each(["INVALID_ARGUMENT"])("refuses with %s what cannot be sent, before anything is sent", async (code) => {
      const { db } = shared;
      await expect(db.query("select ?", [undefined])).rejects.toMatchObject({ code });
      await expect(db.query("select ?", [{ a: 1 }])).rejects.toMatchObject({ code });
      await expect(db.query("select ?, ?", [1])).rejects.toMatchObject({ code });
      await expect(db.query("select ?", [1, 2])).rejects.toMatchObject({ code });
      await expect(db.query("select 1 where 1 in (?)", [[]])).rejects.toMatchObject({ code });
      await expect(db.query("select 1 as n", { signal: new AbortController().signal })).rejects.toMatchObject({ code });
    });

    it.each(Object.keys(generators) as WrittenType[])(
      "reads a %s back as it was sent, and finds it again by what was read",
      async (type) => {
        const { db, tenant } = shared;
        const table = tenant.table(`bind_${type}`);
        await db.query(`create table ${table} (id integer, v ${typeNames[tenant.type][type]})`);
        const sent = fc.sample(generators[type], { numRuns: 40, seed: 20_261_122 });
        // JSON goes in by SELECT: neither warehouse takes every expression in VALUES.
        for (const [id, value] of sent.entries())
          await db.query(`insert into ${table} select ?, ?`, [id, type === "json" ? sql.json(value) : value]);
        const { rows } = await db.query<{ id: number; v: unknown }>(`select id, v from ${table} order by id`);
        expect(rows.map(({ v }) => v)).toEqual(sent);
        if (type === "json") return;
        for (const { id, v } of rows.slice(0, 10)) {
          const found = await db.query<{ id: number }>(`select id from ${table} where v = ? and id = ?`, [v, id]);
          expect(found.rows).toEqual([{ id }]);
        }
        await db.query(`drop table ${table}`);
      },
    );
  });
}
