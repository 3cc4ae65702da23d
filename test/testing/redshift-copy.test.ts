import { gzipSync } from "node:zlib";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { startRedshift, type RedshiftStandIn } from "../../src/testing/redshift/index.ts";
import { startS3, type S3StandIn } from "../../src/testing/s3/index.ts";
import { parquet } from "../bulk/files.ts";
import { cancelBy } from "./redshift-cancel.ts";

const role = "arn:aws:iam::123456789012:role/peak-data";
const failed = (table: string) => ({
  code: "XX000",
  message: `Load into table '${table}' failed.  Check 'sys_load_error_detail' system table for details.`,
});

let s3: S3StandIn;
let redshift: RedshiftStandIn;
let client: pg.Client;
let notices: (string | undefined)[] = [];

beforeAll(async () => {
  s3 = await startS3({ buckets: ["lake"] });
  const roles = { [role]: { attached: true, default: true, locations: ["s3://lake/"] } };
  redshift = await startRedshift({ postgres: inject("postgres"), s3, roles });
  client = await connected();
  client.on("notice", ({ severity, message }) => notices.push(`${severity ?? ""}: ${message ?? ""}`));
});
afterAll(async () => {
  await client.end();
  await redshift.close();
  await s3.close();
});
beforeEach(() => {
  notices = [];
});

async function connected(): Promise<pg.Client> {
  const one = new pg.Client({ connectionString: redshift.url });
  one.on("error", () => undefined);
  await one.connect();
  return one;
}

let tables = 0;
/** Makes a table, and gives its name. */
async function table(columns: string): Promise<string> {
  const name = `t${++tables}`;
  await client.query(`create table ${name} (${columns})`);
  return name;
}

/** Puts a file into the bucket, and gives its URL. */
function file(content: string | Uint8Array, name = `file-${tables}`): string {
  const url = `s3://lake/${name}`;
  s3.write(url, typeof content === "string" ? Buffer.from(content) : content);
  return url;
}

const copy = (target: string, url: string, options = ""): Promise<pg.QueryResult> =>
  client.query(`copy ${target} from '${url}' iam_role '${role}' ${options}`);
const rows = async (name: string): Promise<unknown[][]> =>
  (
    await client.query<unknown[]>({
      text: `select * from ${name} order by 1 nulls last`,
      rowMode: "array",
      types: asText,
    })
  ).rows;
const asText = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig; // Every value as it came.

/** Loads one value into a column of the type, and gives it, or the code and words of its refusal. */
async function value(type: string, text: string, options = ""): Promise<unknown> {
  const name = await table(`v ${type}`);
  try {
    await copy(name, file(`${text}\n`), options);
    return (await rows(name))[0]?.[0];
  } catch (error) {
    const sql = `select error_code, trim(error_message) as words from sys_load_error_detail where table_id = '${name}'::regclass::oid::int`;
    const told = (await client.query<{ error_code: number; words: string }>(sql)).rows[0];
    return told ? `${told.error_code} ${told.words}` : error;
  }
}

describe("COPY of CSV", () => {
  test("loads what quotes enclose, and says so in the words of a cluster", async () => {
    const name = await table("a integer, b varchar(40), c date");
    const result = await copy(
      name,
      file('h,e,a\r\n1,"x,""y""\nz",2024-02-29\r\n2,,\r\n3,"",\n'),
      "format as csv ignoreheader 1",
    );
    expect(result.command).toBe("COPY");
    expect(notices).toEqual([`INFO: Load into table '${name}' completed, 3 record(s) loaded successfully.`]);
    const told = await client.query(
      "select pg_last_copy_count() as count, pg_last_copy_id() = pg_last_query_id() as last",
    );
    expect(told.rows).toEqual([{ count: "3", last: true }]);
    expect(await rows(name)).toEqual([["1", 'x,"y"\nz', "2024-02-29"], ["2", "", null], ["3", "", null]]); // prettier-ignore
  });

  test("reads every file whose name begins with the prefix, or those of a manifest", async () => {
    const name = await table("a integer");
    file("1\n", "many/a.csv");
    file("2\n", "many/a.csv.bak");
    file(gzipSync("3\n"), "other/b.csv.gz");
    await copy(name, "s3://lake/many/a", "csv");
    expect(await rows(name)).toEqual([["1"], ["2"]]);
    const entry = (url: string, mandatory: boolean) => ({ url: `s3://lake/${url}`, mandatory });
    const manifest = file(JSON.stringify({ entries: [entry("other/b.csv.gz", true), entry("missing", false)] }));
    await copy(name, manifest, "csv manifest gzip");
    expect(await rows(name)).toEqual([["1"], ["2"], ["3"]]);
    const strict = file(JSON.stringify({ entries: [entry("missing", true)] }));
    await expect(copy(name, strict, "csv manifest")).rejects.toMatchObject({ message: expect.stringMatching(/^Problem reading manifest file - S3ServiceException:The specified key does not exist\.,Status 404/) as string }); // prettier-ignore
    await expect(copy(name, "s3://lake/nothing/here", "csv")).rejects.toMatchObject({ code: "XX000", message: "The specified S3 prefix 'nothing/here' does not exist" }); // prettier-ignore
  });

  test("takes a list of columns, and leaves defaults and identities to the others", async () => {
    const name = await table("id bigint identity(1, 1), a integer, b varchar(10) default 'none'");
    await copy(`${name} (b, a)`, file("x,1\n"), "csv");
    await copy(`${name} (a)`, file("2\n"), "csv");
    await copy(name, file("3,y\n"), "csv");
    expect(await rows(name)).toEqual([["1", "1", "x"], ["2", "2", "none"], ["3", "3", "y"]]); // prettier-ignore
    await copy(name, file("77,4,z\n"), "csv explicit_ids");
    expect((await rows(name))[3]).toEqual(["77", "4", "z"]);
    await expect(copy(`${name} (nothing)`, file("2\n"), "csv")).rejects.toMatchObject({ code: "42703" });
    await expect(copy("nowhere", file("2\n"), "csv")).rejects.toMatchObject({ message: "Cannot COPY into nonexistent table nowhere" }); // prettier-ignore
  });

  test("is delimited text by default, with escapes and quotes as told", async () => {
    const name = await table("a integer, b varchar(20)");
    await copy(name, file('1|"x"\n2|\\N\n3|a\\|b\n'), "escape");
    expect(await rows(name)).toEqual([["1", '"x"'], ["2", null], ["3", "a|b"]]); // prettier-ignore
    const other = await table("a integer, b varchar(20)");
    await copy(other, file("1;'x;y'\n2;NA\n\n"), "delimiter ';' removequotes null as 'NA' ignoreblanklines");
    expect(await rows(other)).toEqual([["1", "x;y"], ["2", null]]); // prettier-ignore
  });

  test("fills, trims and empties as told", async () => {
    const name = await table("a integer, b varchar(3), c varchar(3), d integer");
    await copy(
      name,
      file("1,abcdé,\n2,x  ,   \n"),
      "csv fillrecord truncatecolumns trimblanks emptyasnull blanksasnull",
    );
    expect(await rows(name)).toEqual([["1", "abc", null, null], ["2", "x", null, null]]); // prettier-ignore
    await copy(name, file(Buffer.from([0x33, 0x2c, 0xff, 0xc3, 0xa9, 0x2c, 0x2c, 0x0a])), "csv acceptinvchars as '^'");
    expect((await rows(name))[2]).toEqual(["3", "^é", "", null]);
  });
});

describe("a value of a file", () => {
  test.each([
    ["integer", "2147483647", "2147483647"],
    ["integer", "2147483648", "1207 Overflow (Integer valid range -2147483648 to 2147483647)"],
    ["integer", "12x", "1207 Invalid digit, Value 'x', Pos 2, Type: Integer"],
    ["smallint", "1.5", "1207 Invalid digit, Value '.', Pos 1, Type: Short"],
    ["bigint", "-9223372036854775808", "-9223372036854775808"],
    ["bigint", "20200407.0", "1207 Invalid digit, Value '.', Pos 8, Type: Long"],
    ["numeric(5,2)", "1.009", "1.00"],
    ["numeric(5,2)", "-.5", "-0.50"],
    ["numeric(5,2)", "1000", "1207 Overflow for NUMERIC(5,2)"],
    ["double precision", "1e-5", "1e-05"],
    ["double precision", "x", "1208 Invalid digit, Value 'x', Pos 0, Type: Double"],
    ["boolean", "YES", "t"],
    ["boolean", "0", "f"],
    ["boolean", "maybe", "1210 Unknown boolean format"],
    ["date", "2024-02-30", "1205 Invalid Date Format"],
    ["date", "24-2-3", "1205 Invalid Date Format - length must be 10 or more"],
    ["timestamp", "2024-01-01 10:00:00.123456", "2024-01-01 10:00:00.123456"],
    ["timestamp", "2024-01-01T10:00:00Z", "1206 Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]"],
    ["timestamptz", "2024-01-01 10:00:00+02", "2024-01-01 08:00:00+00"],
    ["varchar(3)", "éé", "1204 String length exceeds DDL length"],
    ["char(2)", "abc", "1204 Char length exceeds DDL length"],
    ["char(2)", "é", "1220 Multibyte character not supported for CHAR (Hint: Try using VARCHAR). Invalid char: c3 a9"],
    ["integer not null", "", "1213 Missing data for not-null field"],
    ["varchar(3) not null", "\\N", "1213 Missing data for not-null field"],
    ["super", '{"a":[1,2.50]}', '{"a":[1,2.50]}'],
    ["super", "{", "1224 Invalid JSON value for SUPER"],
    ["varbyte", "00ff", "00ff"],
  ])("of type %s: %s gives %s", async (type, text, expected) => {
    expect(await value(type, text, "delimiter '|'")).toBe(expected);
  });

  test("of other forms is recognised with 'auto'", async () => {
    expect(await value("timestamp", "2024-01-01T10:00:00.1234567Z", "timeformat 'auto'")).toBe(
      "2024-01-01 10:00:00.123456",
    );
    expect(await value("timestamptz", "2024-01-01T10:00:00+02:00", "timeformat 'auto'")).toBe("2024-01-01 08:00:00+00");
    expect(await value("date", "20240101", "dateformat 'auto'")).toBe("2024-01-01");
    await expect(copy("t1", "s3://lake/x", "timeformat 'epochsecs'")).rejects.toMatchObject({ code: "0A000" });
  });
});

test("a NUMERIC is rounded with ROUNDEC, and cut off without", async () => {
  expect(await value("numeric(8,2)", "20.259", "roundec")).toBe("20.26");
  expect(await value("numeric(8,2)", "20.259")).toBe("20.25");
});

describe("what cannot be loaded", () => {
  test("leaves nothing, and is told to the session afterwards, in a transaction that has failed, too", async () => {
    const name = await table("a integer, b varchar(3)");
    const url = file("1|x\n2|toolong\n");
    await client.query("begin");
    await expect(copy(name, url)).rejects.toMatchObject({
      ...failed(name),
      detail: expect.stringMatching(/^\n {2}-+\n {2}error: {2}Load into table .*\n {2}code: {6}\d+\n {2}context: .*\n {2}query: {5}\d+\n/) as string, // prettier-ignore
    });
    await client.query("rollback");
    expect(await rows(name)).toEqual([]);
    const sql = `select trim(file_name) as file, line_number, trim(column_name) as col, trim(column_type) as type, trim(column_length) as len, error_code
       from sys_load_error_detail where session_id = pg_backend_pid() order by query_id desc limit 1`;
    expect((await client.query(sql)).rows).toEqual([{ file: url, line_number: "2", col: "b", type: "varchar", len: "3", error_code: 1204 }]); // prettier-ignore
    const old = await client.query<Record<string, string>>(
      `select * from stl_load_errors where tbl = '${name}'::regclass::oid::int`,
    );
    expect(old.rows[0]).toMatchObject({
      raw_line: "2|toolong".padEnd(1024),
      raw_field_value: "toolong".padEnd(1024),
      err_reason: "String length exceeds DDL length".padEnd(100),
      position: 2,
      err_code: 1204,
    });
  });

  test("is counted against MAXERROR: the load fails at that many errors or more", async () => {
    const name = await table("a integer, b integer");
    const url = file("1|1\nx|2\n3\n4|4|4\n5|5\n");
    await expect(copy(name, url, "maxerror 3")).rejects.toMatchObject(failed(name));
    expect(await rows(name)).toEqual([]);
    notices = [];
    await copy(name, url, "maxerror 4");
    expect(await rows(name)).toEqual([["1", "1"], ["5", "5"]]); // prettier-ignore
    expect(notices).toEqual([
      `INFO: Load into table '${name}' completed, 2 record(s) loaded successfully.`,
      `INFO: Load into table '${name}' completed, 3 record(s) could not be loaded.  Check 'sys_load_error_detail' system table for details.`,
    ]);
    const errors = `select line_number, error_code, trim(error_message) as words from sys_load_error_detail where query_id = pg_last_copy_id() order by 1`;
    expect((await client.query(errors)).rows).toEqual([
      { line_number: "2", error_code: 1207, words: "Invalid digit, Value 'x', Pos 0, Type: Integer" },
      { line_number: "3", error_code: 1214, words: "Delimiter not found" },
      { line_number: "4", error_code: 1202, words: "Extra column(s) found" },
    ]);
    const history = "select trim(status) as status, loaded_rows, error_count, source_file_count from sys_load_history where query_id = pg_last_copy_id()"; // prettier-ignore
    expect((await client.query(history)).rows).toEqual([{ status: "success", loaded_rows: "2", error_count: 3, source_file_count: "1" }]); // prettier-ignore
    const detail = "select trim(file_name) as file, lines_scanned, bytes_scanned from sys_load_detail where query_id = pg_last_copy_id()"; // prettier-ignore
    expect((await client.query(detail)).rows).toEqual([{ file: url, lines_scanned: "5", bytes_scanned: "20" }]);
    await copy(name, url, "ignoreallerrors");
    expect(await rows(name)).toHaveLength(4);
  });

  test("is found by NOLOAD, which loads nothing", async () => {
    const name = await table("a integer");
    await copy(name, file("1\n2\n"), "noload");
    expect(await rows(name)).toEqual([]);
    await expect(copy(name, file("x\n"), "noload")).rejects.toMatchObject(failed(name));
  });

  test("does not change the last copy", async () => {
    const name = await table("a integer");
    await copy(name, file("1\n"));
    const last = async () =>
      (await client.query<object>("select pg_last_copy_id() as id, pg_last_copy_count() as count")).rows;
    const before = await last();
    await expect(copy(name, file("x\n"))).rejects.toMatchObject(failed(name));
    expect(await last()).toEqual(before);
  });

  test("is a quote that is not closed, and bytes that are no text", async () => {
    const name = await table("a varchar(10)");
    await copy(name, file('"open\nx\n'), "csv maxerror 2");
    await copy(name, file(Buffer.from([0xff, 0x0a, 0x79, 0x0a])), "csv maxerror 2");
    expect(await rows(name)).toEqual([["x"], ["y"]]);
  });
});

describe("COPY of JSON", () => {
  test("takes members by the names of columns, exactly", async () => {
    const name = await table("a bigint, b varchar(30), c super, d numeric(20,10)");
    const text =
      '{"a": 9007199254740993, "b": "é\\n\\u00e9", "c": {"x": [1.50]}, "d": 0.1234567891, "e": 0}\n\n {"A": 2,\n "b": null}';
    await copy(name, file(text), "json 'auto'");
    expect(await rows(name)).toEqual([
      ["9007199254740993", "é\né", '{"x":[1.50]}', "0.1234567891"],
      [null, null, null, null],
    ]);
    const folded = await table("a bigint, b varchar(30)");
    await copy(folded, file('{"A": 2, "B": [1, 2]}'), "json 'auto ignorecase'");
    expect(await rows(folded)).toEqual([["2", "[1, 2]"]]);
  });

  test("follows paths, or keeps each object whole", async () => {
    const name = await table("a integer, b varchar(10)");
    const paths = file(JSON.stringify({ jsonpaths: ["$.x['y z'][1]", "$.b"] }), "paths.json");
    await copy(name, file('{"x": {"y z": [1, 2]}, "b": "t"}'), `json '${paths}'`);
    expect(await rows(name)).toEqual([["2", "t"]]);
    await expect(copy(`${name} (a)`, file("{}"), `json '${paths}'`)).rejects.toMatchObject({
      message: "Number of jsonpaths and the number of columns should match. JSONPath size: 2, Number of columns in table or column list: 1",
    }); // prettier-ignore
    const whole = await table("v super");
    await copy(whole, file('{"a":1}{"b":"x"}'), "json 'noshred'");
    expect(await rows(whole)).toEqual([['{"a":1}'], ['{"b":"x"}']]);
  });

  test("goes on after a broken line when it may", async () => {
    const name = await table("a integer");
    const url = file('{"a":1}\n{"a":\n{"a":"x"}\n{"a":4}\n');
    await expect(copy(name, url, "json 'auto'")).rejects.toMatchObject(failed(name));
    await copy(name, url, "json 'auto' maxerror 3");
    expect(await rows(name)).toEqual([["1"], ["4"]]);
    const lines = "select line_number from sys_load_error_detail where query_id = pg_last_copy_id() order by 1";
    expect((await client.query(lines)).rows).toEqual([{ line_number: "2" }, { line_number: "3" }]);
  });
});

describe("COPY of Parquet", () => {
  test("loads columns by their position, exactly", async () => {
    const name = await table(
      "a smallint, b integer, c bigint, d numeric(38,10), e varchar(10), f date, g timestamp, h timestamptz, i boolean, j real, k double precision, l varbyte",
    );
    const url = file(
      await parquet(`select 1::smallint x, 2::integer, (-9223372036854775808)::bigint, '1234567890123456789012345678.0123456789'::decimal(38,10),
        'é', date '1969-12-31', timestamp_ns '2024-01-01 00:00:00.123456789', timestamptz '2024-01-01 00:00:00.5+02', true, 0.1::float, 0.1::double, 'ab'::blob
        union all select null, null, null, null, null, null, null, null, null, null, null, null`),
    );
    await copy(name, url, "format as parquet");
    await client.query("set extra_float_digits to 2");
    expect(await rows(name)).toEqual([
      [
        "1", "2", "-9223372036854775808", "1234567890123456789012345678.0123456789", "é", "1969-12-31",
        "2024-01-01 00:00:00.123456", "2023-12-31 22:00:00.5+00", "t", "0.1", "0.1", "6162",
      ],
      Array.from({ length: 12 }, () => null),
    ]); // prettier-ignore
    await client.query("reset extra_float_digits");
    expect(notices).toEqual([`INFO: Load into table '${name}' completed, 2 record(s) loaded successfully.`]);
  });

  test.each([
    ["integer", "1::bigint as id", "Column type: INT, Parquet schema:\noptional int64 id "],
    ["bigint", "1::integer as id", "Column type: BIGINT, Parquet schema:\noptional int32 id "],
    ["numeric(10,2)", "1::double as id", "Column type: DECIMAL(10, 2), Parquet schema:\noptional double id "],
    ["numeric(10,2)", "1::decimal(10,3) as id", "Column type: DECIMAL(10, 2), Parquet schema:\noptional int64 id "],
    ["varchar(5)", "1 as id", "Column type: VARCHAR(5), Parquet schema:\noptional int32 id "],
    ["date", "timestamp '2024-01-01' as id", "Column type: DATE, Parquet schema:\noptional int64 id "],
    ["varchar(5)", "[1] as id", "Column type: VARCHAR(5), Parquet schema:\noptional group id "],
  ])("does not convert: %s from %s", async (type, select, words) => {
    const name = await table(`id ${type}`);
    await expect(copy(name, file(await parquet(`select ${select}`)), "parquet")).rejects.toMatchObject({
      code: "XX000",
      message: "Spectrum Scan Error",
      detail: expect.stringContaining(words) as string,
    });
  });

  test("needs as many columns as the table, lengths that fit, and nothing that is for text", async () => {
    const name = await table("a integer, b varchar(3)");
    const refused = async (select: string, words: RegExp): Promise<void> => {
      await expect(copy(name, file(await parquet(select)), "parquet")).rejects.toMatchObject({ detail: expect.stringMatching(words) as string }); // prettier-ignore
    };
    await refused("select 1::integer as a", /code: {6}15007\n.*Unmatched number of columns between table and file\. Table columns: 2, Data columns: 1, File name: https/); // prettier-ignore
    await refused("select 1::integer as a, 'éé' as b", /The length of the data column b is longer than the length defined in the table\. Table: 3, Data: 4/); // prettier-ignore
    for (const option of ["maxerror 5", "ignoreallerrors", "gzip", "null as ''", "noload", "region 'x'"]) {
      await expect(copy(name, "s3://lake/x", `parquet ${option}`)).rejects.toMatchObject({ code: "0A000" });
    }
    await expect(copy(name, file("no parquet"), "parquet")).rejects.toMatchObject({ message: "Spectrum Scan Error" });
    await copy(`${name} (b)`, file(await parquet("select 'x' as b")), "parquet");
    await copy(name, file(await parquet("select 1::integer as a")), "parquet fillrecord");
    expect(await rows(name)).toEqual([["1", null], [null, "x"]]); // prettier-ignore
  });

  test("needs SERIALIZETOJSON for SUPER, and lengths in a manifest", async () => {
    const name = await table("v super");
    const bytes = await parquet("select {'a': [1, null]} as v");
    const url = file(bytes, "nested.parquet");
    await expect(copy(name, url, "parquet")).rejects.toMatchObject({ message: "SUPER column in COPY query requires SERIALIZETOJSON option" }); // prettier-ignore
    const manifest = (meta: object): string => file(JSON.stringify({ entries: [{ url, mandatory: true, ...meta }] }));
    await expect(copy(name, manifest({}), "parquet serializetojson manifest")).rejects.toMatchObject({ code: "XX000" });
    await copy(name, manifest({ meta: { content_length: bytes.length } }), "parquet serializetojson manifest");
    expect(await rows(name)).toEqual([['{"a":[1,null]}']]);
  });
});

describe("a COPY", () => {
  test("is part of its transaction, by the extended protocol, too", async () => {
    const name = await table("a integer");
    await client.query("begin");
    const text = `copy ${name} from '${file("1\n2\n")}' iam_role default`;
    expect((await client.query({ text, queryMode: "extended" } as pg.QueryConfig)).command).toBe("COPY");
    expect(await rows(name)).toHaveLength(2);
    await client.query("rollback");
    expect(await rows(name)).toEqual([]);
  });

  test("is cancelled while S3 is waited for, and leaves nothing", async () => {
    const name = await table("a integer");
    const url = file("1\n");
    const gets = (): number => s3.requests().filter(({ operation }) => operation === "GetObject").length;
    const before = gets();
    s3.inject({ operation: "GetObject", kind: "hold" });
    const stuck = copy(name, url);
    stuck.catch(() => undefined);
    await expect.poll(gets).toBeGreaterThan(before);
    await cancelBy(client, redshift);
    await expect(stuck).rejects.toMatchObject({ code: "57014" });
    expect(await rows(name)).toEqual([]);
    s3.release();
  });

  test("is cancelled while it is queued", async () => {
    const name = await table("a integer");
    const release = redshift.inject({ statement: /^copy/, kind: "hold", times: Infinity });
    const held = copy(name, file("1\n"));
    held.catch(() => undefined);
    const watcher = await connected();
    const status = `select trim(status) as status from sys_query_history where query_text like 'copy ${name} %'`;
    await expect.poll(async () => (await watcher.query<object>(status)).rows).toEqual([{ status: "queued" }]);
    await cancelBy(client, redshift);
    await expect(held).rejects.toMatchObject({ code: "57014" });
    expect((await watcher.query<object>(status)).rows).toEqual([{ status: "canceled" }]);
    release();
    await watcher.end();
    expect(await rows(name)).toEqual([]);
  });

  test("is the role's to allow", async () => {
    const name = await table("a integer");
    await expect(copy(name, "s3://elsewhere/x")).rejects.toMatchObject({ message: expect.stringMatching(/^S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid/) as string }); // prettier-ignore
    s3.inject({ operation: "GetObject", times: 2, kind: "error", code: "SlowDown", status: 503 });
    await expect(copy(name, file("1\n"))).rejects.toMatchObject({ message: expect.stringMatching(/^S3ServiceException:.*,Status 503,Error SlowDown,Rid /) as string }); // prettier-ignore
    await copy(name, file("1\n"));
    expect(await rows(name)).toEqual([["1"]]);
  });

  test("is read clause by clause", async () => {
    const bad = (sql: string) => expect(client.query(sql)).rejects;
    await bad(`copy t from 's3://lake/x' iam_role '${role}' csv csv`).toMatchObject({ message: "conflicting or redundant options" }); // prettier-ignore
    await bad(`copy t from 's3://lake/x' iam_role '${role}' csv escape`).toMatchObject({ code: "0A000" });
    await bad(`copy t from 's3://lake/x' iam_role '${role}' colour`).toMatchObject({ message: 'syntax error at or near "colour"' }); // prettier-ignore
    await bad(`copy t from 's3://lake/x' iam_role '${role}' maxerror 100001`).toMatchObject({ code: "22023" });
    await bad("copy t from 's3://lake/x' csv").toMatchObject({ code: "42601" });
    await bad("copy t from stdin").toMatchObject({
      message: expect.stringMatching(/^LOAD source is not supported/) as string,
    });
    await bad(`select 1; copy t from 's3://lake/x' iam_role '${role}'`).toMatchObject({ code: "0A000" });
  });

  test("loads again what was unloaded", async () => {
    const from = await table("a integer, b varchar(20), c super");
    await client.query(`insert into ${from} values (1, 'x|,"\\\\\\n', json_parse('{"k":"v"}')), (2, '', null)`);
    for (const [unload, load] of [
      ["delimiter '|' escape addquotes null as '@'", "delimiter '|' escape removequotes null as '@'"],
      ["format csv null as '@'", "format csv null as '@'"],
      ["format json", "format json 'auto'"],
      ["format csv gzip manifest null as '@'", "format csv gzip manifest null as '@'"],
    ] as const) {
      const to = `s3://lake/round-${unload.length}-${tables}/`;
      const name = await table("a integer, b varchar(20), c super");
      await client.query(`unload ('select * from ${from}') to '${to}' iam_role '${role}' ${unload}`);
      await copy(name, load.includes("manifest") ? `${to}manifest` : to, load);
      expect([unload, await rows(name)]).toEqual([unload, await rows(from)]);
    }
  });
});
