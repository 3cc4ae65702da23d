import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startLocalWarehouses, type LocalTenant, type LocalWarehouses } from "peak-warehouse/testing";
import { closedAfterEach } from "./opened.ts";
import { startProgram } from "./program.ts";

const keep = closedAfterEach();

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
    const options = { cwd: folder, env: platform.env(tenant), silent: true };
    const { child, printed } = keep(startProgram(new URL("programs/main-job.ts", import.meta.url), [ending], options));
    let undo: (() => void) | undefined;
    child.once("message", () => {
      undo = whenReady?.();
      child.send("go");
    });
    const [code] = (await once(child, "close")) as [number | null];
    undo?.();
    return { code, printed: printed() };
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
    const silence = () => platform.snowflake.inject({ kind: "hang", times: Infinity });
    expect(await run("snowflake", "hanging", silence)).toEqual({ code: 0, printed: "" });
  }, 15_000);
});
