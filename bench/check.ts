import { compared, figures, speedup, type Spread } from "./statistics.ts";
import type { CaseResult, SuiteResult } from "./suite.ts";
import { table } from "./table.ts";
import { targets, type Measure, type Target } from "./targets.ts";

/** How a target stands. */
export interface Verdict {
  readonly target: Target;
  /** Missing where a variant failed. */
  readonly figure: Spread | undefined;
  readonly verdict: "goal met" | "floor met" | "goal missed" | "short of the floor" | "not measured";
}

/** Judges the targets of what ran. Those of suites and variants that were left out are left out, too. */
export function judge(results: readonly SuiteResult[]): Verdict[] {
  return targets.flatMap((target) => {
    const result = results.find(({ suite }) => suite === target.suite);
    if (result === undefined) return [];
    const one = result.cases.find(({ label }) => target.label === undefined || target.label === label);
    if (one === undefined) throw new Error(`${result.suite} has no case ${target.label}, which a target names.`);
    const ran = new Set(one.series.map(({ variant }) => variant));
    if (!variantsOf(target).every((variant) => ran.has(variant))) return [];
    const figure = measured(one, target);
    return [{ target, figure, verdict: verdictOf(target, figure) }];
  });
}

function variantsOf({ variant, measure }: Target): string[] {
  return [variant, ...("against" in measure ? measure.against : [])];
}

/** Tells whether a verdict fails the check. */
export function isShort({ verdict }: Verdict): boolean {
  return verdict === "short of the floor" || verdict === "not measured";
}

/** Writes the verdicts as a table. */
export function verdicts(all: readonly Verdict[]): string {
  const rows = all.map(({ target, figure, verdict }) => {
    const { write } = measures[target.measure.by];
    const found = figure && `${write(figure.median)} (${write(figure.min)}–${write(figure.max)})`;
    return [
      described(target),
      found ?? "",
      target.floor === undefined ? "" : write(target.floor),
      write(target.goal),
      verdict,
    ];
  });
  return `## Targets\n\n${table(["", "measured", "floor", "goal", ""], rows)}`;
}

const measures: Readonly<Record<Measure["by"], { more: boolean; words: string; write: (figure: number) => string }>> = {
  speed: { more: true, words: "speed against", write: (figure) => `${figure.toFixed(2)}x` },
  time: { more: false, words: "time against", write: (figure) => `${figure.toFixed(2)}x` },
  cpu: {
    more: false,
    words: "CPU a query against",
    write: (figure) => `${figure >= 0 ? "+" : ""}${figure.toFixed(1)} µs`,
  },
  memory: { more: false, words: "peak above idle", write: (figure) => `${figure.toFixed(0)} MB` },
  stall: { more: false, words: "longest stall", write: (figure) => `${figure.toFixed(0)} ms` },
};

function described({ suite, label, variant, measure }: Target): string {
  const against =
    "against" in measure ? ` ${measure.against.length > 1 ? "the fastest of " : ""}${measure.against.join(", ")}` : "";
  return `${suite}${label === undefined ? "" : `, ${label}`}: ${variant}, ${measures[measure.by].words}${against}`;
}

function verdictOf({ measure, floor, goal }: Target, figure: Spread | undefined): Verdict["verdict"] {
  if (figure === undefined) return "not measured";
  const reaches = (bound: number): boolean =>
    measures[measure.by].more ? figure.median >= bound : figure.median <= bound;
  if (reaches(goal)) return "goal met";
  if (floor === undefined) return "goal missed";
  return reaches(floor) ? "floor met" : "short of the floor";
}

function measured(one: CaseResult, { variant, measure }: Target): Spread | undefined {
  const series = one.series.find((candidate) => candidate.variant === variant);
  if (series === undefined) return undefined;
  switch (measure.by) {
    case "speed":
      return compared(one, variant, measure.against, speedup);
    case "time":
      return compared(one, variant, measure.against, (own, other) => own.seconds / other.seconds);
    case "cpu":
      return compared(
        one,
        variant,
        measure.against,
        (own, other) => ((own.cpuSeconds - other.cpuSeconds) / one.amount) * 1e6,
      );
    case "memory":
      return figures(series, (run) => run.extraBytes / 2 ** 20);
    case "stall":
      return figures(series, (run) => run.stallMaxMs);
  }
}
