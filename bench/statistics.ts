import type { Failure, Measurement } from "./measurement.ts";
import type { CaseResult, Series } from "./suite.ts";

/** The middle of some figures, and how far they go. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Gives the spread of some figures; `undefined` for none. */
export function spread(figures: readonly number[]): Spread | undefined {
  const sorted = [...figures].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (min === undefined || max === undefined || low === undefined || high === undefined) return undefined;
  return { median: (low + high) / 2, min, max };
}

/** Tells why a variant failed, if it did. */
export function failureOf({ runs }: Series): string | undefined {
  return runs.find((run) => "failed" in run)?.failed;
}

/** Gives a figure of each run of a variant that succeeded, by its round. */
export function figures(series: Series, figure: (run: Measurement) => number): Spread | undefined {
  return spread(series.runs.filter((run) => isMeasured(run)).map(figure));
}

/**
 * Compares two variants round by round, since only what ran side by side can be compared, and gives the spread of what came out.
 *
 * @param against - one variant, or several of which the one with the least seconds in a round counts.
 */
export function compared(
  { series }: CaseResult,
  subject: string,
  against: string | readonly string[],
  compare: (subject: Measurement, against: Measurement) => number,
): Spread | undefined {
  const named = (name: string): readonly (Measurement | Failure)[] =>
    series.find(({ variant }) => variant === name)?.runs ?? [];
  const others = (typeof against === "string" ? [against] : against).map(named);
  return spread(
    named(subject).flatMap((run, round) => {
      const rivals = others
        .map((runs) => runs[round])
        .filter((one) => one !== undefined)
        .filter(isMeasured);
      // Without one of them the fastest is not known.
      if (!isMeasured(run) || rivals.length < others.length) return [];
      return [
        compare(
          run,
          rivals.reduce((best, one) => (one.seconds < best.seconds ? one : best)),
        ),
      ];
    }),
  );
}

/** So many times as fast. */
export const speedup = (subject: Measurement, against: Measurement): number => against.seconds / subject.seconds;

function isMeasured(run: Measurement | Failure): run is Measurement {
  return !("failed" in run);
}
