import { describe, expect, it } from "vitest";
import type { Knex } from "knex";
import { groundedKnex } from "./ground.ts";

type Build = (knex: Knex) => { toSQL(): { sql: string; bindings: readonly unknown[] } };

/** What is built, the SQL on Redshift, the SQL on Snowflake, and the values where they are the same on both. */
const queries: [string, Build, string, string, unknown[]?][] = [
  [
    "names, by the one name rule",
    (knex) => knex("events as e").select("e.id", "Mixed", "e.*"),
    'select "e"."id", "Mixed", "e".* from "events" as "e"',
    'select "E"."ID", "Mixed", "E".* from "EVENTS" as "E"',
    [],
  ],
  [
    "names that would end their quotes",
    (knex) => knex('a"b').select('c"; drop'),
    'select "c""; drop" from "a""b"',
    'select "c""; drop" from "a""b"',
    [],
  ],
  [
    "a schema",
    (knex) => knex.withSchema("s").from("t").select("u.t"),
    'select "u"."t" from "s"."t"',
    'select "U"."T" from "S"."T"',
    [],
  ],
  [
    "conditions",
    (knex) => knex("t").where({ a: 1, b: null }).whereIn("c", [2, 3]).whereBetween("d", [4, 5]).orWhereILike("e", "%x"),
    'select * from "t" where "a" = ? and "b" is null and "c" in (?, ?) and "d" between ? and ? or "e" ilike ?',
    'select * from "T" where "A" = ? and "B" is null and "C" in (?, ?) and "D" between ? and ? or "E" ilike ?',
    [1, 2, 3, 4, 5, "%x"],
  ],
  [
    "joins",
    (knex) => knex("a").join("b", "a.id", "b.id").leftJoin("c", "c.x", "a.x"),
    'select * from "a" inner join "b" on "a"."id" = "b"."id" left join "c" on "c"."x" = "a"."x"',
    'select * from "A" inner join "B" on "A"."ID" = "B"."ID" left join "C" on "C"."X" = "A"."X"',
    [],
  ],
  [
    "groups and order",
    (knex) => knex("a").count("* as n").groupBy("x").orderBy("x", "desc"),
    'select count(*) as "n" from "a" group by "x" order by "x" desc',
    'select count(*) as "N" from "A" group by "X" order by "X" desc',
    [],
  ],
  [
    "common table expressions and unions",
    (knex) => knex.with("w", knex("t").where("a", 1)).select("*").from("w").union(knex("u")),
    'with "w" as (select * from "t" where "a" = ?) select * from "w" union select * from "u"',
    'with "W" as (select * from "T" where "A" = ?) select * from "W" union select * from "U"',
    [1],
  ],
  [
    "queries inside others, with the values in the text's order",
    (knex) => knex("t").where("a", 1).whereIn("b", knex("u").select("b").where("c", 2)).where("d", 3),
    'select * from "t" where "a" = ? and "b" in (select "b" from "u" where "c" = ?) and "d" = ?',
    'select * from "T" where "A" = ? and "B" in (select "B" from "U" where "C" = ?) and "D" = ?',
    [1, 2, 3],
  ],
  [
    "several rows, of which one leaves a column out",
    (knex) => knex("t").insert([{ a: 1, b: "x" }, { a: 2 }]),
    'insert into "t" ("a", "b") values (?, ?), (?, DEFAULT)',
    'insert into "T" ("A", "B") values (?, ?), (?, DEFAULT)',
    [1, "x", 2],
  ],
  [
    "an update",
    (knex) => knex("t").where("a", ">", 1).update({ b: 2 }).increment("c", 3),
    'update "t" set "b" = ?, "c" = "c" + ? where "a" > ?',
    'update "T" set "B" = ?, "C" = "C" + ? where "A" > ?',
    [2, 3, 1],
  ],
  [
    "a delete",
    (knex) => knex("t").where("a", 1).del(),
    'delete from "t" where "a" = ?',
    'delete from "T" where "A" = ?',
    [1],
  ],
  [
    "raw SQL with names and values",
    (knex) => knex.raw("select ??, ? from ??", ["col", 1, "s.t"]),
    'select "col", ? from "s"."t"',
    'select "COL", ? from "S"."T"',
    [1],
  ],
];

describe.each(["redshift", "snowflake"] as const)("knex on %s", (name) => {
  const { knex } = groundedKnex(name);

  it.each(queries)("writes %s", (_, build, onRedshift, onSnowflake, bindings) => {
    const { sql, bindings: bound } = build(knex).toSQL();
    expect(sql).toBe(name === "redshift" ? onRedshift : onSnowflake);
    expect(bound).toEqual(bindings);
  });

  it("refuses what would be dropped without a word: a conflict's treatment and rows to return", () => {
    for (const build of [
      () => knex("t").insert({ a: 1 }).onConflict("a").merge(),
      () => knex("t").insert({ a: 1 }).onConflict("a").ignore(),
      () => knex("t").insert({ a: 1 }).returning("id"),
      () => knex("t").update({ a: 1 }).returning("*"),
      () => knex("t").del("id"),
    ]) {
      expect(() => build().toSQL()).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }) as Error);
    }
  });

  it("refuses a value that is undefined", () => {
    expect(() => knex("t").where({ a: undefined }).toSQL()).toThrow("Undefined binding");
  });
});

describe("LIMIT and OFFSET", () => {
  it("are values on Redshift", () => {
    const { knex } = groundedKnex("redshift");
    expect(knex("t").limit(10).offset(5).toSQL()).toMatchObject({
      sql: 'select * from "t" limit ? offset ?',
      bindings: [10, 5],
    });
  });

  it("are constants on Snowflake, which takes no binds there, and OFFSET never stands alone", () => {
    const { knex } = groundedKnex("snowflake");
    const written = (query: Knex.QueryBuilder) => query.toSQL();
    for (const [query, sql] of [
      [knex("t").limit(10).offset(5), 'select * from "T" limit 10 offset 5'],
      [knex("t").limit(0), 'select * from "T" limit 0'],
      [knex("t").offset(5), 'select * from "T" limit null offset 5'],
      [knex("t").first(), 'select * from "T" limit 1'],
      [knex("t").limit("7; drop" as unknown as number), 'select * from "T" limit 7'],
    ] as const) {
      expect(written(query)).toMatchObject({ sql, bindings: [] });
    }
  });
});

describe("knex's schema builder", () => {
  it("is refused on Snowflake, whose SQL it does not write", () => {
    const { knex } = groundedKnex("snowflake");
    expect(() => knex.schema.createTable("t", () => undefined)).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED" }) as Error,
    );
  });

  it("writes Redshift's SQL", () => {
    const { knex } = groundedKnex("redshift");
    const statements = knex.schema.createTable("t", (table) => table.integer("a")).toSQL();
    expect(statements).toMatchObject([{ sql: 'create table "t" ("a" integer)' }]);
  });
});
