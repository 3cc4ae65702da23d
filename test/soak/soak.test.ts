import { once } from "node:events";
import { describe, expect, inject, it } from "vitest";
import { closedAfterEach } from "../integration/opened.ts";
import { startProgram } from "../integration/program.ts";

const promises = [
  "no write is lost, doubled, or there although its call said it is not",
  "every answer is right, and every error is one that the library promises here",
  "every place of both pools serves again after the last fault",
  "no timer, no socket and no listener is left in the process",
  "no session is left at a server, and nothing runs there",
  "the heap after GC is not larger in the last third than in the middle third",
];

describe("a warehouse under load while everything around it fails", () => {
  const keep = closedAfterEach();

  it("keeps what it promises for 20 seconds", async () => {
    const env = { WAREHOUSE_TEST_POSTGRES: inject("postgres").url };
    // Its own children end with it.
    const run = keep(startProgram(new URL("main.ts", import.meta.url), ["--seconds", "20"], { env, silent: true }));
    const [code] = (await once(run.child, "close")) as [number | null];
    const printed = run.printed();
    expect(code, printed).toBe(0);
    for (const promise of promises) expect(printed).toContain(`✓ ${promise}`);
    expect(printed).toMatch(/^Seed \d+/);
    expect(printed.trimEnd()).toMatch(/Run it again: npm run soak -- --seconds 20 --seed \d+$/);
  }, 240_000);
});
