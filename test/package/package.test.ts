import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { startLocalWarehouses, type LocalTenant, type LocalWarehouses } from "peak-warehouse/testing";
import { userProject, type Project } from "./project.ts";

const tenants: readonly LocalTenant[] = ["redshift", "snowflake"];

/** Everything that can be imported; a name that is taken away breaks somebody. */
const entries: Readonly<Record<string, readonly string[]>> = {
  "peak-warehouse": [
    "WarehouseError",
    "completeConnectionString",
    "connect",
    "connectWarehouse",
    "diagnose",
    "getCredentials",
    "listWarehouses",
    "renderDiagnosis",
    "sql",
    "writeArrow",
  ],
  "peak-warehouse/opentelemetry": ["instrument"],
  "peak-warehouse/testing": [
    "SeedError",
    "createClock",
    "startLocalWarehouses",
    "startPeakApi",
    "startPostgres",
    "startRedshift",
    "startS3",
    "startSnowflake",
  ],
};

/** What an install with `--omit=optional` leaves out. */
const optional = ["apache-arrow", "parquet-wasm", "snowflake-sdk"];

let local: LocalWarehouses;
let project: Project;
let slim: Project;

beforeAll(async () => {
  local = await startLocalWarehouses({ postgres: inject("postgres") });
  project = await userProject();
  slim = await userProject([...optional, "@aws-sdk/client-s3", "@opentelemetry/api"]);
});

afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await slim[Symbol.asyncDispose]();
  await local.close();
});

/** A program's body, in either kind of module. */
const everyVerb = `
  const db = await connectWarehouse();
  const { rows } = await db.query("select 1 as one, cast(? as varchar(20)) as name", ["Ada"]);
  const streamed = [];
  for await (const row of db.stream("select 2 as two")) streamed.push(row);
  const [{ three }] = await db.knex.select(db.knex.raw("3 as three"));
  const table = await db.arrow("select 4 as four");
  const exported = await db.export("select 5 as five", "five.parquet", { format: "parquet" });
  await db.close();
  console.log(JSON.stringify([rows, streamed, three, table.numRows, exported.rows]));`;

const printed = '[[{"one":1,"name":"Ada"}],[{"two":2}],3,1,1]\n';

describe("the package in a project of a user's", () => {
  test.each(Object.entries(entries))(
    "exports from %s what it says, to import and to require alike",
    async (entry, names) => {
      const list = `console.log(JSON.stringify(Object.keys(loaded).filter((name) => name !== "__esModule").sort()))`;
      const byImport = await project.node(["--input-type=module", "-e", `import * as loaded from "${entry}"; ${list}`]);
      const byRequire = await project.node(["-e", `const loaded = require("${entry}"); ${list}`]);
      expect([byImport.stderr, byRequire.stderr]).toEqual(["", ""]);
      expect(JSON.parse(byImport.stdout)).toEqual(names);
      expect(JSON.parse(byRequire.stdout)).toEqual(names);
    },
  );

  test.each(tenants)("does every verb's work from an ES module: %s", async (tenant) => {
    const program = `import { connectWarehouse } from "peak-warehouse"; ${everyVerb}`;
    expect(await project.node(["--input-type=module", "-e", program], { env: local.env(tenant) })).toEqual({
      stdout: printed,
      stderr: "",
    });
  });

  test.each(tenants)("does every verb's work from CommonJS: %s", async (tenant) => {
    const program = `const { connectWarehouse } = require("peak-warehouse"); (async () => { ${everyVerb} })();`;
    expect(await project.node(["-e", program], { env: local.env(tenant) })).toEqual({ stdout: printed, stderr: "" });
  });

  test("knows its errors from either kind of module", async () => {
    const program = `
      import { createRequire } from "node:module";
      import { connectWarehouse } from "peak-warehouse";
      const { WarehouseError } = createRequire(import.meta.url)("peak-warehouse");
      const error = await connectWarehouse({ apiKey: "" }).catch((error) => error);
      console.log(WarehouseError.is(error), error.code);`;
    await project.write("errors.mjs", program);
    expect((await project.node(["errors.mjs"])).stdout).toBe("true CREDENTIALS\n");
  });

  test("keeps a process alive no longer than its stand-ins", async () => {
    const program = `import { startSnowflake } from "peak-warehouse/testing";
      const snowflake = await startSnowflake();
      await snowflake.close();
      console.log("closed");`;
    expect((await project.node(["--input-type=module", "-e", program])).stdout).toBe("closed\n");
  });

  test("has the command", async () => {
    const command = "node_modules/peak-warehouse/dist/cli.js";
    const { stdout } = await project.node([command, "query", "select 1 as one"], { env: local.env("redshift") });
    expect(stdout).toBe('{"one":1}\n');
  });
});

describe("an install for Redshift alone", () => {
  /** Says what each of these answers; a program of the project. */
  const attempt = (work: string) => `
    import { connectWarehouse } from "peak-warehouse";
    const db = await connectWarehouse({ lazy: true });
    const failed = async (work) => { try { console.log(JSON.stringify(await work())); } catch (error) { console.log(error.code, error.effect, error.message); } };
    await failed(async () => ${work});
    await db.close();`;

  test.each([
    ["query", 'db.query("select 1 as one").then(({ rows }) => rows)', '[{"one":1}]'],
    ["knex", 'db.knex.select(db.knex.raw("1 as one"))', '[{"one":1}]'],
    [
      "batches",
      '(async () => { for await (const { columns } of db.batches("select 1 as one")) return columns.length; })()',
      "1",
    ],
    ["csv", 'db.export("select 1 as one", "one.csv", { format: "csv" }).then(({ rows }) => rows)', "1"],
    [
      "arrow",
      'db.arrow("select 1")',
      "UNSUPPORTED none Arrow and Parquet need the package apache-arrow, which could not be loaded. Install it: npm install apache-arrow",
    ],
    [
      "parquet",
      'db.export("select 1 as one", "one.parquet", { format: "parquet" })',
      "UNSUPPORTED none Arrow and Parquet need the package apache-arrow, which could not be loaded. Install it: npm install apache-arrow",
    ],
  ])("does what it can, and says what to install for the rest: %s", async (_, work, said) => {
    const { stdout, stderr } = await slim.node(["--input-type=module", "-e", attempt(work)], {
      env: local.env("redshift"),
    });
    expect({ stdout, stderr }).toEqual({ stdout: `${said}\n`, stderr: "" });
  });

  test("says what a Snowflake tenant needs", async () => {
    const { stdout } = await slim.node(
      [
        "--input-type=module",
        "-e",
        'import { connect } from "peak-warehouse"; await connect().catch((error) => console.log(error.code, error.message));',
      ],
      { env: local.env("snowflake") },
    );
    expect(stdout).toBe(
      "UNSUPPORTED_WAREHOUSE The tenant's data warehouse is Snowflake, and the package snowflake-sdk could not be loaded. Install it: npm install snowflake-sdk@3\n",
    );
  });
});
