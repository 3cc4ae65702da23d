import type { Measurement } from "./measurement.ts";
import { compared, failureOf, figures, speedup, type Spread } from "./statistics.ts";
import type { CaseResult, Series, SuiteResult } from "./suite.ts";
import { megabytes, short, table } from "./table.ts";

/** Writes what a suite has come to: medians, and for ratios the least and the most of all rounds. */
export function report(result: SuiteResult): string {
  const tables = result.unit === "cell" ? [growthTable(result)] : result.cases.flatMap((one) => caseTable(result, one));
  return [`## ${result.title}`, `Medians of ${result.rounds} rounds.`, ...tables, ...failures(result)].join("\n\n");
}

type Column = readonly [title: string, cell: (series: Series) => string];

function caseTable(result: SuiteResult, one: CaseResult): string[] {
  const shown = columns[result.unit](result, one);
  const rows = one.series.map((series) => [series.variant, ...shown.map(([, cell]) => cell(series))]);
  const heading = result.cases.length > 1 ? [`### ${one.label}`] : [];
  return [...heading, table(["", ...shown.map(([title]) => title)], rows)];
}

const median = (title: string, figure: (run: Measurement) => number, write: (figure: number) => string): Column => [
  title,
  (series) => written(figures(series, figure), ({ median: middle }) => write(middle)),
];

const ratio = (title: string, { baseline }: SuiteResult, one: CaseResult): Column => [
  `${title} ${baseline}`,
  ({ variant }) =>
    variant === baseline
      ? "1"
      : written(
          compared(one, variant, baseline, speedup),
          ({ median: middle, min, max }) => `${middle.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`,
        ),
];

const memory = median("MB above idle", (run) => run.extraBytes, megabytes);
const stalls: Column = [
  "loop late p99 / max ms",
  (series) => {
    const [p99, max] = [figures(series, (run) => run.stallP99Ms), figures(series, (run) => run.stallMaxMs)];
    return p99 === undefined || max === undefined ? failedCell : `${p99.median.toFixed(0)} / ${max.median.toFixed(0)}`;
  },
];

const columns: Readonly<Record<SuiteResult["unit"], (result: SuiteResult, one: CaseResult) => Column[]>> = {
  row: (result, one) => [
    median(
      "s",
      (run) => run.seconds,
      (seconds) => seconds.toFixed(2),
    ),
    ratio("x", result, one),
    median("rows/s", (run) => one.amount / run.seconds, short),
    median(
      "CPU s",
      (run) => run.cpuSeconds,
      (seconds) => seconds.toFixed(2),
    ),
    memory,
    stalls,
  ],
  query: (result, one) => [
    median("µs a query", (run) => (run.seconds / one.amount) * 1e6, short),
    ratio("throughput x", result, one),
    median("CPU µs a query", (run) => (run.cpuSeconds / one.amount) * 1e6, short),
    median(
      "p50 ms",
      (run) => run.details.p50Ms ?? NaN,
      (ms) => ms.toFixed(2),
    ),
    median(
      "p99 ms",
      (run) => run.details.p99Ms ?? NaN,
      (ms) => ms.toFixed(2),
    ),
    memory,
  ],
  start: (result, one) => [
    median(
      "ms",
      (run) => run.seconds * 1000,
      (ms) => ms.toFixed(1),
    ),
    ratio("speed x", result, one),
    median(
      "CPU ms",
      (run) => run.cpuSeconds * 1000,
      (ms) => ms.toFixed(0),
    ),
    median("MB in all", (run) => run.peakBytes, megabytes),
    memory,
  ],
  cell: () => [],
};

/** One line a case: what a cell costs, and the memory, for each variant. */
function growthTable({ cases }: SuiteResult): string {
  const variants = cases[0]?.series.map(({ variant }) => variant) ?? [];
  const head = ["", ...variants.flatMap((variant) => [`${variant}: ns a cell`, "MB above idle"])];
  const rows = cases.map(({ label, amount, series }) => [
    label,
    ...series.flatMap((one) => [
      written(
        figures(one, (run) => (run.seconds / amount) * 1e9),
        ({ median: middle }) => middle.toFixed(1),
      ),
      written(
        figures(one, (run) => run.extraBytes),
        ({ median: middle }) => megabytes(middle),
      ),
    ]),
  ]);
  return table(head, rows);
}

const failedCell = "failed";
const written = (figure: Spread | undefined, write: (figure: Spread) => string): string =>
  figure === undefined ? failedCell : write(figure);

/** Lists what has failed, with the reasons. */
function failures({ cases }: SuiteResult): string[] {
  return cases.flatMap(({ label, series }) =>
    series.flatMap((one) => {
      const reason = failureOf(one);
      return reason === undefined ? [] : [`✗ ${one.variant}, ${label}: ${reason}`];
    }),
  );
}
