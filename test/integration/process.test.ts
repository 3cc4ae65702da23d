import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startLocalWarehouses, type LocalTenant, type LocalWarehouses } from "peak-warehouse/testing";

const program = fileURLToPath(new URL("programs/main-job.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");
const tsconfig = fileURLToPath(new URL("../../tsconfig.json", import.meta.url));

describe("a process that uses a warehouse", () => {
  let platform: LocalWarehouses;
  let folder: string;
  beforeAll(async () => {
    platform = await startLocalWarehouses({ postgres: inject("postgres") });
    folder = await mkdtemp(join(tmpdir(), "peak-warehouse-process-"));
  });
  afterAll(async () => {
    await platform.close();
    await rm(folder, { recursive: true });
  });

  /** Runs the program; gives how it ended and everything that it printed. */
  async function run(tenant: LocalTenant, ending: string, whenReady?: () => () => void) {
    const child = fork(program, [ending], {
      cwd: folder,
      env: { ...process.env, ...platform.env(tenant), TSX_TSCONFIG_PATH: tsconfig },
      execArgv: ["--import", tsx],
      silent: true,
    });
    let printed = "";
    child.stdout?.on("data", (text) => (printed += String(text)));
    child.stderr?.on("data", (text) => (printed += String(text)));
    let undo: (() => void) | undefined;
    child.once("message", () => {
      undo = whenReady?.();
      child.send("go");
    });
    const [code] = (await once(child, "exit")) as [number | null];
    undo?.();
    return { code, printed };
  }

  it.each(["redshift", "snowflake", "snowflake-oauth"] as const)(
    "ends by itself after close(), and prints nothing (%s)",
    async (tenant) => {
      expect(await run(tenant, "closed")).toEqual({ code: 0, printed: "" });
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it.each(["redshift", "snowflake"] as const)(
    "ends by itself although nobody has closed the warehouse (%s)",
    async (tenant) => {
      expect(await run(tenant, "left open")).toEqual({ code: 0, printed: "" });
    },
  );

  it("ends soon after close() although the server has gone silent", async () => {
    const silence = () => platform.snowflake.fail({ effect: "hang" });
    expect(await run("snowflake", "hanging", silence)).toEqual({ code: 0, printed: "" });
  }, 15_000);
});
