import type { Measurement } from "./measurement.ts";
import { compared, figures, speedup } from "./statistics.ts";
import type { CaseResult, Series, SuiteResult } from "./suite.ts";
import { megabytes, short } from "./table.ts";

/** A column of a report's tables. */
export interface Column {
  readonly title: string;
  /** Writes what a variant has come to in a case; `undefined` if it failed. */
  readonly cell: (series: Series, one: CaseResult) => string | undefined;
}

/** Gives the columns of the table of one case, whose lines are the variants. */
export function caseColumns({ unit, baseline, cases }: SuiteResult): readonly Column[] {
  switch (unit) {
    case "row": {
      const columns = [seconds, ratio("x", baseline), rowsPerSecond, cpuSeconds, memory, stalls];
      return cases.some(writesFiles) ? [...columns, fileSize] : columns;
    }
    case "cell":
      return [perCell, ratio("x", baseline), cpuSeconds, memory, stalls];
    case "query":
      return [perQuery, ratio("throughput x", baseline), cpuPerQuery, latency("p50"), latency("p99"), memory];
    case "start":
      return [milliseconds, ratio("speed x", baseline), cpuMilliseconds, memoryInAll, memory];
  }
}

/** Gives the columns that each variant has in the table of a suite whose cases grow; its lines are the cases. */
export function growthColumns({ unit }: SuiteResult): readonly Column[] {
  return unit === "query" ? [perQuery, cpuPerQuery, latency("p99"), memory] : [perCell, memory];
}

function writesFiles({ series }: CaseResult): boolean {
  return series.some(({ runs }) => runs.some((run) => !("failed" in run) && run.details.fileBytes !== undefined));
}

/** Makes a column of the medians of a figure. */
function median(
  title: string,
  figure: (run: Measurement, amount: number) => number,
  write: (figure: number) => string,
): Column {
  return {
    title,
    cell: (series, { amount }) => {
      const found = figures(series, (run) => figure(run, amount));
      return found && write(found.median);
    },
  };
}

const digits = (count: number) => (figure: number) => figure.toFixed(count);

const seconds = median("s", (run) => run.seconds, digits(2));
const milliseconds = median("ms", (run) => run.seconds * 1e3, digits(1));
const rowsPerSecond = median("rows/s", (run, amount) => amount / run.seconds, short);
const perCell = median("ns a cell", (run, amount) => (run.seconds / amount) * 1e9, digits(1));
const perQuery = median("µs a query", (run, amount) => (run.seconds / amount) * 1e6, short);
const cpuSeconds = median("CPU s", (run) => run.cpuSeconds, digits(2));
const cpuMilliseconds = median("CPU ms", (run) => run.cpuSeconds * 1e3, digits(0));
const cpuPerQuery = median("CPU µs", (run, amount) => (run.cpuSeconds / amount) * 1e6, short);
const memory = median("MB above idle", (run) => run.extraBytes, megabytes);
const memoryInAll = median("MB in all", (run) => run.peakBytes, megabytes);
const fileSize = median("file MB", (run) => run.details.fileBytes ?? NaN, megabytes);
const latency = (name: "p50" | "p99"): Column =>
  median(`${name} ms`, (run) => run.details[`${name}Ms`] ?? NaN, digits(2));

const stalls: Column = {
  title: "loop late p99 / max ms",
  cell: (series) => {
    const [p99, max] = [figures(series, (run) => run.stallP99Ms), figures(series, (run) => run.stallMaxMs)];
    return p99 && max && `${p99.median.toFixed(0)} / ${max.median.toFixed(0)}`;
  },
};

function ratio(title: string, baseline: string): Column {
  return {
    title: `${title} ${baseline}`,
    cell: ({ variant }, one) => {
      if (variant === baseline) return "1";
      const found = compared(one, variant, baseline, speedup);
      return found && `${found.median.toFixed(2)} (${found.min.toFixed(2)}–${found.max.toFixed(2)})`;
    },
  };
}
