import { compared, figures, speedup } from "./statistics.ts";
import type { SuiteResult } from "./suite.ts";
import { megabytes, table } from "./table.ts";

/** Writes a suite for the README: no seconds, which are this machine's, but ratios and memory. */
export function ratios(result: SuiteResult): string {
  const { title, baseline, cases } = result;
  const tables = cases.flatMap((one) => {
    const rows = one.series.map((series) => {
      const { variant } = series;
      const speed = compared(one, variant, baseline, speedup);
      const cpu = compared(one, variant, baseline, (own, other) => own.cpuSeconds / other.cpuSeconds);
      const memory = figures(series, (run) => run.extraBytes);
      const range = speed && `${speed.min.toFixed(2)}–${speed.max.toFixed(2)}`;
      return [
        variant,
        speed?.median.toFixed(2) ?? "failed",
        range ?? "",
        cpu?.median.toFixed(2) ?? "",
        memory ? megabytes(memory.median) : "",
      ];
    });
    const head = [one.label, `speed x ${baseline}`, "min–max", "CPU x", "MB above idle"];
    return [table(head, rows)];
  });
  return [`### ${title}`, ...tables].join("\n\n");
}
