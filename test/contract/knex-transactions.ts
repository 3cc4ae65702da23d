import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Readable } from "node:stream";
import type { Knex } from "knex";
import { ground, type Tenant } from "./tenant.ts";

/** knex's own ways to a transaction. */
export function knexTransactions(open: () => Promise<Tenant>): void {
  describe("knex.transaction", () => {
    const shared = ground(open);
    let knex: Knex;
    let table = "";
    const stored = () => knex(table).orderBy("a").pluck("a");

    beforeAll(async () => {
      knex = shared.db.knex;
      table = shared.tenant.table("knex_transacted");
      await knex.schema.createTable(table, (t) => {
        t.integer("a");
      });
    });
    beforeEach(async () => {
      await knex(table).del();
    });
    afterAll(async () => {
      await knex.schema.dropTable(table);
    });

    it("commits when the container returns, and keeps it from the others until then", async () => {
      const given = await knex.transaction(async (trx) => {
        await trx(table).insert({ a: 1 });
        await knex(table).transacting(trx).insert({ a: 2 });
        expect(await stored()).toEqual([]);
        return trx(table).count("* as n").first();
      });
      expect(given).toEqual({ n: 2 });
      expect(await stored()).toEqual([1, 2]);
    });

    it("rolls back when the container throws, and passes on what it threw", async () => {
      const mine = new Error("mine");
      const rejected = knex.transaction(async (trx) => {
        await trx(table).insert({ a: 1 });
        throw mine;
      });
      expect(await rejected.catch((error: unknown) => error)).toBe(mine);
      expect(await stored()).toEqual([]);
    });

    it("commits and rolls back by hand", async () => {
      const trx = await knex.transaction();
      await trx(table).insert({ a: 1 });
      await trx.commit();
      expect(trx.isCompleted()).toBe(true);
      const other = await knex.transaction();
      await other(table).insert({ a: 2 });
      await other.rollback();
      await other.executionPromise;
      expect(await stored()).toEqual([1]);
      await expect(other(table)).rejects.toMatchObject({ code: "CLOSED" });
      for (const ended of [trx, other]) {
        // With @types/node it is a PassThrough.
        const rows = ended(table).stream() as Readable;
        await expect(rows.toArray()).rejects.toMatchObject({ code: "CLOSED" });
      }
    });

    it("rolls back after a failed statement", async () => {
      const rejected = knex.transaction(async (trx) => {
        await trx(table).insert({ a: 1 });
        await trx("no_such_table_at_all");
      });
      await expect(rejected).rejects.toMatchObject({ code: "QUERY" });
      expect(await stored()).toEqual([]);
    });

    it("takes a container that ends it by itself", async () => {
      await knex.transaction((trx) => {
        knex(table)
          .transacting(trx)
          .insert({ a: 1 })
          .then(
            (value) => trx.commit(value),
            (error: unknown) => trx.rollback(error),
          );
      });
      const mine = new Error("mine");
      const rejected = knex.transaction((trx) => {
        knex(table)
          .transacting(trx)
          .insert({ a: 2 })
          .then(
            () => trx.rollback(mine),
            (error: unknown) => trx.rollback(error),
          );
      });
      await expect(rejected).rejects.toBe(mine);
      expect(await stored()).toEqual([1]);
    });

    it("gives its session back", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        for (const reason of [undefined, new Error("mine")]) {
          const trx = await db.knex.transaction();
          await trx(table).insert({ a: 1 });
          await trx.rollback(reason);
          expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
        }
        expect(await stored()).toEqual([]);
      } finally {
        await db.close();
      }
    });

    it("stops a statement at its timeout, and rolls back", async () => {
      const rejected = knex.transaction(async (trx) => {
        await trx(table).insert({ a: 1 });
        await trx.raw(shared.tenant.slow(60)).timeout(500, { cancel: true });
      });
      await expect(rejected).rejects.toMatchObject({ code: "TIMEOUT" });
      await expect.poll(() => shared.tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);
      expect(await stored()).toEqual([]);
    });

    it("has no other one inside, on db, tx and a session alike", async () => {
      const inner = (outer: Knex) => outer.transaction(() => Promise.resolve());
      await knex.transaction(async (trx) => {
        await expect(inner(trx)).rejects.toMatchObject({ code: "UNSUPPORTED" });
      });
      await shared.db.transaction(async (tx) => {
        await expect(inner(tx.knex)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      });
      await shared.db.session(async (session) => {
        await session.knex.transaction((trx) => trx(table).insert({ a: 5 }));
      });
      expect(await stored()).toEqual([5]);
    });

    it("ends with the warehouse", async () => {
      const db = await shared.tenant.connect();
      const trx = await db.knex.transaction();
      await trx(table).insert({ a: 1 });
      const ended = expect(trx.executionPromise).rejects.toMatchObject({ code: "CLOSED" });
      await db.close({ timeoutMs: 100 });
      await ended;
      expect(trx.isCompleted()).toBe(true);
      expect(await stored()).toEqual([]);
    });
  });
}
