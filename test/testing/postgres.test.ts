import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { describe, expect, inject, test } from "vitest";
import { startPostgres } from "../../src/testing/postgres.ts";

const source = new URL("../../src/testing/postgres.ts", import.meta.url).href;

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });

/** Finds the server's folder by the port in its postmaster.pid: other tests may run servers at the same time. */
const folderOf = (port: number): string | undefined =>
  readdirSync(tmpdir())
    .filter((name) => name.startsWith("peak-postgres-"))
    .map((name) => join(tmpdir(), name))
    .find((folder) => {
      const file = join(folder, "data", "postmaster.pid");
      return existsSync(file) && readFileSync(file, "utf8").split("\n")[3] === String(port);
    });

describe("startPostgres", () => {
  test("starts a server with a password, gives its version, and leaves nothing behind when closed", async () => {
    const server = await startPostgres({ user: "owner", password: "p@ss w/rd", settings: { work_mem: "5MB" } });
    const client = new pg.Client(server.url);
    await client.connect();
    const { rows } = await client.query<{ version: string; memory: string }>(
      "select split_part(version(), ' ', 2) as version, current_setting('work_mem') as memory",
    );
    await client.end();
    const folder = folderOf(server.port);
    expect(folder).toBeDefined();
    expect(rows).toEqual([{ version: server.version, memory: "5MB" }]);
    await expect(new pg.Client({ ...server, password: "wrong" }).connect()).rejects.toMatchObject({ code: "28P01" });

    await Promise.all([server.close(), server.close()]);
    expect(await accepts(server.port)).toBe(false);
    expect(existsSync(folder!)).toBe(false);
  });

  test("says what the server said when it cannot start", async () => {
    await expect(startPostgres({ settings: { max_connections: "none" } })).rejects.toThrow(/max_connections/);
  });

  test("dies with the process that started it, even when that is killed", async () => {
    const child = spawn(
      process.execPath,
      [
        "--import=tsx",
        "--input-type=module",
        "--eval",
        `import { startPostgres } from ${JSON.stringify(source)};
         const { port } = await startPostgres();
         console.log(port);
         setInterval(() => {}, 1000);`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const port = Number(line.toString());
    expect(await accepts(port)).toBe(true);
    child.kill("SIGKILL");
    await expect.poll(() => accepts(port), { timeout: 10_000 }).toBe(false);
  });

  test("leaves no file of a start in whose middle its process is killed", async () => {
    const temporary = await mkdtemp(join(tmpdir(), "peak-killed-"));
    await chmod(temporary, 0o1777); // As /tmp is: of root's server the files are another user's.
    try {
      const text = `import { startPostgres } from ${JSON.stringify(source)}; await startPostgres();`;
      const args = ["--import=tsx", "--input-type=module", "--eval", text];
      const child = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, TMPDIR: temporary } });
      const left = () => readdirSync(temporary).filter((name) => name.startsWith("peak-postgres-"));
      await expect.poll(left, { interval: 5, timeout: 20_000 }).not.toEqual([]);
      child.kill("SIGKILL");
      await expect.poll(left, { timeout: 10_000 }).toEqual([]);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });
});

test("the run's own PostgreSQL is provided, and the environment holds nothing that would steer the product", async () => {
  const { url } = inject("postgres");
  const client = new pg.Client(url);
  await client.connect();
  expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await client.end();
  const names = Object.keys(process.env).filter((name) => /^(API_KEY|STAGE|PEAK_|PG|SNOWFLAKE_)/.test(name));
  expect(names.filter((name) => name !== "PEAK_LIVE_SCHEMA")).toEqual([]);
});
