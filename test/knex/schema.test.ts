import { describe, expect, it } from "vitest";
import type { Knex } from "knex";
import { sql } from "../../src/sql/tag.ts";
import { groundedKnex } from "./ground.ts";

type Define = (table: Knex.CreateTableBuilder) => unknown;
/** What knex's types leave out. */
interface Told {
  toSQL(): { sql: string; bindings: unknown[] };
}
const told = (query: unknown) => (query as Told).toSQL();

type Build = (schema: Knex.SchemaBuilder) => unknown;

/** What a column is told, and its type on both. */
const columns: [string, Define, string, string][] = [
  [
    "increments",
    (t) => t.increments("a"),
    "integer identity(1,1) primary key not null",
    "integer autoincrement primary key not null",
  ],
  [
    "bigIncrements",
    (t) => t.bigIncrements("a", { primaryKey: false }),
    "bigint identity(1,1) not null",
    "integer autoincrement not null",
  ],
  ["small integers", (t) => t.smallint("a"), "smallint", "integer"],
  ["integers", (t) => t.integer("a").unsigned(), "integer", "integer"],
  ["big integers", (t) => t.bigInteger("a").notNullable(), "bigint not null", "integer not null"],
  ["decimals", (t) => t.decimal("a", 12, 4), "decimal(12, 4)", "decimal(12, 4)"],
  ["floats", (t) => t.float("a"), "real", "float"],
  ["doubles", (t) => t.double("a"), "double precision", "double precision"],
  ["booleans", (t) => t.boolean("a").defaultTo(false), "boolean default false", "boolean default false"],
  ["strings", (t) => t.string("a"), "varchar(255)", "varchar(255)"],
  ["texts", (t) => t.text("a"), "varchar(max)", "varchar"],
  ["enums", (t) => t.enum("a", ["x", "y".repeat(300)]), "varchar(300)", "varchar(300)"],
  ["UUIDs", (t) => t.uuid("a"), "char(36)", "char(36)"],
  ["binary UUIDs", (t) => t.uuid("a", { useBinaryUuid: true }), "varbyte(16)", "binary(16)"],
  ["JSON", (t) => t.json("a"), "super", "variant"],
  ["bytes", (t) => t.binary("a"), "varbyte(1024000)", "binary"],
  ["bytes of a length", (t) => t.binary("a", 16), "varbyte(16)", "binary(16)"],
  ["dates", (t) => t.date("a"), "date", "date"],
  ["times", (t) => t.time("a"), "time", "time"],
  ["timestamps", (t) => t.timestamp("a"), "timestamptz", "timestamp_tz"],
  ["timestamps without a zone", (t) => t.timestamp("a", { useTz: false }), "timestamp", "timestamp_ntz"],
  ["datetimes with a zone", (t) => t.datetime("a", { useTz: true }), "timestamptz", "timestamp_tz"],
  ["types of the warehouse", (t) => t.specificType("a", "geometry"), "geometry", "geometry"],
  ["defaults that are numbers", (t) => t.integer("a").defaultTo(-5), "integer default -5", "integer default -5"],
  [
    "defaults that would end their quotes",
    (t) => t.string("a").defaultTo("x\\' --"),
    "varchar(255) default 'x\\\\'' --'",
    "varchar(255) default 'x\\\\'' --'",
  ],
  [
    "defaults of other types",
    (t) => t.date("a").defaultTo("2024-01-02"),
    "date default '2024-01-02'::date",
    "date default '2024-01-02'::date",
  ],
  [
    "defaults of nothing",
    (t) => t.boolean("a").nullable().defaultTo(null),
    "boolean null default null",
    "boolean null default null",
  ],
];

/** Statements that both warehouses run, but for the case of names. */
const statements: [string, Build, string[]][] = [
  [
    "keys inside CREATE TABLE",
    (schema) =>
      schema.createTable("s.t", (t) => {
        t.integer("a").primary();
        t.integer("b").references("x").inTable("u");
        t.unique(["a", "b"], { indexName: "k" });
      }),
    [
      'create table "s"."t" ("a" integer, "b" integer, primary key ("a"), foreign key ("b") references "u" ("x"), constraint "k" unique ("a", "b"))',
    ],
  ],
  [
    "comments, as text",
    (schema) =>
      schema.createTable("t", (t) => {
        t.integer("a").comment("it's \\");
        t.comment("of it's");
      }),
    [
      'create table "t" ("a" integer)',
      `comment on table "t" is 'of it''s'`,
      `comment on column "t"."a" is 'it''s \\\\'`,
    ],
  ],
  [
    "one statement for each change of a table",
    (schema) =>
      schema.withSchema("s").alterTable("t", (t) => {
        t.integer("a");
        t.integer("b");
        t.dropColumns("c", "d");
        t.renameColumn("e", "f");
      }),
    [
      'alter table "s"."t" add column "a" integer',
      'alter table "s"."t" add column "b" integer',
      'alter table "s"."t" drop column "c"',
      'alter table "s"."t" drop column "d"',
      'alter table "s"."t" rename column "e" to "f"',
    ],
  ],
  [
    "DROP TABLE",
    (schema) => schema.dropTable("s.t").dropTableIfExists("u"),
    ['drop table "s"."t"', 'drop table if exists "u"'],
  ],
];

const refusals: [string, Build][] = [
  ["indexes", (schema) => schema.createTable("t", (t) => t.integer("a").index())],
  ["checks", (schema) => schema.createTable("t", (t) => t.check("a > 0"))],
  ["checks of a column", (schema) => schema.createTable("t", (t) => t.integer("a").checkPositive())],
  ["collations", (schema) => schema.createTable("t", (t) => t.string("a").collate("x"))],
  ["places of columns", (schema) => schema.alterTable("t", (t) => t.string("a").after("b"))],
  [
    "deeds of foreign keys",
    (schema) => schema.createTable("t", (t) => t.integer("a").references("u.x").onDelete("cascade; drop table t")),
  ],
  ["deferrable keys", (schema) => schema.createTable("t", (t) => t.primary(["a"], { deferrable: "deferred" }))],
  ["keys of tables that are there", (schema) => schema.alterTable("t", (t) => t.unique(["a"]))],
  ["changes of a column", (schema) => schema.alterTable("t", (t) => t.string("a").alter())],
  ["changes of nullability", (schema) => schema.alterTable("t", (t) => t.setNullable("a"))],
  ["numbered columns of tables that are there", (schema) => schema.alterTable("t", (t) => t.increments("a"))],
  ["dropped indexes", (schema) => schema.alterTable("t", (t) => t.dropIndex("a"))],
  ["dropped keys", (schema) => schema.alterTable("t", (t) => t.dropPrimary())],
  ["types that no warehouse has", (schema) => schema.createTable("t", (t) => t.point("a"))],
  ["decimals of any precision", (schema) => schema.createTable("t", (t) => t.decimal("a", null))],
  ["native enums", (schema) => schema.createTable("t", (t) => t.enum("a", ["x"], { useNative: true, enumName: "e" }))],
  ["tables like others", (schema) => schema.createTableLike("t", "u")],
  [
    "checks of views",
    (schema) => schema.createView("v", (view) => (view.as(groundedKnex("redshift").knex("t")), view.checkOption())),
  ],
  ["views without a query", (schema) => schema.createView("v", () => undefined)],
  [
    "materialized views",
    (schema) => schema.createMaterializedView("v", (view) => view.as(groundedKnex("redshift").knex("t"))),
  ],
  ["storage engines", (schema) => schema.createTable("t", (table) => void table.engine("x"))],
  ["inherited tables", (schema) => schema.createTable("t", (table) => void table.inherits("x"))],
  ["schemas", (schema) => schema.createSchema("s")],
  ["tables that change their schema", (schema) => schema.renameTable("a.t", "b.t")],
];

describe.each(["redshift", "snowflake"] as const)("knex.schema on %s", (name) => {
  const { knex } = groundedKnex(name);
  const cased = (text: string) =>
    name === "redshift" ? text : text.replace(/"[^"]*"/g, (identifier) => identifier.toUpperCase());
  const written = (schema: unknown) => (told(schema) as unknown as { sql: string }[]).map(({ sql }) => sql);

  it.each(columns)("has a type for %s", (_, define, onRedshift, onSnowflake) => {
    const type = name === "redshift" ? onRedshift : onSnowflake;
    const schema = knex.schema.createTable("t", (table) => void define(table));
    expect(written(schema)).toEqual([`${cased('create table "t" ("a"')} ${type})`]);
  });

  it.each(statements)("writes %s", (_, build, expected) => {
    expect(written(build(knex.schema))).toEqual(expected.map(cased));
  });

  it.each(refusals)("refuses %s when the statement is built", (_, build) => {
    expect(() => told(build(knex.schema))).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }) as Error);
  });

  it("takes JSON for the default of a JSON column, and no text, which would be one", () => {
    const defaulted = (value: unknown) =>
      written(knex.schema.createTable("t", (table) => void table.json("a").defaultTo(value as Knex.Value)));
    const [type, parse] = name === "redshift" ? ["super", "JSON_PARSE"] : ["variant", "PARSE_JSON"];
    for (const [value, text] of [
      [sql.json({ a: "it's ?" }), `${parse}('{"a":"it''s \\?"}')`],
      [knex.raw("f('x')"), "f('x')"],
      [null, "null"],
    ] as const) {
      expect(defaulted(value)).toEqual([`${cased('create table "t" ("a"')} ${type} default ${text})`]);
    }
    for (const value of ["{}", 1, { a: 1 }, new Date(0)]) {
      expect(() => defaulted(value)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error);
    }
  });

  it("renames a table in its own schema", () => {
    const target = name === "redshift" ? '"u"' : '"S"."U"';
    for (const schema of [
      knex.schema.renameTable("s.t", "u"),
      knex.schema.renameTable("s.t", "s.u"),
      knex.schema.withSchema("s").renameTable("t", "u"),
    ]) {
      expect(written(schema)).toEqual([`alter table ${cased('"s"."t"')} rename to ${target}`]);
    }
  });

  it("writes views with their values as text", async () => {
    const { knex: sending, sent } = groundedKnex(name);
    const query = sending("t").where({ a: String.raw`it's \? \ `, b: 2 });
    await sending.schema.createViewOrReplace("s.v", (view) => {
      view.columns(["x"]);
      view.as(query);
    });
    await sending.schema.dropView("v");
    expect(sent.map(({ text }) => text)).toEqual([
      `create or replace view ${cased('"s"."v" ("x") as select * from "t" where "a"')} = ${String.raw`'it''s \\? \\ '`} and ${cased('"b"')} = 2`,
      `drop view ${cased('"v"')}`,
    ]);
  });

  it("looks for tables and columns by their names on the server", () => {
    const { sql, bindings } = told(knex("S.Events").columnInfo("day"));
    expect(sql).toContain(name === "redshift" ? "from svv_columns where" : "from information_schema.columns where");
    expect(bindings).toEqual(name === "redshift" ? ["S", "s", "Events", "events", "day"] : ["S", "Events", "DAY"]);
  });
});
