import type { ConnectOptions } from "peak-warehouse";
import type { Fault } from "./injector.ts";
import type { Moment } from "./moment.ts";
import type { Effect } from "./passage.ts";
import type { Scenario } from "./scenarios.ts";

/** Where in a warehouse's life something goes wrong. */
export type LifePhase =
  "credentials" | "connect" | "auth" | "first byte" | "mid-result" | "between statements" | "commit" | "close";

/** How the network or the server breaks: at a moment, at once, by a closed port, or as an administrator ends sessions. */
export type Breaking =
  | { readonly kind: "armed"; readonly fault: Fault }
  | { readonly kind: "now"; readonly effect: Effect }
  | { readonly kind: "port closed" }
  | { readonly kind: "sessions ended" };

/** One fault met by one warehouse, and what must come of it. */
export interface Case {
  readonly breaking: Breaking;
  /** `served`, or code and effect of the error: `TIMEOUT, unknown`. */
  readonly expected: string;
  /** What the clock goes on by while the sessions are unused, in milliseconds. Such a case is played alone: the clock is everybody's. */
  readonly unusedMs?: number;
  readonly options?: ConnectOptions;
  /** How many sessions nobody can end: the server opened them, and its answer was lost. Snowflake drops them after 4 h. */
  readonly orphans?: number;
}

/** One line of the matrix. A warehouse without a case is one for which the line makes no sense. */
export interface Row {
  readonly phase: LifePhase;
  readonly fault: string;
  readonly scenario: Scenario;
  readonly redshift?: Case;
  readonly snowflake?: Case;
}

/** A fault that strikes once, at its moment. */
export function on(when: Moment, effect: Effect, expected: string, more: Partial<Case> = {}): Case {
  return { breaking: { kind: "armed", fault: { when, effect } }, expected, ...more };
}

/** A fault that strikes whenever its moment comes, or until a client has sent something. */
export function always(when: Moment, effect: Effect, expected: string, until?: RegExp): Case {
  const fault: Fault = { when, effect, always: true, ...(until && { until }) };
  return { breaking: { kind: "armed", fault }, expected };
}

/** A fault that strikes at once: what happens to connections that are idle. */
export function now(effect: Effect, expected: string, more: Partial<Case> = {}): Case {
  return { breaking: { kind: "now", effect }, expected, ...more };
}

/** The effect that somebody answers in the server's place. */
export function answering(bytes: Buffer): Effect {
  return { kind: "answer", bytes };
}

/** The same moment, one step later: the server has got the request, and not a byte of its answer has passed. */
export function answered(moment: Moment): Moment {
  return { ...moment, bytes: 0 };
}

/** What each warehouse meets on a line. */
export type Cases = Pick<Row, "redshift" | "snowflake">;

/** What is met on the lines of a phase, by the name of each fault. */
export type Faults = Readonly<Record<string, Cases>>;

/** The lines of a phase. */
export function lines(phase: LifePhase, scenario: Scenario, faults: Faults): Row[] {
  return Object.entries(faults).map(([fault, cases]) => ({ phase, fault, scenario, ...cases }));
}

/** Both warehouses meet the same. */
export function both(one: Case): Cases {
  return { redshift: one, snowflake: one };
}
