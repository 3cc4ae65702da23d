import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { knexNames } from "./knex-names.ts";
import { knexSchema } from "./knex-schema.ts";
import { knexStreams } from "./knex-streams.ts";
import { knexTransactions } from "./knex-transactions.ts";
import { knexWrites } from "./knex-writes.ts";
import { ground, type Tenant } from "./tenant.ts";

export function knex(open: () => Promise<Tenant>): void {
  knexWrites(open);
  knexSchema(open);
  knexStreams(open);
  knexTransactions(open);
  knexNames(open);

  describe("knex", () => {
    const shared = ground(open);

    it("selects, inserts, updates and deletes on the same sessions", async () => {
      const { db, tenant } = shared;
      const table = tenant.table("knex_rows");
      await db.query(`create table ${table} (id integer, name varchar(50), score numeric(10,2))`);
      const { knex } = db;
      expect(
        await knex(table).insert([
          { id: 1, name: "a", score: "1.50" },
          { id: 2, name: "b'\\?" },
        ]),
      ).toBe(2);
      expect(await knex(table).where({ id: 1 }).first()).toEqual({ id: 1, name: "a", score: "1.50" });
      expect(await knex(table).select("id", "name").whereIn("id", [1, 2]).orderBy("id", "desc").limit(1)).toEqual([
        { id: 2, name: "b'\\?" },
      ]);
      expect(await knex(table).orderBy("id").limit(1).offset(1).pluck("id")).toEqual([2]);
      expect(await knex(table).where("id", ">", 1).update({ name: "z" })).toBe(1);
      expect(await knex(table).count("* as n").first()).toEqual({ n: 2 });
      expect(await knex(table).where({ name: "z" }).del()).toBe(1);
      await db.query(`drop table ${table}`);
    });

    it("joins, and writes common table expressions and unions", async () => {
      const { db, tenant } = shared;
      const table = tenant.table("knex_joined");
      await db.query(`create table ${table} (id integer, parent integer)`);
      const { knex } = db;
      await knex(table).insert([
        { id: 1, parent: null },
        { id: 2, parent: 1 },
      ]);
      const joined = knex({ child: table }).leftJoin({ above: table }, "child.parent", "above.id");
      expect(await joined.select("child.id as id", "above.id as parent").orderBy("child.id")).toEqual([
        { id: 1, parent: null },
        { id: 2, parent: 1 },
      ]);
      const roots = knex(table).whereNull("parent").select("id");
      expect(await knex.with("roots", roots).select("id").from("roots")).toEqual([{ id: 1 }]);
      expect(
        await knex(table)
          .where({ id: 1 })
          .select("id")
          .unionAll(knex(table).where({ id: 2 }).select("id")),
      ).toHaveLength(2);
      await db.query(`drop table ${table}`);
    });

    it("gives raw queries the result of query()", async () => {
      const result: unknown = await shared.db.knex.raw("select ? as a, '\\?' as b", ["x"]);
      expect(result).toMatchObject({ rows: [{ a: "x", b: "?" }], rowCount: 1 });
    });

    it("passes errors on as they are", async () => {
      const failure: unknown = await shared.db
        .knex("no_such_table_at_all")
        .where({ secret: "hush-hush" })
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: "WarehouseError", code: "QUERY" });
      expect(String(failure)).not.toContain("hush-hush");
    });

    it.each([{}, { cancel: true }])(
      "rejects with TIMEOUT after .timeout(ms, %j), and stops the server",
      async (options) => {
        const { db, tenant } = shared;
        const slow = db.knex.raw(`${tenant.slow(60)} where 'hush' <> ?`, ["hush-hush"]).timeout(500, options);
        const failure: unknown = await slow.catch((error: unknown) => error);
        expect(failure).toMatchObject({ name: "WarehouseError", code: "TIMEOUT" });
        expect(inspect(failure, { depth: 9 })).not.toMatch(/hush|where/);
        await expect.poll(() => tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);
      },
    );

    it("is one instance, whose destroy() leaves the warehouse open", async () => {
      const { db } = shared;
      expect(db.knex).toBe(db.knex);
      await db.knex.destroy();
      expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    });

    it("runs inside a lent session", async () => {
      const rows: unknown = await shared.db.session(async (session) => {
        await session.query("create temporary table knex_lent (a integer)");
        await session.knex("knex_lent").insert({ a: 1 });
        return session.knex("knex_lent").select("a");
      });
      expect(rows).toEqual([{ a: 1 }]);
    });
  });
}
