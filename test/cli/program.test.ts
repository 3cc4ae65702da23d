import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { promisify } from "node:util";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { holding, outcome } from "./command.ts";
import { standIns } from "./stand-ins.ts";

const place = standIns();
const password = "peak-password";

describe.each(["redshift", "snowflake"] as const)("the commands on %s", (tenant) => {
  beforeEach(() => place.be(tenant));

  test("move rows out and in, and tell how many", async () => {
    const table = "create table moved (id integer, name varchar(20)); insert into moved values (1, 'a'), (2, null)";
    expect((await outcome(["query", table])).code).toBe(0);
    const url = `s3://peak-tenant/cli-${tenant}/`;

    const exported = await outcome(["export", "select * from moved where id > ?", place.path("moved.csv"), "-p", "0"]);
    expect(exported).toMatchObject({
      code: 0,
      err: "",
      out: holding(/^2 rows, \d+ B into .*moved.csv, /),
    });
    expect(await readFile(place.path("moved.csv"), "utf8")).toMatch(/^id,name\n/);

    const unloaded = await outcome(["unload", "select * from moved", url, "--single", "--json"]);
    expect(JSON.parse(unloaded.out)).toMatchObject({ rows: 2, files: [{ rows: 2 }] });
    const loaded = await outcome(["load", "moved", url]);
    expect(loaded).toMatchObject({ code: 0, out: holding(/^2 rows loaded from 1 file, /) });

    expect(await outcome(["unload", "select * from moved", url])).toMatchObject({ code: 1 });
    expect(await outcome(["load", "moved", url, "--on-error", "some"])).toMatchObject({ code: 2 });
    for (const target of [url, "-", "moved.json", "moved.txt", "moved"]) {
      expect(await outcome(["export", "select * from moved", target])).toMatchObject({ code: 2 });
    }
    await outcome(["query", "drop table moved"]);
  });

  test("list what there is", async () => {
    await outcome(["query", "create table listed (id integer, name varchar(20))"]);
    expect((await outcome(["tables", "liste%", "--format", "table"])).out).toMatch(
      /^ schema +│ name +│ kind[\s\S]* publish │ listed │ table/,
    );
    expect(JSON.parse((await outcome(["tables", "--schema", "publish", "--format", "json"])).out)).toMatchObject([
      { name: "listed" },
    ]);
    const columns = (await outcome(["columns", "publish.listed"])).out.trim().split("\n");
    expect(columns.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ name: "id" }, { name: "name" }]);
    expect((await outcome(["schemas"])).out).toContain('"name":"publish"');
    expect(await outcome(["columns", "nowhere"])).toMatchObject({ code: 1 });
    expect(JSON.parse((await outcome(["warehouses"])).out)).toMatchObject({
      name: `${tenant}-warehouse`,
      isDefault: true,
    });
    await outcome(["query", "drop table listed"]);
  });

  test("show credentials without their secrets, unless these are asked for", async () => {
    const hidden = await outcome(["credentials"]);
    expect(hidden.out).not.toContain(password);
    expect(JSON.parse(hidden.out)).toMatchObject({ password: "<redacted>", connectionString: "<redacted>" });
    expect((await outcome(["credentials"], { columns: 80 })).out).toMatch(/^password +<redacted>$/m);

    const path = place.path("credentials.json");
    const { out } = await outcome(["credentials", "--reveal"]);
    expect(JSON.parse(out)).toMatchObject({ password });
    await writeFile(path, out);
    vi.stubEnv("PEAK_API_KEY", "");
    const asked = await outcome(["query", "select 1 as one", "--credentials", path, "--no-tls"]);
    expect(asked).toMatchObject({ code: 0, out: '{"one":1}\n' });
  });
});

describe("env", () => {
  test("prints variables for other tools", async () => {
    place.be("redshift");
    expect((await outcome(["env"])).out).toMatch(
      /^export PGHOST='127.0.0.1'\nexport PGPORT='\d+'\nexport PGDATABASE='peak'\n/,
    );
    place.be("snowflake");
    expect(JSON.parse((await outcome(["env", "--json"])).out)).toMatchObject({
      SNOWFLAKE_USER: "PEAK",
      SNOWFLAKE_PASSWORD: password,
      SNOWFLAKE_SCHEMA: "PUBLISH",
      SNOWFLAKE_ROLE: "PEAK_ROLE",
      SNOWFLAKE_WAREHOUSE: "COMPUTE_WH",
    });
    place.be("snowflake-oauth");
    const oauth = JSON.parse((await outcome(["env", "--json"])).out) as Record<string, string>;
    expect(oauth).toMatchObject({ SNOWFLAKE_AUTHENTICATOR: "oauth" });
    expect(oauth).not.toHaveProperty("SNOWFLAKE_PASSWORD");
    expect((await outcome(["env", "--for", "sqlalchemy"])).out).toMatch(/^snowflake:\/\/\S+authenticator=oauth\S+\n$/);
    expect(await outcome(["env", "--for", "libpq"])).toMatchObject({ code: 1, out: "" });
  });

  test("writes an account as Snowflake's own tools take it", async () => {
    const path = place.path("snowflake.txt");
    await writeFile(path, "snowflake://me:hush@org-account/DB/SC?warehouse=WH\n");
    expect(JSON.parse((await outcome(["env", "--json", "--credentials", path])).out)).toEqual({
      SNOWFLAKE_ACCOUNT: "org-account",
      SNOWFLAKE_USER: "me",
      SNOWFLAKE_PASSWORD: "hush",
      SNOWFLAKE_DATABASE: "DB",
      SNOWFLAKE_SCHEMA: "SC",
      SNOWFLAKE_WAREHOUSE: "WH",
    });
  });

  test("survives a shell, whatever a password holds, and leaves nothing of another tenant there", async () => {
    const hostile = 'it\'s $HOME `id` "x" \\ \n!';
    const path = place.path("hostile.json");
    const address = { host: "db.example", port: 5439, database: "d", user: "u" };
    const credentials = { dataWarehouseType: "amazon_redshift", authType: "basic", ...address, password: hostile };
    await writeFile(path, JSON.stringify(credentials));
    const { out } = await outcome(["env", "--credentials", path]);
    const { stdout } = await promisify(execFile)("sh", [
      "-c",
      `PGOPTIONS=stale\n${out}\nprintf %s "$PGOPTIONS$PGPASSWORD"`,
    ]);
    expect(stdout).toBe(hostile);
  });
});

describe("the exit codes", () => {
  test("tell credentials from connections, and no message holds a secret", async () => {
    place.be("redshift");
    const asked = ["query", "select 1"];
    vi.stubEnv("PEAK_API_KEY", "a-wrong-key");
    const refused = await outcome(asked);
    expect(refused).toMatchObject({ code: 3, err: holding("(CREDENTIALS, code 401)") });
    expect(refused.err).not.toContain("a-wrong-key");
    vi.stubEnv("PEAK_API_KEY", "");
    expect(await outcome(asked)).toMatchObject({ code: 3 });

    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const path = place.path("closed.txt");
    await writeFile(path, `postgresql://u:hush-hush@127.0.0.1:${port}/d`);
    const closed = await outcome([...asked, "--credentials", path]);
    expect(closed).toMatchObject({ code: 4, err: holding("(CONNECTION, code ECONNREFUSED)") });
    await writeFile(path, place.local.redshift.url.replace(password, "hush-hush"));
    const wrong = await outcome([...asked, "--credentials", path, "--no-tls"]);
    expect(wrong).toMatchObject({ code: 3, err: holding("(AUTHENTICATION") });
    expect(closed.err + wrong.err).not.toContain("hush-hush");
  });

  test("are in the help, as examples are in that of every command", async () => {
    const { code, out } = await outcome(["--help"]);
    expect(code).toBe(0);
    expect(out).toContain("124  a time limit passed");
    const commands = [...out.matchAll(/^ {2}([a-z]+) (?:\[options\]|<)/gm)].map(([, name = ""]) => name);
    expect(commands).toEqual([
      "query",
      "export",
      "unload",
      "load",
      "tables",
      "columns",
      "schemas",
      "warehouses",
      "credentials",
      "env",
      "local",
      "doctor",
    ]);
    for (const name of commands)
      expect((await outcome([name, "--help"])).out).toMatch(/Examples?:\n {2}\$ peak-warehouse|\$ eval/);
    expect(await outcome(["--version"])).toMatchObject({ code: 0, out: holding(/^\d+\.\d+\.\d+\n$/) });
    expect(await outcome([])).toMatchObject({ code: 2, out: "" });
    expect(await outcome(["tabels"])).toMatchObject({ code: 2, err: holding("Did you mean tables?") });
  });
});
