import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { PassThrough, Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failure } from "../integration/opened.ts";
import { place, slow, type Place } from "./heard.ts";
import type { ConnectOptions, Warehouse } from "peak-warehouse";
import type { RedshiftStandIn, SnowflakeStandIn } from "peak-warehouse/testing";

const names = ["credentials", "connect", "acquire", "query", "stream", "cancel", "close"] as const;

/** What was told of one thing. */
interface Told {
  readonly name: string;
  readonly parts: string[];
  readonly event: { error?: unknown };
}

/** Listens to every part of every tracing channel while some work goes on, and until all that has begun has ended. */
async function toldDuring(work: () => Promise<unknown>): Promise<Told[]> {
  const told = new Map<unknown, Told>();
  const undos = names.flatMap((name) =>
    ["start", "end", "asyncStart", "asyncEnd", "error"].map((part) => {
      const channel = `tracing:peak-warehouse:${name}:${part}`;
      const listener = (message: unknown) => {
        const event = message as Told["event"];
        const known = told.get(event) ?? { name, parts: [], event };
        known.parts.push(part);
        told.set(event, known);
      };
      subscribe(channel, listener);
      return () => unsubscribe(channel, listener);
    }),
  );
  try {
    await work();
    await expect.poll(() => [...told.values()].filter(({ parts }) => !parts.includes("asyncEnd"))).toEqual([]);
    return [...told.values()];
  } finally {
    for (const undo of undos) undo();
  }
}

/** `query! 1`: one query, which failed. */
function counts(told: readonly Told[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { name, event } of told) {
    const key = event.error === undefined ? name : `${name}!`;
    found[key] = (found[key] ?? 0) + 1;
  }
  return found;
}

/** Each began once, ended once, and failed or did not. */
function expectPairs(heard: readonly Told[]): void {
  for (const { parts, event } of heard) {
    const expected = event.error === undefined ? [] : ["error"];
    expect(parts.filter((part) => part === "start")).toEqual(["start"]);
    expect(parts.filter((part) => part === "asyncEnd")).toEqual(["asyncEnd"]);
    expect(parts.filter((part) => part === "error")).toEqual(expected);
    expect([parts[0], parts.at(-1)]).toEqual(["start", "asyncEnd"]);
  }
}

interface Ending {
  readonly options?: ConnectOptions;
  readonly told: Record<string, number>;
  readonly work: (db: Warehouse, ground: Place, type: "redshift" | "snowflake") => Promise<unknown>;
}

const many = "select a.n as n from numbers a, numbers b, numbers c";
const bare = new Error("enough");

/** Waits until the server runs something. */
const running = async ({ server }: Place) => expect.poll(() => server.running().length).toBeGreaterThan(0);

const endings: Record<string, Ending> = {
  "a query that succeeds": {
    told: { acquire: 1, query: 1 },
    work: async (db) => db.query("select 1 as a"),
  },
  "a query by the driver's decoding": {
    told: { acquire: 1, query: 1 },
    work: async (db) => db.query("select 1 as a", [], { decoding: "driver" }),
  },
  "a query that the server refuses": {
    told: { acquire: 1, "query!": 1 },
    work: async (db) => failure(db.query("select * from nowhere")),
  },
  "a text that is never sent": {
    told: {},
    work: async (db) => [
      await failure(db.query("select 1; select 2")),
      await failure(db.query("set a = 1")),
      await failure(db.query("select ?", [])),
    ],
  },
  "a signal that is aborted already": {
    told: { "acquire!": 1 },
    work: async (db) => failure(db.query("select 1 as a", [], { signal: AbortSignal.abort(bare) })),
  },
  "an abort during the wait": {
    options: { pool: { max: 1 } },
    told: { acquire: 1, "acquire!": 1 },
    work: async (db) => {
      const controller = new AbortController();
      await db.session(async () => {
        const waiting = failure(db.session(async () => Promise.resolve(), { signal: controller.signal }));
        await expect.poll(() => db.pool.waiting).toBe(1);
        controller.abort(bare);
        expect(await waiting).toBe(bare);
      });
    },
  },
  "an abort while it runs": {
    told: { acquire: 1, "query!": 1, cancel: 1 },
    work: async (db, ground, type) => {
      const controller = new AbortController();
      const work = failure(db.query(slow[type], [], { signal: controller.signal }));
      await running(ground);
      controller.abort(bare);
      expect(await work).toBe(bare);
    },
  },
  "an abort in the turn of the call": {
    told: { acquire: 1, "query!": 1, cancel: 1 },
    work: async (db, _ground, type) => {
      const controller = new AbortController();
      const work = failure(db.query(slow[type], [], { signal: controller.signal }));
      // The session is lent in one of the next turns; the abort comes when the statement is as good as sent.
      await new Promise(setImmediate);
      controller.abort(bare);
      expect(await work).toBe(bare);
    },
  },
  "a deadline": {
    told: { acquire: 1, "query!": 1, cancel: 1 },
    work: async (db, _ground, type) => failure(db.query(slow[type], [], { timeoutMs: 200 })),
  },
  "a deadline of a stream's first rows": {
    told: { acquire: 1, "stream!": 1, cancel: 1 },
    work: async (db, _ground, type) => failure(db.stream(slow[type], [], { timeoutMs: 200 }).next()),
  },
  "a stream that is read": {
    told: { acquire: 1, stream: 1 },
    work: async (db) => {
      for await (const row of db.stream("select n from numbers")) expect(row).toHaveProperty("n");
    },
  },
  "a stream that nobody begins": {
    told: {},
    work: async (db) => db.stream("select n from numbers").return(),
  },
  "a stream that is left": {
    told: { acquire: 1, stream: 1, cancel: 1 },
    work: async (db) => {
      for await (const row of db.stream(many)) {
        expect(row).toHaveProperty("n");
        break;
      }
    },
  },
  "a stream whose reader throws": {
    told: { acquire: 1, stream: 1, cancel: 1 },
    work: async (db) =>
      failure(
        (async () => {
          for await (const row of db.stream(many)) throw new Error(`no ${JSON.stringify(row)}`);
        })(),
      ),
  },
  "a stream that is left before its first row": {
    told: { acquire: 1, stream: 1, cancel: 1 },
    work: async (db, ground, type) => {
      const stream = db.stream(slow[type]);
      const first = stream.next();
      await running(ground);
      await stream.return();
      expect(await first).toMatchObject({ done: true });
    },
  },
  "a stream that is aborted": {
    told: { acquire: 1, "stream!": 1, cancel: 1 },
    work: async (db) => {
      const controller = new AbortController();
      const stream = db.stream(many, [], { signal: controller.signal });
      await stream.next();
      controller.abort(bare);
      expect(await failure(stream.next())).toBe(bare);
    },
  },
  "a stream that is abandoned until the end of the warehouse": {
    told: { acquire: 1, "stream!": 1, cancel: 1, close: 1 },
    work: async (db) => {
      await db.stream(many).next();
      await db.close({ timeoutMs: 50 });
    },
  },
  "columns that are left, and Arrow": {
    options: { pool: { max: 1 } },
    told: { acquire: 2, stream: 2, cancel: 1 },
    work: async (db) => {
      for await (const batch of db.batches(many)) {
        expect(batch.length).toBeGreaterThan(0);
        break;
      }
      await db.arrow("select n from numbers");
    },
  },
  "too many rows": {
    told: { acquire: 1, "query!": 1, cancel: 1 },
    work: async (db) => failure(db.query(many, [], { maxRows: 1 })),
  },
  "two columns of one name": {
    told: { acquire: 1, "query!": 1, cancel: 1 },
    work: async (db) => failure(db.query("select 1 as a, 2 as a")),
  },
  "a value that does not fit": {
    told: { acquire: 1, "query!": 1, cancel: 1 },
    work: async (db) => failure(db.query("select 9007199254740993 as a")),
  },
  "a transaction that commits": {
    told: { acquire: 1, query: 3 },
    work: async (db) => db.transaction(async (tx) => tx.query("select 1 as a")),
  },
  "a transaction that is rolled back": {
    told: { acquire: 1, query: 3 },
    work: async (db) =>
      failure(
        db.transaction(async (tx) => {
          await tx.query("select 1 as a");
          throw bare;
        }),
      ),
  },
  "a transaction that is aborted in a statement": {
    told: { acquire: 1, query: 2, "query!": 1, cancel: 1 },
    work: async (db, _ground, type) => failure(db.transaction(async (tx) => tx.query(slow[type]), { timeoutMs: 300 })),
  },
  "a session whose work does not wait for its statement": {
    told: { acquire: 1, "query!": 1, cancel: 1 },
    work: async (db, ground, type) =>
      db.session(async (session) => {
        void failure(session.query(slow[type]));
        await running(ground);
      }),
  },
  "a session whose stream is left open": {
    told: { acquire: 1, "stream!": 1, cancel: 1 },
    work: async (db) =>
      db.session(async (session) => {
        await session.stream(many).next();
      }),
  },
  "a script that fails half-way": {
    told: { acquire: 1, query: 1, "query!": 1 },
    work: async (db) => failure(db.script("select 1 as a; select * from nowhere; select 2 as a")),
  },
  "a description": {
    told: { acquire: 2, query: 1, "query!": 1 },
    work: async (db) => [await db.describe("select 1 as a"), await failure(db.describe("select * from nowhere"))],
  },
  "rows that are inserted, and rows that are refused": {
    told: { acquire: 3, query: 9, "query!": 1 },
    work: async (db) => [
      await db.insert("numbers", [{ n: 1 }]),
      await failure(db.insert("numbers", [{ n: 1 }, { n: "no number" }])),
      await failure(db.insert("nowhere", [{ n: 1 }])),
    ],
  },
  "a file that is written, and one that cannot be": {
    told: { acquire: 2, stream: 2, cancel: 1 },
    work: async (db) => {
      await db.export("select n from numbers", new PassThrough().resume(), { format: "csv" });
      const full = new Writable({ write: (_chunk, _encoding, written) => written(bare) });
      expect(await failure(db.export(many, full, { format: "csv" }))).toMatchObject({ message: bare.message });
    },
  },
  "credentials that never come, and a caller who gives up": {
    told: { "credentials!": 1 },
    work: async (_db, ground) => {
      const never = new Promise<never>(() => undefined);
      const connecting = ground.connect({ credentials: async () => never, timeoutMs: 50 });
      expect(await failure(connecting)).toMatchObject({ code: "TIMEOUT" });
    },
  },
  "a sign of life": { told: { acquire: 1 }, work: async (db) => db.ping() },
  "knex: rows, a stream that is left, a transaction": {
    options: { pool: { max: 1 } },
    told: { acquire: 3, query: 4, stream: 1, cancel: 1 },
    work: async (db) => {
      await db.knex("numbers").select("n");
      for await (const row of db.knex.raw(many).stream()) {
        expect(row).toHaveProperty("n");
        break;
      }
      await db.knex.transaction(async (trx) => trx("numbers").select("n"));
    },
  },
  "a warehouse that is closed meanwhile": {
    told: { acquire: 1, "query!": 1, cancel: 1, close: 1 },
    work: async (db, ground, type) => {
      const work = failure(db.query(slow[type]));
      await running(ground);
      await db.close({ timeoutMs: 50 });
      await work;
      await db.close();
      expect(await failure(db.query("select 1 as a"))).toMatchObject({ code: "CLOSED" });
    },
  },
  "a connection that is lost": {
    told: { acquire: 1, "query!": 1 },
    work: async (db, ground, type) => {
      const work = failure(db.query(slow[type]));
      await running(ground);
      if (type === "redshift") (ground.server as RedshiftStandIn).drop("reset");
      else {
        const server = ground.server as SnowflakeStandIn;
        await server.killSession(server.running()[0]?.sessionId ?? "");
      }
      expect(await work).toMatchObject({ name: "WarehouseError" });
    },
  },
};

describe.each(["redshift", "snowflake"] as const)(
  "of each thing is told once that it began and once that it ended (%s)",
  (type) => {
    let ground: Place;
    beforeAll(async () => {
      ground = await place(type);
      const numbers = Array.from({ length: 30 }, (_, n) => `(${n})`).join();
      const db = await ground.connect();
      await db.query("create table numbers (n integer)");
      await db.query(`insert into numbers values ${numbers}`);
    });
    afterAll(async () => ground.close());

    it.each(Object.entries(endings))("for %s", async (_what, { options, told, work }) => {
      const db = await ground.connect(options);
      const heard = await toldDuring(async () => work(db, ground, type));
      expectPairs(heard);
      expect(counts(heard)).toEqual(told);
      await db.close();
    });

    it("in whatever turn of the event loop a call is given up", async () => {
      const db = await ground.connect({ pool: { max: 2 } });
      const readAll = async (signal: AbortSignal) => {
        for await (const row of db.stream(many, [], { signal })) expect(row).toHaveProperty("n");
      };
      const works = [async (signal: AbortSignal) => db.query("select n from numbers", [], { signal }), readAll];
      for (let turns = 0; turns < 40; turns += 3) {
        const heard = await toldDuring(async () =>
          Promise.all(
            works.map(async (work) => {
              const controller = new AbortController();
              const working = failure(work(controller.signal));
              for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
              controller.abort(bare);
              await working;
            }),
          ),
        );
        expectPairs(heard);
        const of = (name: string) => heard.filter((one) => one.name === name).length;
        expect([of("acquire"), of("query") <= 1, of("stream") <= 1]).toEqual([2, true, true]);
        expect(of("cancel")).toBeLessThanOrEqual(of("query") + of("stream"));
      }
      await expect.poll(() => db.pool.busy).toBe(0);
      await db.close();
    });

    it("for a login that fails with thirty who wait for it", async () => {
      const credentials = { ...(ground.options.credentials as object), password: "wrong" };
      const db = await ground.connect({ credentials: () => Promise.resolve(credentials as never), lazy: true });
      const heard = await toldDuring(async () =>
        Promise.all(Array.from({ length: 30 }, async () => failure(db.query("select 1 as a")))),
      );
      // The second fetch is to see whether the password has been changed.
      expect(counts(heard)).toEqual({ "acquire!": 30, "connect!": 1, credentials: 1 });
      await db.close();
    });
  },
);
