import { quantile } from "./tally.ts";

/** One of the things that the soak holds the library to, and what speaks against it. */
export interface Finding {
  readonly promise: string;
  /** Empty where the promise was kept. */
  readonly against: readonly string[];
  /** What it rests on, for the reader. */
  readonly facts?: string;
}

/**
 * What the heap may gain besides a tenth: the 12 workers are at different places each time, and one that reads a stream holds a batch of
 * rows and some chunks, less than 100 KB each.
 */
const heapAllowanceBytes = 1024 * 1024;

/** Holds the heap of the last third against that of the middle third; the first one is for warming up. */
export function heapFinding(samples: readonly number[]): Finding {
  const third = Math.floor(samples.length / 3);
  const middle = quantile(samples.slice(third, 2 * third), 0.5);
  const last = quantile(samples.slice(2 * third), 0.5);
  const facts = `${samples.length} samples, medians ${megabytes(middle)} MB and ${megabytes(last)} MB`;
  return {
    promise: "the heap after GC is not larger in the last third than in the middle third",
    against: samples.length < 9 || last > middle * 1.1 + heapAllowanceBytes ? [facts] : [],
    facts,
  };
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** Says what there is more of in the second list than in the first. */
export function differences(before: readonly string[], after: readonly string[]): string[] {
  const count = (list: readonly string[], name: string): number => list.filter((item) => item === name).length;
  return [...new Set([...before, ...after])]
    .filter((name) => count(before, name) < count(after, name))
    .map((name) => `${name}: ${count(before, name)} before, ${count(after, name)} after`);
}
