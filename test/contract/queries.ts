import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { sql, WarehouseError } from "peak-warehouse";
import { ground, type Tenant } from "./tenant.ts";

export function queries(open: () => Promise<Tenant>): void {
  describe("query", () => {
    const shared = ground(open);

    it.each(["", " \n", "-- nothing", "/* nothing */ ;"])("refuses %j, which holds no statement", async (text) => {
      await expect(shared.db.query(text)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await expect(shared.db.describe(text)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    });

    it("gives rows, columns and a count", async () => {
      const { db } = shared;
      const result = await db.query("select 1 as one");
      expect(result.rows).toEqual([{ one: 1 }]);
      expect(result.columns).toMatchObject([{ name: "one", type: "integer" }]);
      expect(result.rowCount).toBe(1);
      expect(typeof result.queryId).toBe(db.type === "snowflake" ? "string" : "undefined");
    });

    it("gives an unquoted alias in lower case", async () => {
      const { rows } = await shared.db.query("select 1 as MixedCase, 2 as UPPER_CASE");
      expect(rows).toEqual([{ mixedcase: 1, upper_case: 2 }]);
    });

    it("gives arrays where asked", async () => {
      const { rows } = await shared.db.query("select 1 as a, 2 as a", undefined, { rowMode: "array" });
      expect(rows).toEqual([[1, 2]]);
    });

    it("refuses two columns of one name in an object, and serves the next query", async () => {
      const twice = shared.db.query("select 1 as a, 2 as a");
      await expect(twice).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await expect(twice).rejects.toThrow(/rowMode: "array"/);
      expect((await shared.db.query("select 3 as a")).rows).toEqual([{ a: 3 }]);
    });

    it("keeps columns with the names of object members as own properties", async () => {
      const { rows } = await shared.db.query('select 1 as "__proto__", 2 as "constructor", 3 as "tostring"');
      expect(Object.entries(rows[0] ?? {})).toEqual([
        ["__proto__", 1],
        ["constructor", 2],
        ["tostring", 3],
      ]);
      expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype);
    });

    it("gives no rows and the columns for an empty result", async () => {
      const result = await shared.db.query("select 1 as one where 1 = 0");
      expect(result.rows).toEqual([]);
      expect(result.columns).toMatchObject([{ name: "one" }]);
      expect(result.rowCount).toBe(0);
    });

    it("counts the rows that DML changes, and none for DDL", async () => {
      const { db, tenant } = shared;
      const table = tenant.table("dml");
      const empty = { rows: [], columns: [] };
      expect(await db.query(`create table ${table} (id integer, name varchar(20))`)).toMatchObject({
        ...empty,
        rowCount: 0,
      });
      const inserted = await db.query(`insert into ${table} values (1, 'a'), (2, 'b'), (3, 'c')`);
      expect(inserted).toMatchObject({ ...empty, rowCount: 3 });
      expect(await db.query(`update ${table} set name = 'z' where id > 1`)).toMatchObject({ ...empty, rowCount: 2 });
      expect(await db.query(`delete from ${table} where id = 1`)).toMatchObject({ ...empty, rowCount: 1 });
      expect((await db.query(`select id, name from ${table} order by id`)).rows).toEqual([
        { id: 2, name: "z" },
        { id: 3, name: "z" },
      ]);
      expect(await db.query(`drop table ${table}`)).toMatchObject({ ...empty, rowCount: 0 });
    });

    it("reads a result of many rows whole and in order", async () => {
      const { db, tenant } = shared;
      const table = tenant.table("many");
      await db.query(`create table ${table} (id integer)`);
      await db.query(`insert into ${table} values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)`);
      const digits = ["a", "b", "c", "d", "e"].map((name) => `${table} ${name}`).join(" cross join ");
      const { rows, rowCount } = await db.query<{ n: number; t: string }>(
        `select n, 'row ' || cast(n as varchar(10)) as t
         from (select a.id * 10000 + b.id * 1000 + c.id * 100 + d.id * 10 + e.id as n from ${digits}) x order by n`,
      );
      expect(rowCount).toBe(100_000);
      expect(rows.findIndex(({ n, t }, index) => n !== index || t !== `row ${index}`)).toBe(-1);
      await db.query(`drop table ${table}`);
    });

    it("answers many queries at once, each its own", async () => {
      const answers = await Promise.all(
        Array.from({ length: 64 }, async (_, n) => (await shared.db.query("select ? as n", [n])).rows),
      );
      expect(answers).toEqual(Array.from({ length: 64 }, (_, n) => [{ n }]));
    });

    it("tells what the server says of a wrong statement, and shows neither SQL nor values", async () => {
      const failure = await shared.db
        .query("select * from no_such_table_at_all where secret = ?", ["hush-hush"])
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(WarehouseError);
      expect(failure).toMatchObject({ code: "QUERY", phase: "execute", effect: "none", retryable: false });
      expect((failure as WarehouseError).sqlState).toMatch(/^[0-9A-Z]{5}$/);
      expect((failure as WarehouseError).message).toMatch(/no_such_table_at_all/i);
      expect((failure as WarehouseError).stack).toMatch(/^WarehouseError: .*\n.*contract\/queries\.ts/s);
      expect((failure as WarehouseError).cause).toBeInstanceOf(Error);
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/hush-hush|where secret/);
    });

    it("serves the next query after an error", async () => {
      await expect(shared.db.query("select 1 / 0 as x")).rejects.toMatchObject({ code: "QUERY", sqlState: "22012" });
      expect((await shared.db.query("select 2 as x")).rows).toEqual([{ x: 2 }]);
    });

    it("runs one statement only, with or without a semicolon at its end", async () => {
      expect((await shared.db.query("select ';' as x;")).rows).toEqual([{ x: ";" }]);
      await expect(shared.db.query("select 1; select 2")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    });

    it("takes a fragment, with its options second", async () => {
      const day = "2024-02-29";
      const { rows } = await shared.db.query(sql`select ${day} as ${sql.id("day")}, ${1n} as n`, {
        integers: "bigint",
      });
      expect(rows).toEqual([{ day, n: 1n }]);
    });
  });

  describe("script", () => {
    const shared = ground(open);

    it("runs its statements in order on one session", async () => {
      const { db, tenant } = shared;
      const table = tenant.table("script");
      const results = await db.script(`
        -- a comment; with a semicolon
        create table ${table} (id integer);
        insert into ${table} values (1), (2);
        select id from ${table} order by id;
        drop table ${table};`);
      expect(results.map(({ rowCount }) => rowCount)).toEqual([0, 2, 2, 0]);
      expect(results[2]?.rows).toEqual([{ id: 1 }, { id: 2 }]);
    });

    it("never claims that nothing has happened after its first statement", async () => {
      const script = shared.db.script("select 1 as a; select * from no_such_table_at_all");
      await expect(script).rejects.toMatchObject({ code: "QUERY", effect: "unknown", retryable: false });
    });

    it("stops at the first error and tells its place", async () => {
      const script = shared.db.script("select 1 as a; select * from no_such_table_at_all; select 3 as c");
      await expect(script).rejects.toMatchObject({ code: "QUERY" });
      await expect(script).rejects.toThrow(/^Statement 2 of 3: /);
    });
  });
}
