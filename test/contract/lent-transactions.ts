import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { failure } from "../integration/opened.ts";
import { ground, type Tenant } from "./tenant.ts";

export function lentTransactions(open: () => Promise<Tenant>): void {
  describe("a transaction on a lent session", () => {
    const shared = ground(open);
    let table = "";
    const stored = async () =>
      (await shared.db.query<{ a: number }>(`select a from ${table} order by a`)).rows.map(({ a }) => a);

    beforeAll(async () => {
      table = shared.tenant.table("lent_transacted");
      await shared.db.query(`create table ${table} (a integer)`);
    });
    beforeEach(async () => {
      await shared.db.query(`delete from ${table}`);
    });
    afterAll(async () => {
      await shared.db.query(`drop table ${table}`);
    });

    it("sees the session's temporary tables, commits, and lets the session go on", async () => {
      const rows = await shared.db.session(async (session) => {
        await session.query("create temporary table staged (a integer)");
        await session.query("insert into staged values (1), (2)");
        await session.transaction(async (tx) => tx.query(`insert into ${table} select a from staged`));
        await session.transaction(async (tx) => tx.query(`insert into ${table} values (3)`));
        return (await session.query("select a from staged order by a")).rows;
      });
      expect(rows).toEqual([{ a: 1 }, { a: 2 }]);
      expect(await stored()).toEqual([1, 2, 3]);
    });

    it("rolls back when its work throws, and passes that on", async () => {
      const mine = new Error("mine");
      await shared.db.session(async (session) => {
        const work = session.transaction(async (tx) => {
          await tx.query(`insert into ${table} values (1)`);
          throw mine;
        });
        expect(await failure(work)).toBe(mine);
        expect((await session.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      });
      expect(await stored()).toEqual([]);
    });

    it("has the session to itself: whoever asks for more meanwhile is told, and does not wait for ever", async () => {
      await shared.db.session(async (session) => {
        await session.query("select 1 as one");
        const errors = await session.transaction(async (tx) => {
          await tx.query(`insert into ${table} values (1)`);
          return [
            await failure(session.query("select 1 as one")),
            await failure(session.stream("select 1 as one").next()),
            await failure(session.transaction(async () => Promise.resolve())),
          ];
        });
        for (const error of errors) expect(error).toMatchObject({ code: "INVALID_ARGUMENT" });
        expect((await session.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      });
      expect(await stored()).toEqual([1]);
    });

    it("ends with the session's own call", async () => {
      const controller = new AbortController();
      const work = shared.db.session(
        async (session) =>
          session.transaction(async (tx) => {
            await tx.query(`insert into ${table} values (1)`);
            controller.abort(new Error("enough"));
            await tx.query(`insert into ${table} values (2)`);
          }),
        { signal: controller.signal },
      );
      await expect(work).rejects.toThrow("enough");
      await expect.poll(stored).toEqual([]);
    });

    it("has ended on the server before the session is anybody else's", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        const controller = new AbortController();
        const work = db.session(
          async (session) =>
            session.transaction(async (tx) => {
              await tx.query(`insert into ${table} values (1)`);
              controller.abort(new Error("enough"));
              await new Promise(() => undefined);
            }),
          { signal: controller.signal },
        );
        const others = [db.query(`insert into ${table} values (2)`), db.query(`insert into ${table} values (3)`)];
        await expect(work).rejects.toThrow("enough");
        await Promise.all(others);
        expect(await stored()).toEqual([2, 3]);
      } finally {
        await db.close();
      }
    });

    it("is rolled back when its session's work does not wait for it", async () => {
      const unawaited: Promise<unknown>[] = [];
      await shared.db.session(async (session) => {
        await new Promise<void>((resolve) => {
          const transaction = session.transaction(async (tx) => {
            await tx.query(`insert into ${table} values (1)`);
            resolve();
            await new Promise(() => undefined);
          });
          unawaited.push(failure(transaction));
        });
      });
      expect(await Promise.all(unawaited)).toMatchObject([{ code: "CLOSED" }]);
      expect(await stored()).toEqual([]);
    });

    it("is refused inside a transaction, with or without a hand", async () => {
      const { db } = shared;
      await db.transaction(async (tx) => {
        const { transaction } = tx as unknown as { transaction: (work: unknown) => Promise<unknown> };
        expect(await failure(transaction(async () => Promise.resolve()))).toMatchObject({ code: "INVALID_ARGUMENT" });
      });
      await db.session(async (session) => {
        await session.query("begin");
        const work = session.transaction(async () => Promise.resolve());
        expect(await failure(work)).toMatchObject({ code: "INVALID_ARGUMENT" });
        await session.query("rollback");
        expect(await session.transaction(async () => Promise.resolve("done"))).toBe("done");
      });
    });
  });

  describe("onSession", () => {
    const shared = ground(open);

    it("sets every session up before it is used", async () => {
      let sessions = 0;
      const db = await shared.tenant.connect({
        pool: { max: 3 },
        async onSession(session) {
          sessions++;
          await session.query("create temporary table prepared (a integer)");
          await session.query("insert into prepared values (7)");
        },
      });
      try {
        let meet: (() => void) | undefined;
        let present = 0;
        const everybody = new Promise<void>((resolve) => (meet = resolve));
        const work = Array.from({ length: 3 }, async () =>
          db.session(async (session) => {
            if (++present === 3) meet?.();
            await everybody;
            return (await session.query("select a from prepared")).rows;
          }),
        );
        expect(await Promise.all(work)).toEqual([[{ a: 7 }], [{ a: 7 }], [{ a: 7 }]]);
        expect(sessions).toBe(3);
        expect((await db.query("select a from prepared")).rows).toEqual([{ a: 7 }]);
      } finally {
        await db.close();
      }
    });

    it("waits for what the function did not wait for", async () => {
      const db = await shared.tenant.connect({
        onSession: async (session) => {
          void session.query("create temporary table unwaited (a integer)");
          return Promise.resolve();
        },
      });
      expect((await db.query("select a from unwaited")).rows).toEqual([]);
      await db.close();
    });

    it("fails the login with what it throws", async () => {
      const mine = new Error("mine");
      expect(await failure(shared.tenant.connect({ onSession: async () => Promise.reject(mine) }))).toBe(mine);
      const failed = failure(
        shared.tenant.connect({ onSession: async (session) => session.query("select * from no_such_table_at_all") }),
      );
      expect(await failed).toMatchObject({ code: "QUERY", phase: "connect" });
      expect(((await failed) as Error).message).toMatch(/^onSession failed: /);
      const endless = shared.tenant.connect({
        onSession: async () => new Promise(() => undefined),
        connectTimeoutMs: 200,
      });
      expect(await failure(endless)).toMatchObject({ code: "TIMEOUT", phase: "connect" });
      const noFunction = { onSession: "set x = 1" as unknown as () => Promise<void> };
      expect(await failure(shared.tenant.connect(noFunction))).toMatchObject({ code: "INVALID_ARGUMENT" });
    });

    it("must not leave a transaction open", async () => {
      const left = shared.tenant.connect({ onSession: async (session) => session.query("begin") });
      expect(await failure(left)).toMatchObject({ code: "INVALID_ARGUMENT" });
    });
  });
}
