import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Connection } from "snowflake-sdk";
import { startSnowflake } from "../../src/testing/snowflake/index.ts";
import type { SnowflakeStandIn } from "../../src/testing/snowflake/index.ts";
import { connect, destroy, failure, rows, run } from "./snowflake-client.ts";

let standIn: SnowflakeStandIn;
let db: Connection;
beforeAll(async () => {
  standIn = await startSnowflake();
  db = await connect(standIn);
  await rows(db, "create schema other");
  await rows(db, "use schema publish");
  await rows(db, "create table t (id integer not null, name varchar(20) default 'x', price number(10,2))");
  await rows(db, "create view v (a, b) as select id, name from t");
  await rows(db, 'create table "Odd_Name" (a int)');
  await rows(db, "create table other.far (a int)");
  await rows(db, "insert into t (id) values (1), (2)");
});
afterAll(async () => {
  await destroy(db);
  await standIn.close();
});

/** What SHOW answers, row by row, as objects. */
async function shown(sql: string): Promise<Record<string, unknown>[]> {
  const { statement, rows: found } = await run(db, sql);
  const names = statement.getColumns()?.map((column) => column.getName()) ?? [];
  return found.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
}

const namesOf = async (sql: string): Promise<unknown[]> => (await shown(sql)).map(({ name }) => name);

describe("SHOW", () => {
  test("lists the objects of a schema or of a database, with their kind, comment and rows", async () => {
    await rows(db, "comment on table t is 'it''s one'");
    expect(await shown("show objects in schema peak.publish")).toMatchObject([
      { name: "Odd_Name", kind: "TABLE", schema_name: "PUBLISH", comment: "", rows: 0 },
      { name: "T", kind: "TABLE", database_name: "PEAK", comment: "it's one", rows: 2 },
      { name: "V", kind: "VIEW", rows: null },
    ]);
    expect(await namesOf("show objects in database peak")).toEqual(["FAR", "Odd_Name", "T", "V"]);
    expect(Object.keys((await shown("show terse objects in schema publish"))[0] ?? {})).toHaveLength(5);
    expect(await failure(db, "show objects in schema nowhere")).toMatchObject({ code: "002043", sqlState: "02000" });
  });

  test("filters by LIKE without regard to case, and pages by LIMIT and FROM", async () => {
    expect(await namesOf("show objects like 'od%' in schema publish")).toEqual(["Odd_Name"]);
    expect(await namesOf(String.raw`show objects like 'odd\\_name' in schema publish`)).toEqual(["Odd_Name"]);
    expect(await namesOf(String.raw`show objects like 'od\\_%' in schema publish`)).toEqual([]);
    expect(await namesOf("show objects in schema publish limit 1")).toEqual(["Odd_Name"]);
    expect(await namesOf("show objects in schema publish limit 1 from 'Odd_Name'")).toEqual(["T"]);
    expect(await namesOf("show schemas in database peak limit 10 from 'OTHER'")).toEqual(["PUBLIC", "PUBLISH"]);
  });

  test("tells the comment of a schema", async () => {
    await rows(db, "comment on schema other is 'far away'");
    expect(await shown("show schemas like 'OTHER'")).toMatchObject([{ name: "OTHER", comment: "far away" }]);
  });

  test("lists the columns of one table or view in their order, and fails for one that does not exist", async () => {
    await rows(db, "comment on column t.name is 'who'");
    expect(await shown("show columns in table publish.t")).toMatchObject([
      {
        column_name: "ID",
        data_type: '{"type":"FIXED","precision":38,"scale":0,"nullable":false}',
        "null?": "NOT_NULL",
      },
      { column_name: "NAME", default: "'x'", comment: "who" },
      { column_name: "PRICE", default: "", comment: "" },
    ]);
    expect((await shown("show columns in table v")).map((row) => row.column_name)).toEqual(["A", "B"]);
    expect(await failure(db, "show columns in table nowhere")).toMatchObject({ code: "002003", sqlState: "42S02" });
  });
});

test("INFORMATION_SCHEMA tells the columns of views, and comments", async () => {
  const columns =
    "select column_name, data_type, comment from information_schema.columns where table_schema = 'PUBLISH'";
  expect(await rows(db, `${columns} and table_name = 'V' order by ordinal_position`)).toEqual([
    ["A", "NUMBER", null],
    ["B", "TEXT", null],
  ]);
  await rows(db, "comment on column t.name is 'who'");
  await rows(db, "comment on view v is 'a window'");
  expect(await rows(db, `${columns} and table_name = 'T' and column_name = 'NAME'`)).toEqual([["NAME", "TEXT", "who"]]);
  const tables = "select comment from information_schema.tables where table_name = 'V'";
  expect(await rows(db, tables)).toEqual([["a window"]]);
  await rows(db, "create view itself as select count(*) as n from information_schema.columns");
  expect(await rows(db, `${columns} and table_name = 'ITSELF'`)).toEqual([["N", "NUMBER", null]]);
  await rows(db, "drop view itself");
});

describe("describeOnly", () => {
  const described = async (sqlText: string) => {
    const { statement, rows: found } = await run(db, sqlText, { describeOnly: true });
    return { names: statement.getColumns()?.map((column) => column.getName()), rows: found };
  };

  test("answers the columns of a query and of SHOW, and no row", async () => {
    expect(await described("select id, name from t")).toEqual({ names: ["ID", "NAME"], rows: [] });
    expect((await described("show objects in schema publish")).rows).toEqual([]);
  });

  test("runs nothing", async () => {
    await described("insert into t (id) values (3)");
    await described("drop table t");
    await described("comment on table t is 'changed'");
    expect(await rows(db, "select count(*) from t")).toEqual([[2]]);
    expect(await shown("show objects like 't' in schema publish")).toMatchObject([{ comment: "it's one" }]);
  });
});
