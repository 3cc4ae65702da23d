import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connectWarehouse } from "peak-warehouse";
import { startLocalWarehouses, type LocalTenant, type LocalWarehouses } from "peak-warehouse/testing";
import { blocks, program, type Block } from "./document.ts";

const tenants: readonly LocalTenant[] = ["redshift", "snowflake", "snowflake-oauth"];
const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

let local: LocalWarehouses;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "peak-warehouse-readme-"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  local = await startLocalWarehouses({ postgres: inject("postgres") });
  await furnish("redshift", "super");
  await furnish("snowflake", "variant");
});

afterAll(async () => {
  await local.close();
  await rm(folder, { recursive: true, force: true });
});

/** Makes the tables that the README's examples speak of. */
async function furnish(tenant: LocalTenant, json: string): Promise<void> {
  const { PEAK_API_KEY: apiKey, PEAK_BASE_URL: baseUrl } = local.env(tenant);
  const db = await connectWarehouse({ apiKey, baseUrl });
  const examples = blocks().find(({ language }) => language === "sql")?.code ?? "";
  await db.script(examples.replace("content super", `content ${json}`));
  await db.script(`
    insert into events values (1, '2024-02-29', 'one'), (7, '2024-02-29', 'seven'), (8, '2024-02-01', null);
    insert into customers values (1, 12.50, true), (2, 0.01, null);
    create table films (title varchar(200), released date, certificate varchar(20), gross bigint, dvd_sales bigint,
      budget bigint, rating decimal(3, 1), loaded_at timestamp);
    insert into films values ('Amélie', '2001-11-02', 'R', 174201661, null, 10350000, 8.5, '2026-01-01 00:00:00.000001');`);
  await db.close();
}

/** What is changed of an example to run against the stand-ins; by the heading above it. */
const changes: Readonly<Record<string, readonly [text: string, instead: string]>> = {
  "Credentials from elsewhere": ["connectWarehouse({", "connectWarehouse({ tls: false,"],
};

/** What is added to examples that only define something, to use it; by the heading above them. */
const uses: Readonly<Record<string, string>> = {
  "A web app with several tenants": `
    import { once } from "node:events";
    await once(server, "listening");
    const { port } = server.address() as import("node:net").AddressInfo;
    const answer = await fetch(\`http://127.0.0.1:\${port}/\`, { headers: { "x-tenant-key": process.env.PEAK_API_KEY! } });
    console.log(answer.status, await answer.text());
    process.kill(process.pid, "SIGTERM");`,
  "AWS Lambda": `
    console.log(await handler({ day: "2024-02-29" }, { getRemainingTimeInMillis: () => 20_000 }));`,
};

const programs = blocks().filter(({ runs }) => runs !== undefined);
const modules = programs.filter(({ language, runs }) => language === "ts" && runs === "as every tenant");

/** Runs a text as a program of its own, in an environment that holds nothing else, until it has ended by itself. */
async function output(name: string, text: string, tenant: LocalTenant): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  const { stdout, stderr } = await run(process.execPath, ["--import", "tsx", path], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: folder, PORT: "0", ...local.env(tenant) },
    timeout: 60_000,
  });
  expect(stderr).toBe("");
  return stdout;
}

/** Runs the examples as a tenant, one after the other in one process, and gives what each has printed. */
async function outputs(tenant: LocalTenant): Promise<Map<Block, string>> {
  const files = modules.map((block) => `./${block.line}.mts`);
  for (const [index, block] of modules.entries()) {
    const text = program(block, "opened").replace(...(changes[block.heading] ?? ["", ""]));
    await writeFile(join(folder, files[index]!), text + (uses[block.heading] ?? ""));
  }
  const mark = "=== next ===\n";
  const text = files
    .map((file) => `await import("${file}"); process.stdout.write(${JSON.stringify(mark)});`)
    .join("\n");
  const printed = (await output("main.mts", text, tenant)).split(mark);
  return new Map(modules.map((block, index) => [block, printed[index]!]));
}

describe("the README's programs", () => {
  const printed = new Map<LocalTenant, Map<Block, string>>();

  test.each(tenants)(
    "run as the tenant %s and end by themselves",
    async (tenant) => {
      printed.set(tenant, await outputs(tenant));
    },
    90_000,
  );

  test("print the same on both warehouses, except where they are about the differences", () => {
    const different = /^`(?:getCredentials|listWarehouses)|^Errors/;
    const same = modules.filter(({ heading }) => !different.test(heading));
    const [redshift, snowflake] = (["redshift", "snowflake"] as const).map((tenant) =>
      same.map((block) => `${block.heading}:\n${printed.get(tenant)?.get(block)}`),
    );
    expect(redshift).toEqual(snowflake);
    expect(redshift).toContain("Install:\n[ { one: 1, name: 'Ada' } ]\n");
  });

  test.each(programs.filter(({ language }) => language === "js"))("run as CommonJS at line $line", async ({ code }) => {
    for (const tenant of tenants) expect(await output("main.cjs", code, tenant)).toBe("[ { one: 1 } ]\n");
  });

  test.each(programs.filter(({ runs }) => runs === "once"))("run by themselves at line $line", async ({ code }) => {
    expect(await output("once.mts", code, "redshift")).toContain("[ { one: 1 } ]");
  });
});
