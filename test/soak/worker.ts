import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";
import type { Warehouse } from "peak-warehouse";
import type { Account, Ended, Worker } from "./call.ts";
import { chanceOf } from "./chance.ts";
import { whyUnexplained } from "./explanation.ts";
import type { Kind } from "./tables.ts";
import { reads } from "./reads.ts";
import { writes } from "./writes.ts";

/** Said of each call when it has ended. */
export interface CallReport extends Omit<Account, "ended"> {
  readonly kind: Kind;
  readonly operation: string;
  readonly ms: number;
  /** `done`, `own` (its signal's reason, its work's error), a code of the library, or `wrong`. */
  readonly result: string;
  /** The error, where it was one that no fault explains. */
  readonly unexplained?: string;
}

/** Where a worker works, and what it is told while it does. */
export interface Employment {
  readonly kind: Kind;
  readonly db: Warehouse;
  /** From 1 on; with the seed it decides what the worker chooses, and the ids it writes. */
  readonly number: number;
  readonly seed: number;
  /** How long a statement runs now that is meant to be cancelled. */
  readonly endlessSeconds: () => number;
  readonly goesOn: () => boolean;
  readonly report: (call: CallReport) => void;
}

/** Between two calls, at most: it is a long run that is wanted, not a full machine. */
const thinkTimeMs = 40;

/** An expression that takes so many seconds, and is text. */
const waits: Readonly<Record<Kind, (seconds: number) => string>> = {
  redshift: (seconds) => `cast(pg_sleep(${seconds}) as varchar(100))`,
  snowflake: (seconds) => `system$wait(${seconds * 1_000}, 'MILLISECONDS')`,
};

const operations = Object.entries({ ...reads, ...writes });

/** Makes one call after the other, of every kind in random order, for as long as it is to go on. */
export async function employ({ kind, db, number, seed, endlessSeconds, goesOn, report }: Employment): Promise<void> {
  const chance = chanceOf(seed, `${kind} ${number}`);
  const next = chance.deck(operations);
  let ids = number * 1_000_000;
  const slow = (seconds: number): string => `select ${waits[kind](seconds)}`;
  const worker: Worker = {
    db,
    chance,
    slow,
    endless: () => slow(endlessSeconds()),
    slowInsert: (id, seconds) => `insert into ledger select ${id}, ${waits[kind](seconds)}`,
    nextId: () => ++ids,
  };
  while (goesOn()) {
    const [operation, run] = next();
    const begun = performance.now();
    const { ended, ...account } = await run(worker);
    const ms = performance.now() - begun;
    report({ kind, operation, ms, ...account, ...told(kind, ended) });
    await pause(chance.between(0, thinkTimeMs));
  }
}

function told(kind: Kind, ended: Ended): Pick<CallReport, "result" | "unexplained"> {
  if (ended.how === "done" || ended.how === "own") return { result: ended.how };
  if (ended.how === "wrong") return { result: "wrong", unexplained: inspect(ended.what, { depth: 0 }) };
  const unexplained = whyUnexplained(kind, ended.error);
  return { result: ended.error.code, ...(unexplained !== undefined && { unexplained }) };
}
