// npm run soak -- [--seconds 60] [--seed N]: mixed load and faults on both warehouses, and what must not come of it.
import { parseArgs } from "node:util";
import { clearEnvironment } from "../integration/global.ts";
import { written } from "./promises.ts";
import { soak } from "./run.ts";
import { aligned } from "./tally.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string" } },
});
const seconds = wholeNumber("seconds", values.seconds, 5);
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : wholeNumber("seed", values.seed, 0);

clearEnvironment(process.env);
const print = (text = ""): void => void process.stdout.write(`${text}\n`);
print(`Seed ${seed}, ${seconds} s.`);
const { tally, ledgers, troubles, findings } = await soak({ seconds, seed });
const kept = findings.every(({ against }) => against.length === 0);

print(`\n${tally.table()}\n`);
print(aligned([["trouble", "times"], ...[...troubles].map(([name, times]) => [name, String(times)])]));
print();
for (const [kind, ledger] of ledgers) {
  const { once, never, "at most once": unsure } = ledger.counts();
  print(`${kind}: ${once} writes acknowledged, ${never} known not to be there, ${unsure} of unknown outcome`);
}
print();
for (const finding of findings) print(written(finding));
process.exitCode = kept ? 0 : 1;
print(`\n${kept ? "All kept." : "Not all kept."} Again: npm run soak -- --seconds ${seconds} --seed ${seed}`);

function wholeNumber(name: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`--${name} must be a whole number from ${least} on.`);
}
