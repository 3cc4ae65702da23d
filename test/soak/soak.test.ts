import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, inject, it } from "vitest";

const program = fileURLToPath(new URL("main.ts", import.meta.url));
const tsconfig = fileURLToPath(new URL("../../tsconfig.json", import.meta.url));

const promises = [
  "no write is lost, doubled, or there although its call said it is not",
  "every answer is right, and every error is one that the library promises here",
  "every place of both pools serves again after the last fault",
  "no timer, no socket and no listener is left in the process",
  "no session is left at a server, and nothing runs there",
  "the heap after GC is not larger in the last third than in the middle third",
];

describe("a warehouse under load while everything around it fails", () => {
  let run: ChildProcess | undefined;
  // Only a run that was not waited for is still there; its own children end with it.
  afterEach(() => run?.kill("SIGKILL"));

  it("keeps what it promises for 20 seconds", async () => {
    run = fork(program, ["--seconds", "20"], {
      env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig, WAREHOUSE_TEST_POSTGRES: inject("postgres").url },
      execArgv: ["--import", import.meta.resolve("tsx")],
      silent: true,
    });
    let printed = "";
    for (const pipe of [run.stdout, run.stderr]) pipe?.on("data", (text) => (printed += String(text)));
    const [code] = (await once(run, "close")) as [number | null];
    expect(code, printed).toBe(0);
    for (const promise of promises) expect(printed).toContain(`✓ ${promise}`);
    expect(printed).toMatch(/^Seed \d+/);
    expect(printed.trimEnd()).toMatch(/Run it again: npm run soak -- --seconds 20 --seed \d+$/);
  }, 240_000);
});
