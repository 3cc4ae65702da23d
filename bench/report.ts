import { caseColumns, growthColumns } from "./columns.ts";
import { failureOf } from "./statistics.ts";
import type { CaseResult, SuiteResult } from "./suite.ts";
import { table } from "./table.ts";

/** Writes what a suite has come to: medians, and for ratios the least and the most of all rounds. */
export function report(result: SuiteResult): string {
  const tables = result.grows ? [growthTable(result)] : result.cases.map((one) => caseTable(result, one));
  const rounds = result.rounds === 1 ? "One round" : `Medians of ${result.rounds} rounds`;
  const servedBy = result.server === undefined ? "" : `, ${result.server}`;
  return [`## ${result.title}`, `${rounds}${servedBy}.`, ...tables, ...failures(result)].join("\n\n");
}

const failed = "failed";

function caseTable(result: SuiteResult, one: CaseResult): string {
  const columns = caseColumns(result);
  const rows = one.series.map((series) => [series.variant, ...columns.map(({ cell }) => cell(series, one) ?? failed)]);
  return table([one.label, ...columns.map(({ title }) => title)], rows);
}

/** One line a case, so that what stays the same is seen to stay the same. */
function growthTable(result: SuiteResult): string {
  const columns = growthColumns(result);
  const variants = result.cases[0]?.series.map(({ variant }) => variant) ?? [];
  const head = variants.flatMap((variant) => columns.map(({ title }, i) => (i === 0 ? `${variant}: ${title}` : title)));
  const rows = result.cases.map((one) => [
    one.label,
    ...one.series.flatMap((series) => columns.map(({ cell }) => cell(series, one) ?? failed)),
  ]);
  return table(["", ...head], rows);
}

/** Lists what has failed, each reason once. */
function failures({ cases }: SuiteResult): string[] {
  const labels = new Map<string, string[]>();
  for (const { label, series } of cases) {
    for (const one of series) {
      const reason = failureOf(one);
      if (reason === undefined) continue;
      const what = `✗ ${one.variant}: ${reason}`;
      labels.set(what, [...(labels.get(what) ?? []), label]);
    }
  }
  return [...labels].map(([what, where]) => (cases.length > 1 ? `${what}\n  (${where.join("; ")})` : what));
}
