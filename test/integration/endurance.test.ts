import { getEventListeners } from "node:events";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { WarehouseError, type Warehouse } from "peak-warehouse";
import type { SnowflakeStandIn } from "peak-warehouse/testing";
import { closedAfterEach, failure } from "./opened.ts";
import { placesOf, type Place } from "./places.ts";
import { turns } from "./turns.ts";
import { chanceOf } from "../soak/chance.ts";

const places = placesOf(closedAfterEach());
/** How long what is bound to come may take on a busy machine. */
const soon = { timeout: 10_000 };
const both = ["redshift", "snowflake"] as const;

describe.each([
  ["redshift", 10_000],
  ["snowflake", 400],
] as const)("aborted queries (%s, %i of them)", (type, count) => {
  it("leave no listener, session, socket or timer behind, nothing running, and a pool that serves", async () => {
    const { server, connect, slow, series } = await places[type]();
    const before = handles();
    const db = await connect();
    const chance = chanceOf(20_261_122, type);
    const reason = new Error("enough");
    const outcomes = new Set<unknown>();
    let left = count;
    let listeners = 0;

    const abortOne = async (): Promise<void> => {
      const controller = new AbortController();
      const { signal } = controller;
      const kind = chance.between(0, 3);
      if (kind === 0) controller.abort(reason);
      const text = kind === 1 ? slow(10) : kind === 2 ? series(3_000) : "select 1 as one";
      const work = kind === 2 ? readAll(db, text, signal) : db.query(text, undefined, { signal }).then(() => undefined);
      const abort = turns(chance.between(0, 29)).then(() => controller.abort(reason));
      outcomes.add(await work.catch((error: unknown) => error));
      await abort;
      listeners += getEventListeners(signal, "abort").length;
    };
    const worker = async (): Promise<void> => {
      while (left-- > 0) await abortOne();
    };
    await Promise.all(Array.from({ length: 50 }, worker));
    await expect.poll(() => server.running(), soon).toEqual([]);
    // Some ended before their abort came.
    expect(outcomes).toEqual(new Set([reason, undefined]));
    expect(listeners).toBe(0);
    // Some had come as far as the server; how many, the load of the machine says.
    if ("cancels" in server) expect(server.cancels()).toBeGreaterThan(0);
    expect(server.sessions().length).toBeLessThanOrEqual(10);
    expect(await numbers(db, 50)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    await db.close();
    // Looks between two timers, since one that is waited for would count, as vitest's own poll does.
    for (let look = 0; look < 100 && exceeds(handles(), before); look++) await setTimeout(50);
    expect(exceeds(handles(), before)).toBe(false);
  }, 120_000);
});

describe.each(both)("what is stopped (%s)", (type) => {
  const reason = new Error("mine");
  const ways: Record<string, (db: Warehouse, place: Place) => Promise<unknown>> = {
    "a signal before anything is sent": (db, { slow }) =>
      failure(db.query(slow(60), undefined, { signal: AbortSignal.abort(reason) })),
    "a signal in the turn in which it is sent": (db, { slow }) => {
      const controller = new AbortController();
      const query = failure(db.query(slow(60), undefined, { signal: controller.signal }));
      controller.abort(reason);
      return query;
    },
    "a signal while it runs": async (db, { slow, server }) => {
      const controller = new AbortController();
      const query = failure(db.query(slow(60), undefined, { signal: controller.signal }));
      await expect.poll(() => server.running().length, soon).toBe(1);
      controller.abort(reason);
      return query;
    },
    "a signal while its rows come": async (db, { series }) => {
      const controller = new AbortController();
      const rows = db.stream(series(200_000), undefined, { signal: controller.signal });
      expect((await rows.next()).value).toMatchObject({ n: 1 });
      controller.abort(reason);
      return failure(readOn(rows));
    },
    "timeoutMs while it runs": (db, { slow }) => failure(db.query(slow(60), undefined, { timeoutMs: 100 })),
    "break in the middle of its rows": async (db, { series }) => {
      for await (const row of db.stream(series(200_000))) return row;
      return undefined;
    },
  };

  it.each(Object.keys(ways))("by %s no longer runs, and the session's next statement is not hit", async (way) => {
    const place = await places[type]();
    const db = await place.connect({ pool: { max: 1 } });
    const outcome = await ways[way]?.(db, place);
    if (way.startsWith("a signal")) expect(outcome).toBe(reason);
    if (way.startsWith("timeoutMs")) expect(outcome).toMatchObject({ code: "TIMEOUT", effect: "unknown" });
    expect(await numbers(db, 20)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(place.server.running()).toEqual([]);
    expect(place.server.sessions()).toHaveLength(1);
  });

  it("by close() no longer runs when that has settled, and reports the unknown effect", async () => {
    const { server, connect, slow } = await places[type]();
    const db = await connect();
    const queries = Array.from({ length: 5 }, async () => failure(db.query(slow(60))));
    await expect.poll(() => server.running().length, soon).toBe(5);
    await db.close({ timeoutMs: 50 });
    for (const error of await Promise.all(queries)) expect(error).toMatchObject({ code: "CLOSED", effect: "unknown" });
    await expect.poll(() => server.running(), soon).toEqual([]);
    await expect.poll(() => server.sessions(), soon).toEqual([]);
  });
});

describe("maintenance (redshift)", () => {
  it.each(["fin", "reset", "admin-shutdown"] as const)(
    "that ends every session at once (%s) costs running reads one CONNECTION each, and nobody else anything",
    async (how) => {
      const { server, connect, series } = await places.redshift();
      const db = await connect();
      const errors: unknown[] = [];
      let ended = 0;
      const reader = async (): Promise<void> => {
        for (let turn = 0; turn < 20; turn++) {
          await db.query(turn % 4 === 0 ? series(1_000) : "select 1").catch((error: unknown) => errors.push(error));
          ended++;
        }
      };
      const readers = Array.from({ length: 50 }, reader);
      await expect.poll(() => ended, { ...soon, interval: 1 }).toBeGreaterThan(200);
      const lost = server.sessions().length;
      server.drop(how);
      await Promise.all(readers);
      expect(ended).toBe(1_000);
      expect(errors.length).toBeLessThanOrEqual(lost);
      for (const error of errors) expect(error).toMatchObject({ name: "WarehouseError", code: "CONNECTION" });
      expect(await numbers(db, 50)).toEqual(Array.from({ length: 50 }, (_, n) => n));
      await expect.poll(() => server.running(), soon).toEqual([]);
    },
  );
});

describe("a thousand concurrent calls (snowflake)", () => {
  const losses: Record<string, (server: SnowflakeStandIn) => void> = {
    "session tokens expire": (server) => server.expireSessionTokens(),
    "master tokens expire": (server) => {
      server.expireSessionTokens();
      server.expireMasterTokens();
    },
    "sessions are all ended": (server) => {
      for (const { id } of server.sessions()) void server.killSession(id);
    },
  };

  it.each(Object.keys(losses))("each run once or say that they did not, while the %s", async (loss) => {
    const { server, connect } = await places.snowflake();
    const db = await connect();
    await db.query("create table ledger (id integer)");
    let ended = 0;
    const calls = Array.from({ length: 1_000 }, async (_, n) => {
      const marker = `/* call ${n} */`;
      const text = n % 4 === 0 ? `insert into ledger values (${n}) ${marker}` : `select ${n} as n ${marker}`;
      const outcome = await db.query(text).then(
        ({ rowCount }) => rowCount,
        (error: unknown) => error,
      );
      ended++;
      return { n, marker, outcome };
    });
    await expect.poll(() => ended, { ...soon, interval: 1 }).toBeGreaterThan(300);
    losses[loss]?.(server);
    const outcomes = await Promise.all(calls);

    const sent = new Map<string, number>();
    for (const { sql } of server.statements()) {
      const marker = /\/\* call \d+ \*\//.exec(sql)?.[0];
      if (marker !== undefined) sent.set(marker, (sent.get(marker) ?? 0) + 1);
    }
    const { rows } = await db.query<{ id: number }>("select id from ledger order by id");
    const written = new Set(rows.map(({ id }) => id));
    expect(written.size).toBe(rows.length);
    for (const { n, marker, outcome } of outcomes) {
      if (outcome === 1) {
        expect(sent.get(marker)).toBe(1);
        if (n % 4 === 0) expect(written.has(n)).toBe(true);
        continue;
      }
      if (!WarehouseError.is(outcome)) throw outcome;
      expect(sent.get(marker) ?? 0).toBeLessThanOrEqual(1);
      // What the server ended by itself it calls cancelled; the rest was refused for its session or its token.
      expect([outcome.code, outcome.vendorCode]).toEqual(
        outcome.code === "QUERY" ? ["QUERY", "000604"] : ["CONNECTION", expect.anything()],
      );
      if (outcome.effect === "none") expect(written.has(n)).toBe(false);
    }
    expect(server.logins().length).toBeLessThanOrEqual(20);
    expect(server.logins().every(({ outcome }) => outcome === "success")).toBe(true);
  });
});

describe("a statement that is polled for (snowflake)", () => {
  const losses: Record<string, { readonly lose: (server: SnowflakeStandIn) => void; readonly outcome: unknown }> = {
    "session token expires": { lose: (server) => server.expireSessionTokens(), outcome: 7 },
    "master token expires": {
      lose: (server) => {
        server.expireSessionTokens();
        server.expireMasterTokens();
      },
      outcome: expect.objectContaining({ code: "CONNECTION", effect: "unknown" }),
    },
    "session is ended": {
      lose: (server) => {
        for (const { id } of server.sessions()) void server.killSession(id);
      },
      outcome: expect.objectContaining({ code: "QUERY", vendorCode: "000604" }),
    },
  };

  it.each(Object.keys(losses))("runs once and tells one outcome when its %s", async (name) => {
    const { server, connect } = await places.snowflake({ longRunningMs: 50 });
    const db = await connect();
    const asked = db.query("select system$wait(1), 7 as x").then(
      ({ rows }) => rows[0]?.x,
      (error: unknown) => error,
    );
    await expect.poll(() => server.running().length, soon).toBe(1);
    losses[name]?.lose(server);
    expect(await asked).toEqual(losses[name]?.outcome);
    expect(server.statements().filter(({ sql }) => sql.includes("7 as x"))).toHaveLength(1);
    expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});

describe("a reader who stands still (redshift)", () => {
  it("is sent no more than the buffers on the way hold", async () => {
    const { server, connect, series } = await places.redshift();
    const db = await connect();
    const rows = db.stream(series(2_000_000));
    await rows.next();
    const written = () => server.sessions()[0]?.bytesWritten ?? 0;
    let last = -1;
    // The state to see is that nothing moves: round trips of another session give it every chance to.
    for (; written() !== last; await db.query("select pg_sleep(0.1)")) last = written();
    expect(last).toBeLessThan(16 * 2 ** 20);
    await rows.return();
    await expect.poll(() => server.running(), soon).toEqual([]);
  });
});

async function readAll(db: Warehouse, text: string, signal: AbortSignal): Promise<undefined> {
  await readOn(db.stream(text, undefined, { signal }));
  return undefined;
}

async function readOn(rows: AsyncIterator<unknown>): Promise<void> {
  while ((await rows.next()).done !== true);
}

/** Asks for so many numbers at once; an answer to another's question would show. */
async function numbers(db: Warehouse, count: number): Promise<unknown[]> {
  const asked = Array.from({ length: count }, async (_, n) => db.query<{ n: number }>("select ? as n", [n]));
  return (await Promise.all(asked)).map(({ rows }) => rows[0]?.n);
}

/** How many things of each kind keep this process alive. */
type Handles = Readonly<Record<"sockets" | "requests" | "timers", number>>;

function handles(): Handles {
  const found = process.getActiveResourcesInfo();
  const count = (kind: string) => found.filter((one) => one === kind).length;
  return { sockets: count("TCPSocketWrap"), requests: count("TCPConnectWrap"), timers: count("Timeout") };
}

const exceeds = (now: Handles, before: Handles): boolean =>
  now.sockets > before.sockets || now.requests > before.requests || now.timers > before.timers;
