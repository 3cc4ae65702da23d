import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Knex } from "knex";
import { sql } from "../../src/sql/tag.ts";
import { groundedKnex, thrown } from "./ground.ts";

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
    "unions of queries without a table, and of others alone",
    (knex) => knex.select(knex.raw("1 as n")).unionAll([knex.union([knex("t"), knex("u")])]),
    'select 1 as n union all select * from "t" union select * from "u"',
    'select 1 as n union all select * from "T" union select * from "U"',
    [],
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
    "an update with other tables",
    (knex) =>
      knex("t")
        .updateFrom("u")
        .where("t.a", knex.ref("u.a"))
        .update({ b: knex.ref("u.b") }),
    'update "t" set "b" = "u"."b" from "u" where "t"."a" = "u"."a"',
    'update "T" set "B" = "U"."B" from "U" where "T"."A" = "U"."A"',
    [],
  ],
  [
    "a delete with other tables",
    (knex) => knex("t").using(["u", "v"]).where("t.a", knex.ref("u.a")).del(),
    'delete from "t" using "u", "v" where "t"."a" = "u"."a"',
    'delete from "T" using "U", "V" where "T"."A" = "U"."A"',
    [],
  ],
  [
    "a query to insert, behind WITH",
    (knex) =>
      knex
        .with("w", knex("u").where("a", 1))
        .into(knex.raw("?? (??)", ["t", "a"]))
        .insert(knex("w").select("a").where("a", 2)),
    'insert into "t" ("a") with "w" as (select * from "u" where "a" = ?) select "a" from "w" where "a" = ?',
    'insert into "T" ("A") with "W" as (select * from "U" where "A" = ?) select "A" from "W" where "A" = ?',
    [1, 2],
  ],
  [
    "where NULLs go",
    (knex) =>
      knex("t")
        .orderBy("a", "desc", "last")
        .orderBy([{ column: "b", nulls: "first" }]),
    'select * from "t" order by "a" desc nulls last, "b" asc nulls first',
    'select * from "T" order by "A" desc nulls last, "B" asc nulls first',
    [],
  ],
  [
    "windows",
    (knex) => knex("t").rowNumber("n", (over) => void over.orderBy("a", "desc").partitionBy("b")),
    'select row_number() over (partition by "b" order by "a" desc) as "n" from "t"',
    'select row_number() over (partition by "B" order by "A" desc) as "N" from "T"',
    [],
  ],
  [
    "no value to look for",
    (knex) => knex("t").whereIn("a", []).orWhereNotIn("b", []),
    'select * from "t" where 1 = ? or 1 = ?',
    'select * from "T" where 1 = ? or 1 = ?',
    [0, 1],
  ],
  ["an emptied table", (knex) => knex("t").truncate(), 'truncate "t"', 'truncate "T"', []],
  [
    "raw SQL with names and values",
    (knex) => knex.raw("select ??, ? from ??", ["col", 1, "s.t"]),
    'select "col", ? from "s"."t"',
    'select "COL", ? from "S"."T"',
    [1],
  ],
];

/** What both warehouses lack, or knex would leave out of the text without a word. */
const refusals: [string, Build][] = [
  ["rows to return", (knex) => knex("t").insert({ a: 1 }).returning("id")],
  ["rows to return of an update", (knex) => knex("t").update({ a: 1 }).returning("*")],
  ["rows to return of a delete", (knex) => knex("t").del("id")],
  ["FOR UPDATE", (knex) => knex("t").forUpdate()],
  ["FOR SHARE", (knex) => knex("t").forShare()],
  ["DISTINCT ON", (knex) => knex("t").distinctOn("a")],
  ["ONLY", (knex) => knex("t", { only: true })],
  ["upsert", (knex) => knex("t").upsert({ a: 1 })],
  ["a materialized WITH", (knex) => knex.withMaterialized("w", knex("t")).from("w")],
  ["JSON in a list of columns", (knex) => knex("t").jsonExtract("a", "$.b", "c")],
  ["JSON in a condition", (knex) => knex("t").whereJsonObject("a", { b: 1 })],
  ["JSON in a path's condition", (knex) => knex("t").whereJsonPath("a", "$.b", "=", 1)],
  ["JSON in a join", (knex) => knex("t").join("u", (on) => on.onJsonPathEquals("t.a", "$.a", "u.a", "$.a"))],
  ["a join of an update", (knex) => knex("t").join("u", "u.a", "t.a").update({ b: 1 })],
  ["a join of a delete", (knex) => knex("t").join("u", "u.a", "t.a").del()],
  ["a limit of an update", (knex) => knex("t").limit(1).update({ b: 1 })],
  ["a limit of a delete", (knex) => knex("t").limit(1).del()],
  ["an order of a delete", (knex) => knex("t").orderBy("a").del()],
  ["a condition of a truncate", (knex) => knex("t").where("a", 1).truncate()],
  ["values behind WITH", (knex) => knex.with("w", knex("t")).into("t").insert({ a: 1 })],
];

describe.each(["redshift", "snowflake"] as const)("knex on %s", (name) => {
  const { knex } = groundedKnex(name);

  it.each(queries)("writes %s", (_, build, onRedshift, onSnowflake, bindings) => {
    const { sql, bindings: bound } = build(knex).toSQL();
    expect(sql).toBe(name === "redshift" ? onRedshift : onSnowflake);
    expect(bound).toEqual(bindings);
  });

  it.each(refusals)("refuses %s when the query is built", (_, build) => {
    expect(() => build(knex).toSQL()).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }) as Error);
  });

  it("refuses a value that is undefined, without a word of the statement", () => {
    for (const build of [
      () => knex("t").where({ a: undefined }).where({ b: "s3cret" }),
      () => knex.raw("select 's3cret', ?", [undefined as unknown as null]),
      () => knex.raw("select 's3cret', :a", { a: undefined as unknown as null }),
      () =>
        knex("t")
          .whereIn("a", [1, undefined as unknown as number])
          .whereRaw("b = 's3cret'"),
    ]) {
      const failure = thrown(() => build().toSQL());
      expect(failure).toMatchObject({ code: "INVALID_ARGUMENT" });
      expect((failure as Error).message).toMatch(/^Undefined binding\(s\) detected.*pass null/);
      expect(inspect(failure, { depth: 9 })).not.toContain("s3cret");
    }
  });

  it("lets whatever a callback of the caller's throws through", () => {
    const own = new TypeError("mine");
    const build = () =>
      knex("t")
        .where(() => {
          throw own;
        })
        .toSQL();
    expect(thrown(build)).toBe(own);
  });

  it("refuses words that knex would write into the text as they are", () => {
    const injected = "asc; drop table t" as "asc";
    for (const build of [
      () => knex("t").orderBy("a", "asc", "last; drop table t" as "last"),
      () => knex("t").rowNumber("n", (over) => void over.orderBy("a", injected)),
      () => knex("t").rank("n", (over) => void over.orderBy("b").partitionBy("a", injected)),
    ]) {
      expect(thrown(() => build().toSQL())).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    expect(knex("t").orderBy("a", injected).toSQL().sql).not.toContain("drop");
  });

  it("refuses rows without columns, of which knex would insert none", () => {
    const code = name === "redshift" ? "INVALID_ARGUMENT" : "UNSUPPORTED";
    expect(thrown(() => knex("t").insert([{}, {}]).toSQL())).toMatchObject({ code });
    expect(knex("t").insert([]).toSQL().sql).toBe("");
  });

  it("shows a query's text and values in the warehouse's own style", () => {
    const native = knex("t").where({ a: "x?" }).whereRaw("'\\?' = ?", [1]).toSQL().toNative();
    expect(native).toEqual({
      sql:
        name === "redshift"
          ? `select * from "t" where "a" = $1 and '?' = $2`
          : `select * from "T" where "A" = ? and '?' = ?`,
      bindings: ["x?", 1],
    });
  });

  it("writes values into the text of toQuery() so that they stay values", () => {
    const query = knex("t").whereIn("a", ["it's", "b\\", "c\\' or 1=1 --"]).where({ b: null, c: 1.5, d: true });
    const [a, b, c, d, t] = ["a", "b", "c", "d", "t"].map(
      (one) => `"${name === "redshift" ? one : one.toUpperCase()}"`,
    );
    expect(query.toQuery()).toBe(
      `select * from ${t} where ${a} in ('it''s', 'b\\\\', 'c\\\\'' or 1=1 --') and ${b} is null and ${c} = 1.5 and ${d} = true`,
    );
  });

  it("names a raw text's values by name, too", () => {
    const { sql, bindings } = knex.raw("select :col:, :value from :t:", { col: "a", value: "x", t: "s.t" }).toSQL();
    const [col, table] = name === "redshift" ? ['"a"', '"s"."t"'] : ['"A"', '"S"."T"'];
    expect({ sql, bindings }).toEqual({ sql: `select ${col}, ? from ${table}`, bindings: ["x"] });
  });

  it("sends names with question marks and backslashes as they are", async () => {
    const { knex: sending, sent } = groundedKnex(name);
    await sending("a?b").select("c\\?d", "?").where("e\\", "v");
    expect(sent).toEqual([{ text: 'select "c\\?d", "?" from "a?b" where "e\\" = ?', params: ["v"] }]);
  });
});

describe("knex on Redshift", () => {
  const { knex } = groundedKnex("redshift");

  it.each<[string, Build]>([
    ["onConflict().merge()", () => knex("t").insert({ a: 1 }).onConflict("a").merge()],
    ["onConflict().ignore()", () => knex("t").insert({ a: 1 }).onConflict("a").ignore()],
    ["several columns counted as one", () => knex("t").countDistinct("a", "b")],
  ])("refuses %s", (_, build) => {
    expect(thrown(() => build(knex).toSQL())).toMatchObject({ code: "UNSUPPORTED" });
  });
});

describe("knex on Snowflake", () => {
  const { knex } = groundedKnex("snowflake");

  it("writes MERGE for rows that may be there", () => {
    const rows = [
      { id: 1, name: "a" },
      { id: 2, name: "b" },
    ];
    const source =
      'merge into "T" using (select column1 as "ID", column2 as "NAME" from values (?, ?), (?, ?)) as "EXCLUDED" on "T"."ID" = "EXCLUDED"."ID"';
    const insert = 'when not matched then insert ("ID", "NAME") values ("EXCLUDED"."ID", "EXCLUDED"."NAME")';
    const written = (query: Knex.QueryBuilder) => {
      const { sql, bindings } = query.toSQL();
      return { sql, bindings };
    };
    const values = [1, "a", 2, "b"];
    expect(written(knex("t").insert(rows).onConflict("id").ignore())).toEqual({
      sql: `${source} ${insert}`,
      bindings: values,
    });
    expect(written(knex("t").insert(rows).onConflict("id").merge())).toEqual({
      sql: `${source} when matched then update set "ID" = "EXCLUDED"."ID", "NAME" = "EXCLUDED"."NAME" ${insert}`,
      bindings: values,
    });
    expect(written(knex("t").insert(rows).onConflict(["id"]).merge(["name"]))).toEqual({
      sql: `${source} when matched then update set "NAME" = "EXCLUDED"."NAME" ${insert}`,
      bindings: values,
    });
    expect(written(knex("t").insert(rows).onConflict("id").merge({ name: "c" }).where("t.id", ">", 1))).toEqual({
      sql: `${source} when matched and ("T"."ID" > ?) then update set "NAME" = ? ${insert}`,
      bindings: [...values, 1, "c"],
    });
  });

  it.each<[string, string, Build]>([
    ["conflicts by no column", "UNSUPPORTED", () => knex("t").insert({ a: 1 }).onConflict().ignore()],
    [
      "conflicts by a column that is not in the rows",
      "INVALID_ARGUMENT",
      () => knex("t").insert({ a: 1 }).onConflict("b").ignore(),
    ],
    [
      "rows that conflict with each other",
      "INVALID_ARGUMENT",
      () =>
        knex("t")
          .insert([{ a: 1 }, { a: 1 }])
          .onConflict("a")
          .ignore(),
    ],
    [
      "rows to merge that leave a column out",
      "INVALID_ARGUMENT",
      () =>
        knex("t")
          .insert([{ a: 1 }, { a: 2, b: 1 }])
          .onConflict("a")
          .ignore(),
    ],
    [
      "rows that conflict with each other by value, however they are written",
      "INVALID_ARGUMENT",
      () =>
        knex("t")
          .insert([{ a: 70 }, { a: "7.00e1" }])
          .onConflict("a")
          .ignore(),
    ],
    [
      "SQL among the keys of several rows",
      "UNSUPPORTED",
      () =>
        knex("t")
          .insert([{ a: 1 }, { a: knex.raw("0 + 1") }])
          .onConflict("a")
          .ignore(),
    ],
    ["a merge of no column", "INVALID_ARGUMENT", () => knex("t").insert({ a: 1 }).onConflict("a").merge([])],
    ["a merge of nothing", "INVALID_ARGUMENT", () => knex("t").insert({ a: 1 }).onConflict("a").merge({})],
    ["a merge by an alias", "UNSUPPORTED", () => knex("t as q").insert({ a: 1 }).onConflict("a").merge()],
    ["an offset by SQL", "UNSUPPORTED", () => knex("t").offset(knex.raw("1 + 1") as never)],
    ["a query to merge", "UNSUPPORTED", () => knex("t").insert(knex("u")).onConflict("a").ignore()],
    ["a row without columns", "UNSUPPORTED", () => knex("t").insert({})],
    ["with() before an update", "UNSUPPORTED", () => knex.with("w", knex("u")).from("t").update({ a: 1 })],
    ["JSON in some rows of a column only", "INVALID_ARGUMENT", () => knex("t").insert([{ a: sql.json(1) }, { a: 1 }])],
  ])("refuses %s", (_, code, build) => {
    expect(thrown(() => build(knex).toSQL())).toMatchObject({ code });
  });

  it("takes texts that are no numbers, and numbers that differ, for keys that differ", () => {
    for (const keys of [
      ["7", "7.0"],
      [7, "7.01"],
      [7, "x"],
      [0.5, "5"],
      [-1, 1n],
    ]) {
      const rows = keys.map((a) => ({ a }));
      expect(thrown(() => knex("t").insert(rows).onConflict("a").ignore().toSQL())).toBeUndefined();
    }
  });

  it("inserts JSON by a query, since VALUES takes no PARSE_JSON", () => {
    const rows = [
      { a: 1, b: sql.json({ c: 1 }) },
      { a: 2, b: null },
    ];
    expect(knex("t").insert(rows).toSQL()).toMatchObject({
      sql: 'insert into "T" ("A", "B") select column1 as "A", parse_json(column2) as "B" from values (?, ?), (?, ?)',
      bindings: [1, '{"c":1}', 2, null],
    });
  });

  it("inserts SQL among values by a query for each row, since VALUES takes little of it", () => {
    const rows = [
      { a: 1, b: knex.raw("parse_json(?)", ["{}"]) },
      { a: knex("u").max("a"), b: sql.json([1]) },
      { a: "2.50", b: null },
    ];
    expect(knex("t").insert(rows).toSQL()).toMatchObject({
      sql:
        'insert into "T" ("A", "B") select ? as "A", parse_json(?) as "B" union all ' +
        'select (select max("A") from "U") as "A", ? as "B" union all select ? as "A", ? as "B"',
      bindings: ["1", "{}", sql.json([1]), "2.50", null],
    });
    expect(knex("t").insert({ a: knex.fn.now() }).onConflict("a").ignore().toSQL().sql).toContain(
      'using (select CURRENT_TIMESTAMP as "A") as "EXCLUDED"',
    );
  });

  it("leaves a default among the values, where SQL is among them, too", () => {
    expect(
      knex("t")
        .insert([{ a: knex.fn.now(), b: 1 }, { a: knex.raw("default") }])
        .toSQL(),
    ).toMatchObject({
      sql: 'insert into "T" ("A", "B") values (CURRENT_TIMESTAMP, ?), (default, DEFAULT)',
      bindings: [1],
    });
  });

  it("keeps exact decimals exact beside numbers in the same column", () => {
    expect(
      knex("t")
        .insert([{ a: "1.50" }, { a: 2 }])
        .toSQL().bindings,
    ).toEqual(["1.50", "2"]);
    expect(
      knex("t")
        .insert([{ a: 1.5 }, { a: 2 }])
        .toSQL().bindings,
    ).toEqual([1.5, 2]);
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
      [knex("t").limit("7" as unknown as number), 'select * from "T" limit 7'],
    ] as const) {
      expect(written(query)).toMatchObject({ sql, bindings: [] });
    }
  });
});
