import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { tableFromIPC } from "apache-arrow";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { endedBySignal } from "../../src/cli/ended.ts";
import { holding, outcome } from "./command.ts";
import { standIns } from "./stand-ins.ts";

const place = standIns();

describe.each(["redshift", "snowflake"] as const)("query on %s", (tenant) => {
  beforeEach(() => place.be(tenant));

  const two = "select 1 as id, 'a' as name union all select 2, null order by id";

  test("writes a table to a terminal, and lines of JSON to everything else", async () => {
    const table = [" id │ name", "────┼──────", "  1 │ a", "  2 │ NULL", ""].join("\n");
    expect(await outcome(["query", two], { columns: 80, env: { NO_COLOR: "1" } })).toMatchObject({
      code: 0,
      out: table,
    });
    expect(await outcome(["query", two])).toMatchObject({
      out: '{"id":1,"name":"a"}\n{"id":2,"name":null}\n',
      err: "",
    });
    expect((await outcome(["query", two, "--format", "table"])).out).toBe(table);
  });

  test("dims NULL on a terminal with colours only", async () => {
    const coloured = await outcome(["query", "select null as a"], { columns: 80, env: { TERM: "xterm" } });
    expect(coloured.out).toContain("\u001b[2mNULL\u001b[22m");
    const plain = await outcome(["query", "select null as a"], { columns: 80, env: { TERM: "xterm", NO_COLOR: "1" } });
    expect(plain.out).not.toContain("\u001b");
  });

  test("writes CSV, one JSON array, Arrow and files", async () => {
    expect((await outcome(["query", two, "--format", "csv", "--null-as", "-"])).out).toBe("id,name\n1,a\n2,-\n");
    const json = await outcome(["query", two, "--format", "json"]);
    expect(json.out).toBe('[\n{"id":1,"name":"a"},\n{"id":2,"name":null}\n]\n');
    expect((await outcome(["query", `select * from (${two}) t where id > 2`, "--format", "json"])).out).toBe("[]\n");
    const arrow = tableFromIPC((await outcome(["query", two, "--format", "arrow"])).bytes);
    expect(arrow.toArray().map(String)).toEqual(['{"id": 1, "name": "a"}', '{"id": 2, "name": null}']);

    const written = async (name: string) => {
      expect(await outcome(["query", two, "-o", place.path(name)])).toMatchObject({ code: 0, out: "" });
      return readFile(place.path(name), "latin1");
    };
    expect(await written("rows.json")).toBe(json.out);
    expect(await written("rows.txt")).toContain(Buffer.from(" id │ name\n").toString("latin1"));
    expect(await written("rows.parquet")).toMatch(/^PAR1.*PAR1$/s);
    expect(await readdir(place.path())).toEqual(["rows.json", "rows.parquet", "rows.txt"]);
    for (const name of await readdir(place.path())) await rm(place.path(name));
  });

  test("keeps every digit", async () => {
    const big = "select cast('12345678901234567890.5' as decimal(30, 1)) as d, cast('9007199254740993' as bigint) as i";
    expect((await outcome(["query", big])).out).toBe('{"d":"12345678901234567890.5","i":9007199254740993}\n');
    expect((await outcome(["query", big, "--format", "table"])).out).toContain(
      " 12345678901234567890.5 │ 9007199254740993",
    );
  });

  test("takes SQL from a file, from standard input, and beginning with a comment", async () => {
    const path = place.path("one.sql");
    await writeFile(path, "\ufeffselect 1 as one;\n");
    for (const asked of [
      outcome(["query", "-f", path]),
      outcome(["query"], { input: "select 1 as one" }),
      outcome(["query", "-"], { input: "select 1 as one" }),
      outcome(["query", "-- a comment\nselect 1 as one"]),
      outcome(["query", "--a comment\nselect 1 as one"]),
    ]) {
      expect(await asked).toMatchObject({ code: 0, out: '{"one":1}\n' });
    }
    await rm(path);
  });

  test("binds values: for a ? whatever they hold, for names by their name, and as JSON with their types", async () => {
    const positional = [
      "query",
      "select cast(? as varchar(20)) as a, cast(? as varchar(20)) as b",
      "-p",
      "x=1",
      "-p",
      "-- 2",
    ];
    expect((await outcome(positional)).out).toBe('{"a":"x=1","b":"-- 2"}\n');
    const named = ["query", "select cast(:a as varchar(20)) as a", "--param", "a=b=c"];
    expect((await outcome(named)).out).toBe('{"a":"b=c"}\n');
    const typed = ["query", `select id from (${two}) t where id in (:ids)`, "--params", '{"ids":[2,3]}'];
    expect((await outcome(typed)).out).toBe('{"id":2}\n');
    const exact = ["query", "select ? as a, ? as b", "--params", "[9007199254740992, 0.10]"];
    expect((await outcome(exact)).out).toBe('{"a":9007199254740992,"b":0.1}\n');
    const nameless = await outcome(["query", "select cast(:a as varchar(20)) as a", "--param", "hush"]);
    expect(nameless.code).toBe(2);
    expect(nameless.err).not.toContain("hush");
  });

  test("runs several statements on one session, and tells which fails and where", async () => {
    const script = `create temporary table kept (id integer); insert into kept values (1), (2);
      select id from kept order by id; select 'end; here' as e`;
    const done = await outcome(["query"], { input: script });
    expect(done).toMatchObject({ code: 0, out: '{"id":1}\n{"id":2}\n{"e":"end; here"}\n' });
    expect(done.err).toMatch(/^done, .* ms\n2 rows changed, .* ms\n$/);
    expect((await outcome(["query", "--quiet"], { input: script })).err).toBe("");

    const wrong = await outcome(["query", "select 1 as one;\nselect 'ü',\n  nowhere from (select 1 as a) t"]);
    expect(wrong).toMatchObject({ code: 1, out: '{"one":1}\n' });
    expect(wrong.err).toMatch(/^error: Statement 2 of 2: .*nowhere/i);
    expect(wrong.err).toContain("\n  2 |   nowhere from (select 1 as a) t\n        ^\n  (QUERY, SQLSTATE 42");
  });

  test("shows the place of a mistake in the statement as it was sent", async () => {
    const { err } = await outcome([
      "query",
      "select a from (select 1 as a) t where a = ? and nowhere = ?",
      "-p",
      "1",
      "-p",
      "2",
    ]);
    const [, line = "", caret = ""] = err.split("\n");
    expect(line.slice(caret.indexOf("^"))).toMatch(/^nowhere/);
  });

  test("shows the rows within a limit in a table, and then tells of the limit", async () => {
    const limited = await outcome(["query", two, "--max-rows", "1", "--format", "table"]);
    expect(limited).toMatchObject({ code: 1, out: " id │ name\n────┼──────\n  1 │ a\n" });
    expect(limited.err).toContain("(LIMIT)");
  });

  test("ends with 124 when its time is over, and stops the server", async () => {
    const slow = tenant === "redshift" ? "select pg_sleep(60)" : "select system$wait(60)";
    expect(await outcome(["query", slow, "--timeout", "600ms"])).toMatchObject({
      code: 124,
      err: "The command did not end within its --timeout of 600ms.\n",
    });
    expect(place.local[tenant].running()).toEqual([]);
  });

  test("draws a line of progress on a terminal when the work is long, and erases it", async () => {
    const slow = tenant === "redshift" ? "select 1 as a from pg_sleep(0.8)" : "select system$wait(0.8) as a";
    const [{ err }, quiet] = await Promise.all([
      outcome(["query", slow], { columns: 80 }),
      outcome(["query", slow, "--quiet"], { columns: 80 }),
    ]);
    const [, first, ...rest] = err.split("\r\u001b[K");
    expect(first).toMatch(/^running · \d+ ms$/);
    expect(rest.at(-1)).toMatch(/^1 row, \d+ ms\n$/);
    expect(quiet.err).toBe("");
  });
});

describe("query", () => {
  beforeEach(() => place.be("redshift"));

  test("lets no text of the warehouse steer the terminal", async () => {
    const { out } = await outcome(["query", "select 'a\u001b[2J\nb\u202e' as \"t\""], { columns: 80 });
    expect(out).toContain("a\\u001b[2J\\nb\\u202e");
  });

  test("gives the rows of a cursor", async () => {
    const script = "begin; declare c cursor for select 1 as a union all select 2; fetch forward 2 from c; commit";
    expect((await outcome(["query", script])).out).toBe('{"a":1}\n{"a":2}\n');
    expect((await outcome(["query", script, "--format", "table"])).out).toBe(" a\n───\n 1\n 2\n");
  });

  test.each([
    ["no SQL", [], /There is no SQL/],
    ["no statement", ["-- nothing"], /There is no statement/],
    ["an unknown flag", ["select 1", "--fromat", "csv"], /unknown option '--fromat'/],
    ["an unknown format", ["select 1", "--format", "xml"], /Allowed choices are table/],
    ["a file of no known kind", ["select 1", "-o", "rows.xls"], /add --format/],
    ["a zipped array", ["select 1", "-o", "rows.json.gz"], /not compressed here/],
    ["a zipped array by flag", ["select 1", "--format", "json", "--compression", "gzip"], /not compressed here/],
    ["a delimiter in a table", ["select 1", "--format", "table", "--delimiter", ";"], /says nothing of a table/],
    ["a delimiter in JSON", ["create table never (id integer); select 1", "--delimiter", ";"], /delimiter is not for/],
    ["two results for one file", ["select 1; select 2", "-o", "rows.csv"], /A file holds one result/],
    ["two results as Parquet", ["select 1; select 2", "--format", "parquet"], /holds one result/],
    ["values for two statements", ["select ?; select ?", "-p", "1"], /Values are for one statement/],
    ["SQL twice", ["select 1", "-f", "one.sql"], /given twice/],
    ["a file that is not there", ["-f", "/nowhere.sql"], /cannot be read/],
    ["a time that is none", ["select 1", "--timeout", "soon"], /must be a duration/],
    ["a time beyond all clocks", ["select 1", "--timeout", "600h"], /at most 24 days/],
    ["a number that JSON would round", ["select ?", "--params", "[9007199254740993]"], /in quotes/],
    ["a fraction that JSON would round", ["select ?", "--params", '{"a":0.12345678901234567890}'], /in quotes/],
    ["a folder for a file", ["select 1", "-o", "/tmp", "--format", "csv"], /is no file.*redirect/],
    ["a device for a file", ["select 1", "-o", "/dev/null", "--format", "csv"], /is no file.*redirect/],
    ["a proxy's password", ["select 1", "--proxy", "http://u:hush@proxy"], /belongs in HTTPS_PROXY/],
  ])("refuses %s with 2, and runs nothing", async (_, args, words) => {
    const before = place.local.redshift.statements().length;
    const refused = await outcome(["query", ...args]);
    expect(refused).toMatchObject({ code: 2, out: "", err: holding(words) });
    expect(refused.err).not.toContain("hush");
    expect(
      place.local.redshift
        .statements()
        .slice(before)
        .filter(({ sql }) => /^select \d|\?|^create/.test(sql)),
    ).toEqual([]);
  });

  test("refuses SQL in another encoding than UTF-8, whose letters would be lost", async () => {
    const stdin = Readable.from([Buffer.from("select 'caf\u00e9' as word", "latin1")]);
    expect(await outcome(["query"], { stdin })).toMatchObject({ code: 2, out: "", err: holding("not text in UTF-8") });
  });

  test("writes errors as one line of JSON where asked", async () => {
    const { code, err } = await outcome(["query", "select nowhere", "--json-errors"]);
    expect(code).toBe(1);
    expect(JSON.parse(err)).toMatchObject({ code: "QUERY", sqlState: "42703", position: 8, effect: "none" });
  });

  test("tells what a file could not be written for, and leaves none", async () => {
    const failed = await outcome(["query", "select 1 as a", "-o", place.path("no", "folder.csv")]);
    expect(failed).toMatchObject({ code: 1, err: holding("(STORAGE, code ENOENT)") });
  });

  test("writes to standard output for -", async () => {
    const asked = await outcome(["query", "select 1 as one", "-o", "-", "--format", "csv"]);
    expect(asked).toMatchObject({ code: 0, out: "one\n1\n" });
    expect(await outcome(["query", "select 1 as one", "-o", "-"])).toMatchObject({ code: 0, out: '{"one":1}\n' });
  });

  test.each(["stopped.csv", "stopped.json", "stopped.txt"])(
    "leaves the file that was there, and nothing beside it, when it is stopped: %s",
    async (name) => {
      const path = place.path(name);
      await writeFile(path, "kept");
      const controller = new AbortController();
      const running = outcome(["query", "select generate_series(1, 2000000000) as n", "-o", path], { controller });
      await vi.waitFor(async () => expect((await readdir(place.path())).length).toBeGreaterThan(1), 10_000);
      controller.abort(endedBySignal("SIGTERM"));
      expect(await running).toMatchObject({ code: 143, out: "", err: "Stopped by SIGTERM.\n" });
      expect(await readdir(place.path())).toEqual([name]);
      expect(await readFile(path, "utf8")).toBe("kept");
      await rm(path);
    },
  );
});
