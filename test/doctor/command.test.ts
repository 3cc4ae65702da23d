import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startPeakApi, type PeakApi } from "peak-warehouse/testing";
import { outcome } from "../cli/command.ts";
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

test("prints a line a stage and ends with 1 where one has failed", async () => {
  const { out, code } = await outcome(["doctor"]);
  expect(code).toBe(1);
  expect(out.split("\n").slice(0, 5)).toEqual([
    expect.stringMatching(/^✓ Configuration {6}the API key from the environment variable PEAK_API_KEY/),
    expect.stringMatching(/^✓ Peak API {11}/),
    expect.stringMatching(/^✗ API key {12}.*HTTP 401/),
    expect.stringMatching(/^ {21}→ Copy the key again/),
    expect.stringMatching(/^– Credentials {8}not tried/),
  ]);
  expect(out).toMatch(/\n\n1 stage has failed\.\n$/);
  expect(out).not.toContain("another-key");
});

test("prints the diagnosis as JSON", async () => {
  const { out, code } = await outcome(["doctor", "--json"]);
  const { ok, stages } = JSON.parse(out) as Diagnosis;
  expect([code, ok, stages[2]?.name, stages[2]?.outcome]).toEqual([1, false, "key", "failed"]);
});

test("has colours on a terminal that has some, and lines that fit it", async () => {
  const on = async (env: NodeJS.ProcessEnv) => (await outcome(["doctor"], { columns: 80, env })).out;
  expect(await on({ TERM: "xterm" })).toContain("\u001b[32m✓\u001b[0m Configuration");
  const plain = await on({ NO_COLOR: "1" });
  expect(plain).not.toContain("\u001b");
  expect(Math.max(...plain.split("\n").map((line) => line.length))).toBeLessThan(80);
});

test("takes the global flags, a time and an export's target", async () => {
  const flags = ["--base-url", "https://peak.invalid", "--timeout", "5s", "--export-to", "/nowhere/a"];
  const { out } = await outcome(["doctor", ...flags]);
  expect(out).toMatch(/✗ Peak API {11}.*peak\.invalid/);
  expect(out).toMatch(/✗ Export target {6}.*ENOENT/);
  expect(out).toContain("2 stages have failed.");
});
