import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failure } from "../integration/opened.ts";
import { place, slow, type Place } from "./heard.ts";

/** Who asks, as a web server would know it: one object for each request. */
const request = new AsyncLocalStorage<{ readonly user: string }>();
const user = () => request.getStore()?.user;

/** Collects who was asking whenever something was published on some channels. */
function askers(channels: readonly string[]): {
  readonly seen: Record<string, (string | undefined)[]>;
  readonly stop: () => void;
} {
  const seen: Record<string, (string | undefined)[]> = {};
  const undos = channels.map((channel) => {
    const listener = () => void (seen[channel] ??= []).push(user());
    subscribe(channel, listener);
    return () => unsubscribe(channel, listener);
  });
  return {
    seen,
    stop() {
      for (const undo of undos) undo();
    },
  };
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

describe.each(["redshift", "snowflake"] as const)("the context of a caller (%s)", (type) => {
  let ground: Place;
  beforeAll(async () => {
    ground = await place(type);
    const db = await ground.connect();
    await db.query("create table numbers (n integer)");
    await db.query(`insert into numbers values ${Array.from({ length: 100 }, (_, n) => `(${n})`).join()}`);
  });
  afterAll(async () => ground.close());

  it("is that of its own statements, on a session that was opened for another", async () => {
    const db = await ground.connect({ lazy: true, pool: { max: 1 } });
    await request.run({ user: "ana" }, async () => db.query("select 1 as a"));
    const { seen, stop } = askers([
      "tracing:peak-warehouse:query:start",
      "tracing:peak-warehouse:query:asyncEnd",
      "tracing:peak-warehouse:stream:asyncEnd",
      "tracing:peak-warehouse:cancel:start",
      "tracing:peak-warehouse:cancel:asyncEnd",
      "http.client.request.start",
    ]);
    try {
      await request.run({ user: "bob" }, async () => {
        await db.query("select 1 as a");
        for await (const row of db.stream("select a.n from numbers a, numbers b")) expect(row).toBeDefined();
        await failure(db.query(slow[type], [], { timeoutMs: 200 }));
        await expect.poll(() => seen["tracing:peak-warehouse:cancel:asyncEnd"]).toBeDefined();
        await db.ping();
      });
    } finally {
      stop();
    }
    expect(Object.keys(seen).length).toBeGreaterThanOrEqual(type === "snowflake" ? 6 : 5);
    for (const [channel, users] of Object.entries(seen)) expect([channel, ...new Set(users)]).toEqual([channel, "bob"]);
  });

  it("is kept by nothing once its work is done, though its login serves others for an hour", async () => {
    const db = await ground.connect({ lazy: true, pool: { max: 2 } });
    const callers: Record<string, WeakRef<object>> = {};
    const as = async (name: string, work: () => Promise<unknown>) => {
      const caller = { user: name };
      callers[name] = new WeakRef(caller);
      await request.run(caller, work);
    };
    await as("who opens a session", async () => db.query("select 1 as a"));
    // Snowflake's sockets remember their last requests for as long as they are kept unused, 30 s; one after the other there is one socket.
    if (type === "redshift") {
      await as("who leaves a stream", async () => {
        for await (const row of db.stream("select n from numbers")) {
          expect(row).toBeDefined();
          break;
        }
      });
      await as("who gives up", async () => failure(db.query(slow[type], [], { timeoutMs: 100 })));
      const work = async () => db.session(async (session) => session.query("select 1 as a"));
      await as("who opens another", async () => Promise.all([work(), work()]));
    }
    await db.query("select 2 as a");
    const kept = () => {
      collect();
      return Object.keys(callers).filter((name) => callers[name]?.deref() !== undefined);
    };
    await expect.poll(kept, { timeout: 5_000 }).toEqual([]);
  });
});

it("of a statement is that of its notices, on a session that was opened for another", async () => {
  const ground = await place("redshift");
  try {
    const told: (string | undefined)[] = [];
    const db = await ground.connect({ lazy: true, pool: { max: 1 }, onNotice: () => told.push(user()) });
    await request.run({ user: "ana" }, async () => db.query("drop table if exists no_such_table"));
    await request.run({ user: "bob" }, async () => db.query("drop table if exists no_such_table"));
    await request.run({ user: "cy" }, async () =>
      db.transaction(async (tx) => tx.query("drop table if exists no_such_table")),
    );
    expect(told).toEqual(["ana", "bob", "cy"]);
  } finally {
    await ground.close();
  }
});
