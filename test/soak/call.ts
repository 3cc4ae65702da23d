import { WarehouseError, type Warehouse } from "peak-warehouse";
import type { Chance } from "./chance.ts";
import type { Expected, Raise, Write } from "./ledger.ts";

/** Who makes the calls: a worker on one of the warehouses. */
export interface Worker {
  readonly db: Warehouse;
  readonly chance: Chance;
  /** Gives an id that no other write has. */
  readonly nextId: () => number;
  /** A statement that runs so long that only a cancel ends it in time. */
  readonly endless: () => string;
  /** A statement that takes so many seconds. */
  readonly slow: (seconds: number) => string;
  /**
   * An INSERT into the ledger that takes so many seconds: a connection is then likely to be lost under it. (The stand-in of Snowflake does
   * not wait in an INSERT; there it is answers that are lost.)
   */
  readonly slowInsert: (id: number, seconds: number) => string;
}

/** How a call ended: well, with an error of the library, with the worker's own error or reason, or as it never should. */
export type Ended =
  | { readonly how: "done" }
  | { readonly how: "own" }
  | { readonly how: "failed"; readonly error: WarehouseError }
  | { readonly how: "wrong"; readonly what: unknown };

/** A call that has ended, and what it was told of its writes. */
export interface Account {
  readonly ended: Ended;
  readonly writes?: readonly Write[];
  readonly raises?: readonly Raise[];
}

/** One of the things that workers do. */
export type Operation = (worker: Worker) => Promise<Account>;

/** What ends everything, as a server's shutdown does: the one signal of most calls, which is never aborted here. */
export const shutdown = new AbortController().signal;

/** A server that falls silent is found out by nothing but a deadline, so every call has one. */
export const guard = { timeoutMs: 4_000, signal: shutdown } as const;

/** What is thrown for an answer that is not the right one. */
class WrongAnswer extends Error {}

/** Waits for the end of a call; `own` is what it may reject with besides the library's errors: the very same object. */
export async function endOf(call: Promise<unknown>, own?: unknown): Promise<Ended> {
  try {
    await call;
    return { how: "done" };
  } catch (error) {
    if (error instanceof WrongAnswer) return { how: "wrong", what: error };
    if (own !== undefined && error === own) return { how: "own" };
    return WarehouseError.is(error) && !wraps(error, own) ? { how: "failed", error } : { how: "wrong", what: error };
  }
}

/** What the caller gave must come back as it is, never inside an error of the library's. */
function wraps(error: WarehouseError, own: unknown): boolean {
  return own instanceof Error && `${error.message} ${String(error.cause)}`.includes(own.message);
}

/** Fails the call unless an answer is the right one: that of another statement would show here. */
export function check(answer: unknown, right: unknown): void {
  const [given, wanted] = [JSON.stringify(answer), JSON.stringify(right)];
  if (given !== wanted)
    throw new WrongAnswer(`the answer was ${given.slice(0, 200)} instead of ${wanted.slice(0, 200)}`);
}

/** Tells what to expect of a statement that ran by itself. */
export function ofStatement(ended: Ended): Expected {
  if (ended.how === "done") return "once";
  return ended.how === "failed" && ended.error.effect !== "unknown" ? "never" : "at most once";
}

/**
 * Tells what to expect of a transaction. COMMIT is sent after the work has returned, and an abort after that ends with the answer or with
 * effect `"unknown"`: so one whose work has not returned, or that ended with its signal's reason, never happened.
 */
export function ofTransaction(ended: Ended, returned: boolean): Expected {
  if (ended.how === "done") return "once";
  return returned && ended.how === "failed" && ended.error.effect === "unknown" ? "at most once" : "never";
}

/** Makes a call with a signal that aborts after so long; what the call rejects with then is the reason. */
export async function abortedAfter(ms: number, call: (signal: AbortSignal) => Promise<unknown>): Promise<Ended> {
  const controller = new AbortController();
  const reason = new Error("the caller has gone");
  const timer = setTimeout(() => controller.abort(reason), ms);
  try {
    return await endOf(call(controller.signal), reason);
  } finally {
    clearTimeout(timer);
  }
}
