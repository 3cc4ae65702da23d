import { once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import { beforeAll, describe, expect, it } from "vitest";
import type { Knex } from "knex";
import { ground, type Tenant } from "./tenant.ts";

/** Reading knex's queries row by row. */
export function knexStreams(open: () => Promise<Tenant>): void {
  describe("knex's streams", () => {
    const shared = ground(open);
    const stopped = () => expect.poll(() => shared.tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);
    let table = "";

    beforeAll(async () => {
      table = shared.tenant.table("knex_streamed");
      const { knex } = shared.db;
      await knex.schema.dropTableIfExists(table);
      await knex.schema.createTable(table, (t) => {
        t.integer("id");
      });
      await knex(table).insert(Array.from({ length: 10 }, (_, id) => ({ id })));
    });

    /** A hundred thousand rows. */
    const many = (knex: Knex) => {
      const tables = ["b", "c", "d", "e"].reduce(
        (query, name) => query.joinRaw("cross join ?? as ??", [table, name]),
        knex({ a: table }),
      );
      return tables.select("a.id as id", "b.id as other", knex.raw("'some text to fill the row' as t"));
    };

    it("give every row", async () => {
      let count = 0;
      // With @types/node it is a PassThrough.
      for await (const row of many(shared.db.knex).stream() as Readable) {
        if (typeof (row as { id: unknown }).id !== "number") expect.unreachable();
        count++;
      }
      expect(count).toBe(100_000);
    });

    it("stop the server and give the session back when they are left", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        for await (const row of many(db.knex) as unknown as AsyncIterable<unknown>) {
          expect(row).toMatchObject({ t: "some text to fill the row" });
          break;
        }
        const target = many(db.knex).pipe(new PassThrough({ objectMode: true }));
        await once(target, "data");
        target.destroy();
        expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
        await stopped();
      } finally {
        await db.close();
      }
    });

    it("let a lent session go on after they are left", async () => {
      await shared.db.session(async ({ knex }) => {
        for (const left of ["once", "twice"]) {
          for await (const row of many(knex) as unknown as AsyncIterable<unknown>) {
            expect(row, left).toMatchObject({ t: "some text to fill the row" });
            break;
          }
          expect(await knex(table).count("* as n").first()).toEqual({ n: 10 });
        }
      });
      await stopped();
    });

    it("let a transaction end after they are left, which Redshift has undone by then", async () => {
      const ended = shared.db.knex.transaction(async (trx) => {
        // More than the network holds, so that the statement still runs when it is left.
        const filling = trx.raw(shared.tenant.type === "redshift" ? "repeat('x', 500) as filling" : "1 as filling");
        for await (const row of many(trx).select(filling) as unknown as AsyncIterable<unknown>) {
          expect(row).toMatchObject({ t: "some text to fill the row" });
          break;
        }
        return "given";
      });
      if (shared.tenant.type === "snowflake") expect(await ended).toBe("given");
      else await expect(ended).rejects.toMatchObject({ code: "QUERY", effect: "rolled back" });
      await stopped();
    });

    it("run in a transaction", async () => {
      const rows = await shared.db.knex.transaction(async (trx) => {
        await trx(table).insert({ id: 10 });
        const found: unknown[] = await (trx(table).where("id", ">", 8).stream() as Readable).toArray();
        await trx.rollback();
        return found;
      });
      expect(rows).toBeUndefined();
      expect(await shared.db.knex(table).count("* as n").first()).toEqual({ n: 10 });
    });
  });
}
