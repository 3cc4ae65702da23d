import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { startRedshift, type RedshiftStandIn } from "../../src/testing/redshift/index.ts";
import { rawSession, say, type RawSession } from "./wire.ts";

let redshift: RedshiftStandIn;
const sessions: RawSession[] = [];

beforeAll(async () => {
  redshift = await startRedshift({
    postgres: inject("postgres"),
    users: { raw: { password: "raw", auth: "cleartext" } },
  });
  await redshift.query("create table numbers as select generate_series(1, 10) as n");
});
afterEach(() => sessions.splice(0).forEach((session) => session.close()));
afterAll(() => redshift.close());

async function connected(): Promise<RawSession> {
  const session = await rawSession(redshift, "raw", "raw");
  sessions.push(session);
  return session;
}

async function answer(session: RawSession, ...messages: readonly Buffer[]): Promise<string[]> {
  session.send(...messages);
  return session.until("Z");
}

const rows = (count: number): string[] => Array.from({ length: count }, () => "D");
const serializable =
  "E XX000 1023 Serializable isolation violation on table - 100167, transactions forming the cycle are: 55705701, 55705754 (pid:16606)";

describe("the row limit of an Execute", () => {
  test.each([
    "select n from numbers",
    "select (select max(n) from numbers), relname from pg_class",
    "with few as (select * from numbers) select * from few, pg_class",
    'select * from pg_class join "numbers" on true',
  ])("is ignored by compute nodes: %s", async (sql) => {
    const session = await connected();
    const got = await answer(session, say.parse("", sql), say.bind("", ""), say.execute("", 3), say.sync());
    expect(got.filter((one) => one === "D").length).toBeGreaterThanOrEqual(10);
    expect(got.slice(-2)).toEqual(["C SELECT", "Z I"]);
  });

  test.each([
    "select relname from pg_catalog.pg_class",
    "select extract(year from g) from generate_series('2024-01-01'::timestamp, '2033-01-01', '1 year') g",
    "with few as (select 1 from information_schema.columns) select * from few",
  ])("is kept by the leader node: %s", async (sql) => {
    const session = await connected();
    const got = await answer(session, say.parse("", sql), say.bind("", ""), say.execute("", 3), say.sync());
    expect(got).toEqual(["1", "2", ...rows(3), "s", "Z I"]);
  });

  test("is continued by name, and a portal without one is gone", async () => {
    const session = await connected();
    const sql = "select generate_series(1, 5)";
    session.send(say.parse("", sql), say.bind("named", ""), say.execute("named", 3), say.flush());
    expect(await session.until("s")).toEqual(["1", "2", ...rows(3), "s"]);
    expect(await answer(session, say.execute("named", 3), say.sync())).toEqual([...rows(2), "C SELECT", "Z I"]);
    session.send(say.parse("", sql), say.bind("", ""), say.execute("", 3), say.flush());
    await session.until("s");
    expect(await answer(session, say.execute("", 3), say.sync())).toEqual(['E 34000 portal "" does not exist', "Z I"]);
    expect(await answer(session, say.execute("named", 3), say.sync())).toEqual([
      'E 34000 portal "named" does not exist',
      "Z I",
    ]);
  });

  test("leaves a state in which nothing may be parsed, until the portal is closed or its transaction ends", async () => {
    const session = await connected();
    const suspend = [
      say.parse("", "select generate_series(1, 5)"),
      say.bind("p", ""),
      say.execute("p", 1),
      say.flush(),
    ];
    const refused = "E XX000 Invalid protocol sequence 'P' while in PortalSuspended state.";
    session.send(...suspend);
    await session.until("s");
    expect(await answer(session, say.parse("", "select 1"), say.sync())).toEqual([refused, "Z I"]);
    expect(await answer(session, say.parse("", "select 1"), say.sync())).toEqual(["1", "Z I"]);
    await answer(session, say.query("begin"));
    session.send(...suspend);
    await session.until("s");
    expect(await answer(session, say.close("P", "p"), say.parse("", "select 1"), say.sync())).toEqual([
      "3",
      "1",
      "Z T",
    ]);
  });
});

describe("a named statement", () => {
  const run = (name: string) => [say.bind("", name), say.execute(""), say.sync()];

  test.each([
    "create table dropped (a int)",
    "alter table numbers rename to numbers2; alter table numbers2 rename to numbers",
    "create temp table made as select 1 as a",
    "drop table dropped",
    "rollback",
  ])("is dropped by %s, and may be prepared again", async (sql) => {
    const session = await connected();
    expect(await answer(session, say.parse("one", "select 1"), say.sync())).toEqual(["1", "Z I"]);
    expect(await answer(session, ...run("one"))).toEqual(["2", "D", "C SELECT", "Z I"]);
    await answer(session, say.query(sql));
    const gone = ['E 26000 prepared statement "one" does not exist', "Z I"];
    expect(await answer(session, ...run("one"))).toEqual(gone);
    expect(await answer(session, say.describe("S", "one"), say.sync())).toEqual(gone);
    expect(await answer(session, say.parse("one", "select 1"), ...run("one"))).toEqual([
      "1",
      "2",
      "D",
      "C SELECT",
      "Z I",
    ]);
  });

  test("outlives queries, DML and DDL that failed", async () => {
    const session = await connected();
    await answer(session, say.parse("one", "select 1"), say.sync());
    await answer(session, say.query("insert into numbers select n from numbers where false"));
    await answer(session, say.query("drop table never_there"));
    expect(await answer(session, ...run("one"))).toEqual(["2", "D", "C SELECT", "Z I"]);
  });
});

describe("a conflict", () => {
  const count = async () => (await redshift.query("select count(*)::int as n from numbers"))[0]?.n;
  const insert = "insert into numbers values (11)";

  test("lets a statement fail as 1023 and aborts its transaction", async () => {
    const session = await connected();
    redshift.inject({ kind: "conflict", on: "statement", after: 1 });
    expect(await answer(session, say.query("begin"))).toEqual(["C BEGIN", "Z T"]);
    expect(await answer(session, say.query(insert))).toEqual(["C INSERT 0 1", "Z T"]);
    expect(await answer(session, say.query(insert))).toEqual([serializable, "Z E"]);
    expect(await answer(session, say.query("commit"))).toEqual(["C ROLLBACK", "Z I"]);
    expect(await count()).toBe(10);
    expect(
      redshift
        .statements()
        .slice(-2)
        .map(({ sql }) => sql),
    ).toEqual([insert, "commit"]);
  });

  test("lets COMMIT fail and leaves nothing of the transaction", async () => {
    const session = await connected();
    redshift.inject({ kind: "conflict", on: "commit", error: "concurrent" });
    await answer(session, say.query("begin"));
    await answer(session, say.query(insert));
    const lost = "E XX000 could not complete because of conflict with concurrent transaction";
    expect(await answer(session, say.query("commit"))).toEqual([lost, "Z I"]);
    expect(await count()).toBe(10);
    expect(await answer(session, say.query("select 1"))).toEqual(["T", "D", "C SELECT", "Z I"]);
  });

  test("is the same in the extended protocol", async () => {
    const session = await connected();
    const run = (sql: string) => [say.parse("", sql), say.bind("", ""), say.execute(""), say.sync()];
    redshift.inject({ kind: "conflict", on: "statement" });
    redshift.inject({ kind: "conflict", on: "commit" });
    expect(await answer(session, ...run(insert))).toEqual(["1", "2", serializable, "Z I"]);
    await answer(session, ...run("begin"));
    expect(await answer(session, ...run(insert))).toEqual(["1", "2", "C INSERT 0 1", "Z T"]);
    expect(await answer(session, ...run("commit"))).toEqual(["1", "2", serializable, "Z I"]);
    expect(await count()).toBe(10);
  });

  test("comes once, or never where it is undone", async () => {
    const session = await connected();
    redshift.inject({ kind: "conflict", on: "statement" })();
    expect(await answer(session, say.query("select 1"))).toEqual(["T", "D", "C SELECT", "Z I"]);
    redshift.inject({ kind: "conflict", on: "statement" });
    expect(await answer(session, say.query("select 1"))).toEqual([serializable, "Z I"]);
    expect(await answer(session, say.query("select 1"))).toEqual(["T", "D", "C SELECT", "Z I"]);
  });
});

describe("a client that stops reading", () => {
  test("is sent no more than its buffers hold, and the rest when it reads on", async () => {
    const session = await connected();
    const written = () => redshift.sessions()[0]!.bytesWritten;
    const before = written();
    session.pause();
    session.send(say.query("select generate_series(1, 200000), repeat('x', 1000)"));
    let last = -1;
    // The state to see is that nothing moves: round trips of another session give it every chance to.
    for (; written() !== last; await redshift.query("select pg_sleep(0.1)")) last = written();
    expect(last - before).toBeLessThan(20 * 2 ** 20);
    session.resume();
    const got = await session.until("Z");
    expect(got.length).toBe(200_003);
    expect(written() - before).toBeGreaterThan(200_000 * 1_000);
  });
});
