import type { Expected, Failure, Job, Measurement, Task } from "./measurement.ts";
import type { Ground } from "./servers/ground.ts";

/** One way to do what a suite asks for. */
export interface Variant {
  /** As tables and targets call it: `ours batches`, `pg rows`. */
  readonly name: string;
  /** A module under `programs/`, and one of its variants. */
  readonly program: string;
  readonly variant: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Something that all variants of a suite do; most suites have one case. */
export interface Case {
  readonly label: string;
  /** How much is done, in the suite's unit. */
  readonly amount: number;
  readonly server: Job["server"];
  /** What the server is, for the report. */
  readonly servedBy?: string;
  readonly probe?: Task;
  readonly warmUp?: Task;
  readonly task: Task;
  readonly expected: Expected;
}

/** How large a run is. */
export interface Scale {
  readonly quick: boolean;
  readonly rounds: number;
}

/** Variants that are compared with each other, on the same tasks in the same rounds. */
export interface Suite {
  readonly name: string;
  readonly title: (scale: Scale) => string;
  /** What the amounts count, and thereby what the tables show. */
  readonly unit: "row" | "cell" | "query" | "start";
  /** The variant that ratios are against. */
  readonly baseline: string;
  readonly variants: readonly Variant[];
  /** How often everything is run; the scale's rounds if missing. */
  readonly rounds?: (scale: Scale) => number;
  /** Whether it is part of a quick run that names no suites; default true. */
  readonly quick?: boolean;
  /** Whether each case is twice the one before: a line of the report is then a case, not a variant. */
  readonly grows?: boolean;
  cases(ground: Ground, scale: Scale): Promise<Case[]>;
}

/** All runs of a variant in a case, in the order of the rounds. */
export interface Series {
  readonly variant: string;
  readonly runs: readonly (Measurement | Failure)[];
}

/** What a case has come to. */
export interface CaseResult {
  readonly label: string;
  readonly amount: number;
  readonly series: readonly Series[];
}

/** What a suite has come to. */
export interface SuiteResult {
  readonly suite: string;
  readonly title: string;
  readonly unit: Suite["unit"];
  readonly baseline: string;
  readonly rounds: number;
  readonly grows: boolean;
  readonly server: string | undefined;
  readonly cases: readonly CaseResult[];
}
