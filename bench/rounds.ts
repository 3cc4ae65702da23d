import { run, type Setting } from "./process.ts";
import type { Failure, Measurement } from "./measurement.ts";
import type { Ground } from "./servers/ground.ts";
import type { Case, Scale, Suite, SuiteResult, Variant } from "./suite.ts";

/** One variant on one case, and what has come of it so far. */
interface Lane {
  readonly variant: Variant;
  readonly on: Case;
  readonly runs: (Measurement | Failure)[];
}

/** What all suites of a run share. */
export interface Arrangement {
  readonly ground: Ground;
  readonly scale: Scale;
  /** The names of the variants to run besides the baselines; all if `undefined`. */
  readonly only: ReadonlySet<string> | undefined;
  readonly setting: Setting;
  /** Told of each run, as it begins. */
  readonly tell: (what: string) => void;
}

/**
 * Runs a suite: in each round every variant once, in a process of its own, so that what disturbs the machine for a while disturbs them all. Each
 * round begins with another variant: none is always the one after the heaviest.
 */
export async function runSuite(
  suite: Suite,
  { ground, scale, only, setting, tell }: Arrangement,
): Promise<SuiteResult> {
  tell(`${suite.name}: preparing`);
  const cases = await suite.cases(ground, scale);
  const rounds = suite.rounds?.(scale) ?? scale.rounds;
  const variants = suite.variants.filter(({ name }) => only?.has(name) !== false || name === suite.baseline);
  const lanes = cases.flatMap((on) => variants.map((variant): Lane => ({ variant, on, runs: [] })));
  for (let round = 0; round < rounds; round++) {
    const first = Math.floor((round * lanes.length) / rounds);
    for (const lane of [...lanes.slice(first), ...lanes.slice(0, first)]) {
      // What has failed once is not tried again: its time is better spent on the others.
      if (lane.runs.some((one) => "failed" in one)) continue;
      tell(`${suite.name}: round ${round + 1} of ${rounds}, ${lane.variant.name}, ${lane.on.label}`);
      lane.runs.push(await run({ ...lane.variant, ...lane.on }, lane.on.expected, setting));
    }
  }
  const { name, unit, baseline } = suite;
  return {
    suite: name,
    title: suite.title(scale),
    unit,
    baseline,
    rounds,
    grows: suite.grows ?? false,
    server: cases[0]?.servedBy,
    cases: cases.map((on) => ({
      label: on.label,
      amount: on.amount,
      series: lanes.filter((lane) => lane.on === on).map(({ variant, runs }) => ({ variant: variant.name, runs })),
    })),
  };
}
