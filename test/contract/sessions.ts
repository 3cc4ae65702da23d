import { describe, expect, it } from "vitest";
import { ground, type Tenant } from "./tenant.ts";

export function sessions(open: () => Promise<Tenant>): void {
  describe("sessions", () => {
    const shared = ground(open);

    it.each([
      "begin",
      "commit",
      "rollback",
      "set x = 1",
      "use database x",
      "create temporary table t (a integer)",
      "/* hidden */ BEGIN",
    ])("refuses %j through the pool, naming db.session()", async (text) => {
      const refused = shared.db.query(text);
      await expect(refused).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await expect(refused).rejects.toThrow(/db\.session\(\)/);
    });

    it("keeps a temporary table for the length of the work, and shows it to nobody after", async () => {
      const { db } = shared;
      const rows = await db.session(async (session) => {
        await session.query("create temporary table lent (a integer)");
        await session.query("insert into lent values (1), (2)");
        return (await session.query("select a from lent order by a")).rows;
      });
      expect(rows).toEqual([{ a: 1 }, { a: 2 }]);
      const searches = Array.from({ length: 4 }, async () => db.query("select a from lent").catch(() => "gone"));
      expect(await Promise.all(searches)).toEqual(["gone", "gone", "gone", "gone"]);
    });

    it("runs statements that are sent at once one after the other", async () => {
      const { db } = shared;
      const rows = await db.session(async (session) => {
        const made = session.query("create temporary table ordered (a integer)");
        const filled = session.query("insert into ordered values (1)");
        const read = session.query("select a from ordered");
        await Promise.all([made, filled]);
        return (await read).rows;
      });
      expect(rows).toEqual([{ a: 1 }]);
    });

    it("keeps the order of the others when one that waits is aborted", async () => {
      const { db, tenant } = shared;
      const ended: string[] = [];
      await db.session(async (session) => {
        const controller = new AbortController();
        const first = session.query(tenant.slow(1)).then(() => ended.push("first"));
        const second = session
          .query("select 2 as a", undefined, { signal: controller.signal })
          .catch(() => ended.push("aborted"));
        const third = session.query("select 3 as a").then(() => ended.push("third"));
        controller.abort(new Error("enough"));
        await Promise.all([first, second, third]);
      });
      expect(ended).toEqual(["aborted", "first", "third"]);
    });

    it("stops on the server what its work does not wait for", async () => {
      const { db, tenant } = shared;
      const unawaited: Promise<unknown>[] = [];
      await db.session(async (session) => {
        unawaited.push(session.query(tenant.slow(60)).catch((error: unknown) => error));
        await expect.poll(() => tenant.running?.() ?? 1, { timeout: 10_000 }).toBe(1);
      });
      expect(await Promise.all(unawaited)).toMatchObject([{ code: "CLOSED" }]);
      await expect.poll(() => tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);
    });

    it("goes on after a failed statement", async () => {
      const rows = await shared.db.session(async (session) => {
        await expect(session.query("select * from no_such_table_at_all")).rejects.toMatchObject({ code: "QUERY" });
        return (await session.query("select 1 as a")).rows;
      });
      expect(rows).toEqual([{ a: 1 }]);
    });

    it("passes on what the work throws, and refuses the session after its end", async () => {
      const { db } = shared;
      const mine = new Error("mine");
      await expect(db.session(async () => Promise.reject(mine))).rejects.toBe(mine);
      const kept = await db.session(async (session) => Promise.resolve(session));
      await expect(kept.query("select 1")).rejects.toMatchObject({ code: "CLOSED" });
    });

    it("refuses to leave a transaction open, and never lends its session again", async () => {
      const { db, tenant } = shared;
      const table = tenant.table("left_open");
      await db.query(`create table ${table} (a integer)`);
      const work = db.session(async (session) => {
        await session.query("begin");
        await session.query(`insert into ${table} values (1)`);
      });
      await expect(work).rejects.toMatchObject({ code: "INVALID_ARGUMENT", effect: "rolled back" });
      expect((await db.query(`select count(*) as n from ${table}`)).rows).toEqual([{ n: 0 }]);
      await db.query(`drop table ${table}`);
    });

    it("commits a transaction that the work commits", async () => {
      const { db, tenant } = shared;
      const table = tenant.table("committed");
      await db.query(`create table ${table} (a integer)`);
      await db.session(async (session) => {
        await session.query("begin");
        await session.query(`insert into ${table} values (1)`);
        await session.query("commit");
      });
      expect((await db.query(`select count(*) as n from ${table}`)).rows).toEqual([{ n: 1 }]);
      await db.query(`drop table ${table}`);
    });

    it("answers a ping", async () => {
      await expect(shared.db.ping()).resolves.toBeUndefined();
    });

    it("gives a connection string that opens the same warehouse", async () => {
      const { db, tenant } = shared;
      const text = await db.connectionString({ for: tenant.type === "redshift" ? "libpq" : "sqlalchemy" });
      const again = await tenant.connect({ credentials: text });
      try {
        expect((await again.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      } finally {
        await again.close();
      }
    });
  });

  describe("close", () => {
    const shared = ground(open);

    it("lets running queries end, and refuses new ones", async () => {
      const db = await shared.tenant.connect();
      const running = db.query("select 1 as one");
      const closing = db.close();
      await expect(db.query("select 2")).rejects.toMatchObject({ code: "CLOSED" });
      expect((await running).rows).toEqual([{ one: 1 }]);
      await closing;
      await expect(db.close()).resolves.toBeUndefined();
      await expect(db.ping()).rejects.toMatchObject({ code: "CLOSED" });
    });

    it("cancels what does not end in time", async () => {
      const db = await shared.tenant.connect();
      const running = db.query(shared.tenant.slow(60)).catch((error: unknown) => error);
      await db.close({ timeoutMs: 50 });
      expect(await running).toMatchObject({ code: "CLOSED", phase: "execute", effect: "unknown" });
      await expect.poll(() => shared.tenant.running?.() ?? 0, { timeout: 5_000 }).toBe(0);
    });

    it("lets running queries end, too, when it is told to wait for ever, or nonsense", async () => {
      const given: unknown[] = [{ timeoutMs: Infinity }, { timeoutMs: "x" }, { timeoutMs: -1 }, null];
      await Promise.all(
        given.map(async (options) => {
          const db = await shared.tenant.connect();
          const running = db.query(shared.tenant.slow(1));
          await db.close(options as { timeoutMs: number }); // As plain JavaScript may pass it.
          expect((await running).rows).toHaveLength(1);
        }),
      );
    });

    it("is what await using does", async () => {
      const db = await shared.tenant.connect({ lazy: true });
      await db[Symbol.asyncDispose]();
      await expect(db.query("select 1")).rejects.toMatchObject({ code: "CLOSED" });
    });
  });
}
