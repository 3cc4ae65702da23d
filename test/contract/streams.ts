import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { sql } from "peak-warehouse";
import { ground, type Tenant } from "./tenant.ts";

interface Numbered {
  readonly n: number;
}

export function streams(open: () => Promise<Tenant>): void {
  describe("stream", () => {
    const shared = ground(open);
    const stopped = () => expect.poll(() => shared.tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);

    /** A hundred thousand rows, in order. */
    async function many(): Promise<string> {
      const { db, tenant } = shared;
      const table = tenant.table("streamed");
      await db.query(`create table if not exists ${table} (id integer)`);
      const { rows } = await db.query<Numbered>(`select count(*) as n from ${table}`);
      if (rows[0]?.n === 0) {
        await db.query(`insert into ${table} values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)`);
      }
      const digits = ["a", "b", "c", "d", "e"].map((name) => `${table} ${name}`).join(" cross join ");
      return `select a.id * 10000 + b.id * 1000 + c.id * 100 + d.id * 10 + e.id as n, 'some text to fill the row' as t from ${digits} order by n`;
    }

    it("gives every row in order", async () => {
      let expected = 0;
      for await (const { n } of shared.db.stream<Numbered>(await many())) {
        if (n !== expected++) throw new Error(`row ${n} in the place of ${expected - 1}`);
      }
      expect(expected).toBe(100_000);
    });

    it("takes parameters, fragments and options", async () => {
      const seen: unknown[] = [];
      for await (const row of shared.db.stream("select ? as n", [1], { integers: "string" })) seen.push(row);
      for await (const row of shared.db.stream(sql`select ${2} as n`, { rowMode: "array" })) seen.push(row);
      expect(seen).toEqual([{ n: "1" }, [2]]);
    });

    it("ends at once for a result without rows", async () => {
      const stream = shared.db.stream("select 1 as n where 1 = 0");
      expect(await stream.next()).toEqual({ done: true, value: undefined });
      expect(await stream.next()).toEqual({ done: true, value: undefined });
    });

    it.each(["break", "throw"])("stops the server and gives the session back when it is left by %s", async (way) => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        const mine = new Error("mine");
        const reading = (async () => {
          for await (const { n } of db.stream<Numbered>(await many())) {
            if (n === 10 && way === "throw") throw mine;
            if (n === 10) break;
          }
        })();
        if (way === "throw") await expect(reading).rejects.toBe(mine);
        else await reading;
        expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
        await stopped();
      } finally {
        await db.close();
      }
    });

    it("rejects with the signal's own reason while it is read, and before", async () => {
      const { db } = shared;
      const reason = { mine: true };
      const controller = new AbortController();
      const read = (async () => {
        for await (const { n } of db.stream<Numbered>(await many(), undefined, { signal: controller.signal })) {
          if (n === 10) controller.abort(reason);
        }
      })();
      expect(await read.catch((error: unknown) => error)).toBe(reason);
      await stopped();
      const late = db.stream("select 1 as n", undefined, { signal: controller.signal });
      expect(await late.next().catch((error: unknown) => error)).toBe(reason);
    });

    it("gives no row that has come already once its signal has aborted", async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const reason = new Error("mine");
      const stream = shared.db.stream("select 1 as n union all select 2 order by n", undefined, { signal });
      expect((await stream.next()).value).toEqual({ n: 1 });
      controller.abort(reason);
      expect(await stream.next().catch((error: unknown) => error)).toBe(reason);
      expect(await stream.next()).toEqual({ done: true, value: undefined });
    });

    it("lets go of its session at its deadline although nobody reads on", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      const stream = db.stream<Numbered>(await many(), undefined, { timeoutMs: 1_000 });
      expect((await stream.next()).value).toMatchObject({ n: 0 });
      expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      await db.close();
    });

    it("is ended by close() although nobody reads on", async () => {
      const db = await shared.tenant.connect();
      const stream = db.stream<Numbered>(await many());
      expect((await stream.next()).value).toMatchObject({ n: 0 });
      await db.close({ timeoutMs: 50 });
      await stopped();
    });

    it("can be left while it waits for the server", async () => {
      const { db, tenant } = shared;
      const stream = db.stream(tenant.slow(60));
      const pending = stream.next();
      await expect.poll(() => tenant.running?.() ?? 1, { timeout: 10_000 }).toBe(1);
      expect(await stream.return()).toEqual({ done: true, value: undefined });
      expect(await pending).toEqual({ done: true, value: undefined });
      await stopped();
    });

    it("can be left while it waits for a session", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        await db.session(async () => {
          const stream = db.stream("select 1 as n");
          const pending = stream.next();
          expect(await stream.return()).toEqual({ done: true, value: undefined });
          expect(await pending).toEqual({ done: true, value: undefined });
        });
        expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      } finally {
        await db.close();
      }
    });

    it("reports the server's error from the first next() on, once", async () => {
      const stream = shared.db.stream("select * from no_such_table_at_all");
      await expect(stream.next()).rejects.toMatchObject({ code: "QUERY" });
      expect(await stream.next()).toEqual({ done: true, value: undefined });
    });

    it("refuses what may not be sent, as query() does", async () => {
      await expect(shared.db.stream("select 1; select 2").next()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await expect(shared.db.stream("select 1 as a, 2 as a").next()).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    });

    it("flows through node's streams", async () => {
      let rows = 0;
      const count = new Writable({
        objectMode: true,
        write(_row, _encoding, callback) {
          rows++;
          setImmediate(callback);
        },
      });
      await pipeline(Readable.from(shared.db.stream("select 1 as n union all select 2 union all select 3")), count);
      expect(rows).toBe(3);
    });

    it("has a lent session to itself until it is read or left", async () => {
      await shared.db.session(async (session) => {
        const stream = session.stream<Numbered>("select 1 as n union all select 2 order by n");
        expect((await stream.next()).value).toEqual({ n: 1 });
        await expect(session.query("select 1")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
        await stream.return();
        expect((await session.query("select 3 as n")).rows).toEqual([{ n: 3 }]);
      });
    });
  });
}
