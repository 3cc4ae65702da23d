import { describe, expect, it } from "vitest";
import type { BatchOptions, ColumnBatch, Queryable } from "peak-warehouse";
import { cellsOf } from "../columns/reading.ts";
import { failure } from "../integration/opened.ts";
import { collected, manyRows } from "./many-rows.ts";
import { ground, type Tenant } from "./tenant.ts";

export function batchEndings(open: () => Promise<Tenant>): void {
  describe("the reading of batches", () => {
    const shared = ground(open);
    const stopped = () => expect.poll(() => shared.tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);
    const usable = async (on: Queryable = shared.db) =>
      expect((await on.query("select 1 as one")).rows).toEqual([{ one: 1 }]);

    it("gives the rows within maxRows, then LIMIT, and LIMIT past maxBytes", async () => {
      const { db } = shared;
      const read: ColumnBatch[] = [];
      const reading = async (options: BatchOptions) => {
        for await (const batch of db.batches(manyRows("n, 'filling' as t"), undefined, options)) read.push(batch);
      };
      const error = await failure(reading({ maxRows: 1_003, batchRows: 100 }));
      expect(error).toMatchObject({ code: "LIMIT", effect: "none" });
      expect(read.reduce((rows, { length }) => rows + length, 0)).toBe(1_003);
      const last = read.at(-1)!;
      expect(last.columns.map(({ length }) => length)).toEqual([3, 3]);
      expect(cellsOf(last.columns[1]!)).toEqual(["filling", "filling", "filling"]);
      expect(await failure(reading({ maxBytes: 1_000 }))).toMatchObject({ code: "LIMIT" });
      await stopped();
      await usable();
    });

    it.each(["break", "throw", "return"])(
      "stops the server and gives the session back when left by %s",
      async (way) => {
        const db = await shared.tenant.connect({ pool: { max: 1 } });
        try {
          const mine = new Error("mine");
          const reading = async () => {
            const stream = db.batches(manyRows(), undefined, { batchRows: 10 });
            for await (const { length } of stream) {
              expect(length).toBe(10);
              if (way === "throw") throw mine;
              if (way === "break") break;
              await stream.return();
            }
          };
          expect(await failure(reading())).toBe(way === "throw" ? mine : "nothing failed");
          await usable(db);
          await stopped();
        } finally {
          await db.close();
        }
      },
    );

    it("rejects with the signal's own reason while it runs and while it is read", async () => {
      const { db, tenant } = shared;
      const reason = { mine: true };
      const waiting = new AbortController();
      const first = failure(db.batches(tenant.slow(60), undefined, { signal: waiting.signal }).next());
      await expect.poll(() => tenant.running?.() ?? 1, { timeout: 10_000 }).toBe(1);
      waiting.abort(reason);
      expect(await first).toBe(reason);
      await stopped();
      const reading = new AbortController();
      const stream = db.batches(manyRows(), undefined, { signal: reading.signal, batchRows: 10 });
      await stream.next();
      reading.abort(reason);
      expect(await failure(stream.next())).toBe(reason);
      expect(await stream.next()).toEqual({ done: true, value: undefined });
      await stopped();
      await usable();
    });

    it("rejects with TIMEOUT after timeoutMs, while it runs and while it is read", async () => {
      const { db, tenant } = shared;
      const slow = db.batches(tenant.slow(60), undefined, { timeoutMs: 200 });
      expect(await failure(slow.next())).toMatchObject({ code: "TIMEOUT" });
      const reading = async () => {
        for await (const { length } of db.batches(manyRows(), undefined, { timeoutMs: 300, batchRows: 10 })) {
          expect(length).toBe(10);
          await usable();
        }
      };
      expect(await failure(reading())).toMatchObject({ code: "TIMEOUT" });
      await stopped();
    });

    it("lets go of its session at its deadline although nobody reads on", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      const stream = db.batches(`${manyRows()} where n < 2000`, undefined, { timeoutMs: 1_000, batchRows: 10 });
      expect((await stream.next()).done).toBe(false);
      await usable(db);
      await db.close();
    });

    it("is ended by close() although nobody reads on", async () => {
      const db = await shared.tenant.connect();
      const stream = db.batches(manyRows(), undefined, { batchRows: 10 });
      expect((await stream.next()).done).toBe(false);
      await db.close({ timeoutMs: 50 });
      await stopped();
      expect(await failure(stream.next())).toMatchObject({ code: "CLOSED" });
    });

    it("runs in a session and in a transaction", async () => {
      const { db, tenant } = shared;
      const table = tenant.table("batched_tx");
      await db.query(`drop table if exists ${table}`);
      await db.query(`create table ${table} (n integer)`);
      const undone = db.transaction(async (tx) => {
        await tx.query(`insert into ${table} values (1), (2)`);
        expect(numbersOf(await collected(tx.batches(`select n from ${table} order by n`)))).toEqual([1, 2]);
        expect(await collected(tx.batches(`insert into ${table} values (?)`, [3]))).toEqual([]);
        expect(numbersOf(await collected(tx.batches(`select count(*) as n from ${table}`)))).toEqual([3]);
        throw new Error("mine");
      });
      expect(await failure(undone)).toMatchObject({ message: "mine" });
      expect(numbersOf(await collected(db.batches(`select n from ${table}`)))).toEqual([]);
      await db.query(`drop table ${table}`);
      await db.session(async (session) => {
        const stream = session.batches(manyRows(), undefined, { batchRows: 10 });
        await stream.next();
        expect(await failure(session.query("select 1 as one"))).toMatchObject({ code: "INVALID_ARGUMENT" });
        await stream.return();
        await usable(session);
      });
    });

    it.each(["select * from no_such_table_at_all", "select from where", "select 1 as n from", "selec 1"])(
      "reports the server's error once, and its session goes on: %s",
      async (text) => {
        await shared.db.session(async (session) => {
          for (const params of [undefined, []]) {
            const stream = session.batches(text, params);
            expect(await failure(stream.next())).toMatchObject({ code: "QUERY", effect: "none" });
            expect(await stream.next()).toEqual({ done: true, value: undefined });
            await usable(session);
          }
        });
      },
    );

    it("reports an error that comes after some rows, and its session goes on", async () => {
      await shared.db.session(async (session) => {
        const text = manyRows("n, 100 / (n - 70000) as q");
        const error = await failure(collected(session.batches(text, undefined, { batchRows: 100 })));
        expect(error).toMatchObject({ code: "QUERY", effect: "none" });
        await usable(session);
      });
    });

    it("names column and row of a cell that its array cannot hold, and stops the server", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      const wide = shared.tenant.type === "redshift" ? "numeric(38,0)" : "number(38,0)";
      try {
        const text = `select n, w from (select 1 as n, cast('9223372036854775807' as ${wide}) as w
          union all select 2, cast(null as ${wide}) union all select 3, cast('9223372036854775808' as ${wide})) x order by n`;
        const stream = db.batches(text, undefined, { batchRows: 1 });
        const error = await failure(collected(stream));
        expect(error).toMatchObject({
          code: "INVALID_VALUE",
          phase: "fetch",
          effect: "none",
          rowIndex: 2,
          path: ["w"],
        });
        expect(String(error)).toMatch(/"w".*row 3.*integers: "string"/);
        await usable(db);
        await stopped();
      } finally {
        await db.close();
      }
    });

    it("refuses what may not be sent, and options that make no sense", async () => {
      const { db } = shared;
      const refused = { code: "INVALID_ARGUMENT" };
      expect(await failure(db.batches("select 1; select 2").next())).toMatchObject(refused);
      expect(await failure(db.batches("select ? as n", []).next())).toMatchObject(refused);
      for (const options of [
        { batchRows: 0 },
        { batchRows: 1.5 },
        { batchBytes: -1 },
        { timeUnit: "second" },
        { rowMode: "array" },
      ]) {
        // Plain JavaScript may pass anything.
        const given = options as BatchOptions;
        expect(await failure(db.batches("select 1 as n", undefined, given).next())).toMatchObject(refused);
      }
      const aborted = new Error("too late");
      const signal = AbortSignal.abort(aborted);
      expect(await failure(db.batches("select 1 as n", undefined, { signal }).next())).toBe(aborted);
    });
  });
}

/** The cells of the first column. */
function numbersOf(all: readonly ColumnBatch[]): number[] {
  return all.flatMap(({ columns }) => cellsOf(columns[0]!).map(Number));
}
