import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Connection } from "snowflake-sdk";
import { startS3, type S3StandIn } from "../../src/testing/s3/index.ts";
import { startSnowflake, type SnowflakeStandIn } from "../../src/testing/snowflake/index.ts";
import { connect, destroy, failure, rows, run, wire } from "./snowflake-client.ts";

let s3: S3StandIn;
let standIn: SnowflakeStandIn;
let connection: Connection;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unload-"));
  s3 = await startS3({ buckets: ["tenant"] });
  standIn = await startSnowflake({
    s3,
    integrations: { PEAK: { allowedLocations: ["s3://tenant/"] } },
    longRunningMs: 200,
  });
  connection = await connect(standIn);
  await rows(connection, "create table t (id number(9,0), name varchar, price number(20,2))");
  await rows(connection, `insert into t values (1, 'a,"b', 12.5), (2, null, null), (3, 'line\nend', -0.01)`);
});
afterAll(async () => {
  await destroy(connection);
  await standIn.close();
  await s3.close();
  await rm(folder, { recursive: true });
});

const copy = (path: string, from: string, options: string): Promise<unknown[][]> =>
  rows(connection, `copy into 's3://tenant/${path}' from ${from} storage_integration = peak ${options}`);
const refused = (path: string, from: string, options: string) =>
  failure(connection, `copy into 's3://tenant/${path}' from ${from} storage_integration = peak ${options}`);
const keys = (prefix: string): string[] => s3.objects("tenant", prefix).map(({ key }) => key);
const text = (key: string): string => Buffer.from(s3.read(`s3://tenant/${key}`) ?? []).toString();

/** Reads a Parquet file as DuckDB sees it: names with types, and rows as text. */
async function parquet(key: string): Promise<{ columns: string[]; rows: unknown[][] }> {
  const path = join(folder, "read.parquet");
  await writeFile(path, s3.read(`s3://tenant/${key}`) ?? []);
  const instance = await DuckDBInstance.create(":memory:");
  const duckdb = await instance.connect();
  const described = await duckdb.runAndReadAll(`describe select * from read_parquet('${path}')`);
  const read = await duckdb.runAndReadAll(`select columns(*)::varchar from read_parquet('${path}')`);
  duckdb.closeSync();
  instance.closeSync();
  return {
    columns: described.getRows().map(([name, type]) => `${String(name)} ${String(type)}`),
    rows: read.getRows(),
  };
}

test("rows go into a gzipped CSV file by default, its size and rows told", async () => {
  const done = await run(connection, "copy into 's3://tenant/csv/' from t storage_integration=peak");
  expect(keys("csv/")).toEqual(["csv/data_0_0_0.csv.gz"]);
  const packed = s3.read("s3://tenant/csv/data_0_0_0.csv.gz") ?? new Uint8Array();
  const plain = gunzipSync(packed).toString();
  expect(plain).toBe('1,a\\,"b,12.50\n2,\\N,\\N\n3,line\\\nend,-0.01\n');
  expect(done.rows).toEqual([[3, plain.length, packed.length]]);
  expect(done.statement.getColumns()?.map((column) => column.getName())).toEqual(["rows_unloaded", "input_bytes", "output_bytes"]); // prettier-ignore
});

test("every option of CSV is followed", async () => {
  const format = `type=csv compression=none field_delimiter='|' record_delimiter='\\r\\n' field_optionally_enclosed_by='"' null_if=('NULL') file_extension='txt'`;
  await copy("full/x", "t", `file_format=(${format}) header=true`);
  expect(text("full/x_0_0_0.txt")).toBe(
    '"ID"|"NAME"|"PRICE"\r\n1|"a,""b"|12.50\r\n2|NULL|NULL\r\n3|"line\nend"|-0.01\r\n',
  );
  await copy("times", "(select '2024-01-02'::date, '03:04:05.6'::time, '2024-01-02 03:04:05'::timestamp_ntz, to_binary('AB'), true, 1.5::float)", "single=true file_format=(type=csv compression=none date_format='DD.MM.YYYY' time_format='HH24.MI' timestamp_format='YYYY' binary_format=base64)"); // prettier-ignore
  expect(text("times")).toBe("02.01.2024,03.04,2024,qw==,true,1.5\n");
});

test("an empty text that CSV cannot tell from NULL is an error unless the format can", async () => {
  expect((await refused("empty/", "(select '')", "")).message).toBe(
    "Cannot unload empty string without file format option field_optionally_enclosed_by being specified.",
  );
  await copy("empty/", "(select '', null::varchar)", `file_format=(type=csv compression=none field_optionally_enclosed_by='"' null_if=(''))`); // prettier-ignore
  expect(text("empty/data_0_0_0.csv")).toBe('"",\n');
  await copy("empty/b", "(select '')", "file_format=(type=csv compression=none empty_field_as_null=false)");
  expect(text("empty/b_0_0_0.csv")).toBe("\n");
});

test("a path that ends in no slash begins the files' names; SINGLE makes it the name", async () => {
  await copy("name/run", "t", "");
  await copy("name/one", "t", "single=true");
  await copy("name/", "t", "single=true");
  expect(keys("name/")).toEqual(["name/data", "name/one", "name/run_0_0_0.csv.gz"]);
});

test("names carry the query id when they are to", async () => {
  const { statement } = await run(connection, "copy into 's3://tenant/id/' from t storage_integration=peak include_query_id=true"); // prettier-ignore
  expect(keys("id/")).toEqual([`id/data_${statement.getQueryId()}_0_0_0.csv.gz`]);
});

test("a file that is there is not written over unless asked", async () => {
  await copy("twice/", "t", "");
  expect((await refused("twice/", "t", "")).message).toContain(
    "Files already existing at the unload destination: s3://tenant/twice/. Use overwrite option to force unloading.",
  );
  await copy("twice/", "(select 1)", "overwrite=true file_format=(type=csv compression=gzip)");
  expect(gunzipSync(s3.read("s3://tenant/twice/data_0_0_0.csv.gz") ?? new Uint8Array()).toString()).toBe("1\n");
  await copy("twice/other", "t", "");
});

test("MAX_FILE_SIZE splits the rows, and limits a single file", async () => {
  const many = "(select seq4() n from table(generator(rowcount => 5000)))";
  const split = await copy(
    "split/",
    many,
    "max_file_size=5000 detailed_output=true file_format=(type=csv compression=none)",
  );
  expect(split.every(([, size]) => Number(size) <= 5000)).toBe(true);
  expect(split.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(5000);
  expect(split.map(([name]) => name)).toEqual(keys("split/"));
  const pieces = await copy("split-pq/", many, "max_file_size=4000 detailed_output=true file_format=(type=parquet)");
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.every(([, size]) => Number(size) <= 4000)).toBe(true);
  expect((await refused("one", many, "single=true max_file_size=1000 file_format=(type=csv compression=none)")).message).toContain("Max file size (1000) exceeded"); // prettier-ignore
});

test("no rows make no file", async () => {
  expect(await copy("none/", "(select * from t where false)", "header=true")).toEqual([[0, 0, 0]]);
  expect(
    await copy("none/", "(select * from t where false)", "file_format=(type=parquet) detailed_output=true"),
  ).toEqual([]);
  expect(keys("none/")).toEqual([]);
});

test("PARTITION BY makes folders, __NULL__ for those without one, and excludes what it cannot have", async () => {
  const { statement } = await run(connection, `copy into 's3://tenant/part' from (select id, name from t) partition by ('id=' || case when id < 3 then id end || '/é') storage_integration=peak file_format=(type=csv compression=none)`); // prettier-ignore
  const id = statement.getQueryId();
  expect(keys("part")).toEqual([
    `part/__NULL__/data_${id}_0_0_0.csv`,
    `part/id=1/é/data_${id}_0_0_0.csv`,
    `part/id=2/é/data_${id}_0_0_0.csv`,
  ]);
  expect(text(`part/id=1/é/data_${id}_0_0_0.csv`)).toBe('1,a\\,"b\n');
  for (const option of ["single=true", "overwrite=true", "include_query_id=false"])
    expect((await failure(connection, `copy into 's3://tenant/p/' from t partition by (name) storage_integration=peak ${option}`)).message).toContain("cannot be used with PARTITION BY"); // prettier-ignore
  expect((await failure(connection, "copy into 's3://tenant/p/' from t partition by (id) storage_integration=peak")).message).toContain("VARCHAR"); // prettier-ignore
});

test("Parquet holds exact types under the columns' names", async () => {
  const values = `1::number(9,0) a, 1234567890123::number(18,0) b, 99999999999999999999999999999999999999::number(38,0) "c d", 1.50::number(10,2) e,
    'x' f, '2024-01-02'::date g, '03:04:05.123456'::time h, '2024-01-02 03:04:05.123456789'::timestamp_ntz i, true j, 0.1::float k, to_binary('AB') l,
    parse_json('{"b":[1,2.5]}') m, '2024-01-02 03:04:05.123'::timestamp_ntz(3) n`;
  await copy("pq/", `(select ${values} union all select null,null,null,null,null,null,null,null,null,null,null,null,null)`, "file_format=(type=parquet) header=true"); // prettier-ignore
  expect(keys("pq/")).toEqual(["pq/data_0_0_0.snappy.parquet"]);
  expect(await parquet("pq/data_0_0_0.snappy.parquet")).toEqual({
    columns: ["A INTEGER", "B BIGINT", "c d DECIMAL(38,0)", "E DECIMAL(10,2)", "F VARCHAR", "G DATE", "H TIME", "I TIMESTAMP_NS", "J BOOLEAN", "K DOUBLE", "L BLOB", "M VARCHAR", "N TIMESTAMP"], // prettier-ignore
    rows: [
      ["1", "1234567890123", "9".repeat(38), "1.50", "x", "2024-01-02", "03:04:05.123456", "2024-01-02 03:04:05.123456789", "true", "0.1", "\\xAB", '{"b":[1,2.5]}', "2024-01-02 03:04:05.123"], // prettier-ignore
      Array(13).fill(null),
    ],
  });
  await copy("pq/bare", "t", "file_format=(type=parquet compression=none)");
  expect((await parquet("pq/bare_0_0_0.parquet")).columns).toEqual(["_COL_0 INTEGER", "_COL_1 VARCHAR", "_COL_2 DECIMAL(20,2)"]); // prettier-ignore
});

test("Parquet takes no timestamp with a zone", async () => {
  for (const type of ["timestamp_tz", "timestamp_ltz"])
    expect((await refused("pqz/", `(select '2024-01-02 03:04:05 +01:00'::${type} x)`, "file_format=(type=parquet)")).message).toContain("TIMESTAMP_TZ and LTZ types are not supported for unloading to Parquet"); // prettier-ignore
});

test("JSON takes one document a row", async () => {
  await copy("json/", "(select object_construct(*) from t)", "file_format=(type=json compression=none)");
  expect(text("json/data_0_0_0.json").split("\n").filter(Boolean).map((line) => JSON.parse(line) as unknown)).toEqual([
    { ID: 1, NAME: 'a,"b', PRICE: 12.5 },
    { ID: 2 },
    { ID: 3, NAME: "line\nend", PRICE: -0.01 },
  ]); // prettier-ignore
  await copy("json/k", "(select object_construct_keep_null(*) from t where id = 2)", "file_format=(type=json compression=none)"); // prettier-ignore
  expect(text("json/k_0_0_0.json")).toBe('{"ID":2,"NAME":null,"PRICE":null}\n');
  expect((await refused("json/", "t", "file_format=(type=json)")).message).toContain("one and only one column of type variant or object or array"); // prettier-ignore
});

test("VALIDATION_MODE = RETURN_ROWS gives the rows and writes nothing", async () => {
  expect(await copy("dry/", "(select id from t)", "validation_mode=return_rows")).toEqual([[1], [2], [3]]);
  expect(keys("dry/")).toEqual([]);
});

test("a location needs an integration that allows it", async () => {
  const none = await failure(connection, "copy into 's3://tenant/x/' from t");
  expect(none.message).toBe(
    "Failure using stage area. Cause: [Access Denied (Status Code: 403; Error Code: AccessDenied)]",
  );
  const outside = await failure(connection, "copy into 's3://elsewhere/x/' from t storage_integration=peak");
  expect(outside.message).toContain("Location 's3://elsewhere/x/' is not allowed by integration 'PEAK'.");
});

test("what a transaction has written and not committed is unloaded too, and the transaction goes on", async () => {
  await rows(connection, "begin");
  await rows(connection, "insert into t values (4, 'mine', 0)");
  expect((await copy("tx/", "t", ""))[0]?.[0]).toBe(4);
  await rows(connection, "rollback");
  expect(await rows(connection, "select count(*) from t")).toEqual([[3]]);
});

test("a bucket that fails half-way leaves the files that were written, and says why it failed", async () => {
  const undo = s3.inject({ operation: "PutObject", after: 2, times: Infinity, kind: "error", code: "InternalError", status: 500 }); // prettier-ignore
  const error = await refused("half/", "(select seq4() from table(generator(rowcount=>1000)))", "max_file_size=1000");
  undo();
  expect(error).toMatchObject({ code: "091003" });
  expect(error.message).toContain("Error Code: InternalError");
  expect(keys("half/")).toEqual(["half/data_0_0_0.csv.gz", "half/data_0_0_1.csv.gz"]);
});

test("a cancel stops an unload that is writing; what was written stays", async () => {
  s3.inject({ operation: "PutObject", after: 1, kind: "hold" });
  const client = await wire(standIn);
  const sql = "copy into 's3://tenant/stop/' from (select seq4() from table(generator(rowcount=>1000))) storage_integration=peak max_file_size=1000"; // prettier-ignore
  const answer = await client.query(sql);
  expect(answer.code).toBe("333333");
  expect(keys("stop/")).toEqual(["stop/data_0_0_0.csv.gz"]);
  await client.request("POST", `/queries/${answer.data.queryId}/abort-request`);
  expect(await client.request("GET", String(answer.data.getResultUrl))).toMatchObject({
    success: false,
    code: "000604",
  });
  s3.release();
  expect(standIn.running()).toEqual([]);
});

test("an unload that was sent on its own is watched, and its result fetched by its id", async () => {
  standIn.suspendWarehouse();
  const go = standIn.inject({ statement: "async/", kind: "hold" });
  const { statement } = await run(connection, "copy into 's3://tenant/async/' from t storage_integration=peak", { asyncExec: true, streamResult: true }); // prettier-ignore
  const id = statement.getQueryId();
  await expect.poll(() => connection.getQueryStatus(id)).toBe("RESUMING_WAREHOUSE");
  standIn.resumeWarehouse();
  await expect.poll(() => connection.getQueryStatus(id)).toBe("QUEUED");
  s3.inject({ operation: "PutObject", key: "async/", kind: "hold" });
  go();
  await expect.poll(() => connection.getQueryStatus(id)).toBe("RUNNING");
  const fetched = new Promise<unknown>((resolve, reject) => {
    void connection.fetchResult({ sqlText: "", queryId: id, complete: (error, _statement, found) => (error ? reject(error) : resolve(found)) }); // prettier-ignore
  });
  s3.release();
  expect(await fetched).toEqual([expect.objectContaining({ rows_unloaded: 3 })]);
  expect(await connection.getQueryStatus(id)).toBe("SUCCESS");
});

test("a statement that waits for the warehouse can be stopped; one that needs none does not wait", async () => {
  standIn.suspendWarehouse();
  expect(await rows(connection, "select 1")).toEqual([[1]]);
  const ended = new Promise<unknown>((resolve) => {
    const statement = connection.execute({ sqlText: "select * from t", complete: (error) => resolve(error) });
    statement.cancel();
  });
  expect(await ended).toMatchObject({ code: "000604" });
  standIn.resumeWarehouse();
});
