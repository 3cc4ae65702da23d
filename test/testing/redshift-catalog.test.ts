import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startRedshift, type RedshiftStandIn } from "../../src/testing/redshift/index.ts";

let redshift: RedshiftStandIn;
let session: pg.Client;
beforeAll(async () => {
  redshift = await startRedshift({ postgres: inject("postgres") });
  session = new pg.Client({ connectionString: redshift.url });
  await session.connect();
  await session.query("create schema far");
  await session.query(`create table far.t (id bigint not null distkey, "Name" varchar(20) default 'x' encode zstd, price numeric(10,2),
    doc super, raw varbyte(10), at timestamp) compound sortkey ("Name", id)`);
  await session.query("create view far.v as select id from far.t");
  await session.query("create view far.late as select id as a, price from far.t with no schema binding");
  await session.query("create materialized view far.mv as select id from far.t");
});
afterAll(async () => {
  await session.end();
  await redshift.close();
});

const rowsOf = async (sql: string): Promise<unknown[]> => (await session.query({ text: sql, rowMode: "array" })).rows;

test("lists schemas that no search_path holds, and tables with their kind", async () => {
  expect(await rowsOf("select schema_name, schema_type from svv_all_schemas where database_name = 'peak' and schema_name = 'far'")).toEqual([["far", "local"]]); // prettier-ignore
  const sql = "select table_name, table_type from svv_all_tables where schema_name = 'far' order by table_name";
  expect(await rowsOf(sql)).toEqual([
    ["late", "VIEW"],
    ["mv", "VIEW"],
    ["t", "TABLE"],
    ["v", "VIEW"],
  ]);
  expect(await rowsOf("select trim(schema_name), trim(name) from svv_mv_info")).toEqual([["far", "mv"]]);
});

test("describes columns by Redshift's names of types", async () => {
  const sql = `select column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, is_nullable
    from svv_all_columns where schema_name = 'far' and table_name = 't' order by ordinal_position`;
  expect(await rowsOf(sql)).toEqual([
    ["id", "bigint", null, 64, 0, "NO"],
    ["name", "character varying", 20, null, null, "YES"],
    ["price", "numeric", null, 10, 2, "YES"],
    ["doc", "super", null, null, null, "YES"],
    ["raw", "binary varying", null, null, null, "YES"],
    ["at", "timestamp without time zone", null, null, null, "YES"],
  ]);
});

test("keeps the keys of a table, as columns and tables have them", async () => {
  const sql = `select column_name, distkey, sortkey from svv_redshift_columns
    where schema_name = 'far' and table_name = 't' and ordinal_position < 4 order by ordinal_position`;
  expect(await rowsOf(sql)).toEqual([
    ["id", true, 2],
    ["name", false, 1],
    ["price", false, 0],
  ]);
  await session.query("create table far.k (a int sortkey, b int) diststyle key distkey(b)");
  const keys = "select column_name, distkey, sortkey from svv_redshift_columns where table_name = 'k' order by 1";
  expect(await rowsOf(keys)).toEqual([
    ["a", false, 1],
    ["b", true, 0],
  ]);
});

test("tells the columns of a late-binding view in svv_columns only", async () => {
  const columns = (view: string, schema: string) => rowsOf(`select column_name from ${view} where ${schema} = 'far' and table_name = 'late' order by 1`); // prettier-ignore
  expect(await columns("svv_all_columns", "schema_name")).toEqual([]);
  expect(await columns("svv_columns", "table_schema")).toEqual([["a"], ["price"]]);
});

test("has none of the views that a superuser alone may read, and no pg_table_def", async () => {
  await expect(session.query("select * from svv_table_info")).rejects.toMatchObject({ code: "42P01" });
  await expect(session.query("select * from pg_table_def")).rejects.toMatchObject({ code: "42P01" });
});
