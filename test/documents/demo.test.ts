import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { startLocalWarehouses, type LocalWarehouses } from "peak-warehouse/testing";

/** What a developer's shell may hold, and what must not matter: nothing here answers. */
const hostile = {
  HTTPS_PROXY: "http://127.0.0.1:9",
  HTTP_PROXY: "http://127.0.0.1:9",
  ALL_PROXY: "http://127.0.0.1:9",
  API_KEY: "somebody's",
  PEAK_API_KEY: "somebody's",
  PEAK_BASE_URL: "https://127.0.0.1:9",
  STAGE: "latest",
  PGHOST: "127.0.0.2",
  PGUSER: "somebody",
  PGSSLMODE: "verify-full",
  PGOPTIONS: "-c search_path=nowhere",
  NODE_PG_FORCE_NATIVE: "1",
  SNOWFLAKE_DISABLE_PLATFORM_DETECTION: "false",
  SNOWFLAKE_HOME: "/nowhere",
  SF_CLIENT_CONFIG_FILE: "/nowhere",
};

let temporary: string;
let local: LocalWarehouses;

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "peak-warehouse-demo-test-"));
  // As root, the demo's PostgreSQL runs as nobody, who has to come in.
  await chmod(temporary, 0o755);
  local = await startLocalWarehouses({ postgres: inject("postgres") });
});

afterAll(async () => {
  await local.close();
  await rm(temporary, { recursive: true, force: true });
});

function demo(environment: Readonly<Record<string, string>>, ...options: readonly string[]) {
  const started = spawn(process.execPath, ["--import", "tsx", "demo/demo.ts", ...options], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { PATH: process.env.PATH, HOME: temporary, TMPDIR: temporary, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(started, "close").then(([code]) => code as number | null);
  return { started, ended, output: text(started.stdout), complaint: text(started.stderr) };
}

/** Waits until a text has been printed, in however many pieces. */
const printed = (stream: Readable, wanted: string) =>
  new Promise<void>((resolve) => {
    let all = "";
    stream.on("data", (piece) => {
      all += String(piece);
      if (all.includes(wanted)) resolve();
    });
  });

/** tsx keeps its cache; whatever else is left is ours. */
const left = async () => (await readdir(temporary)).filter((name) => !name.startsWith("tsx-"));

describe("the demo", () => {
  test("prints the same table as three tenants, whatever the environment holds, and leaves nothing behind", async () => {
    const { ended, output, complaint } = demo(hostile);
    expect(await ended, await complaint).toBe(0);
    expect((await output).match(/^ {2}PG-13 +865 +112506971270 +9\.1 +2010-09-17 /gm)).toHaveLength(3);
    expect(await output).toMatch(/The three tables are the same, byte for byte, as JSON\.\n$/);
    expect(await left()).toEqual([]);
  }, 90_000);

  test("ends at an interrupt and leaves nothing behind", async () => {
    const { started, ended, complaint } = demo({});
    await printed(started.stdout, "started");
    started.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(await complaint).toBe("Stopped by SIGINT.\n");
    expect(await left()).toEqual([]);
  }, 60_000);

  test("--live runs one statement on the tenant of the environment, which only reads", async () => {
    for (const tenant of ["redshift", "snowflake-oauth"] as const) {
      const before = sent().length;
      const { ended, output, complaint } = demo(local.env(tenant), "--live");
      expect(await ended, await complaint).toBe(0);
      expect(await output).toContain('"database_name":');
      const statements = sent().slice(before);
      expect(statements.filter((sql) => !/^(?:ALTER SESSION )?SET /i.test(sql))).toEqual([
        "select current_user as user_name, current_database() as database_name, current_schema() as schema_name",
      ]);
    }
  }, 60_000);

  const sent = () => [...local.redshift.statements(), ...local.snowflake.statements()].map(({ sql }) => sql);
});
