// Run as a process of its own: the library under load, and nothing else on its heap.
import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { connectWarehouse, type Warehouse } from "peak-warehouse";
import { shutdown } from "./call.ts";
import { serve, tell } from "./child.ts";
import { kinds, type Kind } from "./tables.ts";
import { fillSlots } from "./pool-slots.ts";
import { employ, type CallReport } from "./worker.ts";

/** What the client says unasked. */
export type ClientReport =
  | { readonly type: "call"; readonly call: CallReport }
  | { readonly type: "heap"; readonly bytes: number }
  | { readonly type: "stray"; readonly what: string };

/** More than slots, so that some wait. */
const workersEach = 6;
const slotsEach = 4;
const sampleEveryMs = 500;

const { gc } = globalThis;
if (gc === undefined) throw new Error("The client needs --expose-gc.");

const warehouses = new Map<Kind, Warehouse>();
const workers: Promise<void>[] = [];
// While sockets are cut, what runs must end by itself: nobody can cancel for a connection that is lost.
let endlessSeconds = 2;
let working = true;
let closed = false;
let sampler: NodeJS.Timeout | undefined;

const report = (message: ClientReport): void => tell(message);

for (const event of ["uncaughtException", "unhandledRejection", "warning"]) {
  process.on(event, (what: unknown) => report({ type: "stray", what: `${event}: ${inspect(what)}` }));
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
        pool: { max: slotsEach, maxLifetimeMs: 5_000, idleTimeoutMs: 2_000 },
        connectTimeoutMs: 10_000,
        acquireTimeoutMs: 15_000,
      });
      warehouses.set(kind, db);
    }
  },
  start(seed: number) {
    for (const [kind, db] of warehouses) {
      for (let number = 1; number <= workersEach; number++) {
        const employment = { kind, db, number, seed, endlessSeconds: () => endlessSeconds, goesOn: () => working };
        workers.push(employ({ ...employment, report: (call) => report({ type: "call", call }) }));
      }
    }
    sampler = setInterval(() => {
      gc();
      report({ type: "heap", bytes: process.memoryUsage().heapUsed });
    }, sampleEveryMs);
  },
  /** Nothing goes wrong any more: only a cancel ends what is meant to be cancelled. */
  calm() {
    endlessSeconds = 60;
  },
  /** Settles when every call has ended. */
  async finish() {
    working = false;
    await Promise.all(workers);
    clearInterval(sampler);
  },
  async fillPools() {
    await Promise.all([...warehouses.values()].map(async (db) => fillSlots(db, slotsEach)));
  },
  async close() {
    for (const db of warehouses.values()) await db.close();
    closed = true;
  },
};

/** What the client can be asked to do. */
export type Client = typeof verbs;

serve(verbs);
// After close() nothing is to keep the process alive; before, its parent has died.
process.once("disconnect", () => {
  if (!closed) process.exit(1);
});
