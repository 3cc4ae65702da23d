import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { startRedshift, type RedshiftStandIn } from "../../src/testing/redshift/index.ts";

let redshift: RedshiftStandIn;
let session: pg.Client;

/** Values as they travel: pg's own parsers would hide digits and zones. */
const types = { getTypeParser: () => (text: string) => text };

beforeAll(async () => {
  redshift = await startRedshift({ postgres: inject("postgres") });
  session = new pg.Client({ connectionString: redshift.url, types });
  await session.connect();
});
afterAll(async () => {
  await session.end();
  await redshift.close();
});

/** A configuration that makes pg use the extended protocol, which its types leave out. */
const extended = (text: string): pg.QueryConfig => Object.assign({ text }, { queryMode: "extended" });

/** Runs a statement twice, as text alone and with the extended protocol, and expects the same of both. */
async function both<T>(sql: string, read: (result: pg.QueryResult<Record<string, string | null>>) => T): Promise<T> {
  const simple = read(await session.query<Record<string, string | null>>(sql));
  expect(read(await session.query<Record<string, string | null>>(extended(sql)))).toEqual(simple);
  return simple;
}

const valuesOf = (sql: string) => both(sql, ({ rows }) => Object.values(rows[0] ?? {}));
const columnsOf = (sql: string) =>
  both(sql, ({ fields }) =>
    fields.map(({ name, dataTypeID, dataTypeModifier }) => [name, dataTypeID, dataTypeModifier]),
  );

async function errorOf(sql: string): Promise<unknown> {
  const read = async (asked: Promise<unknown>): Promise<unknown> => {
    const error = await asked.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const { code, message, position } = error as pg.DatabaseError;
    return { code, message, ...(position !== undefined && { position: Number(position) }) };
  };
  const simple = await read(session.query(sql));
  expect(await read(session.query(extended(sql)))).toEqual(simple);
  return simple;
}

const numeric = (precision: number, scale: number): number => (precision << 16) + scale + 4;

describe("results", () => {
  test("carry the bare tag SELECT, so that no row count is known", async () => {
    const read = ({ command, rowCount }: pg.QueryResult): unknown => [command, rowCount];
    expect(await both("select 1 union all select 2", read)).toEqual(["SELECT", null]);
    await session.query("create temp table counted (a int)");
    expect(await both("insert into counted values (1), (2)", read)).toEqual(["INSERT", 2]);
  });

  test("show SUPER as compact JSON, VARBYTE as bare hex and BOOLEAN as a letter, with Redshift's OIDs", async () => {
    const sql = `select json_parse('{"k": [1, {"s": "a, b: \\\\" c"}, null]}') as s, from_hex('00ffDE') as v, true as b`;
    expect(await valuesOf(sql)).toEqual([`{"k":[1,{"s":"a, b: \\" c"},null]}`, "00ffde", "t"]);
    expect(await columnsOf(sql)).toEqual([
      ["s", 4000, -1],
      ["v", 6551, -1],
      ["b", 16, -1],
    ]);
  });

  test("tell the precision and scale of SUM of BIGINT, and give AVG of integers as an integer", async () => {
    await session.query("create temp table sums (i int, b bigint, n numeric(10,2), s smallint)");
    await session.query(
      "insert into sums values (1, 9223372036854775807, 1.25, 3), (4, 2, 1.5, 4), (null, null, null, null)",
    );
    const sql = "select sum(i) as si, sum(b) as sb, avg(i) as ai, avg(b) as ab, avg(s) as sa, count(*) as c from sums";
    expect(await valuesOf(sql)).toEqual(["5", "9223372036854775809", "2", "4611686018427387904", "3", "3"]);
    expect(await columnsOf(sql)).toEqual([
      ["si", 20, -1],
      ["sb", 1700, numeric(38, 0)],
      ["ai", 20, -1],
      ["ab", 20, -1],
      ["sa", 20, -1],
      ["c", 20, -1],
    ]);
    expect(await columnsOf("with t as (select sum(b) as x from sums group by i) select x, x as y from t")).toEqual([
      ["x", 1700, numeric(38, 0)],
      ["y", 1700, numeric(38, 0)],
    ]);
  });

  test("tell the precision and scale of sums, least and greatest of NUMERIC, and none where they cannot know", async () => {
    await session.query("create temp table money (a numeric(10,2), b decimal, c numeric( 38 , 10 ))");
    await session.query({ text: "insert into money values ($1, $2, 0), (1.5, 7, 1)", values: ["2.25", "3"] });
    const sql = `select a, sum(a) as sa, max(b) as mb, min(c) as mc, sum(b) over () as w, avg(a) as av, sum(a + 1) as ar,
                        1::numeric(5,1) as lit from money group by a, b order by a`;
    expect(await valuesOf(sql)).toEqual([
      "1.50",
      "1.50",
      "7",
      "1.0000000000",
      "10",
      "1.50000000000000000000",
      "2.50",
      "1.0",
    ]);
    expect(await columnsOf(sql)).toEqual([
      ["a", 1700, numeric(10, 2)],
      ["sa", 1700, numeric(38, 2)],
      ["mb", 1700, numeric(18, 0)],
      ["mc", 1700, numeric(38, 10)],
      ["w", 1700, numeric(38, 0)],
      ["av", 1700, -1],
      ["ar", 1700, -1],
      ["lit", 1700, numeric(5, 1)],
    ]);
    expect(await columnsOf("select 1::numeric(5,1), 2::decimal")).toEqual([
      ["numeric", 1700, numeric(5, 1)],
      ["numeric", 1700, numeric(18, 0)],
    ]);
    expect(await errorOf("select 1::numeric(39,2)")).toEqual({
      code: "22023",
      message: "NUMERIC precision 39 must be between 1 and 38",
    });
  });

  test("print floats with 15 digits until extra_float_digits asks for all", async () => {
    const sql = "select (0.1::float8 + 0.2::float8) as f";
    expect(await valuesOf(sql)).toEqual(["0.3"]);
    await session.query("set extra_float_digits to 2");
    expect(await valuesOf(sql)).toEqual(["0.30000000000000004"]);
    await session.query("reset extra_float_digits");
  });

  test("have text in place of a binary form for SUPER and VARBYTE, which have none", async () => {
    const asked: pg.QueryConfig = Object.assign(
      { binary: true, queryMode: "extended" },
      { text: "select json_parse('[1, 2]') as a, from_hex('ff') as b, 7::int as c" },
    );
    const binary = await session.query<Record<string, unknown>>(asked);
    expect(binary.rows.map(({ a, b }) => [String(a), String(b)])).toEqual([["[1,2]", "ff"]]);
    expect(binary.fields.map(({ format }) => format)).toEqual(["text", "text", "binary"]);
  });

  test("stay with what was asked when statements are pipelined, whichever of them fail", async () => {
    const config: pg.ClientConfig = Object.assign({ pipeline: true }, { connectionString: redshift.url, types }); // New in pg 8.23.
    const pipelined = new pg.Client(config);
    await pipelined.connect();
    const asked = [
      "select json_parse('[1, 2]') as a",
      "select 'a: b, c' as a",
      "select e'x' as a",
      "select from_hex('aa') as a",
    ];
    const answers = await Promise.all(
      [...asked, ...asked].map((text, at) =>
        pipelined.query<{ a: string }>({ name: `p${at}`, text, values: [] }).then(
          ({ rows }) => rows[0]?.a,
          (error: unknown) => (error as pg.DatabaseError).code,
        ),
      ),
    );
    const expected = ["[1,2]", "a: b, c", "42704", "aa"];
    expect(answers).toEqual([...expected, ...expected]);
    const again = await pipelined.query<{ a: string }>({ name: "p0", text: asked[0]!, values: [] });
    expect(again.rows).toEqual([{ a: "[1,2]" }]);
    await pipelined.end();
  });
});

describe("SQL", () => {
  test("takes a backslash as an escape in every string", async () => {
    expect(await valuesOf(String.raw`select 'it\'s' as a, 'a\\b' as b, 'x''y' as c`)).toEqual(["it's", "a\\b", "x'y"]);
  });

  test("folds quoted identifiers to lower case until enable_case_sensitive_identifier is set", async () => {
    await session.query('create temp table "Folded" ("MixedCase" int, "Größe" int)');
    await session.query("insert into folded values (1, 2)");
    const sql = 'select "MixedCase" as "Alias Ä", "GRößE" from "FOLDED"';
    expect(await columnsOf(sql)).toEqual([
      ["alias Ä", 23, -1],
      ["größe", 23, -1],
    ]);
    await session.query("set enable_case_sensitive_identifier to true");
    expect(await columnsOf('select mixedcase as "Alias" from folded')).toEqual([["Alias", 23, -1]]);
    await session.query("reset enable_case_sensitive_identifier");
    expect(await columnsOf('select 1 as "Alias"')).toEqual([["alias", 23, -1]]);
  });

  test("drops how Redshift lays tables out, and understands its types and identities", async () => {
    await session.query(`
      create table if not exists laid_out (
        id bigint identity( 5, 10 ) encode raw distkey sortkey, -- encode zstd
        other integer generated by default as identity(1, 1),
        name varchar(max) default 'distkey' encode zstd, note text, remark varchar, doc super, bin varbyte(16), "Encode" char(3)
      ) backup no diststyle key compound sortkey (id, name)`);
    await session.query(
      "insert into laid_out (name, doc, bin) values ('a', json_parse('{}'), from_hex('01')), ('b', null, null)",
    );
    expect(await both("select id, other, name from laid_out order by id", ({ rows }) => rows)).toEqual([
      { id: "5", other: "1", name: "a" },
      { id: "15", other: "2", name: "b" },
    ]);
    await session.query(
      "create temp table copied diststyle all sortkey(id) as select id, encode('a','hex') as e from laid_out",
    );
    await session.query("alter table laid_out add column later int encode az64");
    expect(await columnsOf("select name, note, remark, doc, bin, later from laid_out")).toEqual([
      ["name", 1043, 65_535 + 4],
      ["note", 1043, 256 + 4],
      ["remark", 1043, 256 + 4],
      ["doc", 4000, -1],
      ["bin", 6551, -1],
      ["later", 23, -1],
    ]);
    await session.query("drop table laid_out");
  });

  test("keeps Redshift's own settings, and knows none that came after PostgreSQL 8.0", async () => {
    expect(await both("show query_group", ({ rows }) => rows)).toEqual([{ query_group: "unset" }]);
    await session.query("set query_group to 'reports'; set session wlm_query_slot_count = 3");
    expect(await both("show query_group", ({ rows }) => rows)).toEqual([{ query_group: "reports" }]);
    expect(await both("show wlm_query_slot_count", ({ rows }) => rows)).toEqual([{ wlm_query_slot_count: "3" }]);
    await session.query("reset query_group");
    expect(await both("show query_group", ({ rows }) => rows)).toEqual([{ query_group: "unset" }]);
    const unknown = { code: "42704", message: 'unrecognized configuration parameter "lock_timeout"' };
    expect(await errorOf("set lock_timeout to 10")).toEqual(unknown);
    expect(await errorOf("show server_version")).toEqual({
      code: "42501",
      message: 'must be superuser to examine "server_version"',
    });
  });

  test.each([
    ["select coalesce(e'x', 'y')", "42704", 'type "e" does not exist', undefined],
    ["insert into t values (1) returning id", "42601", 'syntax error at or near "returning"', 26],
    ["insert into t values ('ö') on conflict do nothing", "42601", 'syntax error at or near "on"', 28],
    ["select * from (VALUES (1)) v", "42601", 'syntax error at or near "VALUES"', 16],
    ["savepoint one", "0A000", 'SQL command "savepoint one" not supported.', undefined],
    ["rollback to savepoint one", "0A000", 'SQL command "rollback to savepoint one" not supported.', undefined],
    ["listen ch", "0A000", 'SQL command "listen ch" not supported.', undefined],
    ["create unique index i on t (a)", "0A000", expect.stringContaining("create unique index") as string, undefined],
    ["create table if not exists a.t (i int, u uuid)", "0A000", 'Column "t.u" has unsupported type "uuid".', undefined],
    ["create temp table t (i int[])", "0A000", 'Column "t.i" has unsupported type "int[]".', undefined],
    ["copy t from 's3://bucket/a'", "0A000", "COPY is not supported by the stand-in.", undefined],
    [
      "copy t from stdin",
      "XX000",
      "LOAD source is not supported. (Hint: only S3 or DynamoDB or EMR based load is allowed)",
      undefined,
    ],
    ["select 1 for update", "0A000", "SELECT FOR UPDATE/SHARE is not supported.", undefined],
    ["select $1::int, $32768::int", "42P02", "there is no parameter $-32768", undefined],
  ])("refuses %s in Redshift's words", async (sql, code, message, position) => {
    expect(await errorOf(sql)).toEqual({ code, message, ...(position !== undefined && { position }) });
  });

  test("refuses a statement over 16 MB, and takes one of 16 MB", async () => {
    const limit = 16 * 1024 * 1024;
    expect(await errorOf(`select '${"x".repeat(limit)}'`)).toEqual({
      code: "54001",
      message: `Statement is too large. Statement Size: ${limit + 9} bytes. Maximum Allowed: ${limit} bytes`,
    });
    expect(await valuesOf(`select length('${"x".repeat(limit - 17)}')`)).toEqual([String(limit - 17)]);
  });

  test("points at the place in the client's own text, whatever was rewritten before it", async () => {
    const sql = `select 'é', nvl(1, 2), "A"."B", 'x'::varbyte(3) from "T"`;
    expect(await errorOf(sql)).toMatchObject({ code: "42P01", position: sql.indexOf('"T"') + 1 });
    expect(await errorOf("select 'é', nvl(1, 2), nope")).toMatchObject({ code: "42703", position: 24 });
  });

  test("aborts the transaction around a refused statement", async () => {
    await session.query("begin");
    await errorOf("select e'x'");
    expect(await errorOf("select 1")).toMatchObject({ code: "25P02" });
    await session.query("rollback");
  });

  test("leaves strings, comments and dollar quotes alone", async () => {
    const sql = `select 'E''x'' returning sysdate nvl(' as a, $t$"Q" savepoint e'x'$t$ as b /* for update /* e'x' */ */ -- e'x'`;
    expect(await valuesOf(sql)).toEqual(["E'x' returning sysdate nvl(", `"Q" savepoint e'x'`]);
  });

  test.each([
    ["nvl(null, 2)", "2"],
    ["len('häß  ')", "3"],
    ["dateadd(month, 1, '2024-01-31'::timestamp)", "2024-02-29 00:00:00"],
    ["dateadd(qtr, -1, '2024-01-31 10:00'::timestamp)", "2023-10-31 10:00:00"],
    ["datediff(year, '2023-12-31'::date, '2024-01-01'::date)", "1"],
    ["datediff(week, '2024-01-06'::date, '2024-01-07'::date)", "1"],
    ["datediff(hour, '2024-01-01 00:59'::timestamp, '2024-01-01 01:00'::timestamp)", "1"],
    ["datediff(minute, '2024-01-01 02:59'::timestamp, '2024-01-01 01:00'::timestamp)", "-119"],
    ["datediff(second, '2024-01-01 00:00:00.9'::timestamp, '2024-01-01 00:00:01.1'::timestamp)", "1"],
    ["convert_timezone('Europe/London', '2024-07-01 12:00'::timestamp)", "2024-07-01 13:00:00"],
    ["to_hex(from_hex('0aFF'))", "0aff"],
    ["from_varbyte(to_varbyte('é', 'utf8'), 'hex')", "c3a9"],
    ['json_serialize(json_parse(\'{"b": [1, "x, y"], "a": {}}\'))', '{"a":{},"b":[1,"x, y"]}'],
    ["json_extract_path_text('{\"a\": {\"b\": 7}}', 'a', 'b')", "7"],
    ["listagg(x, '-') within group (order by x desc) from (select 'a' as x union select 'b') t", "b-a"],
    ["getdate() = date_trunc('second', getdate()) and sysdate >= getdate()", "t"],
    ["charindex('c', 'abc')", "3"],
    ["trunc('2024-02-29 10:00'::timestamp)", "2024-02-29"],
  ])("knows %s", async (expression, value) => {
    expect(await valuesOf(`select ${expression}`)).toEqual([value]);
  });

  test("names the database in the catalog as clients know it", async () => {
    await session.query("create table listed (a int)");
    const sql = "select table_catalog, table_schema from information_schema.tables where table_name = 'listed'";
    expect(await valuesOf(sql)).toEqual(["peak", "public"]);
    await session.query("set search_path to nowhere");
    expect(await valuesOf("select len('x')")).toEqual(["1"]);
    await session.query("reset search_path");
  });
});
