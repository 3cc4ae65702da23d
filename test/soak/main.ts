// npm run soak -- [--seconds 60] [--seed N]: mixed load and faults on both warehouses, and what must not come of it.
import { inspect, parseArgs } from "node:util";
import { clearEnvironment } from "../integration/global.ts";
import { written } from "./summary.ts";
import { soak } from "./run.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string" } },
});
const seconds = wholeNumber("seconds", values.seconds, 10);
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : wholeNumber("seed", values.seed, 0);

clearEnvironment(process.env);
const print = (text = ""): void => void process.stdout.write(`${text}\n`);
print(`Seed ${seed}, ${seconds} s.`);
process.exitCode = 1;
try {
  const result = await soak({ seconds, seed });
  print(`\n${written(result)}`);
  if (result.findings.every(({ against }) => against.length === 0)) process.exitCode = 0;
} catch (error) {
  print(`\n✗ The run could not be ended: ${inspect(error)}`);
}
print(`\nRun it again: npm run soak -- --seconds ${seconds} --seed ${seed}`);

function wholeNumber(name: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`--${name} must be a whole number from ${least} on.`);
}
