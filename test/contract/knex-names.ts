import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ground, type Tenant } from "./tenant.ts";

/** Texts that have a meaning for knex, for our lexer, or for a server. */
const meaningful = [
  "'",
  '"',
  "\\",
  "?",
  "\\?",
  "??",
  "$1",
  "$$",
  "$&",
  ":a",
  ":a:",
  "--",
  "/*",
  "*/",
  ";",
  "@s",
  "%",
  "é",
  "x",
  " ",
];
const texts = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.array(fc.constantFrom(...meaningful)).map((all) => all.join("")),
);

/** knex reads points and " as " in a name, and leaves out blanks around it; nothing can name a thing without a name, or with a NUL in it. */
const names = texts
  .map((text) => text.replaceAll(".", "").replaceAll("\0", "").replace(/ as /gi, "").trim())
  // Columns that knex cannot update are refused.
  .filter(
    (name) => !["", "*", "__proto__", "constructor", "prototype"].includes(name) && Buffer.byteLength(name) <= 100,
  );
const values = texts.map((text) => text.replaceAll("\0", ""));

/** Whatever names and values hold, they stay names and values. */
export function knexNames(open: () => Promise<Tenant>): void {
  describe("knex's names and values", () => {
    const shared = ground(open);

    it("cannot change a statement", async () => {
      const { knex } = shared.db;
      await fc.assert(
        fc.asyncProperty(names, values, values, async (name, value, other) => {
          const { rows } = await knex.raw<{ rows: Record<string, unknown>[] }>(
            "select ? as ??, '\\?' as q where ? <> ?",
            [value, name, other, `${other}.`],
          );
          expect(rows).toHaveLength(1);
          const [row = {}] = rows;
          expect(Object.values(row)).toEqual([value, "?"]);
          const inner = knex.select(knex.raw(":value as :name:", { value, name })).as(name);
          expect(Object.values((await knex.from(inner).where(name, value).first()) as object)).toEqual([value]);
          const text = knex
            .select(knex.raw("? as ??", [value, name]))
            .whereRaw("? = ?", [other, other])
            .toQuery();
          expect(Object.values((await shared.db.query(text)).rows[0] ?? {})).toEqual([value]);
        }),
        { numRuns: 60 },
      );
    }, 60_000);

    it("make, fill and find tables and columns", async () => {
      const { knex } = shared.db;
      const table = shared.tenant.table("knex_named");
      await fc.assert(
        fc.asyncProperty(names, values, async (name, value) => {
          await knex.schema.dropTableIfExists(table);
          await knex.schema.createTable(table, (t) => {
            t.text(name).defaultTo(value).comment(value);
          });
          await knex(table).insert([{ [name]: value }, { [name]: knex.raw("default") }, { [name]: null }]);
          expect(
            await knex(table)
              .where({ [name]: value })
              .pluck(name),
          ).toEqual([value, value]);
          expect(await knex.schema.hasColumn(table, name)).toBe(true);
          const [column = ""] = Object.keys(await knex(table).columnInfo());
          expect(Object.keys(await knex(table).first<object>(column))).toEqual([column]);
          expect(
            await knex(table)
              .whereNull(column)
              .update({ [column]: `${value}!` }),
          ).toBe(1);
        }),
        { numRuns: 15 },
      );
      await knex.schema.dropTable(table);
    }, 60_000);
  });
}
