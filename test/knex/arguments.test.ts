import { describe, expect, it } from "vitest";
import type { Knex } from "knex";
import { sql } from "../../src/sql/tag.ts";
import { groundedKnex, thrown } from "./ground.ts";

/** What a caller without types may pass for anything. */
type Given = never;
/** What knex's types leave out. */
type Untyped = Record<"whereColumn" | "orWhereColumn", (...told: unknown[]) => Knex.QueryBuilder>;
const untyped = (query: unknown) => query as Untyped;
type Build = (knex: Knex, given: Given) => { toSQL(): unknown };

/** Made by `sql`, and known to our own verbs alone. */
const tagged: [string, unknown][] = [
  ["a fragment", sql`id = ${1}`],
  ["a name", sql.id("id")],
  ["trusted text", sql.raw("id = 1")],
  ["a fragment of nothing", sql.empty],
  ["JSON", sql.json({ id: 1 })],
];

/** Where knex takes what is no value. */
const places: [string, Build][] = [
  ["where", (knex, given) => knex("t").where(given).del()],
  ["andWhere", (knex, given) => knex("t").where("a", 1).andWhere(given).del()],
  ["orWhere", (knex, given) => knex("t").where("a", 1).orWhere(given).del()],
  ["whereNot", (knex, given) => knex("t").whereNot(given).del()],
  ["orWhereNot", (knex, given) => knex("t").orWhereNot(given).del()],
  ["whereColumn", (knex, given) => untyped(knex("t")).whereColumn(given).del()],
  ["orWhereColumn", (knex, given) => untyped(knex("t")).orWhereColumn(given, "b").del()],
  ["whereRaw", (knex, given) => knex("t").whereRaw(given).del()],
  ["whereExists", (knex, given) => knex("t").whereExists(given).del()],
  ["where inside where", (knex, given) => knex("t").where((inner) => void inner.where("a", 1).where(given))],
  ["the column of where", (knex, given) => knex("t").where(given, 1).del()],
  ["the column of where with an operator", (knex, given) => knex("t").where(given, "=", 1).del()],
  ["the operator of where", (knex, given) => knex("t").where("a", given, 1).del()],
  ["the column of whereIn", (knex, given) => knex("t").whereIn(given, [1]).del()],
  ["the column of whereNull", (knex, given) => knex("t").whereNull(given).del()],
  ["the column of whereBetween", (knex, given) => knex("t").whereBetween(given, [1, 2]).del()],
  ["having", (knex, given) => knex("t").having(given)],
  ["orHaving", (knex, given) => knex("t").orHaving(given)],
  ["havingRaw", (knex, given) => knex("t").havingRaw(given)],
  ["the table", (knex, given) => knex(given).del()],
  ["the table in a schema", (knex, given) => knex.withSchema("s").from(given)],
  ["the table of insert", (knex, given) => knex.insert({ a: 1 }).into(given)],
  ["select", (knex, given) => knex("t").select(given)],
  ["select in a list", (knex, given) => knex("t").select([given])],
  ["select by an alias", (knex, given) => knex("t").select({ a: given })],
  ["pluck", (knex, given) => knex("t").pluck(given)],
  ["count", (knex, given) => knex("t").count(given)],
  ["max in a list", (knex, given) => knex("t").max([given] as Given)],
  ["a window", (knex, given) => knex("t").rowNumber("n", given)],
  ["a window in a list", (knex, given) => knex("t").rowNumber("n", [given])],
  ["a window's partition", (knex, given) => knex("t").rank("n", (over) => void over.partitionBy(given).orderBy("a"))],
  ["groupBy", (knex, given) => knex("t").groupBy(given)],
  ["orderBy", (knex, given) => knex("t").orderBy(given)],
  ["orderBy in a list", (knex, given) => knex("t").orderBy([given])],
  ["orderByRaw", (knex, given) => knex("t").orderByRaw(given)],
  ["limit", (knex, given) => knex("t").limit(given)],
  ["offset", (knex, given) => knex("t").offset(given)],
  ["union", (knex, given) => knex("t").union(given)],
  ["with", (knex, given) => knex.with("w", given).from("w")],
  ["joined table", (knex, given) => knex("t").join(given, "a", "b")],
  ["joined table in a schema", (knex, given) => knex.withSchema("s").from("t").join(given, "a", "b")],
  ["join", (knex, given) => knex("t").join("u", given)],
  ["leftJoin", (knex, given) => knex("t").leftJoin("u", given)],
  ["joinRaw", (knex, given) => knex("t").joinRaw(given)],
  ["on", (knex, given) => knex("t").join("u", (join) => void join.on("a", "b").on(given))],
  ["andOn", (knex, given) => knex("t").join("u", (join) => void join.on("a", "b").andOn(given))],
  ["orOn", (knex, given) => knex("t").join("u", (join) => void join.on("a", "b").orOn(given))],
  ["andOnVal", (knex, given) => knex("t").join("u", (join) => void join.on("a", "b").andOnVal(given, 1))],
  ["on inside on", (knex, given) => knex("t").join("u", (join) => void join.on((inner) => void inner.on(given)))],
  ["insert", (knex, given) => knex("t").insert(given)],
  ["insert in a list", (knex, given) => knex("t").insert([given])],
  ["update", (knex, given) => knex("t").update(given)],
  ["increment", (knex, given) => knex("t").increment(given)],
  ["the amount of increment", (knex, given) => knex("t").increment("a", given)],
  ["decrement", (knex, given) => knex("t").decrement({ a: given })],
  ["using", (knex, given) => knex("t").using(given).del()],
  [
    "updateFrom",
    (knex, given) =>
      knex("t")
        .updateFrom(given)
        .update({ a: 1 } as Given),
  ],
  ["raw", (knex, given) => knex.raw(given)],
  ["a name in raw", (knex, given) => knex.raw("select ??", [given])],
];

describe.each(["redshift", "snowflake"] as const)("what knex is told on %s", (name) => {
  const { knex } = groundedKnex(name);

  it.each(places)("is refused in %s where the sql tag has made it", (_, build) => {
    for (const [, given] of tagged) expect(thrown(() => build(knex, given as Given).toSQL())).toEqual(invalid);
  });

  it.each<[string, Build]>([
    ["a value", (knex, given) => knex("t").where("a", given)],
    ["a value in an object", (knex, given) => knex("t").where({ a: given })],
    ["a list of values", (knex, given) => knex("t").whereIn("a", given)],
    ["a value of a list", (knex, given) => knex("t").whereIn("a", [given])],
    ["an updated value", (knex, given) => knex("t").update({ a: given })],
    ["an inserted value", (knex, given) => knex("t").insert({ a: given })],
    ["a value of raw()", (knex, given) => knex.raw("select ?", given)],
    ["a value of a list of raw()'s", (knex, given) => knex.raw("select ?", [given])],
  ])("is refused as %s where it is a fragment", (_, build) => {
    expect(thrown(() => build(knex, sql`id = ${1}` as Given).toSQL())).toEqual(invalid);
  });

  it.each<[string, (schema: Knex.SchemaBuilder, given: Given) => unknown]>([
    ["the name of a table", (schema, given) => schema.createTable(given, (table) => table.integer("a"))],
    ["a table to drop", (schema, given) => schema.dropTable(given)],
    ["a column", (schema, given) => schema.createTable("t", (table) => table.integer(given))],
    ["a default", (schema, given) => schema.createTable("t", (table) => table.integer("a").defaultTo(given))],
    ["a view", (schema, given) => schema.createView("v", (view) => view.as(given))],
    ["a statement", (schema, given) => schema.raw(given)],
  ])("is refused as %s where the sql tag has made it", (_, build) => {
    for (const [, given] of tagged) {
      for (const schema of [knex.schema, knex.schema.withSchema("s")]) {
        expect(thrown(() => (build(schema, given as Given) as { toSQL(): unknown }).toSQL())).toEqual(invalid);
      }
    }
  });

  it("may be JSON where a value goes", () => {
    const json = sql.json({ a: 1 });
    for (const [query, bindings] of [
      [knex("t").where("a", json as Given), [json]],
      [knex("t").where({ a: json }), [json]],
      [knex("t").having("a", "=", json as Given), [json]],
      [knex("t").update({ a: json } as Given), [json]],
      [knex("t").update("a", json as Given), [json]],
      [knex.raw("select ?, ?", [json as Given, 1]), [json, 1]],
      [knex.raw("select ?", json as Given), [json]],
      [knex.raw("select :a", { a: json }), [json]],
      [knex("t").join("u", (join) => void join.on("a", "b").andOnVal("a", json as Given)), [json]],
    ] as const) {
      expect(query.toSQL().bindings).toEqual(bindings);
    }
  });

  it.each<[string, unknown]>([
    ["a list", []],
    ["a list of names", ["a"]],
    ["a Map", new Map([["a", 1]])],
    ["a Set", new Set(["a"])],
    ["a Date", new Date(0)],
    ["an instance of a class", new (class { a = 1; })()], // prettier-ignore
    ["a query", knex("u")],
  ])("is no condition where it is %s", (_, given) => {
    for (const build of [
      () => knex("t").where(given as Given),
      () => knex("t").andWhere(given as Given),
      () => knex("t").orWhere(given as Given),
      () => knex("t").whereNot(given as Given),
      () => untyped(knex("t")).orWhereColumn(given, "a"),
      () => knex("t").having(given as Given),
    ]) {
      expect(thrown(() => build().del().toSQL())).toEqual(invalid);
    }
  });

  it("is a condition as a plain object, a function, knex.raw() and a boolean", () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    for (const given of [{ a: 1 }, bare, () => undefined, knex.raw("a = 1"), true]) {
      expect(
        thrown(() =>
          knex("t")
            .where(given as Given)
            .del()
            .toSQL(),
        ),
      ).toBeUndefined();
    }
  });

  it.each<[string, unknown]>([
    ["a Map", new Map([["a", 1]])],
    ["a Date", new Date(0)],
    ["a list", [1]],
    ["bytes", Uint8Array.of(1)],
    ["a text", "a"],
    ["nothing", null],
  ])("is no row to insert where it is %s", (_, given) => {
    expect(
      thrown(() =>
        knex("t")
          .insert([{ a: 1 }, given as Given])
          .toSQL(),
      ),
    ).toEqual(invalid);
  });

  it.each(["x", "7; drop", -1, 1.5, NaN, null, undefined, {}])("is no limit where it is %s", (given) => {
    expect(thrown(() => knex("t").limit(given as Given))).toEqual(invalid);
  });

  it.each(["x", "1 + 1", "", NaN, null, {}, knex.raw("1 + 1")])("counts by nothing that is %s", (given) => {
    expect(thrown(() => knex("t").increment("a", given as Given))).toEqual(invalid);
    expect(thrown(() => knex("t").decrement({ a: given as Given }))).toEqual(invalid);
  });

  it.each<[string, () => unknown]>([
    ["an update of nothing", () => knex("t").update({}).toSQL()],
    ["an update of a column that knex loses", () => knex("t").update(JSON.parse('{"a":1,"__proto__":5}') as object)],
    ["the same by name", () => knex("t").update("__proto__", 5)],
    ["an update of another such column", () => knex("t").update({ a: 1, prototype: 5 })],
    ["another by name", () => knex("t").update("constructor", 5)],
    ["an update of what is undefined", () => knex("t").update({ a: undefined }).toSQL()],
    ["fewer values than places", () => knex.raw("?, ?", [1]).toSQL()],
    ["more values than places", () => knex.raw("?", [1, 2]).toSQL()],
    [
      "a comparison without an operator",
      () =>
        knex("t")
          .having("a" as Given)
          .toSQL(),
    ],
    ["a comment that would end itself", () => knex("t").comment("*/ drop table t; /*")],
    ["a range of one end", () => knex("t").whereBetween("a", [1] as Given)],
    ["first() of what is no query", () => knex("t").del().first()],
  ])("is refused where it makes %s", (_, build) => {
    expect(thrown(build)).toEqual(invalid);
  });
});

describe("operators", () => {
  it.each(["@>", "<@", "?", "?|", "&&", "@@", "~*", "!~*", "<=>", "rlike; drop", "regexp"])(
    "that Redshift lacks are refused: %s",
    (operator) => {
      const { knex } = groundedKnex("redshift");
      expect(thrown(() => knex("t").where("a", operator, "x").toSQL())).toMatchObject({ code: "UNSUPPORTED" });
    },
  );

  it.each(["~", "!~", "@>", "?", "similar to", "&", "<<", "<=>"])(
    "that Snowflake lacks are refused: %s",
    (operator) => {
      const { knex } = groundedKnex("snowflake");
      for (const query of [
        knex("t").where("a", operator, "x"),
        knex("t").having("a", operator, "x"),
        knex("t").join("u", "a", operator, "b"),
        knex("t").join("u", (join) => void join.on((inner) => void inner.on("a", operator, "b"))),
      ]) {
        expect(thrown(() => query.toSQL())).toMatchObject({ code: "UNSUPPORTED" });
      }
    },
  );

  it("are named in the refusal, but nothing else is", () => {
    const { knex } = groundedKnex("snowflake");
    expect(String(thrown(() => knex("t").where("a", "@>", "x").toSQL()))).toContain("knex's operator @> here");
    expect(String(thrown(() => knex("t").where("a", "= 's3cret'", "x").toSQL()))).not.toContain("s3cret");
  });

  it("are written as they are where the warehouse has them, or knex.raw() says so", () => {
    const { knex } = groundedKnex("redshift");
    expect(knex("t").where("a", "~", "x").orWhere("a", "SIMILAR TO", "y").toSQL().sql).toBe(
      'select * from "t" where "a" ~ ? or "a" similar to ?',
    );
    expect(
      knex("t")
        .where("a", knex.raw("@@") as Given, "x")
        .toSQL().sql,
    ).toBe('select * from "t" where "a" @@ ?');
  });
});

const invalid: unknown = expect.objectContaining({ code: "INVALID_ARGUMENT" });
