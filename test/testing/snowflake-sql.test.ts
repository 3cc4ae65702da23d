import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Connection } from "snowflake-sdk";
import { startSnowflake } from "../../src/testing/snowflake/index.ts";
import type { SnowflakeStandIn } from "../../src/testing/snowflake/index.ts";
import { connect, destroy, failure, rows, run } from "./snowflake-client.ts";

let standIn: SnowflakeStandIn;
let db: Connection;
beforeAll(async () => {
  standIn = await startSnowflake();
  db = await connect(standIn);
  await rows(db, "alter session set timezone = 'UTC'");
});
afterAll(async () => {
  await destroy(db);
  await standIn.close();
});

const one = async (sql: string): Promise<unknown[]> => (await rows(db, `select ${sql}`))[0] ?? [];

describe("names", () => {
  test("fold to upper case unless they are quoted", async () => {
    await rows(db, 'create or replace table "Mixed" ("a" int, a varchar, "b c" int)');
    await rows(db, `insert into "Mixed" ("a", A, "b c") values (1, 'x', 2)`);
    const { statement, rows: found } = await run(db, 'select * from "Mixed" where "a" = 1 and a = \'x\'');
    expect(statement.getColumns()!.map((column) => column.getName())).toEqual(["a", "A", "b c"]);
    expect(found).toEqual([[1, "x", 2]]);
    expect((await failure(db, "select * from mixed")).message).toContain("Object 'MIXED' does not exist");
    expect((await failure(db, 'select "b" from "Mixed"')).message).toContain(`invalid identifier '"b"'`);
  });

  test("of unaliased columns are their text in upper case", async () => {
    const { statement } = await run(
      db,
      "select count(*), 1 + 1, 'abc', x.y, x.y as \"n\" from (select 1 y) x group by y",
    );
    expect(statement.getColumns()!.map((column) => column.getName())).toEqual(["COUNT(*)", "1 + 1", "'ABC'", "Y", "n"]);
  });

  test("reach other schemas and databases", async () => {
    await rows(db, "create database if not exists elsewhere");
    await rows(db, "create or replace schema far");
    await rows(db, "create table t as select 5 as v");
    await rows(db, "use schema peak.publish");
    expect(await rows(db, "select v from elsewhere.far.t")).toEqual([[5]]);
    expect(await one("current_database(), current_schema()")).toEqual(["PEAK", "PUBLISH"]);
    expect((await failure(db, "use database nowhere")).code).toBe("002043");
  });
});

describe("the lexer", () => {
  test("knows Snowflake's strings and comments", async () => {
    const sql = String.raw`'it''s', 'it\'s', 'a\nb', '\\', '\u0041\x42\103', $$raw ' \n$$ -- '
      // "
      /* ' */`;
    expect(await one(sql)).toEqual(["it's", "it's", "a\nb", "\\", "ABC", "raw ' \\n"]);
  });

  test("tells where a text stops being SQL", async () => {
    expect(await failure(db, "select 1,\n  from t")).toMatchObject({
      code: "001003",
      sqlState: "42000",
      message: "SQL compilation error:\nsyntax error line 2 at position 2 unexpected 'from'.",
      data: { line: 2, pos: 2 },
    });
    expect((await failure(db, "select (1")).message).toContain("unexpected '<EOF>'");
    expect((await failure(db, "/* nothing */")).code).toBe("000900");
  });
});

describe("errors", () => {
  test.each([
    ["select * from nope", "002003", "42S02"],
    ["select nope from (select 1 a)", "000904", "42000"],
    ["select a from (select 1 a), (select 2 a)", "002028", "42601"],
    ["select 'abc'::int", "100038", "22018"],
    ["select 'abc'::boolean", "100037", "22018"],
    ["select '2024-13-01'::date", "100040", "22007"],
    ["select 'noon'::timestamp", "100035", "22007"],
    ["select 1 / 0", "100051", "22012"],
    ["select 123456::number(5, 2)", "100046", "22003"],
    ["select '123456'::number(5, 2)", "100039", "22003"],
    ["select to_binary('xyz')", "100115", "22000"],
    ["select parse_json('{')", "100069", "22P02"],
    ["select parse_json('\"x\"')::int", "100071", "22000"],
    ["select made_up(1)", "002140", "42601"],
    ["select a, count(*) from (select 1 a)", "000979", "42601"],
    ["create table t (a nonsense)", "002040", "42601"],
    ["grant select on t to role r", "000002", "0A000"],
    ["select soundex('a')", "000002", "0A000"],
    ["select parse_json('1') + 1", "000002", "0A000"],
  ])("%s is %s", async (sql, code, sqlState) => {
    expect(await failure(db, sql)).toMatchObject({ code, sqlState });
  });
});

describe("tables", () => {
  beforeEach(async () => {
    await rows(
      db,
      "create or replace table t (id int autoincrement, name varchar(5) not null, n number(5,1) default 2.5)",
    );
  });

  test("number their rows and fill in defaults", async () => {
    expect(await rows(db, "insert into t (name) values ('a'), ('b')")).toEqual([[2]]);
    await rows(db, "insert into t (name, n) select 'c', default_n from (select 1.26 default_n)");
    expect(await rows(db, "select * from t order by id")).toEqual([[1, "a", 2.5], [2, "b", 2.5], [3, "c", 1.3]]); // prettier-ignore
  });

  test("refuse what does not fit", async () => {
    expect((await failure(db, "insert into t (n) values (1)")).code).toBe("100072");
    expect((await failure(db, "insert into t (name) values ('too long')")).code).toBe("100078");
    expect((await failure(db, "insert into t (name) values (1, 2)")).code).toBe("002020");
    expect((await failure(db, "insert into t (name) values (parse_json('1'))")).message).toContain(
      "Invalid expression [parse_json('1')] in VALUES clause",
    );
  });

  test("answer counts, and the statement type that clients read", async () => {
    expect((await run(db, "insert into t (name) values ('a'), ('b')")).statement.getNumUpdatedRows()).toBe(2);
    expect(await rows(db, "update t set n = 1 where name = 'a'")).toEqual([[1, 0]]);
    expect(await rows(db, "delete from t")).toEqual([[2]]);
    expect((await run(db, "select 1")).statement.getNumUpdatedRows()).toBe(-1);
  });

  test("merge", async () => {
    await rows(db, "insert into t (name, n) values ('a', 1), ('b', 2)");
    const merge = "merge into t using (select column1 k, column2 v from values ('a', 10), ('c', 30)) s on t.name = s.k";
    expect(
      await rows(
        db,
        `${merge} when matched and s.v > 5 then update set n = s.v when not matched then insert (name, n) values (s.k, s.v)`,
      ),
    ).toEqual([[1, 1]]);
    expect(await rows(db, "select name, n from t order by name")).toEqual([["a", 10], ["b", 2], ["c", 30]]); // prettier-ignore
    expect(
      (
        await failure(
          db,
          "merge into t using (select 'a' k union all select 'a') s on t.name = s.k when matched then delete",
        )
      ).code,
    ).toBe("100090");
  });

  test("change their columns and names", async () => {
    await rows(db, "insert into t (name) values ('a')");
    await rows(db, "alter table t add column extra timestamp_ntz");
    await rows(db, "alter table t rename column name to label");
    await rows(db, "alter table t drop column n");
    await rows(db, "alter table t rename to renamed");
    expect(await rows(db, "select * from renamed")).toEqual([[1, "a", null]]);
    expect(await rows(db, "drop table renamed")).toEqual([["RENAMED successfully dropped."]]);
    expect((await failure(db, "select * from renamed")).code).toBe("002003");
    expect(await rows(db, "drop table if exists renamed")).toHaveLength(1);
  });

  test("are described by information_schema, DESCRIBE and SHOW with Snowflake's types", async () => {
    expect(
      await rows(
        db,
        "select column_name, data_type, numeric_precision, numeric_scale, character_maximum_length, is_nullable, column_default from information_schema.columns where table_schema = 'PUBLISH' and table_name = 'T' order by ordinal_position",
      ),
    ).toEqual([
      ["ID", "NUMBER", 38, 0, null, "YES", null],
      ["NAME", "TEXT", null, null, 5, "NO", null],
      ["N", "NUMBER", 5, 1, null, "YES", "2.5"],
    ]);
    expect((await rows(db, "describe table t")).map(([name, type]) => [name, type])).toEqual([["ID", "NUMBER(38,0)"], ["NAME", "VARCHAR(5)"], ["N", "NUMBER(5,1)"]]); // prettier-ignore
    expect((await rows(db, "show tables like 't'")).map((row) => row[1])).toEqual(["T"]);
    await rows(db, "show tables");
    expect(await rows(db, 'select "name" from table(result_scan(last_query_id())) where "name" = \'T\'')).toEqual([
      ["T"],
    ]);
  });

  test("take thousands of rows in one statement", async () => {
    const values = Array.from({ length: 5000 }, (_, i) => `('n${i % 100}', ${i}.5)`).join(", ");
    expect(await rows(db, `insert into t (name, n) values ${values}`)).toEqual([[5000]]);
    expect(await rows(db, "select count(*), sum(n), count(distinct id) from t")).toEqual([[5000, 12_500_000, 5000]]);
  });

  test("lend their rows to views, which hold text", async () => {
    await rows(db, "create or replace view v (label, twice) as select name, n * 2 from t -- as written");
    await rows(db, "insert into t (name) values ('a')");
    expect(await rows(db, "select label, twice from v where twice > 1")).toEqual([["a", 5]]);
    await rows(db, "drop view v");
  });
});

describe("queries", () => {
  test("filter windows with QUALIFY and use aliases where Snowflake lets them", async () => {
    const sql = "select column1 as g, column2 as v, row_number() over (partition by g order by v desc) as rn from values ('a', 1), ('a', 2), ('b', 3) where v > 0 qualify rn = 1 order by g"; // prettier-ignore
    expect(await rows(db, sql)).toEqual([["a", 2, 1], ["b", 3, 1]]); // prettier-ignore
  });

  test("sort NULL as the greatest value", async () => {
    expect(await rows(db, "select column1 from values (1), (null), (2) order by 1 desc")).toEqual([[null], [2], [1]]);
    expect(await rows(db, "select column1 from values (1), (null), (2) order by column1 nulls first limit 2")).toEqual([
      [null],
      [1],
    ]);
  });

  test("take documents apart", async () => {
    await rows(
      db,
      'create or replace table docs as select 1 as id, parse_json(\'{"a": {"b": [1, 2.5]}, "K": "v", "list": [{"x": 1}, {"x": 2}]}\') as v',
    );
    expect(
      await rows(db, "select v:a.b[0]::int, v:a.b[1]::number(5,2), v['K']::varchar, v:k, v:a.b[9] from docs"),
    ).toEqual([[1, 2.5, "v", null, null]]);
    expect(await rows(db, "select id, f.index, f.value:x::int as x from docs, lateral flatten(input => v:list) f order by x")).toEqual([[1, 0, 1], [1, 1, 2]]); // prettier-ignore
    expect(await rows(db, "select array_agg(x) within group (order by x desc)::varchar, object_construct('k', 1, 'n', null)::varchar from (select 1 x union all select 2)")).toEqual([["[2,1]", '{"k":1}']]); // prettier-ignore
  });

  test("join, nest and recurse", async () => {
    const sql = `with recursive n as (select 1 as i union all select i + 1 from n where i < 3), s as (select i, i * i as q from n)
      select n.i, q, (select max(i) from s) as top from n join s using (i) where exists (select 1 from s x where x.i = n.i) and n.i in (select i from s) order by 1`;
    expect(await rows(db, sql)).toEqual([[1, 1, 3], [2, 4, 3], [3, 9, 3]]); // prettier-ignore
    expect(await rows(db, "select * exclude (b) rename a as z from (select 1 a, 2 b, 3 c)")).toEqual([[1, 3]]);
    expect(await rows(db, "select a.x, b.y from (select 1 x) a left join (select 2 x, 3 y) b on a.x = b.x")).toEqual([
      [1, null],
    ]);
  });

  test.each([
    ["dateadd(month, 1, '2024-01-31'::date)::varchar", "2024-02-29"],
    ["datediff('day', '2024-01-31 23:59:59', '2024-02-01')", 1],
    ["date_trunc(week, '2024-02-29'::date)::varchar", "2024-02-26"],
    [
      "to_char('2024-02-29 13:05:09.123456'::timestamp, 'DY DD MON YYYY HH12:MI:SS.FF6 AM')",
      "Thu 29 Feb 2024 01:05:09.123456 PM",
    ],
    ["to_date('29.02.2024', 'DD.MM.YYYY')::varchar", "2024-02-29"],
    [
      "convert_timezone('UTC', 'Asia/Kolkata', '2024-01-01 00:00:00'::timestamp_ntz)::varchar",
      "2024-01-01 05:30:00.000",
    ],
    ["try_to_number('x')", null],
    ["try_cast('12' as int)", 12],
    ["iff(1 > 0, 'y', 'n') || nvl(null, '-') || coalesce(null, 'z')", "y-z"],
    ["split_part('a.b.c', '.', -1)", "c"],
    ["regexp_replace('a1b22', '[0-9]+', '<\\\\0>')", "a<1>b<22>"],
    ["substr('häßlich', -3)", "ich"],
    ["decode(2, 1, 'one', 2, 'two')", "two"],
    ["'2024-01-01' between '2023-12-31'::date and current_date()", true],
    ["equal_null(null, null)", true],
  ])("%s", async (sql, expected) => {
    expect(await one(sql)).toEqual([expected]);
  });
});

test("a system function can be called", async () => {
  const { statement, rows: found } = await run(db, "call system$wait(1, 'milliseconds')");
  expect(statement.getColumns()!.map((column) => column.getName())).toEqual(["SYSTEM$WAIT"]);
  expect(found).toEqual([["waited 1 milliseconds"]]);
});

test("columns can be named by their place", async () => {
  expect(await rows(db, "select $2, v.$1 from values (1, 'a') v where $1 = 1")).toEqual([["a", 1]]);
  expect((await failure(db, "select $3 from values (1, 'a')")).code).toBe("000904");
});

test("seeding runs past HTTP", async () => {
  expect(
    await standIn.query(
      "create or replace table seeded (a int); insert into seeded values (1), (null); select a, 'x' as b from seeded order by a",
    ),
  ).toEqual([
    { A: "1", B: "x" },
    { A: null, B: "x" },
  ]);
  expect(await rows(db, "select count(*) from peak.publish.seeded")).toEqual([[2]]);
});

describe("sessions", () => {
  test("keep parameters and variables", async () => {
    await rows(db, "alter session set query_tag = 'job 7' STRICT_JSON_OUTPUT = true");
    expect((await rows(db, "show parameters like 'query_tag'"))[0]?.slice(0, 2)).toEqual(["QUERY_TAG", "job 7"]);
    await rows(db, "set (low, label) = (2, 'x')");
    expect(await one("$low + 1, $label || '!'")).toEqual([3, "x!"]);
    expect((await failure(db, "alter session set timezone = 'Mars/Base'")).code).toBe("001008");
    expect((await failure(db, "alter session set nonsense = 1")).code).toBe("001007");
  });

  test("know who and where they are", async () => {
    await rows(db, "use role analyst");
    await rows(db, "use warehouse big_wh");
    expect(
      await one(
        "current_user(), current_role(), current_warehouse(), current_account() is not null, current_version() is not null",
      ),
    ).toEqual(["PEAK", "ANALYST", "BIG_WH", true, true]);
    const { statement } = await run(db, "select 1");
    expect(await one("last_query_id()")).toEqual([statement.getQueryId()]);
    expect(await one(`current_session() = '${standIn.sessions()[0]!.id}'`)).toEqual([true]);
  });
});
