import { describe, expect, it } from "vitest";
import { sql } from "peak-warehouse";
import { failure } from "../integration/opened.ts";
import { ground, typeNames, type Tenant, type WrittenType } from "./tenant.ts";

export function description(open: () => Promise<Tenant>): void {
  describe("describe", () => {
    const shared = ground(open);

    it("gives the columns that a query would have, of every type", async () => {
      const { db, tenant } = shared;
      const types = Object.keys(typeNames.redshift) as WrittenType[];
      const casts = types.map((type) => `cast(null as ${typeNames[tenant.type][type]}) as c_${type}`);
      const text = `select ${casts.join(", ")}, 'x' as MixedCase`;
      const described = await db.describe(text);
      expect(described).toEqual((await db.query(text)).columns);
      expect(described.map(({ type }) => type)).toEqual([...types, "text"]);
      expect(described.at(-1)?.name).toBe("mixedcase");
    });

    it("takes parameters and fragments as query does", async () => {
      const { db } = shared;
      const expected = [{ name: "n", type: "integer" }];
      const from = "from (select 1 as n) t where n in (?) and 'a' <> ?";
      expect(await db.describe(`select n ${from}`, [[1, 2], "b"])).toMatchObject(expected);
      expect(await db.describe("select n from (select 1 as n) t where n = :n", { n: 7 })).toMatchObject(expected);
      expect(await db.describe(sql`select n from (select 1 as n) t where n = ${7}`, { timeoutMs: 10_000 })).toMatchObject(expected); // prettier-ignore
      expect(await failure(db.describe("select ? as a", []))).toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(await failure(db.describe("select 1 as a; select 2 as b"))).toMatchObject({ code: "INVALID_ARGUMENT" });
    });

    it("gives two columns of one name as two", async () => {
      expect((await shared.db.describe("select 1 as a, 'b' as a")).map(({ name }) => name)).toEqual(["a", "a"]);
    });

    it("runs nothing, and gives no columns for what has none", async () => {
      const { db, tenant } = shared;
      const table = tenant.table("described");
      expect(await db.describe(`create table ${table} (id integer)`)).toEqual([]);
      expect(await failure(db.query(`select id from ${table}`))).toMatchObject({ code: "QUERY" });
      await db.query(`create table ${table} (id integer)`);
      expect(await db.describe(`insert into ${table} values (1)`)).toEqual([]);
      expect(await db.describe(`insert into ${table} select id + 1 from ${table}`)).toEqual([]);
      expect(await db.describe(`update ${table} set id = ?`, [2])).toEqual([]);
      expect(await db.describe(`delete from ${table}`)).toEqual([]);
      await db.query(`insert into ${table} values (7)`);
      expect(await db.describe(`delete from ${table}`)).toEqual([]);
      expect(await db.describe(`drop table ${table}`)).toEqual([]);
      expect((await db.query(`select id from ${table}`)).rows).toEqual([{ id: 7 }]);
      await db.query(`drop table ${table}`);
    });

    it("neither begins nor ends a transaction, and changes no session", async () => {
      const { db, tenant } = shared;
      // Run, it would take longer than the test may.
      await db.describe(tenant.slow(60));
      const table = tenant.table("described_tx");
      await db.query(`create table ${table} (id integer)`);
      const rows = await db.transaction(async (tx) => {
        await tx.query(`insert into ${table} values (1)`);
        expect(await tx.describe(`insert into ${table} values (2)`)).toEqual([]);
        expect(await tx.describe(`select id from ${table}`)).toMatchObject([{ name: "id", type: "integer" }]);
        return (await tx.query(`select id from ${table}`)).rows;
      });
      expect(rows).toEqual([{ id: 1 }]);
      expect((await db.query(`select id from ${table}`)).rows).toEqual([{ id: 1 }]);
      await db.query(`drop table ${table}`);
    });

    it("sees what its session sees", async () => {
      const columns = await shared.db.session(async (session) => {
        await session.query("create temporary table described_here (a integer, b varchar(5))");
        return session.describe("select b, a from described_here");
      });
      expect(columns.map(({ name, type }) => [name, type])).toEqual([
        ["b", "text"],
        ["a", "integer"],
      ]);
    });

    it("tells what is wrong with a statement, and serves the next", async () => {
      const { db } = shared;
      const wrong = await failure(db.describe("select * from no_such_table_at_all where secret = ?", ["hush-hush"]));
      expect(wrong).toMatchObject({ code: "QUERY", phase: "execute" });
      expect(String(wrong)).toMatch(/no_such_table_at_all/i);
      expect(String(wrong)).not.toContain("hush-hush");
      expect(await db.describe("select 1 as one")).toMatchObject([{ name: "one" }]);
    });

    it("ends with the caller's signal", async () => {
      const reason = new Error("enough");
      const aborted = shared.db.describe("select 1 as one", undefined, { signal: AbortSignal.abort(reason) });
      expect(await failure(aborted)).toBe(reason);
    });

    it("answers many at once, each its own", async () => {
      const names = Array.from({ length: 32 }, (_, n) => `c${n}`);
      const described = await Promise.all(names.map(async (name) => shared.db.describe(`select 1 as ${name}`)));
      expect(described.map((columns) => columns.map(({ name }) => name))).toEqual(names.map((name) => [name]));
    });
  });
}
