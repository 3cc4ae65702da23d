import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSnowflake } from "../../src/testing/snowflake/index.ts";
import type { SnowflakeStandIn } from "../../src/testing/snowflake/index.ts";
import { connect, destroy, rows, wire } from "./snowflake-client.ts";
import type { WireClient } from "./snowflake-client.ts";

let standIn: SnowflakeStandIn;
let client: WireClient;
beforeAll(async () => {
  standIn = await startSnowflake();
  client = await wire(standIn, { SESSION_PARAMETERS: { TIMEZONE: "UTC" } });
});
afterAll(() => standIn.close());

const described = async (sql: string, more?: Record<string, unknown>): Promise<(string | null)[][]> => {
  const { data, message } = await client.query(sql, more);
  expect(message).toBeNull();
  return data.rowtype.map(({ type, precision, scale, length }, i) => {
    const digits =
      type === "fixed"
        ? `${type}(${precision},${scale})`
        : scale !== null
          ? `${type}(${scale})`
          : length !== null
            ? `${type}(${length})`
            : type;
    return [digits, data.rowset[0]?.[i] ?? null];
  });
};

const cases = (table: string): [string, string, string | null][] =>
  table
    .trim()
    .split("\n")
    .map((line) => line.split(" | ").map((cell) => cell.trim()))
    .map(([sql = "", type = "", cell = ""]) => [sql, type, cell === "NULL" ? null : cell]);

describe("literals and casts", () => {
  test.each(
    cases(`
    1 | fixed(1,0) | 1
    -12.50 | fixed(4,2) | -12.50
    99999999999999999999999999999999999999 | fixed(38,0) | 99999999999999999999999999999999999999
    1e300 | real | 1e+300
    'abc' | text(3) | abc
    null | text(16777216) | NULL
    true | boolean | 1
    false::varchar | text(16777216) | false
    12345678901234567890.123456789::number(38,9) | fixed(38,9) | 12345678901234567890.123456789
    '2.675'::number(10,2) | fixed(10,2) | 2.68
    -0.5::int | fixed(38,0) | -1
    0.1::float | real | 0.1
    to_double('NaN') | real | NaN
    to_double('-inf') | real | -inf
    '1969-12-31'::date | date | -1
    '9999-12-31'::date | date | 2932896
    '0001-01-01'::date | date | -719162
    '01:01:01.123456789'::time | time(9) | 3661.123456789
    '01:01:01.123456789'::time(3) | time(3) | 3661.123
    '1969-12-31 23:59:58.75'::timestamp_ntz | timestamp_ntz(9) | -1.250000000
    '9999-12-31 23:59:59.999999999'::timestamp_ntz | timestamp_ntz(9) | 253402300799.999999999
    '2024-01-01T00:00:00Z'::timestamp_ltz | timestamp_ltz(9) | 1704067200.000000000
    '2024-01-01 00:00:00.000000001 +05:30'::timestamp_tz | timestamp_tz(9) | 1704047400.000000001 1770
    '2024-01-01 00:00:00 -08:00'::timestamp_tz::timestamp_ntz | timestamp_ntz(9) | 1704067200.000000000
    to_timestamp(1700000000.5, 0) | timestamp_ntz(9) | 1700000000.500000000
    to_timestamp_ntz(1700000000123, 3) | timestamp_ntz(9) | 1700000000.123000000
    to_binary('00ff', 'HEX') | binary(8388608) | 00FF
    x'0aff' | binary(8388608) | 0AFF
    parse_json('{"b": [1, 2.50], "a": {}}'):b[1] | variant | 2.5
    parse_json(' 1.0 ') | variant | 1
    to_variant('x') | variant | "x"
    parse_json('null') | variant | null
    parse_json('{"a": null}'):a::varchar | text(16777216) | NULL
    parse_json('{"a": 12345678901234567890123456789012345678}'):a::number(38,0) | fixed(38,0) | 12345678901234567890123456789012345678
  `),
  )("%s is %s", async (sql, type, cell) => {
    expect(await described(`select ${sql}`)).toEqual([[type, cell]]);
  });

  test("a geography is GeoJSON", async () => {
    const [cell] = await described("select to_geography('POINT(-122.35 37.55)')");
    expect(cell).toEqual(["geography", '{\n  "coordinates": [\n    -122.35,\n    37.55\n  ],\n  "type": "Point"\n}']);
    expect((await client.query("select to_geography('nowhere')")).code).toBe("100217");
  });

  test("documents are written as Snowflake writes them", async () => {
    const [cell] = await described(`select parse_json('{"b": [1, {"c": "x\\\\u0041"}], "a": {}, "d": []}')`);
    expect(cell?.[1]).toBe('{\n  "a": {},\n  "b": [\n    1,\n    {\n      "c": "xA"\n    }\n  ],\n  "d": []\n}');
  });
});

describe("arithmetic", () => {
  test.each(
    cases(`
    1 / 3 | fixed(7,6) | 0.333333
    2 / 3.00 | fixed(9,6) | 0.666667
    -2.0 / 3 | fixed(8,7) | -0.6666667
    1::number(38,0) / 3 | fixed(38,6) | 0.333333
    1.1234567890123 / 1 | fixed(14,13) | 1.1234567890123
    2.5 * 2.25 | fixed(5,3) | 5.625
    1.12345678 * 1.12345678 | fixed(14,12) | 1.262155136528
    1.5 + 10 | fixed(4,1) | 11.5
    9 - 0.25 | fixed(4,2) | 8.75
    -7 % 3 | fixed(1,0) | -1
    1::float / 4 | real | 0.25
    '2' * 3 | fixed(19,5) | 6.00000
    round(2.345, 2) | fixed(4,2) | 2.35
    round(-2.5) | fixed(2,0) | -3
    '2024-03-01'::date - '2024-02-01'::date | fixed(9,0) | 29
    '2024-02-28'::date + 2 | date | 19783
    '2024-01-31'::date + interval '1 month' | date | 19782
  `),
  )("%s is %s", async (sql, type, cell) => {
    expect(await described(`select ${sql}`)).toEqual([[type, cell]]);
  });

  test.each(
    cases(`
    count(*) | fixed(18,0) | 3
    sum(n) | fixed(38,2) | 7.00
    avg(n) | fixed(38,8) | 2.33333333
    sum(i) | fixed(38,0) | 6
    avg(i) | fixed(38,6) | 2.000000
    avg(f) | real | 2
    max(s) | text(5) | c
    sum(i) / count(*) | fixed(38,6) | 2.000000
    listagg(s, ',') within group (order by s desc) | text(16777216) | c,b,a
    count(distinct n) | fixed(18,0) | 3
  `),
  )("%s is %s", async (sql, type, cell) => {
    await client.query("create or replace temporary table agg (i int, n number(10,2), f float, s varchar(5))");
    await client.query("insert into agg values (1, 1.5, 1, 'a'), (2, 2.25, 2, 'b'), (3, 3.25, 3, 'c')");
    expect(await described(`select ${sql} from agg`)).toEqual([[type, cell]]);
  });

  test("row_number is NUMBER(18,0) and a mixed CASE takes the wider type", async () => {
    expect(await described("select row_number() over (order by 1), case when true then 1 else 2.55 end, coalesce(null, 5), iff(false, 'a', null)")).toEqual([
      ["fixed(18,0)", "1"],
      ["fixed(3,2)", "1.00"],
      ["fixed(1,0)", "5"],
      ["text(1)", null],
    ]); // prettier-ignore
  });

  test("set operations bring columns to one type", async () => {
    expect(await described("select 1 union all select 2.5 where false")).toEqual([["fixed(2,1)", "1.0"]]);
    expect(await described("select null union all select '2024-01-01'::date where false")).toEqual([["date", null]]);
  });
});

describe("binds", () => {
  test("have the types that the driver names", async () => {
    const bindings = {
      1: { type: "FIXED", value: "9007199254740993" },
      2: { type: "REAL", value: "1.5" },
      3: { type: "TEXT", value: "it's" },
      4: { type: "BOOLEAN", value: "true" },
      5: { type: "TEXT", value: null },
      6: { type: "VARIANT", value: '{"a":[1]}' },
    };
    expect(await described("select ?, ?, ?, ?, ?, ?", { bindings })).toEqual([
      ["fixed(38,0)", "9007199254740993"],
      ["real", "1.5"],
      ["text(16777216)", "it's"],
      ["boolean", "1"],
      ["text(16777216)", null],
      ["variant", '{\n  "a": [\n    1\n  ]\n}'],
    ]);
  });

  test("have the encodings of other drivers", async () => {
    const bindings = {
      1: { type: "DATE", value: "1709164800000" },
      2: { type: "TIME", value: "3661000000001" },
      3: { type: "TIMESTAMP_NTZ", value: "-1250000000" },
      4: { type: "TIMESTAMP_TZ", value: "1704047400000000001 1770" },
      5: { type: "BINARY", value: "00ff" },
    };
    expect((await client.query("select ?, ?, ?, ?, ?", { bindings })).data.rowset).toEqual([
      ["19782", "3661.000000001", "-1.250000000", "1704047400.000000001 1770", "00FF"],
    ]);
  });

  test("stand by number too, and a missing one is an error", async () => {
    const bindings = { 1: { type: "TEXT", value: "a" }, 2: { type: "TEXT", value: "b" } };
    expect((await client.query("select :2 || :1 || :2", { bindings })).data.rowset).toEqual([["bab"]]);
    expect((await client.query("select ?")).code).toBe("002049");
  });

  test("a text compares with every type of column as that type", async () => {
    await client.query(
      "create or replace temporary table typed (n number(10,2), i int, f float, d date, t time, ntz timestamp_ntz, ltz timestamp_ltz, tz timestamp_tz, b boolean)",
    );
    await client.query("insert into typed values (1.50, 2, 0.5, '2024-02-29', '10:00:00.000000001', '2024-02-29 10:00:00.000000001', '2024-02-29 10:00:00.000000001', '2024-02-29 10:00:00.000000001 +02:00', true)"); // prettier-ignore
    const values = ["1.5", "2", "0.5", "2024-02-29", "10:00:00.000000001", "2024-02-29 10:00:00.000000001", "2024-02-29T10:00:00.000000001Z", "2024-02-29T08:00:00.000000001Z", "true"]; // prettier-ignore
    const bindings = Object.fromEntries(values.map((value, i) => [i + 1, { type: "TEXT", value }]));
    const where = "n = ? and i = ? and f = ? and d = ? and t = ? and ntz = ? and ltz = ? and tz = ? and b = ?";
    expect((await client.query(`select count(*) from typed where ${where}`, { bindings })).data.rowset).toEqual([
      ["1"],
    ]);
    expect((await client.query("select count(*) from typed where i < '2.5' and not i = '2.5'")).data.rowset).toEqual([
      ["1"],
    ]);
  });

  test("lists insert in bulk", async () => {
    const connection = await connect(standIn);
    await rows(connection, "create or replace table bulk (a int, b varchar, c date, d number(10,2) default 9.5)");
    const binds = [[1, "x", "2024-01-01"], [2, "it's \\ ü", null], [3, null, "2024-03-01"]]; // prettier-ignore
    expect(await rows(connection, "insert into bulk (a, b, c) values (?, ?, ?)", { binds })).toEqual([[3]]);
    expect(await rows(connection, "select a, b, c::varchar, d from bulk order by a")).toEqual([
      [1, "x", "2024-01-01", 9.5],
      [2, "it's \\ ü", null, 9.5],
      [3, null, "2024-03-01", 9.5],
    ]);
    await destroy(connection);
  });
});

test("every type survives insert, select and comparison", async () => {
  const values: [string, string][] = [
    ["number(38,10)", "1234567890123456789012345678.0123456789"],
    ["float", "0.1"],
    ["varchar", "ein 'Text' mit \\ und ☃\n"],
    ["boolean", "true"],
    ["date", "0001-01-01"],
    ["time(9)", "23:59:59.999999999"],
    ["timestamp_ntz(9)", "0001-01-01 00:00:00.000000001"],
    ["timestamp_ltz(9)", "9999-12-31 23:59:59.999999999 +00:00"],
    ["timestamp_tz(9)", "1969-12-31 23:59:59.999999999 -11:30"],
  ];
  for (const [type, value] of values) {
    await client.query(`create or replace temporary table one (x ${type})`);
    const bindings = { 1: { type: "TEXT", value } };
    expect((await client.query("insert into one values (?)", { bindings })).data.rowset).toEqual([["1"]]);
    expect((await client.query("select count(*) from one where x = ?", { bindings })).data.rowset).toEqual([["1"]]);
    const literal = await client.query(
      `select (select x from one) = ?::${type} as same, (select x from one)::varchar`,
      { bindings },
    );
    expect([type, literal.data.rowset[0]?.[0]]).toEqual([type, "1"]);
  }
});

test("one instant with two offsets is one value", async () => {
  await client.query("create or replace temporary table zoned (id int, x timestamp_tz)");
  await client.query("insert into zoned values (1, '2024-01-01 00:00:00 +01:00'), (2, '2023-12-31 23:00:00 +00:00')");
  const sql = "select count(distinct x), (select count(*) from zoned a join zoned b on a.x = b.x) from zoned";
  expect((await client.query(sql)).data.rowset).toEqual([["1", "4"]]);
  expect((await client.query("select id, row_number() over (partition by x order by id) from zoned order by x, id")).data.rowset).toEqual([["1", "1"], ["2", "2"]]); // prettier-ignore
  for (const refused of [
    "select distinct x from zoned",
    "select x from zoned group by x",
    "select x from zoned union select x from zoned",
  ])
    expect((await client.query(refused)).code).toBe("000002");
});

test("the session's zone and formats shape what becomes text", async () => {
  await client.query(
    "alter session set timezone = 'America/New_York' timestamp_ltz_output_format = 'YYYY-MM-DD HH24:MI TZH:TZM' date_output_format = 'DD/MM/YYYY'",
  );
  expect(
    (
      await client.query(
        "select '2024-07-01 12:00:00Z'::timestamp_ltz::varchar, '2024-07-01 12:00:00'::timestamp_ltz::timestamp_tz, '2024-07-02'::date::varchar, '2024-03-10 02:30:00'::timestamp_ltz",
      )
    ).data.rowset,
  ).toEqual([["2024-07-01 08:00 -04:00", "1719849600.000000000 1200", "02/07/2024", "1710055800.000000000"]]);
  await client.query("alter session unset timezone, timestamp_ltz_output_format, date_output_format");
  await client.query("alter session set timezone = 'UTC'");
});
