// npm run bench: what this package costs, next to other clients and to what is possible. See --help, and CONTRIBUTING.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readArguments, usage, type Arguments } from "./arguments.ts";
import { isShort, judge, verdicts } from "./check.ts";
import { described, machine } from "./machine.ts";
import { build, installPeers } from "./peers.ts";
import { ratios } from "./ratios.ts";
import { report } from "./report.ts";
import { runSuite } from "./rounds.ts";
import { ground as prepareGround } from "./servers/ground.ts";
import { failureOf } from "./statistics.ts";
import type { SuiteResult } from "./suite.ts";

const ownDist = fileURLToPath(new URL("../dist", import.meta.url));
/** What is left of a build. */
const quietLoad = 1;
const print = (text: string): void => void process.stdout.write(`${text}\n\n`);
const tell = (what: string): void => void process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${what}` : `${what}\n`);

if (process.argv.includes("--help")) print(usage);
else process.exitCode = await bench(readArguments(process.argv.slice(2)));

/** Runs everything that was asked for, and gives the exit code. */
async function bench(asked: Arguments): Promise<number> {
  await installPeers(tell);
  if (asked.build) await build(tell);
  const here = await machine();
  if (here.load > quietLoad) tell(`! The machine is busy (load ${here.load.toFixed(1)}): the figures will be noisy.\n`);
  const results = await runAll(asked);
  const judged = judge(results);
  if (judged.length > 0) print(verdicts(judged));
  print(described(here));
  if (asked.markdown) print(results.map(ratios).join("\n\n"));
  if (asked.json !== undefined) {
    const everything = { machine: here, scale: asked.scale, verdicts: judged, results };
    await writeFile(asked.json, `${JSON.stringify(everything, undefined, 2)}\n`);
  }
  const short = asked.check ? judged.filter(isShort).length : 0;
  const failed = new Set(results.flatMap(failuresOf));
  if (short > 0) tell(`✗ ${short} of ${judged.length} targets are short of their floor or were not measured\n`);
  if (failed.size > 0) tell(`✗ failed: ${[...failed].join("; ")}\n`);
  return short > 0 || failed.size > 0 ? 1 : 0;
}

function failuresOf({ suite, cases }: SuiteResult): string[] {
  const failed = cases.flatMap(({ series }) => series.filter((one) => failureOf(one) !== undefined));
  return failed.map(({ variant }) => `${variant} of ${suite}`);
}

async function runAll({ suites, scale, only, dist = ownDist, profiles }: Arguments): Promise<SuiteResult[]> {
  const ground = prepareGround();
  const results: SuiteResult[] = [];
  try {
    for (const suite of suites) {
      const result = await runSuite(suite, { ground, scale, only, setting: { dist, profiles }, tell });
      results.push(result);
      tell("");
      print(report(result));
    }
  } finally {
    await ground.close();
  }
  return results;
}
