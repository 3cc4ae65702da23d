import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ground, type Tenant } from "./tenant.ts";

export function transactions(open: () => Promise<Tenant>): void {
  describe("transaction", () => {
    const shared = ground(open);
    let table = "";
    const stored = async () =>
      (await shared.db.query<{ a: number }>(`select a from ${table} order by a`)).rows.map(({ a }) => a);

    beforeAll(async () => {
      table = shared.tenant.table("transacted");
      await shared.db.query(`create table ${table} (a integer)`);
    });
    beforeEach(async () => {
      await shared.db.query(`delete from ${table}`);
    });
    afterAll(async () => {
      await shared.db.query(`drop table ${table}`);
    });

    it("commits when the function returns, and gives what it returned", async () => {
      const given = await shared.db.transaction(async (tx) => {
        await tx.query(`insert into ${table} values (?)`, [1]);
        await tx.knex(table).insert({ a: 2 });
        expect((await tx.query(`select count(*) as n from ${table}`)).rows).toEqual([{ n: 2 }]);
        return "given";
      });
      expect(given).toBe("given");
      expect(await stored()).toEqual([1, 2]);
    });

    it("rolls back when the function throws, and passes on what it threw", async () => {
      const mine = new Error("mine");
      const work = shared.db.transaction(async (tx) => {
        await tx.query(`insert into ${table} values (1)`);
        throw mine;
      });
      await expect(work).rejects.toBe(mine);
      expect(await stored()).toEqual([]);
    });

    it("rolls back after a failed statement", async () => {
      const work = shared.db.transaction(async (tx) => {
        await tx.query(`insert into ${table} values (1)`);
        await tx.query("select * from no_such_table_at_all");
      });
      await expect(work).rejects.toMatchObject({ code: "QUERY" });
      expect(await stored()).toEqual([]);
    });

    it("keeps what is not committed from the others", async () => {
      await shared.db.transaction(async (tx) => {
        await tx.query(`insert into ${table} values (1)`);
        expect(await stored()).toEqual([]);
      });
      expect(await stored()).toEqual([1]);
    });

    it("rolls back on the server before it rejects with the signal's own reason", async () => {
      const { db, tenant } = shared;
      const reason = { mine: true };
      const controller = new AbortController();
      const work = db.transaction(
        async (tx) => {
          await tx.query(`insert into ${table} values (1)`);
          setTimeout(() => controller.abort(reason), 100);
          await tx.query(tenant.slow(60));
        },
        { signal: controller.signal },
      );
      expect(await work.catch((error: unknown) => error)).toBe(reason);
      expect(await stored()).toEqual([]);
      expect(tenant.running?.() ?? 0).toBe(0);
    });

    it.each(["begin", "commit", "rollback"])("refuses %s inside", async (text) => {
      const work = shared.db.transaction(async (tx) => tx.query(text));
      await expect(work).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await expect(work).rejects.toThrow(/db\.transaction\(\)/);
    });

    it("refuses COMMIT inside a script, too", async () => {
      const work = shared.db.transaction(async (tx) =>
        tx.script(`insert into ${table} values (1); commit; select 1 as a`),
      );
      await expect(work).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(await stored()).toEqual([]);
    });

    it("rolls back when its work returns while a stream is open", async () => {
      const work = shared.db.transaction(async (tx) => {
        await tx.query(`insert into ${table} values (1)`);
        await tx.stream("select 1 as a union all select 2").next();
      });
      await expect(work).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(await stored()).toEqual([]);
    });

    it("commits after what was sent without waiting for it", async () => {
      const sent: Promise<unknown>[] = [];
      await shared.db.transaction(async (tx) => {
        sent.push(tx.query(`insert into ${table} values (1)`), tx.query(`insert into ${table} values (2)`));
        await Promise.resolve();
      });
      await Promise.all(sent);
      expect(await stored()).toEqual([1, 2]);
    });

    it("refuses tx after its end", async () => {
      const kept = await shared.db.transaction(async (tx) => Promise.resolve(tx));
      await expect(kept.query("select 1")).rejects.toMatchObject({ code: "CLOSED" });
    });

    it("gives the session back", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        await db.transaction(async (tx) => tx.query(`insert into ${table} values (1)`));
        await expect(db.transaction(async () => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
        expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      } finally {
        await db.close();
      }
    });

    it("runs again only for a conflict, as often as asked", async () => {
      let runs = 0;
      const work = shared.db.transaction(
        async () => {
          runs++;
          return Promise.reject(new Error("no conflict"));
        },
        { retries: 3 },
      );
      await expect(work).rejects.toThrow("no conflict");
      expect(runs).toBe(1);
      await expect(shared.db.transaction(async () => Promise.resolve(), { retries: -1 })).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    });
  });
}
