import type { Outcome } from "./diagnosis.ts";

/** What a stage has found, and what it gives to those that build on it: nothing, where they are not to be tried. */
export interface Finding<T = true> {
  readonly outcome: Outcome;
  readonly seen: string;
  readonly advice?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly gives?: T | undefined;
}

/** Facts that go with a finding. */
type Details = Readonly<Record<string, unknown>>;

/** Finds everything in order. */
export function passed<T>(seen: string, gives: T, details?: Details): Finding<T> {
  return { outcome: "passed", seen, gives, details };
}

/** Finds something odd, with which one can go on. */
export function warning<T>(seen: string, advice: string, gives: T, details?: Details): Finding<T> {
  return { outcome: "warning", seen, advice, gives, details };
}

/** Finds what must be mended first. */
export function failed(seen: string, advice: string, details?: Details): Finding<never> {
  return { outcome: "failed", seen, advice, details };
}

/** Finds nothing to look at, which keeps nobody from going on. */
export function skipped<T>(seen: string, gives: T): Finding<T> {
  return { outcome: "skipped", seen, gives };
}
