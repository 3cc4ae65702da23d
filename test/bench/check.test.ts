import { describe, expect, test } from "vitest";
import { judge } from "../../bench/check.ts";
import type { Failure, Measurement } from "../../bench/measurement.ts";
import { compared, speedup, spread } from "../../bench/statistics.ts";
import { suites } from "../../bench/suites/index.ts";
import type { SuiteResult } from "../../bench/suite.ts";
import { targets } from "../../bench/targets.ts";

/** A run that took so many seconds; the rest is of no interest here. */
const took = (seconds: number, extraBytes = 0): Measurement => ({
  ...{ count: 1, seconds, cpuSeconds: seconds, peakBytes: 0, extraBytes, stallP99Ms: 0, stallMaxMs: 0, details: {} },
});
const failed: Failure = { failed: "it broke" };

function result(series: Readonly<Record<string, readonly (Measurement | Failure)[]>>): SuiteResult {
  return {
    ...{ suite: "redshift-mixed", title: "", unit: "row", baseline: "pg rows", rounds: 1, grows: false, server: "" },
    cases: [{ label: "", amount: 1, series: Object.entries(series).map(([variant, runs]) => ({ variant, runs })) }],
  };
}

const verdicts = (series: Parameters<typeof result>[0]) =>
  judge([result(series)]).map(({ target, verdict }) => `${target.variant} ${target.measure.by}: ${verdict}`);

describe("targets", () => {
  test("name only suites and variants that there are", () => {
    for (const { suite, variant, measure } of targets) {
      const names = suites.find(({ name }) => name === suite)?.variants.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining([variant, ...("against" in measure ? measure.against : [])]));
    }
  });

  test("are met, met by the floor, or missed, by the median", () => {
    const query = (seconds: number) => verdicts({ "pg rows": [took(10)], "ours query": [took(seconds)] });
    expect(query(10 / 2.3)).toEqual(["ours query speed: goal met"]);
    expect(query(10 / 2.2)).toEqual(["ours query speed: floor met"]);
    expect(query(10 / 1.8)).toEqual(["ours query speed: short of the floor"]);
  });

  test("of memory are better the less it is", () => {
    expect(verdicts({ "ours stream": [took(1, 59 * 2 ** 20)] })).toEqual(["ours stream memory: goal met"]);
    expect(verdicts({ "ours stream": [took(1, 61 * 2 ** 20)] })).toEqual(["ours stream memory: short of the floor"]);
  });

  test("of a variant that failed count as not measured, and of one that was left out not at all", () => {
    expect(verdicts({ "pg rows": [took(10)], "ours query": [failed] })).toEqual(["ours query speed: not measured"]);
    expect(verdicts({ "ours query": [took(1)] })).toEqual([]);
  });

  test("against several variants count the fastest in each round", () => {
    const fastest = judge([
      result({
        "ours stream": [took(1), took(1)],
        "pg row events": [took(4), took(9)],
        "pg-query-stream 100": [took(8), took(3)],
        "pg-query-stream 1000": [took(8), took(8)],
      }),
    ]).find(({ target }) => target.measure.by === "speed");
    expect(fastest?.figure).toEqual({ median: 3.5, min: 3, max: 4 });
  });
});

describe("statistics", () => {
  test("give the middle, the least and the most, and nothing of nothing", () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spread([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(spread([])).toBeUndefined();
  });

  test("compare what ran in the same round only", () => {
    const [one] = result({ "pg rows": [took(10), took(20)], "ours query": [took(5), failed] }).cases;
    expect(compared(one!, "ours query", "pg rows", speedup)).toEqual({ median: 2, min: 2, max: 2 });
  });
});
