import { AsyncLocalStorage } from "node:async_hooks";
import { tracingChannel } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { observed } from "../../src/observation.ts";
import { told } from "../../src/telemetry/channels.ts";
import { failure } from "../integration/opened.ts";
import { startProgram } from "../integration/program.ts";
import { listenTo, place, slow, type Place } from "./heard.ts";
import type { Session } from "../../src/driver.ts";
import type { AcquireEvent, CancelEvent, CloseEvent, ConnectEvent, QueryEvent, Warehouse } from "peak-warehouse";

describe.each(["redshift", "snowflake"] as const)("the channels (%s)", (type) => {
  let ground: Place;
  let db: Warehouse;
  beforeAll(async () => {
    ground = await place(type);
    db = await ground.connect({ pool: { max: 3 } });
    await db.query("create table heard (id integer, name varchar(20))");
  });
  afterAll(async () => ground.close());

  it("tell of a query: where, which, how much, and no values", async () => {
    const { begun, ended } = listenTo("query");
    await db.query("insert into heard values (1, 'ana'), (2, 'bob')");
    const { rows } = await db.query("select id, name from heard where name <> ? and id < 10", ["s3cret"]);
    expect(rows).toHaveLength(2);
    expect(ended).toEqual(begun);
    expect(ended).toMatchObject([
      { verb: "query", operation: "INSERT", summary: "insert heard", rows: 0, rowsAffected: 2, tables: ["heard"] },
      {
        verb: "query",
        operation: "SELECT",
        bindCount: 1,
        parameters: undefined,
        rows: 2,
        isLeft: false,
        tables: ["heard"],
        server: { warehouse: type, host: ground.server.host, port: ground.server.port },
      },
    ]);
    const [insert, select] = ended as [QueryEvent, QueryEvent];
    expect(insert.text).toBe("insert into heard values (?, ?), (?, ?)");
    expect(select.text).toMatch(/^select id, name from heard where name <> (\?|\$1) and id < \?$/);
    expect(select.bytes).toBeGreaterThan(0);
    expect(select.sessionId).toBeGreaterThan(0);
    expect(select.server.database).toBe(
      type === "redshift" ? (ground.server as { database: string }).database : "PEAK",
    );
    expect(select.queryId === undefined).toBe(type === "redshift");
    expect(select).not.toHaveProperty("error");
    expect(inspect(ended, { depth: 9, showHidden: true, getters: true })).not.toMatch(/s3cret|peak-password|'ana'/);
  });

  it("tell statements of every verb apart", async () => {
    const query = listenTo("query");
    const stream = listenTo("stream");
    await db.query("select 1 as a");
    await db.script("select 1 as a; select 2 as a");
    await db.describe("select 1 as a");
    await db.tables();
    await db.transaction(async (tx) => tx.query("select 1 as a"));
    await failure(db.transaction(async () => Promise.reject(new Error("no"))));
    await db.insert("heard", [{ id: 3, name: "cy" }]);
    await db.arrow("select 1 as a");
    for await (const row of db.stream("select 1 as a")) expect(row).toEqual({ a: 1 });
    for await (const batch of db.batches("select 1 as a")) expect(batch.length).toBe(1);
    await db.knex.select("id").from("heard");
    const verbs = query.ended.map(({ verb, operation }) => `${verb} ${operation}`);
    expect(verbs.filter((verb) => !/^(catalog|insert)/.test(verb))).toEqual([
      "query SELECT",
      "script SELECT",
      "script SELECT",
      "describe SELECT",
      "transaction BEGIN",
      "query SELECT",
      "transaction COMMIT",
      "transaction BEGIN",
      "transaction ROLLBACK",
      "transaction BEGIN",
      "transaction COMMIT",
      "query SELECT",
    ]);
    expect(verbs.filter((verb) => verb.startsWith("catalog")).length).toBeGreaterThan(0);
    expect(verbs).toContain("insert INSERT");
    expect(stream.ended.map(({ verb, rows }) => `${verb} ${rows}`)).toEqual(["arrow 1", "stream 1", "batches 1"]);
    expect(query.begun).toEqual(query.ended);
    expect(stream.begun).toEqual(stream.ended);
  });

  it("tell what a statement failed with, before its caller knows", async () => {
    const { ended } = listenTo("query");
    const error = await failure(db.query("select * from nowhere_at_all"));
    expect(error).toMatchObject({ code: "QUERY" });
    expect(ended).toMatchObject([{ error, rows: 0 }]);
    if (type === "snowflake") expect(ended[0]?.queryId).toEqual(expect.any(String));
  });

  it("tell of a stream that is left, which is no failure, and of its being stopped", async () => {
    const { ended } = listenTo("stream");
    const cancelled = listenTo<CancelEvent>("cancel");
    await db.query("insert into heard select a.id, a.name from heard a, heard b, heard c, heard d, heard e, heard f");
    for await (const row of db.stream("select a.* from heard a, heard b")) {
      expect(row).toHaveProperty("id");
      break;
    }
    expect(ended).toMatchObject([{ isLeft: true, verb: "stream" }]);
    expect(ended[0]).not.toHaveProperty("error");
    await expect.poll(() => cancelled.ended).toHaveLength(1);
    expect(cancelled.ended[0]?.statement).toBe(ended[0]);
  });

  it("tell of a statement that is stopped, why, and when the server has let go of it", async () => {
    const { begun, ended } = listenTo("query");
    const cancelled = listenTo<CancelEvent>("cancel");
    const reason = new Error("changed my mind");
    const controller = new AbortController();
    const work = failure(db.query(slow[type], [], { signal: controller.signal }));
    await expect.poll(() => begun).toHaveLength(1);
    await expect.poll(() => ground.server.running()).toHaveLength(1);
    controller.abort(reason);
    expect(await work).toBe(reason);
    expect(ended).toMatchObject([{ error: reason }]);
    await expect.poll(() => cancelled.ended).toHaveLength(1);
    expect(cancelled.ended).toMatchObject([{ reason, isSessionLost: false }]);
    expect(ground.server.running()).toHaveLength(0);
  });

  it("tell of a result that is stopped for its size, once", async () => {
    const { ended } = listenTo("query");
    const cancelled = listenTo<CancelEvent>("cancel");
    const error = await failure(db.query("select a.id from heard a, heard b", [], { maxRows: 1 }));
    expect(error).toMatchObject({ code: "LIMIT" });
    expect(ended).toMatchObject([{ error }]);
    await expect.poll(() => cancelled.ended).toHaveLength(1);
    expect(cancelled.ended).toMatchObject([{ reason: error }]);
  });

  it("tell of cancellations also where nobody listens to statements", async () => {
    const cancelled = listenTo<CancelEvent>("cancel");
    await failure(db.query(slow[type], [], { timeoutMs: 300 }));
    await expect.poll(() => cancelled.ended).toHaveLength(1);
    expect(cancelled.ended).toMatchObject([{ reason: { code: "TIMEOUT" }, statement: { verb: "query" } }]);
  });

  it("tell of logins, waits and the end, with what the pool holds", async () => {
    const connected = listenTo<ConnectEvent>("connect");
    const acquired = listenTo<AcquireEvent>("acquire");
    const closed = listenTo<CloseEvent>("close");
    const other = await ground.connect({ pool: { max: 2 } });
    expect(connected.ended).toMatchObject([{ sessionId: 1, server: { warehouse: type } }]);
    expect(other.pool).toEqual({ total: 1, idle: 1, busy: 0, waiting: 0, max: 2 });
    await other.session(async (session) => {
      await session.query("select 1 as a");
      expect(other.pool).toEqual({ total: 1, idle: 0, busy: 1, waiting: 0, max: 2 });
    });
    expect(acquired.ended).toMatchObject([{ sessionId: 1 }, { sessionId: 1 }]);
    expect(acquired.ended[0]?.pool).toEqual(other.pool);
    expect(acquired.ended[0]?.server).toBe(connected.ended[0]?.server);
    await other.close();
    expect(closed.ended).toMatchObject([{ calls: 0, timeoutMs: 30_000, server: connected.ended[0]?.server }]);
    expect(other.pool).toEqual({ total: 0, idle: 0, busy: 0, waiting: 0, max: 2 });
    const shown = inspect([connected, acquired, closed], { depth: 9, showHidden: true, getters: true });
    expect(shown).not.toMatch(/peak-password/);
    if ("password" in ground.server) expect(shown).not.toContain(ground.server.password);
  });

  it("tell of a login that is refused, without the password", async () => {
    const { ended } = listenTo<ConnectEvent>("connect");
    const credentials = { ...(ground.options.credentials as object), password: "wr0ng-s3cret" } as never;
    const error = await failure(ground.connect({ credentials }));
    expect(ended).toMatchObject([{ error: { code: "AUTHENTICATION" } }]);
    expect(inspect([error, ended], { depth: 9, showHidden: true, getters: true })).not.toContain("wr0ng-s3cret");
  });

  it("show whole texts and parameters to those who ask for them", async () => {
    const open = await ground.connect({ telemetry: { text: "full", parameters: true } });
    const { ended } = listenTo("query");
    await open.query("select 'seen' as a, ? as b", ["also"]);
    expect(ended[0]?.text).toContain("'seen'");
    expect(ended[0]?.parameters).toEqual(["also"]);
  });

  it("carry what a subscriber binds to the work and to nothing else", async () => {
    const store = new AsyncLocalStorage<string>();
    const channel = tracingChannel("peak-warehouse:query");
    const { start } = channel as unknown as {
      start: { bindStore(to: typeof store, make: () => string): void; unbindStore(to: typeof store): void };
    };
    start.bindStore(store, () => "in the query");
    try {
      await store.run("outside", async () => {
        await db.query("select 1 as a");
        expect(store.getStore()).toBe("outside");
      });
    } finally {
      start.unbindStore(store);
    }
  });

  it("do not hand a call the errors of a subscriber, which are the process's", async () => {
    const program = startProgram(new URL("../integration/programs/throwing-subscriber.ts", import.meta.url), [], {
      env: { THE_CREDENTIALS: JSON.stringify(ground.options.credentials) },
    });
    try {
      expect(await program.said()).toEqual({ rows: [{ a: 1 }], uncaught: 1 });
    } finally {
      await program.close();
    }
  });
});

describe("a channel that nobody listens to", () => {
  it("costs no event", async () => {
    const eventOf = vi.fn<() => CloseEvent>();
    expect(await told("close", eventOf, () => Promise.resolve("done"))).toBe("done");
    expect(eventOf).not.toHaveBeenCalled();
  });

  it("has a statement's execution given as it is", () => {
    const execution = new Promise<never>(() => undefined);
    // Of a session its origin is looked at, of a statement and a call nothing.
    const session = { origin: {} } as Session;
    const run = () => observed(session, { verb: "query" } as never, {} as never, () => execution);
    expect(run()).toBe(execution);
  });
});
