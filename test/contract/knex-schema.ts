import { describe, expect, it } from "vitest";
import { sql } from "peak-warehouse";
import type { Knex } from "knex";
import { ground, type Tenant } from "./tenant.ts";

/** What knex's schema builder makes and finds. */
export function knexSchema(open: () => Promise<Tenant>): void {
  describe("knex.schema", () => {
    const shared = ground(open);

    it("makes a table whose columns hold what they are for", async () => {
      const { knex } = shared.db;
      const table = shared.tenant.table("knex_made");
      await knex.schema.createTable(table, (t) => {
        t.increments();
        t.string("name", 40).notNullable().defaultTo("it's \\ ?");
        t.text("body").comment("it's");
        t.enum("kind", ["x", "y"]);
        t.uuid("key").unique();
        t.date("day").defaultTo("2024-01-02");
        t.time("hour");
        t.datetime("local", { useTz: false });
        t.bigInteger("big").defaultTo(-9007199254740991);
        t.boolean("ok").defaultTo(true);
        t.integer("parent").references("id").inTable(table);
        t.comment("made by knex");
      });
      try {
        await knex(table).insert([{ body: "b" }, { name: "n", local: "2024-01-02 03:04:05.678901", hour: "01:02:03" }]);
        const [first, second] = await knex<Record<string, unknown>>(table).orderBy("id");
        const id = Number(first?.id);
        const made = {
          name: "it's \\ ?",
          kind: null,
          key: null,
          day: "2024-01-02",
          big: -9007199254740991,
          ok: true,
          parent: null,
        };
        expect(first).toEqual({ ...made, id, body: "b", hour: null, local: null });
        expect(second).toMatchObject({ id: id + 1, name: "n" });
        expect(second?.local).toMatch(/^2024-01-02.03:04:05.678901/);
      } finally {
        await knex.schema.dropTable(table);
      }
    });

    it("gives a JSON column its default", async () => {
      const { knex } = shared.db;
      const table = shared.tenant.table("knex_defaulted");
      await knex.schema.createTable(table, (t) => {
        t.integer("id");
        t.json("doc").defaultTo(sql.json({ a: [1, "?"] }) as never);
      });
      await knex(table).insert({ id: 1 });
      expect(await knex(table).pluck("doc")).toEqual([{ a: [1, "?"] }]);
      await knex.schema.dropTable(table);
    });

    it("makes a temporary table in a session only", async () => {
      if (shared.tenant.type === "snowflake") return;
      const made = (knex: Knex) =>
        knex.schema.createTable("#knex_temporary", (t) => {
          t.integer("id");
        });
      await expect(made(shared.db.knex)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await shared.db.session(async ({ knex }) => {
        await made(knex);
        await knex("#knex_temporary").insert({ id: 1 });
        expect(await knex("#knex_temporary").pluck("id")).toEqual([1]);
        await knex.schema.dropTable("#knex_temporary");
      });
    });

    it("finds tables and columns, and describes them by the names that rows carry", async () => {
      const { knex } = shared.db;
      const table = shared.tenant.table("knex_found");
      await knex.schema.createTableIfNotExists(table, (t) => {
        t.integer("id").notNullable();
        t.string("name", 40);
        t.string("Odd Name");
      });
      try {
        expect(await knex.schema.hasTable(table)).toBe(true);
        expect(await knex.schema.hasTable(`${table}_not`)).toBe(false);
        expect(await knex.schema.hasColumn(table, "name")).toBe(true);
        expect(await knex.schema.hasColumn(table, "nome")).toBe(false);
        const info = await knex(table).columnInfo();
        expect(Object.keys(info)).toEqual(
          Object.keys((await knex(table).insert({ id: 1 }), await knex(table).first()) as object),
        );
        expect(info).toMatchObject({
          id: { nullable: false, maxLength: null },
          name: { nullable: true, maxLength: 40 },
        });
        expect(await knex(table).columnInfo("name")).toEqual(info.name);
      } finally {
        await knex.schema.dropTable(table);
      }
    });

    it("adds, renames and drops columns, and renames a table", async () => {
      const { knex } = shared.db;
      const table = shared.tenant.table("knex_altered");
      const renamed = shared.tenant.table("knex_renamed");
      await knex.schema.createTable(table, (t) => {
        t.integer("a");
        t.integer("b");
        t.integer("c");
      });
      await knex(table).insert({ a: 1, b: 2, c: 3 });
      await knex.schema.alterTable(table, (t) => {
        t.string("d").defaultTo("x");
        t.integer("e");
        t.dropColumns("a", "b");
        t.renameColumn("c", "f");
      });
      await knex.schema.renameTable(table, renamed.split(".").at(-1) ?? renamed);
      expect(await knex.schema.hasTable(table)).toBe(false);
      expect(await knex(renamed)).toEqual([{ f: 3, d: "x", e: null }]);
      await knex.schema.dropTableIfExists(renamed);
      await knex.schema.dropTableIfExists(renamed);
    });

    it("makes views, whose values are part of them", async () => {
      const { knex } = shared.db;
      const [table, view] = [shared.tenant.table("knex_viewed"), shared.tenant.table("knex_view")];
      await knex.schema.createTable(table, (t) => {
        t.string("name");
      });
      const names = ["it's \\ ? \\? $1 :a", "b"];
      await knex(table).insert(names.map((name) => ({ name })));
      for (const name of names) {
        await knex.schema.createViewOrReplace(view, (made) => {
          made.columns(["it"]);
          made.as(knex(table).select("name").where({ name }));
        });
        expect(await knex(view)).toEqual([{ it: name }]);
      }
      await knex.schema.dropView(view).dropTable(table);
      await knex.schema.dropViewIfExists(view);
    });
  });
}
