import { PassThrough } from "node:stream";
import { Command } from "commander";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { addGlobalFlags } from "../../src/cli/connect-options.ts";
import { doctorCommand } from "../../src/cli/doctor.ts";
import { startPeakApi, type PeakApi } from "peak-warehouse/testing";
import type { Ground } from "../../src/cli/ground.ts";
import type { Diagnosis } from "../../src/doctor/index.ts";

let api: PeakApi;

beforeEach(async () => {
  api = await startPeakApi();
  vi.stubEnv("PEAK_API_KEY", "another-key");
  vi.stubEnv("PEAK_BASE_URL", api.url);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await api.close();
});

/** Runs `doctor` with arguments; gives what it prints and ends with. */
async function run(args: readonly string[], terminal?: { readonly colors: number }) {
  const out = new PassThrough();
  let printed = "";
  out.on("data", (text) => (printed += String(text)));
  // Of a terminal the command asks these two things only.
  const stdout = Object.assign(out, {
    isTTY: terminal !== undefined,
    getColorDepth: () => terminal?.colors,
  }) as unknown;
  const ground = { stdout, env: {}, signal: new AbortController().signal, exitCode: 0 } as Ground;
  const program = new Command("peak-warehouse").exitOverride();
  addGlobalFlags(program);
  doctorCommand(program, ground);
  await program.parseAsync(["doctor", ...args], { from: "user" });
  return { printed, exitCode: ground.exitCode };
}

test("prints a line a stage and ends with 1 where one has failed", async () => {
  const { printed, exitCode } = await run([]);
  expect(exitCode).toBe(1);
  expect(printed.split("\n").slice(0, 5)).toEqual([
    expect.stringMatching(/^✓ Configuration {6}the API key from the environment variable PEAK_API_KEY/),
    expect.stringMatching(/^✓ Peak API {11}/),
    expect.stringMatching(/^✗ API key {12}.*HTTP 401/),
    expect.stringMatching(/^ {21}→ Copy the key again/),
    expect.stringMatching(/^– Credentials {8}not tried/),
  ]);
  expect(printed).toMatch(/\n\n1 stage has failed\.\n$/);
  expect(printed).not.toContain("another-key");
});

test("prints the diagnosis as JSON", async () => {
  const { printed, exitCode } = await run(["--json"]);
  const { ok, stages } = JSON.parse(printed) as Diagnosis;
  expect([exitCode, ok, stages[2]?.name, stages[2]?.outcome]).toEqual([1, false, "key", "failed"]);
});

test("has colours on a terminal that has some", async () => {
  expect((await run([], { colors: 8 })).printed).toContain("\u001b[32m✓\u001b[0m Configuration");
  expect((await run([], { colors: 1 })).printed).not.toContain("\u001b");
});

test("takes the global flags, a time and an export's target", async () => {
  const { printed } = await run(["--base-url", "https://peak.invalid", "--timeout", "5s", "--export-to", "/nowhere/a"]);
  expect(printed).toMatch(/✗ Peak API {11}there is no host peak\.invalid/);
  expect(printed).toMatch(/✗ Export target {6}.*ENOENT/);
  expect(printed).toContain("2 stages have failed.");
});
