import { sql } from "peak-warehouse";
import { beforeEach, describe, expect, it } from "vitest";
import type { Knex } from "knex";
import { ground, type Tenant } from "./tenant.ts";

/** What knex's queries write, read and count. */
export function knexWrites(open: () => Promise<Tenant>): void {
  describe("knex's queries", () => {
    const shared = ground(open);
    let knex: Knex;
    let table = "";

    beforeEach(async () => {
      knex = shared.db.knex;
      table = shared.tenant.table("knex_written");
      await knex.schema.dropTableIfExists(table);
      await knex.schema.createTable(table, (t) => {
        t.integer("id");
        t.string("name").defaultTo("unnamed");
        t.decimal("price", 12, 2);
        t.json("doc");
        t.binary("bytes", 100);
        t.timestamp("at");
        t.boolean("ok");
        t.double("score");
      });
    });

    const people = () => knex(table).insert([{ id: 1, name: "a" }, { id: 2, name: "b" }, { id: 3 }]);

    it("insert many rows, with the column's default where one leaves it out", async () => {
      expect(await people()).toBe(3);
      expect(await knex(table).select("id", "name").orderBy("id")).toEqual([
        { id: 1, name: "a" },
        { id: 2, name: "b" },
        { id: 3, name: "unnamed" },
      ]);
    });

    it("insert and find again every kind of value", async () => {
      const row = {
        id: 1,
        name: 'it\'s \\ "x" ? $1 :a',
        price: "12345678.90",
        bytes: Uint8Array.of(0, 255, 39),
        at: new Date("2024-01-02T03:04:05.678Z"),
        ok: true,
        score: 0.1,
      };
      await knex(table).insert([row, { id: 2, price: 3, score: -0, ok: null }]);
      const { at, ...others } = row;
      expect(
        await knex(table).where(others).andWhere("at", at).select("id", "name", "price", "bytes", "ok", "score"),
      ).toEqual([others]);
      expect(await knex(table).where({ id: 2n }).pluck("price")).toEqual(["3.00"]);
      expect(await knex(table).whereIn("score", [0.1, 7]).pluck("id")).toEqual([1]);
    });

    it("insert JSON by sql.json() alone, beside NULL and other columns", async () => {
      await knex(table).insert([
        { id: 1, price: "1.50", doc: sql.json({ a: [1, "x", null] }) },
        { id: 2, price: 2, doc: null },
        { id: 3, price: null, doc: sql.json("text") },
      ]);
      expect(await knex(table).select("id", "price", "doc").orderBy("id")).toEqual([
        { id: 1, price: "1.50", doc: { a: [1, "x", null] } },
        { id: 2, price: "2.00", doc: null },
        { id: 3, price: null, doc: "text" },
      ]);
      for (const value of [{ a: 1 }, ["a", "b"]]) {
        const failure: unknown = await knex(table)
          .insert({ doc: value })
          .catch((error: unknown) => error);
        expect(failure).toMatchObject({ code: "INVALID_ARGUMENT" });
        expect(String(failure)).toContain("sql.json");
      }
    });

    it("insert SQL among values", async () => {
      await people();
      const parse = shared.tenant.type === "snowflake" ? "parse_json(?)" : "json_parse(?)";
      await knex(table).insert([
        { id: 4, price: "1.50", doc: knex.raw(parse, ['{"a":1}']) },
        { id: knex(table).max("id"), price: 2, doc: sql.json([1]) },
      ]);
      expect(await knex(table).where("id", ">", 2).select("id", "price", "doc").orderBy(["id", "price"])).toEqual([
        { id: 3, price: "2.00", doc: [1] },
        { id: 3, price: null, doc: null },
        { id: 4, price: "1.50", doc: { a: 1 } },
      ]);
    });

    it("read rows as lists, and all else as ever", async () => {
      await people();
      const lists = () => knex(table).options({ rowMode: "array" });
      expect(await lists().select("id").orderBy("id")).toEqual([[1], [2], [3]]);
      expect(await lists().orderBy("id").pluck("name")).toEqual(["a", "b", "unnamed"]);
      expect(await lists().columnInfo("name")).toMatchObject({ nullable: true });
    });

    it("update, count up and delete what their conditions say, and tell how many", async () => {
      await people();
      expect(
        await knex(table)
          .where("id", ">", 1)
          .update({ name: "z", score: knex.raw("? + ?", [1, 2]) }),
      ).toBe(2);
      expect(await knex(table).where({ id: 2 }).increment("score", 4)).toBe(1);
      expect(await knex(table).where({ id: 2 }).first("score")).toEqual({ score: 7 });
      expect(await knex(table).where({ name: "nobody" }).del()).toBe(0);
      expect(await knex(table).whereNot({ id: 1 }).del()).toBe(2);
      await knex(table).truncate();
      expect(await knex(table).first()).toBeUndefined();
    });

    it("touch nothing where their condition is a fragment, or an object without columns", async () => {
      await people();
      for (const given of [
        sql`id = ${1}`,
        sql.raw("id = 1"),
        sql.empty,
        sql.json({ id: 1 }),
        [],
        new Map(),
        new Date(),
      ]) {
        // A caller without types may pass it.
        const condition = given as never;
        for (const work of [
          () => knex(table).where(condition).del(),
          () => knex(table).where("id", ">", 0).andWhere(condition).update({ name: "hit" }),
        ]) {
          await expect((async () => work())()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
        }
      }
      expect(await knex(table).orderBy("id").pluck("name")).toEqual(["a", "b", "unnamed"]);
    });

    it("update and delete by another table", async () => {
      await people();
      const other = shared.tenant.table("knex_others");
      await knex.schema.dropTableIfExists(other);
      await knex.schema.createTable(other, (t) => {
        t.integer("id");
        t.string("title");
      });
      await knex(other).insert({ id: 2, title: "new" });
      const same = knex.raw("?? = ??", [`${table}.id`, "o.id"]);
      expect(
        await knex(table)
          .updateFrom(`${other} as o`)
          .where(same)
          .update({ name: knex.raw("o.title") }),
      ).toBe(1);
      expect(await knex(table).where({ name: "new" }).pluck("id")).toEqual([2]);
      expect(
        await knex(table)
          .using([`${other} as o`])
          .where(same)
          .del(),
      ).toBe(1);
      await knex(table).insert(knex(other).select("id", "title", knex.raw("null, null, null, null, null, null")));
      expect(await knex(table).where({ name: "new" }).pluck("id")).toEqual([2]);
      await knex.schema.dropTable(other);
    });

    it("count, sum and group", async () => {
      await people();
      const { rows } = await shared.db.query(`select count(*) as n from ${table}`);
      expect(await knex(table).count("* as n")).toEqual(rows);
      expect(
        await knex(table).select("name").sum("id as total").groupBy("name").having("name", "<>", "a").orderBy("name"),
      ).toEqual([
        { name: "b", total: 2 },
        { name: "unnamed", total: 3 },
      ]);
      expect(await knex(table).countDistinct("name as n").min("id as low").max("id as high").first()).toEqual({
        n: 3,
        low: 1,
        high: 3,
      });
      const numbered = knex(table)
        .select("id")
        .rowNumber("place", (over) => void over.orderBy("id", "desc"));
      expect(await knex.from(numbered.as("x")).where("place", 1).pluck("id")).toEqual([3]);
    });

    it("refuse more values than the warehouse takes, which batchInsert() sends in pieces", async () => {
      const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: "x" }));
      await expect(knex(table).insert(rows)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await knex.batchInsert(table, rows.slice(0, 1_500), 1_000);
      expect(await knex(table).count("* as n").first()).toEqual({ n: 1_500 });
    });

    it("insert or update by onConflict() where the warehouse has MERGE for it", async () => {
      await people();
      const rows = [
        { id: 1, name: "again", doc: sql.json([1]) },
        { id: 9, name: "new", doc: null },
      ];
      const insert = () => knex(table).insert(rows).onConflict("id");
      if (shared.tenant.type === "redshift") {
        await expect(insert().merge()).rejects.toMatchObject({ code: "UNSUPPORTED" });
        return;
      }
      expect(await insert().ignore()).toBe(1);
      expect(await insert().merge(["doc"])).toBe(2);
      expect(await knex(table).select("id", "name", "doc").whereIn("id", [1, 9]).orderBy("id")).toEqual([
        { id: 1, name: "a", doc: [1] },
        { id: 9, name: "new", doc: null },
      ]);
      expect(
        await insert()
          .merge({ name: knex.raw("excluded.name || ?", ["!"]) })
          .where(`${table}.id`, 9),
      ).toBe(1);
      expect(await knex(table).whereIn("id", [1, 9]).orderBy("id").pluck("name")).toEqual(["a", "new!"]);
      expect(await insert().merge()).toBe(2);
      expect(await knex(table).whereIn("id", [1, 9]).orderBy("id").pluck("name")).toEqual(["again", "new"]);
    });

    it("run raw text with values by place and by name, and lists", async () => {
      await people();
      const byPlace: unknown = await knex.raw("select ?? from ?? where ?? in (?) order by 1", [
        "id",
        table,
        "id",
        [1, 3],
      ]);
      expect(byPlace).toMatchObject({ rows: [{ id: 1 }, { id: 3 }], rowCount: 2 });
      const byName: unknown = await knex.raw("select :col: as x from :t: where :col: = :id", {
        col: "id",
        t: table,
        id: 2,
      });
      expect(byName).toMatchObject({ rows: [{ x: 2 }] });
      expect(await knex(table).whereRaw("id = ?", [2]).orWhereILike("name", "UNN%").orderBy("id").pluck("id")).toEqual([
        2, 3,
      ]);
    });

    it("take several columns in IN, joins by several conditions, and options", async () => {
      await people();
      const pairs: Knex.Value[][] = [
        [1, "a"],
        [2, "x"],
      ];
      expect(await knex(table).whereIn(["id", "name"], pairs).pluck("id")).toEqual([1]);
      const joined = knex({ a: table }).innerJoin({ b: table }, (on) => {
        on.on("a.id", "<", "b.id").andOnVal("b.name", "b").orOnIn("b.id", [99]);
      });
      expect(await joined.select("a.id as low", "b.id as high")).toEqual([{ low: 1, high: 2 }]);
      expect(await knex(table).where({ id: 1 }).select("id").options({ integers: "string" })).toEqual([{ id: "1" }]);
      const reason = { mine: true };
      const failure: unknown = await knex(table)
        .options({ signal: AbortSignal.abort(reason) })
        .catch((error: unknown) => error);
      expect(failure).toBe(reason);
    });

    it("keep rows by their windows on Snowflake, and refuse to on Redshift", async () => {
      await people();
      const last = knex(table)
        .select("id")
        .where("id", ">", 1)
        .qualify(knex.raw("row_number() over (order by ?? desc) <= ?", ["id", 1]))
        .orderBy("id")
        .limit(5);
      if (shared.tenant.type === "snowflake") expect(await last).toEqual([{ id: 3 }]);
      else expect(() => last.toSQL()).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }) as Error);
      expect(() => knex(table).qualify("id > 1" as never)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error,
      );
      const removal = knex(table).qualify(knex.raw("true")).del();
      expect(() => removal.toSQL()).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }) as Error);
    });

    it("combine queries", async () => {
      await people();
      const one = (id: number) => knex(table).select("id").where({ id });
      const ids = async (query: Knex.QueryBuilder) => {
        const rows = (await query) as { id: number }[];
        return rows.map(({ id }) => id).sort();
      };
      expect(await ids(one(1).union([one(2), one(1)]))).toEqual([1, 2]);
      expect(await ids(one(1).unionAll([one(1)], true))).toEqual([1, 1]);
      const counted = knex
        .withRecursive("counted", ["n"], (query) => {
          void query.select(knex.raw("1")).unionAll([knex("counted").select(knex.raw("n + 1")).where("n", "<", 3)]);
        })
        .from("counted");
      expect(await counted.orderBy("n").pluck("n")).toEqual([1, 2, 3]);
      expect(await ids(knex(table).select("id").except(one(1)))).toEqual([2, 3]);
      expect(await ids(knex(table).select("id").intersect(one(3)))).toEqual([3]);
      expect(
        await ids(knex(table).select("id").whereExists(one(1).whereRaw("name = 'a'")).whereNotIn("id", one(2))),
      ).toEqual([1, 3]);
    });
  });
}
