import { gunzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { startRedshift, type RedshiftStandIn } from "../../src/testing/redshift/index.ts";
import { startS3, type S3StandIn } from "../../src/testing/s3/index.ts";
import { cancelBy } from "./redshift-cancel.ts";

const tenant = "arn:aws:iam::123456789012:role/peak-tenant";
const data = "arn:aws:iam::123456789012:role/peak-data";
const chain = `iam_role '${tenant},${data}'`;

let s3: S3StandIn;
let redshift: RedshiftStandIn;
let client: pg.Client;
const notices: { severity: string | undefined; message: string | undefined }[] = [];

beforeAll(async () => {
  s3 = await startS3({ buckets: ["lake"] });
  redshift = await startRedshift({
    postgres: inject("postgres"),
    s3,
    roles: {
      [tenant]: { attached: true, mayAssume: [data] },
      [data]: { locations: ["s3://lake/"] },
    },
  });
  client = await connected();
  client.on("notice", ({ severity, message }) => notices.push({ severity, message }));
});
afterAll(async () => {
  await client.end();
  await redshift.close();
  await s3.close();
});

async function connected(): Promise<pg.Client> {
  const one = new pg.Client({ connectionString: redshift.url });
  one.on("error", () => undefined);
  await one.connect();
  return one;
}

let prefixes = 0;
const fresh = (): string => `s3://lake/run-${++prefixes}/`;
const names = (prefix: string): string[] =>
  s3.objects("lake", prefix.slice("s3://lake/".length)).map(({ key }) => `s3://lake/${key}`);
const text = (url: string): string => Buffer.from(s3.read(url) ?? new Uint8Array()).toString("utf8");
const quote = (sql: string): string => `'${sql.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
const unload = (select: string, to: string, options = ""): string =>
  `unload (${quote(select)}) to '${to}' ${chain} ${options}`;

/** Reads Parquet files of the bucket with DuckDB: the columns with their types, and the rows as text. */
async function parquet(...urls: string[]): Promise<{ types: Record<string, string>; rows: (string | null)[][] }> {
  const folder = await mkdtemp(join(tmpdir(), "unload-"));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const duck = await instance.connect();
  try {
    const files = urls.map((_, at) => join(folder, `${at}.parquet`));
    for (const [at, url] of urls.entries()) await writeFile(files[at] ?? "", s3.read(url) ?? new Uint8Array());
    const source = `read_parquet([${files.map((file) => `'${file}'`).join(",")}], hive_partitioning = false)`;
    const described = await duck.runAndReadAll(`describe select * from ${source}`);
    const columns = (described.getRowsJson() as string[][]).map(([name = "", type = ""]) => [name, type] as const);
    const casts = columns.map(([name]) => `cast("${name}" as varchar)`).join(", ");
    const rows = await duck.runAndReadAll(`select ${casts} from ${source} order by all`);
    return { types: Object.fromEntries(columns), rows: rows.getRowsJson() as (string | null)[][] };
  } finally {
    duck.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

describe("UNLOAD to Parquet", () => {
  test("writes every type exactly, and says so in the words of a cluster", async () => {
    await client.query(`create temp table kinds (
      b boolean, s smallint, i integer, l bigint, r real, d double precision, n numeric(38,10), dt date,
      ts timestamp, tz timestamptz, c char(3), v varchar(20), j super)`);
    await client.query(`insert into kinds values
      (true, -32768, 2147483647, -9223372036854775808, 0.1, 0.1, 1234567890123456789012345678.0123456789, '1999-12-31',
       '2024-02-29 23:59:59.123456', '2024-01-01 00:00:00.5+02', 'ab', 'é''\\\\"', json_parse('{"a": [1, null]}')),
      (null, null, null, null, null, null, null, null, null, null, null, null, null)`);
    const to = fresh();
    notices.length = 0;
    const result = await client.query(unload("select * from kinds", to, "format as parquet"));
    expect(result.command).toBe("UNLOAD");
    expect(notices).toEqual([{ severity: "INFO", message: "UNLOAD completed, 2 record(s) unloaded successfully." }]);
    expect(names(to)).toEqual([`${to}0000_part_00.parquet`, `${to}0001_part_00.parquet`]);
    const { types, rows } = await parquet(...names(to));
    expect(types).toEqual({
      b: "BOOLEAN", s: "SMALLINT", i: "INTEGER", l: "BIGINT", r: "FLOAT", d: "DOUBLE", n: "DECIMAL(38,10)", dt: "DATE",
      ts: "TIMESTAMP", tz: "TIMESTAMP", c: "VARCHAR", v: "VARCHAR", j: "VARCHAR",
    }); // prettier-ignore
    expect(rows).toEqual([
      [
        "true", "-32768", "2147483647", "-9223372036854775808", "0.1", "0.1", "1234567890123456789012345678.0123456789",
        "1999-12-31", "2024-02-29 23:59:59.123456", "2023-12-31 22:00:00.5", "ab ", "é'\\\"", '{"a":[1,null]}',
      ],
      Array.from({ length: 13 }, () => null),
    ]); // prettier-ignore
  });

  test("sorts rows into folders by partition columns, and leaves those out of the files unless they are included", async () => {
    const select = "select 1 as a, 'x/y' as p union all select 2, null union all select 3, 'z'";
    const to = fresh();
    await client.query(unload(select, to, "parquet partition by (p)"));
    expect(names(to)).toEqual([
      `${to}p=__HIVE_DEFAULT_PARTITION__/0001_part_00.parquet`,
      `${to}p=x%2Fy/0000_part_00.parquet`,
      `${to}p=z/0000_part_00.parquet`,
    ]);
    expect((await parquet(...names(to))).types).toEqual({ a: "INTEGER" });
    const whole = fresh();
    await client.query(unload(select, whole, "parquet partition by (p) include"));
    expect((await parquet(...names(whole))).rows).toEqual([["1", "x/y"], ["2", null], ["3", "z"]]); // prettier-ignore
  });

  test("writes no file for no rows", async () => {
    const to = fresh();
    await client.query(unload("select 1 as a where 1 = 0", to, "parquet"));
    expect(names(to)).toEqual([]);
  });

  test.each([
    ["delimiter ','", "DELIMITER"],
    ["header", "HEADER"],
    ["addquotes", "ADDQUOTES"],
    ["escape", "ESCAPE"],
    ["null as ''", "NULL AS"],
    ["gzip", "Compression"],
  ])("takes no %s", async (option, word) => {
    await expect(client.query(unload("select 1 as a", fresh(), `parquet ${option}`))).rejects.toMatchObject({
      message: `${word} is not supported for UNLOAD to PARQUET`,
    });
  });

  test("splits what is larger than a file may be", async () => {
    const to = fresh();
    const select =
      "select md5(g::text) || md5((g + 1)::text) || md5((g + 2)::text) as t from generate_series(1, 150000) g";
    await client.query(unload(select, to, "parquet maxfilesize 5 mb parallel off"));
    const sizes = s3.objects("lake", to.slice("s3://lake/".length)).map(({ bytes }) => bytes);
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5 * 1024 * 1024);
    expect(names(to)[0]).toBe(`${to}000.parquet`);
    expect((await parquet(...names(to))).rows.length).toBe(150_000);
  });
});

describe("UNLOAD to text", () => {
  const select = `select 1 as "a", 'p|q,"r"' as b, null as c, true as d union all select 2, 'x\ny\\\\z', '', false order by 1`;

  test("is delimited by bars unless told otherwise, and a slice without rows has an empty file", async () => {
    const to = fresh();
    await client.query(unload("select 1 as a, 'x|y' as b", to));
    expect(names(to).map((url) => [url, text(url)])).toEqual([
      [`${to}0000_part_00`, "1|x|y\n"],
      [`${to}0001_part_00`, ""],
    ]);
  });

  test("escapes and quotes when asked", async () => {
    const to = fresh();
    await client.query(unload(select, to, "addquotes escape parallel off null as '@'"));
    expect(text(`${to}000`)).toBe('"1"|"p\\|q,\\"r\\""|@|"t"\n"2"|"x\\\ny\\\\z"|""|"f"\n');
  });

  test("is CSV with a header", async () => {
    const to = fresh();
    await client.query(unload(select, to, "format csv header parallel off null '\\\\N'"));
    expect(text(`${to}000`)).toBe('a,b,c,d\n1,"p|q,""r""",\\N,t\n2,"x\ny\\z",,f\n');
  });

  test("is JSON, an object a line", async () => {
    const to = fresh();
    await client.query(unload("select 1 as a, 1.50::numeric(5,2) as n, 'é\"' as s, true as b, null as z, json_parse('[1]') as j, '2024-01-01'::date as d", to, "format as json parallel off")); // prettier-ignore
    expect(text(`${to}000`)).toBe('{"a":1,"n":1.50,"s":"é\\"","b":"t","z":null,"j":[1],"d":"2024-01-01"}\n');
    await expect(client.query(unload("select 1 as a, 2 as a", fresh(), "json"))).rejects.toMatchObject({
      code: "42701",
    });
  });

  test("is compressed, and split by the bytes that are written", async () => {
    const to = fresh();
    const many = "select md5(g::text) || md5((g + 1)::text) as t from generate_series(1, 300000) g";
    await client.query(unload(many, to, "csv gzip maxfilesize 5 mb parallel off header extension 'csv.gz'"));
    const urls = names(to);
    expect(urls.slice(0, 2)).toEqual([`${to}000.csv.gz`, `${to}001.csv.gz`]);
    for (const url of urls) expect(s3.read(url)?.length).toBeLessThanOrEqual(5 * 1024 * 1024);
    const lines = urls.map((url) =>
      gunzipSync(s3.read(url) ?? new Uint8Array())
        .toString()
        .trimEnd()
        .split("\n"),
    );
    expect(lines.every(([header]) => header === "t")).toBe(true);
    expect(lines.reduce((sum, { length }) => sum + length - 1, 0)).toBe(300_000);
  });

  test("lists its files in a manifest", async () => {
    const to = fresh();
    await client.query(unload("select 1::bigint as a, 'x' as b", to, "csv header parallel off manifest verbose"));
    expect(JSON.parse(text(`${to}manifest`))).toEqual({
      entries: [{ url: `${to}000`, meta: { content_length: 8, record_count: 2 } }],
      schema: {
        elements: [
          { name: "a", type: { base: "bigint" } },
          { name: "b", type: { base: "character varying" } },
        ],
      },
      meta: { content_length: 8, record_count: 2 },
      author: { name: "Amazon Redshift", version: "1.0.0" },
    });
  });
});

describe("the destination of an UNLOAD", () => {
  test("must be empty, unless files may be overwritten or are to be removed first", async () => {
    const to = fresh();
    s3.write(`${to}old`, Buffer.from("old"));
    await expect(client.query(unload("select 1 as a", to))).rejects.toMatchObject({
      code: "XX000",
      message:
        "Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option.",
      detail: expect.stringMatching(/^\n {2}-+\n {2}error: {2}Specified .*\n {2}code: {6}8001\n/) as string,
    });
    await client.query(unload("select 1 as a", to, "allowoverwrite parallel off"));
    expect(names(to)).toEqual([`${to}000`, `${to}old`]);
    await client.query(unload("select 1 as a", to, "cleanpath parallel off"));
    expect(names(to)).toEqual([`${to}000`]);
    await expect(client.query(unload("select 1", to, "cleanpath allowoverwrite"))).rejects.toMatchObject({
      code: "42601",
    });
  });

  test("keeps what was written before the bucket failed", async () => {
    const to = fresh();
    s3.inject({ operation: "PutObject", after: 1, times: 10, kind: "error", code: "AccessDenied", status: 403 });
    await expect(client.query(unload("select 1 as a union all select 2", to))).rejects.toMatchObject({
      code: "XX000",
      message: expect.stringMatching(/^S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid /) as string,
    });
    expect(names(to)).toEqual([`${to}0000_part_00`]);
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    for (let left = 9; left > 0; left--)
      await client.query(unload("select 1", fresh(), "parallel off")).catch(() => undefined);
  });
});

describe("roles", () => {
  const with_ = (list: string, to = fresh()): Promise<unknown> =>
    client.query(`unload ('select 1 as a') to '${to}' iam_role ${list} parallel off`);
  const notAuthorized = (words: RegExp) => ({ code: "XX000", message: expect.stringMatching(words) as string });

  test("are taken on one after the other, the first attached, the last for the place", async () => {
    await with_(`'${tenant},${data}'`);
    await expect(with_(`'${data}'`)).rejects.toMatchObject(notAuthorized(/^User arn:aws:redshift:.*\/peak is not authorized to assume IAM Role .*peak-data$/)); // prettier-ignore
    await expect(with_(`'${tenant}'`)).rejects.toMatchObject(
      notAuthorized(/^S3ServiceException:Access Denied,Status 403/),
    );
    await expect(with_(`'${tenant}, ${data}'`)).rejects.toMatchObject(notAuthorized(/is not authorized to assume IAM Role {2}arn/)); // prettier-ignore
    await expect(with_(`'${data},${tenant}'`)).rejects.toMatchObject(notAuthorized(/peak-data$/));
    await expect(with_(`'${tenant},${data},${tenant}'`)).rejects.toMatchObject(notAuthorized(/^Role .*peak-data is not authorized to assume IAM Role .*peak-tenant$/)); // prettier-ignore
    await expect(with_("'nonsense'")).rejects.toMatchObject(notAuthorized(/assume IAM Role nonsense$/));
    await expect(with_("default")).rejects.toMatchObject(notAuthorized(/default IAM role/));
    await expect(with_(`'${tenant},${data}'`, "s3://elsewhere/x")).rejects.toMatchObject(
      notAuthorized(/Access Denied/),
    );
  });
});

describe("an UNLOAD's text", () => {
  const bad = (sql: string) => expect(client.query(sql)).rejects;

  test("is read clause by clause", async () => {
    await bad(unload("select 1", fresh(), "colour 'red'")).toMatchObject({ code: "42601", message: 'syntax error at or near "colour"' }); // prettier-ignore
    await bad(unload("select 1", fresh(), "header header")).toMatchObject({
      message: "conflicting or redundant options",
    });
    await bad(unload("select 1 limit 5", fresh())).toMatchObject({ message: "Limit clause is not supported" });
    await bad(unload("drop table x", fresh())).toMatchObject({ message: 'syntax error at or near "drop"' });
    await bad(unload("select 1; drop table x", fresh())).toMatchObject({ message: 'syntax error at or near ";"' });
    await bad(unload("select 1", fresh(), "maxfilesize 4 mb")).toMatchObject({ code: "22023" });
    await bad(unload("select 1", fresh(), "parquet rowgroupsize 8 mb")).toMatchObject({ code: "22023" });
    await bad(`unload ('select 1') to '${fresh()}'`).toMatchObject({ code: "42601" });
    await bad(unload("select * from nowhere", fresh())).toMatchObject({ code: "42P01" });
    await bad(unload("select e'x'", fresh())).toMatchObject({ message: 'type "e" does not exist' });
    await expect(client.query(unload("select $1", fresh()), ["x"])).rejects.toMatchObject({ code: "42601" });
    await expect(client.query(unload("select 1", fresh()), ["x"])).rejects.toMatchObject({ code: "08P01" });
  });

  test("may be quoted with dollars, and come by the extended protocol", async () => {
    const to = fresh();
    const sql = `unload ($$select * from (select 'it''s' as a limit 1)$$) to '${to}' ${chain} parallel off`;
    const result = await client.query({ text: sql, queryMode: "extended" } as pg.QueryConfig);
    expect([result.command, text(`${to}000`)]).toEqual(["UNLOAD", "it's\n"]);
  });
});

describe("the session of an UNLOAD", () => {
  test("sees its own transaction, and fails with it", async () => {
    const to = fresh();
    await client.query("begin");
    await client.query("create temp table own (a int)");
    await client.query("insert into own values (7)");
    await client.query(unload("select * from own", to, "parallel off"));
    expect(text(`${to}000`)).toBe("7\n");
    await expect(client.query(unload("select 1/0 as a", fresh()))).rejects.toMatchObject({ code: "22012" });
    await expect(client.query("select 1")).rejects.toMatchObject({ code: "25P02" });
    await expect(client.query(unload("select 1", fresh()))).rejects.toMatchObject({ code: "25P02" });
    await client.query("rollback");
  });

  test("tells count, query and files afterwards, to itself and to others", async () => {
    const to = fresh();
    await client.query(unload("select 1 as a union all select 2 union all select 3", to, "csv"));
    const told = "select pg_last_unload_count() as count, pg_last_query_id() as id, pg_backend_pid() as pid";
    const { count, id, pid } = (await client.query<Record<string, string>>(told)).rows[0] ?? {};
    expect(count).toBe("3");
    const other = await connected();
    const detail = "select trim(file_name) as file, line_count, transfer_size, session_id from sys_unload_detail where query_id = $1 order by 1"; // prettier-ignore
    expect((await other.query(detail, [id])).rows).toEqual([
      { file: `${to}0000_part_00`, line_count: "2", transfer_size: "4", session_id: pid },
      { file: `${to}0001_part_00`, line_count: "1", transfer_size: "2", session_id: pid },
    ]);
    const history = "select status, unloaded_rows, unloaded_files_count, unloaded_files_size from sys_unload_history where query_id = $1"; // prettier-ignore
    expect((await other.query(history, [id])).rows).toEqual([
      { status: "success   ", unloaded_rows: "3", unloaded_files_count: "2", unloaded_files_size: "6" },
    ]);
    expect((await other.query("select 1 from stl_unload_log where query = $1", [id])).rowCount).toBeNull();
    await other.end();
  });

  test("is told of by the extended protocol as it is when the question runs", async () => {
    const to = fresh();
    await client.query(unload("select 1 as a", to, "parallel off"));
    const files =
      "select trim(file_name) as file from sys_unload_detail where session_id = pg_backend_pid() and file_name like $1";
    expect((await client.query(files, [`${to}%`])).rows).toEqual([{ file: `${to}000` }]);
  });

  test("is cancelled while PostgreSQL works, and while S3 is waited for, and goes on", async () => {
    const slow = client.query(unload("select pg_sleep(60)", fresh()));
    slow.catch(() => undefined);
    await expect.poll(() => redshift.running().length).toBe(1);
    await cancelBy(client, redshift);
    await expect(slow).rejects.toMatchObject({ code: "57014", message: expect.stringMatching(/^Query \(\d+\) cancelled on user's request$/) as string }); // prettier-ignore
    const put = (): number => s3.requests().filter(({ operation }) => operation === "PutObject").length;
    const before = put();
    s3.inject({ operation: "PutObject", times: 1, kind: "hold" });
    const stuck = client.query(unload("select 1", fresh()));
    stuck.catch(() => undefined);
    await expect.poll(put).toBeGreaterThan(before);
    await cancelBy(client, redshift);
    await expect(stuck).rejects.toMatchObject({ code: "57014" });
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  test("keeps statement_timeout for the whole of it", async () => {
    await client.query("set statement_timeout to 300");
    await expect(client.query(unload("select pg_sleep(60)", fresh()))).rejects.toMatchObject({ code: "57014" });
    await client.query(unload("select 1", fresh()));
    expect((await client.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "300ms" }]);
    await client.query("reset statement_timeout");
  });

  test("has it done when the client has left", async () => {
    const leaving = await connected();
    const to = fresh();
    leaving.query(unload("select pg_sleep(0.3)", to)).catch(() => undefined);
    await expect.poll(() => redshift.running().length).toBe(1);
    (leaving as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(); // Untyped in pg.
    await expect.poll(() => names(to)).toEqual([`${to}0000_part_00`, `${to}0001_part_00`]);
    await expect.poll(() => redshift.sessions().length).toBe(1);
  });
});

describe("sys_query_history", () => {
  test("tells another session that a statement is queued, then running, then done", async () => {
    const watcher = await connected();
    const look = async (): Promise<unknown> =>
      (await watcher.query("select trim(status) as status from sys_query_history where query_text like 'select 42 as watched%'")).rows[0]; // prettier-ignore
    const release = redshift.inject({ statement: /^select 42 as watched/, kind: "hold", times: Infinity });
    const held = client.query("select 42 as watched, pg_sleep(0.5)");
    await expect.poll(look).toEqual({ status: "queued" });
    release();
    await expect.poll(look).toEqual({ status: "running" });
    expect((await held).rows[0]).toMatchObject({ watched: 42 });
    await expect.poll(look).toEqual({ status: "success" });
    await watcher.end();
  });
});
