// Run as a process of its own: the library under load, and nothing else on its heap.
import { getEventListeners } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";
import { connectWarehouse, type Warehouse } from "peak-warehouse";
import { chanceOf } from "./chance.ts";
import { serve, tell } from "./child.ts";
import { whyUnexplained } from "./explanation.ts";
import { kinds, type Kind } from "./ground.ts";
import { fillPlaces } from "./places.ts";
import { reads } from "./reads.ts";
import { writes } from "./writes.ts";
import { shutdown, type Account, type Ended, type Worker } from "./call.ts";

const workersEach = 6;
const placesEach = 4;
const sampleEveryMs = 500;
/** Between two calls of a worker, at most: it is a long run that is wanted, not a full machine. */
const thinkTimeMs = 40;
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

/** What the client says unasked. */
export type ClientReport =
  | { readonly type: "call"; readonly call: CallReport }
  | { readonly type: "heap"; readonly bytes: number }
  | { readonly type: "stray"; readonly what: string };

/** An expression that takes so many seconds, and is text. */
const waits: Readonly<Record<Kind, (seconds: number) => string>> = {
  redshift: (seconds) => `cast(pg_sleep(${seconds}) as varchar(100))`,
  snowflake: (seconds) => `system$wait(${seconds * 1_000}, 'MILLISECONDS')`,
};

/** While sockets are cut, what runs must end by itself: nobody can cancel for a connection that is lost. */
const endlessSeconds = { storm: 2, calm: 60 } as const;

const warehouses = new Map<Kind, Warehouse>();
const workers: Promise<void>[] = [];
const operations = Object.entries({ ...reads, ...writes });
let weather: keyof typeof endlessSeconds = "storm";
let working = true;
let sampler: NodeJS.Timeout | undefined;

const report = (message: ClientReport): void => tell(message);

for (const event of ["uncaughtException", "unhandledRejection", "warning"]) {
  process.on(event, (what: unknown) => report({ type: "stray", what: `${event}: ${inspect(what)}` }));
}

async function work(kind: Kind, db: Warehouse, number: number, seed: number): Promise<void> {
  const chance = chanceOf(seed, `${kind} ${number}`);
  const next = chance.deck(operations);
  let ids = number * 1_000_000;
  const slow = (seconds: number): string => `select ${waits[kind](seconds)}`;
  const worker: Worker = {
    db,
    chance,
    slow,
    endless: () => slow(endlessSeconds[weather]),
    slowInsert: (id, seconds) => `insert into ledger select ${id}, ${waits[kind](seconds)}`,
    nextId: () => ++ids,
  };
  while (working) {
    const [operation, run] = next();
    const begun = performance.now();
    const { ended, ...account } = await run(worker);
    const ms = performance.now() - begun;
    report({ type: "call", call: { kind, operation, ms, ...account, ...told(kind, ended) } });
    await pause(chance.between(0, thinkTimeMs));
  }
}

function told(kind: Kind, ended: Ended): Pick<CallReport, "result" | "unexplained"> {
  if (ended.how === "done" || ended.how === "own") return { result: ended.how };
  const unexplained = ended.how === "wrong" ? inspect(ended.what, { depth: 0 }) : whyUnexplained(kind, ended.error);
  return {
    result: ended.how === "wrong" ? "wrong" : ended.error.code,
    ...(unexplained !== undefined && { unexplained }),
  };
}

const verbs = {
  /** What is held: by the process, and by the signal that calls listen to. */
  resources: () => [
    ...process.getActiveResourcesInfo(),
    ...getEventListeners(shutdown, "abort").map(() => "listener of a signal"),
  ],
  async connect(baseUrl: string) {
    for (const kind of kinds) {
      const db = await connectWarehouse({
        apiKey: `${kind}-key`,
        baseUrl,
        pool: { max: placesEach, maxLifetimeMs: 5_000, idleTimeoutMs: 2_000 },
        connectTimeoutMs: 10_000,
        acquireTimeoutMs: 15_000,
      });
      warehouses.set(kind, db);
    }
  },
  start(seed: number) {
    for (const [kind, db] of warehouses) {
      for (let number = 1; number <= workersEach; number++) workers.push(work(kind, db, number, seed));
    }
    sampler = setInterval(() => {
      globalThis.gc?.();
      report({ type: "heap", bytes: process.memoryUsage().heapUsed });
    }, sampleEveryMs);
  },
  calm() {
    weather = "calm";
  },
  /** Settles when every call has ended. */
  async finish() {
    working = false;
    await Promise.all(workers);
    clearInterval(sampler);
  },
  /** Has every place of a pool serve at the same time: none is lost, and no login is under way any more. */
  async fillPools() {
    await Promise.all([...warehouses.values()].map(async (db) => fillPlaces(db, placesEach)));
  },
  async close() {
    for (const db of warehouses.values()) await db.close();
    closed = true;
  },
};
let closed = false;

/** What the client can be asked to do. */
export type Client = typeof verbs;

serve(verbs);
// After close() nothing is to keep the process alive; before, its parent has died.
process.once("disconnect", () => {
  if (!closed) process.exit(1);
});
