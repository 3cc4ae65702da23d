import type { Kind } from "./tables.ts";

/** How often a write must be there in the end: acknowledged, known to have done nothing, or known to nobody. */
export type Expected = "once" | "never" | "at most once";

/** A row that was written under an id of its own. */
export interface Write {
  readonly id: number;
  readonly expected: Expected;
}

/** A counter that was raised by one. */
export interface Raise {
  readonly row: number;
  readonly expected: Expected;
}

/** What the writers of one warehouse were told, to be held against what is there. */
export interface Ledger {
  record(writes: readonly Write[], raises: readonly Raise[]): void;
  /** How many writes were recorded with each expectation. */
  counts(): Readonly<Record<Expected, number>>;
  /** Says what is lost, doubled, there against all promises, or nobody's. */
  mistakes(contents: Contents): string[];
}

/** What a warehouse holds: how often each id is there, and the counters. */
interface Contents {
  readonly writes: readonly (readonly [id: number, times: number])[];
  readonly counters: readonly (readonly [row: number, value: number])[];
}

const bounds: Readonly<Record<Expected, readonly [least: number, most: number]>> = {
  once: [1, 1],
  never: [0, 0],
  "at most once": [0, 1],
};

/** Makes an empty ledger. */
export function openLedger(kind: Kind): Ledger {
  const writes = new Map<number, Expected>();
  const raises: Raise[] = [];
  return {
    record(newWrites, newRaises) {
      for (const { id, expected } of newWrites) writes.set(id, expected);
      raises.push(...newRaises);
    },
    counts() {
      const counts = { once: 0, never: 0, "at most once": 0 };
      for (const expected of [...writes.values(), ...raises.map((raise) => raise.expected)]) counts[expected]++;
      return counts;
    },
    mistakes(contents) {
      const there = new Map(contents.writes);
      const mistakes: string[] = [];
      for (const [id, expected] of writes) {
        const times = there.get(id) ?? 0;
        if (!isWithin(times, bounds[expected]))
          mistakes.push(`${kind}: write ${id} is there ${times} times, expected ${expected}`);
      }
      for (const id of there.keys()) if (!writes.has(id)) mistakes.push(`${kind}: write ${id} is nobody's`);
      for (const [row, value] of contents.counters) {
        const own = raises.filter((raise) => raise.row === row).map((raise) => bounds[raise.expected]);
        const range = [sum(own.map(([least]) => least)), sum(own.map(([, most]) => most))] as const;
        if (!isWithin(value, range))
          mistakes.push(`${kind}: counter ${row} is ${value}, expected ${range.join(" to ")}`);
      }
      return mistakes;
    },
  };
}

const isWithin = (value: number, [least, most]: readonly [number, number]): boolean => value >= least && value <= most;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
