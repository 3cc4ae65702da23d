import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Connection } from "snowflake-sdk";
import { startS3, type S3StandIn } from "../../src/testing/s3/index.ts";
import { startSnowflake, type SnowflakeStandIn } from "../../src/testing/snowflake/index.ts";
import { connect, destroy, failure, rows, run } from "./snowflake-client.ts";

const day = 86_400_000;
let now = Date.now();
let s3: S3StandIn;
let standIn: SnowflakeStandIn;
let connection: Connection;
beforeAll(async () => {
  s3 = await startS3({ buckets: ["tenant"] });
  const integrations = { PEAK: { allowedLocations: ["s3://tenant/"] } };
  standIn = await startSnowflake({ s3, integrations, clock: { now: () => now }, sessionTokenMs: 1000 * day, masterTokenMs: 1000 * day }); // prettier-ignore
  connection = await connect(standIn);
  const format = `(type = csv skip_header = 1 field_optionally_enclosed_by = '"')`;
  await rows(connection, `create stage st url = 's3://tenant/in/' storage_integration = peak file_format = ${format}`);
});
afterAll(async () => {
  await destroy(connection);
  await standIn.close();
  await s3.close();
});
beforeEach(async () => {
  for (const { key } of s3.objects("tenant")) s3.remove(`s3://tenant/${key}`);
  await rows(connection, "create or replace table t (a number(9,0), b varchar(5), c date)");
});

const put = (name: string, content: string | Uint8Array): void => s3.write(`s3://tenant/in/${name}`, content);
const copy = (rest: string): Promise<unknown[][]> => rows(connection, `copy into ${rest}`);
const refused = (rest: string) => failure(connection, `copy into ${rest}`);
const dates = "select a, b, to_char(c) from t order by a";
const bad = 'A,B,C\n1,x,2024-01-02\nx1,y,\n3,toolong,\n4,z\n5,"q"z,\n6,ok,notadate\n7,"f\nl",\n';

test("CSV is loaded by position and the result tells file by file", async () => {
  put("a.csv", 'h\n1,"a,b",2024-01-02\r\n2,,\r\n');
  put("b.csv.gz", gzipSync('h\n3,"""",\n'));
  const { rows: found, statement } = await run(connection, "copy into t from @st");
  expect(found).toEqual([
    ["s3://tenant/in/a.csv", "LOADED", 2, 2, 1, 0, null, null, null, null],
    ["s3://tenant/in/b.csv.gz", "LOADED", 1, 1, 1, 0, null, null, null, null],
  ]);
  expect(statement.getColumns()?.map((column) => column.getName())).toEqual(
    "file status rows_parsed rows_loaded error_limit errors_seen first_error first_error_line first_error_character first_error_column_name".split(" "), // prettier-ignore
  );
  expect(await rows(connection, dates)).toEqual([[1, "a,b", "2024-01-02"], [2, null, null], [3, '"', null]]); // prettier-ignore
});

test("a file is loaded once in 64 days unless FORCE says so, or its content has changed, or the table was truncated", async () => {
  put("a.csv", "h\n1,,\n");
  const none = [["Copy executed with 0 files processed."]];
  expect(await copy("t from @st")).toHaveLength(1);
  expect(await copy("t from @st")).toEqual(none);
  expect((await copy("t from @st force = true"))[0]?.[1]).toBe("LOADED");
  put("a.csv", "h\n2,,\n");
  expect((await copy("t from @st"))[0]?.[1]).toBe("LOADED");
  expect(await rows(connection, "select a from t order by a")).toEqual([[1], [1], [2]]);
  await rows(connection, "truncate table t");
  expect((await copy("t from @st"))[0]?.[1]).toBe("LOADED");
  now += 65 * day;
  expect(await copy("t from @st")).toEqual(none);
  expect((await copy("t from @st load_uncertain_files = true"))[0]?.[1]).toBe("LOADED");
});

test("a load that is rolled back is forgotten with its rows", async () => {
  put("a.csv", "h\n1,,\n");
  await rows(connection, "begin");
  expect((await copy("t from @st"))[0]?.[1]).toBe("LOADED");
  expect(await copy("t from @st")).toEqual([["Copy executed with 0 files processed."]]);
  await rows(connection, "rollback");
  expect(await rows(connection, "select count(*) from t")).toEqual([[0]]);
  expect((await copy("t from @st"))[0]?.[1]).toBe("LOADED");
});

test("ABORT_STATEMENT ends at the first error, says where it is, and loads nothing", async () => {
  put("0.csv", "h\n1,,\n");
  put("bad.csv", bad);
  const error = await refused("t from @st");
  expect(error).toMatchObject({ code: "100038", sqlState: "22018" });
  expect(error.message).toBe(
    [
      "Numeric value 'x1' is not recognized",
      "  File 'in/bad.csv', line 3, character 1",
      '  Row 2, column "T"["A":1]',
      "  If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or 'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' in a SQL client.", // prettier-ignore
    ].join("\n"),
  );
  expect(await rows(connection, "select count(*) from t")).toEqual([[0]]);
});

test("CONTINUE loads the good rows; VALIDATE tells every bad one", async () => {
  put("bad.csv", bad);
  const { rows: found, statement } = await run(connection, "copy into t from @st on_error = continue");
  const result = ["s3://tenant/in/bad.csv", "PARTIALLY_LOADED", 7, 2, 7, 5, "Numeric value 'x1' is not recognized", 3, 1, '"T"["A":1]']; // prettier-ignore
  expect(found).toEqual([result]);
  const columns = "line, character, byte_offset, category, code, sql_state, column_name, row_number, row_start_line, rejected_record, file"; // prettier-ignore
  const validate = (id: string) => rows(connection, `select ${columns} from table(validate(t, job_id => '${id}'))`);
  const told = await validate("_last");
  expect(told).toEqual([
    [3, 1, 21, "conversion", 100038, "22018", '"T"["A":1]', 2, 3, "x1,y,", "in/bad.csv"],
    [4, 3, 29, "conversion", 100074, "54000", '"T"["B":2]', 3, 4, "3,toolong,", "in/bad.csv"],
    [5, 3, 40, "parsing", 100080, "22000", '"T"["B":2]', 4, 5, "4,z", "in/bad.csv"],
    [6, 6, 47, "parsing", 100066, "22000", '"T"["B":2]', 5, 6, '5,"q"z,', "in/bad.csv"],
    [7, 6, 55, "conversion", 100040, "22007", '"T"["C":3]', 6, 7, "6,ok,notadate", "in/bad.csv"],
  ]);
  expect(await validate(statement.getQueryId())).toEqual(told);
  expect((await failure(connection, "select * from table(validate(t, job_id => 'nope'))")).message).toContain(
    "VALIDATE",
  );
});

test("SKIP_FILE leaves out files with errors, from one error, a number or a part of a hundred on", async () => {
  put("bad.csv", bad);
  put("good.csv", "h\n1,,\n");
  const states = async (policy: string) => {
    const found = await copy(`t from @st force = true on_error = ${policy}`);
    return found.map(([, status, , loaded, limit]) => [status, loaded, limit]);
  };
  const good = (limit: number) => ["LOADED", 1, limit];
  expect(await states("skip_file")).toEqual([["LOAD_FAILED", 0, 1], good(1)]);
  expect(await states("skip_file_5")).toEqual([["LOAD_FAILED", 0, 5], good(5)]);
  expect(await states("skip_file_6")).toEqual([["PARTIALLY_LOADED", 2, 6], good(6)]);
  expect(await states("'skip_file_71%'")).toEqual([["LOAD_FAILED", 0, 5], good(1)]);
  expect(await states("'skip_file_72%'")).toEqual([["PARTIALLY_LOADED", 2, 6], good(1)]);
  expect((await refused("t from @st on_error = skip_file_0")).code).toBe("001008");
});

test("VALIDATION_MODE loads nothing: it gives the errors, or the rows where there are none", async () => {
  put("bad.csv", bad);
  const errors = await run(connection, "copy into t from @st validation_mode = return_errors");
  expect(errors.rows).toHaveLength(5);
  expect(errors.statement.getColumns()?.map((column) => column.getName())).toEqual(
    "ERROR FILE LINE CHARACTER BYTE_OFFSET CATEGORY CODE SQL_STATE COLUMN_NAME ROW_NUMBER ROW_START_LINE REJECTED_RECORD".split(" "), // prettier-ignore
  );
  expect((await refused("t from @st validation_mode = return_2_rows")).code).toBe("100038");
  put("bad.csv", "h\n1,x,\n2,y,\n3,z,\n");
  expect(await copy("t (a, b) from @st file_format = (type=csv skip_header=1 error_on_column_count_mismatch=false) validation_mode = return_2_rows")).toEqual([[1, "x", null], [2, "y", null]]); // prettier-ignore
  expect(await rows(connection, "select count(*) from t")).toEqual([[0]]);
  expect((await refused("t from (select $1, $2, $3 from @st) validation_mode = return_errors")).message).toContain("does not support COPY statements that transform data"); // prettier-ignore
});

test("a transformation picks fields, casts, and reads metadata", async () => {
  put("x.csv", "one,1,extra\ntwo,2\n");
  await copy("t (b, a) from (select s.$1, $2::number * 10 from @st s) file_format = (type = csv)");
  expect(await rows(connection, dates)).toEqual([[10, "one", null], [20, "two", null]]); // prettier-ignore
  await rows(connection, "create or replace table m (f varchar, n number, j variant, x varchar, d number default 7)");
  await copy("m (f, n, j, x) from (select metadata$filename, metadata$file_row_number, parse_json('{\"k\":' || t.$2 || '}'), t.$9 from @st/x.csv t) file_format = (type = csv)"); // prettier-ignore
  expect(await rows(connection, "select f, n, j:k::number, x, d from m")).toEqual([["in/x.csv", 1, 1, null, 7], ["in/x.csv", 2, 2, null, 7]]); // prettier-ignore
  for (const select of ["$1 from @st where $2 > 1", "distinct $1 from @st", "$1 from @st limit 1", "count($1) from @st group by $1"])
    expect((await refused(`t (b) from (select ${select})`)).message).toContain("COPY statement only supports simple SELECT from stage statements for import."); // prettier-ignore
});

test("FILES, PATTERN and SIZE_LIMIT choose files; PURGE removes what was loaded", async () => {
  for (const name of ["1", "2", "3"]) put(`${name}.csv`, `h\n${name},,\n`);
  expect((await copy("t from @st files = ('2.csv')")).map(([file]) => file)).toEqual(["s3://tenant/in/2.csv"]);
  expect((await copy("t from @st pattern = '[13][.]csv' size_limit = 1")).map(([file]) => file)).toEqual(["s3://tenant/in/1.csv"]); // prettier-ignore
  await copy(
    "t from 's3://tenant/in/3' storage_integration = peak file_format = (type=csv skip_header=1) purge = true",
  );
  expect(s3.objects("tenant").map(({ key }) => key)).toEqual(["in/1.csv", "in/2.csv"]);
  expect(await refused("t from @st files = ('4.csv')")).toMatchObject({ code: "091016" });
  expect((await refused("t from 's3://tenant/in/'")).message).toContain("AccessDenied");
});

test("the options of CSV are followed", async () => {
  const load = async (content: string, options: string): Promise<unknown[][]> => {
    put("o.csv", content);
    await rows(connection, "delete from t");
    await copy(`t from @st file_format = (type = csv ${options}) force = true`);
    return rows(connection, dates);
  };
  expect(await load("1|x|02.01.2024;;", "field_delimiter='|' record_delimiter=';;' date_format='DD.MM.YYYY'")).toEqual([[1, "x", "2024-01-02"]]); // prettier-ignore
  expect(await load("\uFEFF1,NA,\n\n2,b,\n", "null_if=('NA') skip_blank_lines=true")).toEqual([[1, null, null], [2, "b", null]]); // prettier-ignore
  expect(await load("1,,\n", "empty_field_as_null=false null_if=()").catch(String)).toContain("Date '' is not recognized"); // prettier-ignore
  expect(await load("1,,2024-01-02\n", "empty_field_as_null=false")).toEqual([[1, "", "2024-01-02"]]);
  expect(await load("1,\\N,\n2,a\\,b,\n3,a\\tb,\n", "")).toEqual([[1, null, null], [2, "a,b", null], [3, "a\tb", null]]); // prettier-ignore
  expect(await load("  1 , x ,\n", "trim_space=true")).toEqual([[1, "x", null]]);
  expect(await load("1,'x',\n2,'it''s',", "field_optionally_enclosed_by='\\''")).toEqual([[1, "x", null], [2, "it's", null]]); // prettier-ignore
  expect(await load("1,x,,y\n2\n", "error_on_column_count_mismatch=false")).toEqual([[1, "x", null], [2, null, null]]); // prettier-ignore
  const invalid = Buffer.concat([Buffer.from("1,"), Buffer.from([0xff]), Buffer.from(",\n")]);
  put("o.csv", invalid);
  expect((await refused("t from @st file_format=(type=csv)")).message).toContain("Invalid UTF8 detected in string");
  await copy("t from @st file_format=(type=csv replace_invalid_characters=true)");
  expect(await rows(connection, "select b from t where a = 1")).toContainEqual(["\uFFFD"]);
});

test("columns of CSV are matched by its header", async () => {
  put("h.csv", "B,extra,a\nx,9,1\n");
  const format = "file_format = (type = csv parse_header = true)";
  await copy(`t from @st ${format} match_by_column_name = case_insensitive`);
  expect(await rows(connection, dates)).toEqual([[1, "x", null]]);
  expect((await refused(`t from @st ${format}`)).message).toContain("PARSE_HEADER");
});

test("text that is too long is refused, or cut where asked", async () => {
  put("long.csv", "h\n1,toolong,\n");
  expect((await refused("t from @st")).message).toContain(
    "User character length limit (5) exceeded by string 'toolong'",
  );
  await copy("t from @st truncatecolumns = true");
  expect(await rows(connection, dates)).toEqual([[1, "toolo", null]]);
});

test("a column that takes no NULL gets none", async () => {
  await rows(connection, "create or replace table nn (a number not null, b varchar)");
  put("n.csv", "h\n1,x\n,y\n");
  expect((await copy("nn from @st on_error = continue"))[0]?.slice(1, 7)).toEqual(["PARTIALLY_LOADED", 2, 1, 2, 1, "NULL result in a non-nullable column"]); // prettier-ignore
});

test("JSON is loaded as documents, or by the names of its members", async () => {
  put("x.json", '{"a": 1, "b": "x", "more": [1]}\n{"A": 2,\n "b": null}');
  await rows(connection, "create or replace table j (v variant)");
  await copy("j from @st file_format = (type = json)");
  expect(await rows(connection, "select v:a::number, v:A::number, v:b::varchar from j")).toEqual([[1, null, "x"], [null, 2, null]]); // prettier-ignore
  await copy("t from @st file_format = (type = json) match_by_column_name = case_insensitive");
  expect(await rows(connection, dates)).toEqual([[1, "x", null], [2, null, null]]); // prettier-ignore
  expect((await refused("t from @st file_format = (type = json)")).message).toContain("one and only one column of type variant, object, or array"); // prettier-ignore
  put("arr.json", '[{"a": 5, "n": null}, {"a": 6}]');
  await rows(connection, "truncate table j");
  await copy("j from @st/arr file_format = (type = json strip_outer_array = true strip_null_values = true)");
  expect((await rows(connection, "select v from j")).map(([v]) => JSON.parse(String(v)) as unknown)).toEqual([{ a: 5 }, { a: 6 }]); // prettier-ignore
});

test("broken JSON ends the reading of its file; a value that does not fit ends the statement even with CONTINUE", async () => {
  put("x.json", '{"a": 1}\n{"a": }\n{"a": 3}\n');
  const by = "file_format = (type = json) match_by_column_name = case_insensitive on_error =";
  expect((await copy(`t from @st ${by} continue`))[0]?.slice(1, 6)).toEqual(["PARTIALLY_LOADED", 2, 1, 2, 1]);
  put("y.json", '{"a": 1}\n{"a": "x"}\n');
  expect((await refused(`t from @st/y ${by} continue`)).message).toContain(`File 'in/y.json', line 2`);
  expect((await copy(`t from @st/y ${by} skip_file`))[0]?.slice(1, 4)).toEqual(["LOAD_FAILED", 2, 0]);
});

test("Parquet of another tool is loaded exactly by name, and by a transformation", async () => {
  const folder = await mkdtemp(join(tmpdir(), "copy-"));
  const instance = await DuckDBInstance.create(":memory:");
  const duckdb = await instance.connect();
  await duckdb.run(`copy (select 1 as id, 12345678901234567890123456789012345678::decimal(38,0) as big, 1.25::decimal(10,2) as price, 'é' as name, date '2024-01-02' as d,
    timestamp_ns '2024-01-02 03:04:05.123456789' as ts, 0.1::double as f, true as ok, '\\xAB'::blob as bin, {a: [1,2]} as doc
    union all select null,null,null,null,null,null,null,null,null,null) to '${folder}/x.parquet' (format parquet)`);
  put("x.parquet", await readFile(join(folder, "x.parquet")));
  duckdb.closeSync();
  instance.closeSync();
  await rm(folder, { recursive: true });
  await rows(connection, "create or replace table p (id number, big number(38,0), price number(10,2), name varchar, d date, ts timestamp_ntz, f float, ok boolean, bin binary, doc variant, other number)"); // prettier-ignore
  const by = "match_by_column_name = case_insensitive file_format = (type = parquet";
  expect((await refused(`p from @st ${by})`)).message).toContain("without USE_LOGICAL_TYPE = TRUE");
  await copy(`p from @st ${by} use_logical_type = true binary_as_text = false)`);
  const all = "select id, big::varchar, price::varchar, name, to_char(d), to_char(ts, 'YYYY-MM-DD HH24:MI:SS.FF9'), f, ok, to_char(bin), doc:a[1]::number, other from p order by id"; // prettier-ignore
  const row = [1, "12345678901234567890123456789012345678", "1.25", "é", "2024-01-02", "2024-01-02 03:04:05.123456789", 0.1, true, "AB", 2, null]; // prettier-ignore
  expect(await rows(connection, all)).toEqual([row, Array(11).fill(null)]);
  await rows(connection, "truncate table p");
  await copy("p (id, big, ts, f) from (select $1:id::number + 1, $1:big, $1:ts::timestamp_ntz, $1:f::float from @st) file_format = (type = parquet use_logical_type = true)"); // prettier-ignore
  expect((await rows(connection, all))[0]?.slice(0, 2)).toEqual([2, row[1]]);
});

test("a file that is no Parquet is skipped or ends the statement, as ON_ERROR says", async () => {
  put("no.parquet", "PAR1 nothing PAR1");
  const by = "match_by_column_name = case_insensitive file_format = (type = parquet)";
  expect((await refused(`t from @st ${by}`)).message).toContain("Error parsing the parquet file");
  expect((await copy(`t from @st ${by} on_error = continue`))[0]?.[1]).toBe("LOAD_FAILED");
});

test("what S3 refuses half-way loads nothing", async () => {
  put("1.csv", "h\n1,,\n");
  put("2.csv", "h\n2,,\n");
  const undo = s3.inject({ operation: "GetObject", key: "in/2", times: Infinity, kind: "error", code: "AccessDenied" });
  expect((await refused("t from @st")).message).toContain("(Status Code: 403; Error Code: AccessDenied)");
  undo();
  expect(await rows(connection, "select count(*) from t")).toEqual([[0]]);
  expect(await copy("t from @st")).toHaveLength(2);
});

test("two loads of one table at once load a file once", async () => {
  put("1.csv", "h\n1,,\n");
  await Promise.all([copy("t from @st"), copy("t from @st")]);
  expect(await rows(connection, "select count(*) from t")).toEqual([[1]]);
});

test("unknown options and values are errors at their place", async () => {
  expect(await refused("t from @st\n colour = 1")).toMatchObject({ code: "001003", data: { line: 2, pos: 1 } });
  expect((await refused("t from @st file_format = (type = parquet skip_header = 1)")).message).toContain("SKIP_HEADER");
  expect((await refused("t from @st file_format = (type = avro)")).message).toContain("TYPE = AVRO is not supported");
  expect((await refused("t from @st file_format = (type = csv compression = zstd)")).message).toContain(
    "not supported",
  );
  expect((await refused("t from @st purge = maybe")).code).toBe("001008");
});

test("binds in bulk fill columns of every type, from text", async () => {
  const sqlText = "insert into b values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
  const types =
    "n number(20,2), f float, b boolean, d date, t time, ts timestamp_ntz, tz timestamp_tz, x binary, s varchar";
  await rows(connection, `create or replace table b (${types})`);
  const binds = [
    ["1.25", "NaN", "true", "2024-01-02", "03:04:05.5", "2024-01-02 03:04:05.123456789", "2024-01-02 03:04:05 +02:00", "00ff", "it's"], // prettier-ignore
    ["-2", "-inf", "false", null, null, null, null, null, null],
    [null, "1e300", null, null, null, null, null, "", ""],
  ];
  const { statement } = await run(connection, sqlText, { binds: binds as never });
  expect(statement.getNumUpdatedRows()).toBe(3);
  const select = "select n::varchar, f::varchar, b, to_char(d), t::varchar, to_char(ts, 'YYYY-MM-DD HH24:MI:SS.FF9'), to_char(tz, 'YYYY-MM-DD HH24:MI TZH:TZM'), to_char(x), s from b order by n nulls last"; // prettier-ignore
  expect(await rows(connection, select)).toEqual([
    ["-2.00", "-inf", false, null, null, null, null, null, null],
    ["1.25", "NaN", true, "2024-01-02", "03:04:05", "2024-01-02 03:04:05.123456789", "2024-01-02 03:04 +02:00", "00FF", "it's"], // prettier-ignore
    [null, "1e+300", null, null, null, null, null, "", ""],
  ]);
  const broken = [...binds, ["x", null, null, null, null, null, null, null, null]];
  expect(await failure(connection, sqlText, { binds: broken as never })).toMatchObject({ code: "100038" });
  expect(await rows(connection, "select count(*) from b")).toEqual([[3]]);
});

test("documents come in through INSERT … SELECT FROM VALUES", async () => {
  await rows(connection, "create or replace table d (id number, doc variant)");
  const sqlText = "insert into d (id, doc) select column1, parse_json(column2) from values (?, ?), (?, ?)";
  const { statement } = await run(connection, sqlText, { binds: ["1", '{"a":1}', "2", null] as never });
  expect(statement.getNumUpdatedRows()).toBe(2);
  expect(await rows(connection, "select id, doc:a::number from d order by id")).toEqual([[1, 1], [2, null]]); // prettier-ignore
});
