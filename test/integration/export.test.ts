import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { startLocalWarehouses, type LocalWarehouses } from "peak-warehouse/testing";
import { manyRows } from "../contract/many-rows.ts";
import { closedAfterEach } from "./opened.ts";
import { startProgram } from "./program.ts";

const keep = closedAfterEach();
const program = new URL("programs/export-job.ts", import.meta.url);

/** A million rows of text and numbers. */
const million = `select a.n, a.n * 1.5 as x, a.t from (${manyRows("n, 'some text of a row' as t")}) a cross join (${manyRows()} where n < 10) b`;
/** More rows than anybody waits for. */
const endless = `select a.n, b.n as m, a.n * b.n as x from (${manyRows()}) a cross join (${manyRows()}) b`;

describe("a process that exports", () => {
  let platform: LocalWarehouses;
  let folder: string;
  beforeAll(async () => {
    platform = await startLocalWarehouses({ postgres: inject("postgres") });
  });
  afterAll(() => platform.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "peak-warehouse-export-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each(["parquet", "arrows", "csv", "ndjson"])(
    "leaves no file of that name where it is killed on the way: %s",
    async (ending) => {
      const path = join(folder, `killed.${ending}`);
      const { child, said } = keep(startProgram(program, [endless, path], { env: platform.env("redshift") }));
      expect(await said()).toMatchObject({ bytes: expect.any(Number) as number });
      child.kill("SIGKILL");
      await once(child, "close");
      expect((await readdir(folder)).map((name) => name.replace(/[\da-f-]{36}/, "…"))).toEqual([
        `killed.${ending}.….partial`,
      ]);
      await expect.poll(() => platform.redshift.running().length, { timeout: 10_000 }).toBe(0);
    },
  );

  it.each(["parquet", "csv"])("tells what the file system refuses, and leaves nothing: %s", async (ending) => {
    // A file of this process's may be of so many blocks of half a KiB; the signal that tells of more is for nobody.
    const limited = 'trap "" XFSZ; ulimit -f 512; exec "$@"';
    const job = [process.execPath, "--import", import.meta.resolve("tsx"), fileURLToPath(program)];
    const { stdout } = await promisify(execFile)("sh", ["-c", limited, "sh", ...job, endless, join(folder, `x.${ending}`)], {
      env: {
        ...process.env,
        ...platform.env("redshift"),
        TSX_DISABLE_CACHE: "1",
        TSX_TSCONFIG_PATH: fileURLToPath(new URL("../../tsconfig.json", import.meta.url)),
      },
    }); // prettier-ignore
    expect(JSON.parse(stdout)).toEqual({ code: "STORAGE", vendorCode: "EFBIG" });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(["parquet", "csv"])("takes no more memory for more rows: %s", async (ending) => {
    const { said } = keep(
      startProgram(program, [million, join(folder, `x.${ending}`)], { env: platform.env("redshift") }),
    );
    let last = await said();
    while (typeof last === "object" && last !== null && "bytes" in last) last = await said();
    const { rows, peaks } = last as { rows: number; peaks: number[] }; // the program's own
    expect(rows).toBe(1_000_000);
    const [early, late] = [Math.max(...peaks.slice(0, 5)), Math.max(...peaks.slice(5))];
    expect(late - early).toBeLessThan(64 * 1024 * 1024);
  });
});
