import { compared, figures, speedup, spread } from "./statistics.ts";
import type { CaseResult, Series, SuiteResult } from "./suite.ts";
import { megabytes, table } from "./table.ts";

/** Writes a suite for docs/speed.md: no seconds, which are this machine's own, but ratios, and memory. */
export function ratios(result: SuiteResult): string {
  const tables = result.grows ? [growth(result)] : result.cases.map((one) => comparison(result, one));
  return [`### ${result.title}`, ...tables].join("\n\n");
}

/** Each variant against the baseline. */
function comparison({ baseline }: SuiteResult, one: CaseResult): string {
  const rows = one.series.map((series) => {
    const { variant } = series;
    const speed = compared(one, variant, baseline, speedup);
    const cpu = compared(one, variant, baseline, (own, other) => own.cpuSeconds / other.cpuSeconds);
    const range = speed && variant !== baseline ? `${speed.min.toFixed(2)}–${speed.max.toFixed(2)}` : "";
    return [variant, speed?.median.toFixed(2) ?? "failed", range, cpu?.median.toFixed(2) ?? "", memoryOf(series)];
  });
  return table([one.label, `speed x ${baseline}`, "min–max", "CPU x", "MB above idle"], rows);
}

/** Each variant against itself: what one unit costs in a case, by the median of all cases. What stays flat stays near 1. */
function growth({ cases, unit }: SuiteResult): string {
  const cost = (series: Series, { amount }: CaseResult): number | undefined =>
    figures(series, ({ seconds }) => seconds / amount)?.median;
  const variants = cases[0]?.series.map(({ variant }) => variant) ?? [];
  const usual = variants.map((_, i) =>
    spread(cases.flatMap((one) => one.series.slice(i, i + 1).flatMap((series) => cost(series, one) ?? []))),
  );
  const rows = cases.map((one) => [
    one.label,
    ...one.series.flatMap((series, i) => {
      const [own, middle] = [cost(series, one), usual[i]?.median];
      return [own === undefined || middle === undefined ? "failed" : (own / middle).toFixed(2), memoryOf(series)];
    }),
  ]);
  return table(["", ...variants.flatMap((variant) => [`${variant}: time a ${unit}`, "MB above idle"])], rows);
}

function memoryOf(series: Series): string {
  const memory = figures(series, (run) => run.extraBytes);
  return memory === undefined ? "" : megabytes(memory.median);
}
