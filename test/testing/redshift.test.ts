import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { startPostgres } from "../../src/testing/postgres.ts";
import { startRedshift, type RedshiftStandIn } from "../../src/testing/redshift/index.ts";
import { cancelBy } from "./redshift-cancel.ts";
import { askedCode, digestLogin, tokenLogin } from "./wire.ts";

let redshift: RedshiftStandIn;
const clients: pg.Client[] = [];

beforeAll(async () => {
  redshift = await startRedshift({
    postgres: inject("postgres"),
    users: {
      peak: { password: "peak-password" },
      clear: { password: "in the clear", auth: "cleartext" },
      digest: { password: "pässword", auth: "sha256" },
      token: { password: "a token", auth: "idp" },
      odd: { password: "", auth: 7 },
    },
  });
});
afterEach(() => Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined))));
afterAll(() => redshift.close());

function client(config: pg.ClientConfig = {}): pg.Client {
  const { host, port, user, password, database } = redshift;
  const made = new pg.Client({ host, port, user, password, database, ssl: false, ...config });
  // A connection that a test drops reports so here as well as to the query.
  made.on("error", () => undefined);
  clients.push(made);
  return made;
}

async function connected(config?: pg.ClientConfig): Promise<pg.Client> {
  const made = client(config);
  await made.connect();
  return made;
}

const pidOf = async (session: pg.Client): Promise<number> => {
  const { rows } = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]!.pid;
};

describe("logging in", () => {
  test("takes md5 and cleartext passwords of unmodified pg", async () => {
    await connected();
    await connected({ user: "clear", password: "in the clear" });
    expect(redshift.logins().slice(-2)).toEqual([
      { user: "peak", outcome: "ok" },
      { user: "clear", outcome: "ok" },
    ]);
  });

  test("takes the SHA-256 digest of code 13 and refuses a wrong one", async () => {
    expect(await digestLogin(redshift, "digest", "pässword")).toBe("R0");
    expect(await digestLogin(redshift, "digest", "password")).toMatch(/^FATAL 28000 password authentication failed/);
  });

  test("takes an identity provider's token with code 14, and asks with any code it is told to", async () => {
    expect(await tokenLogin(redshift, "token", "a token\0")).toBe("R0");
    expect(await tokenLogin(redshift, "token", "a token")).toBe("R0");
    expect(await tokenLogin(redshift, "token", "another")).toMatch(/^FATAL 28000 /);
    expect(await askedCode(redshift, "odd")).toBe(7);
    // A user that does not exist is asked as any other, so that nobody can tell.
    expect(await askedCode(redshift, "nobody")).toBe(5);
  });

  test.each([
    ["a wrong password", { password: "wrong" }, "28000", 'password authentication failed for user "peak"'],
    ["an unknown user", { user: "nobody" }, "28000", 'password authentication failed for user "nobody"'],
    ["another database", { database: "other" }, "3D000", 'database "other" does not exist'],
  ])("refuses %s as Redshift does", async (_, config, code, message) => {
    await expect(client(config).connect()).rejects.toMatchObject({ severity: "FATAL", code, message });
    expect(redshift.logins().at(-1)).toMatchObject({ outcome: message });
  });

  test.each([
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "IntervalStyle",
    "standard_conforming_strings",
    "query_group",
  ])("refuses %s in the startup packet", async (name) => {
    await expect(client({ options: `-c ${name}=1` }).connect()).rejects.toMatchObject({
      code: "42704",
      message: `unrecognized configuration parameter "${name}"`,
    });
  });

  test("takes the settings that a client may give at startup", async () => {
    const session = await connected({
      application_name: "reports",
      options: "-c search_path=a,b --timezone=Asia/Tokyo",
    });
    const path = await session.query("show search_path");
    expect(path.rows).toEqual([{ search_path: "a,b" }]);
    const zone = await session.query("show timezone");
    expect(zone.rows).toEqual([{ TimeZone: "Asia/Tokyo" }]);
    expect(redshift.sessions().at(-1)).toMatchObject({ user: "peak", application: "reports", state: "idle" });
  });

  test("uses a changed password from then on", async () => {
    redshift.setPassword("clear", "rotated");
    await expect(client({ user: "clear", password: "in the clear" }).connect()).rejects.toMatchObject({
      code: "28000",
    });
    await connected({ user: "clear", password: "rotated" });
    redshift.setPassword("clear", "in the clear");
  });

  test("refuses sessions in the words it is given, or closes the port, until that is undone", async () => {
    const reason = 'connection limit "500" exceeded for non-bootstrap users';
    const undo = redshift.inject({ operation: "login", kind: "error", message: reason, times: Infinity });
    await expect(client().connect()).rejects.toMatchObject({ severity: "FATAL", message: reason });
    undo();
    const open = redshift.inject({ operation: "login", kind: "closed" });
    await expect(client().connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    open();
    await connected();
  });

  test("reports what a cluster reports, and nothing of PostgreSQL's own", async () => {
    const session = client();
    const reported: Record<string, string> = {};
    const connection = (session as unknown as { connection: NodeJS.EventEmitter }).connection; // pg's own, untyped.
    connection.on("parameterStatus", (message: { parameterName: string; parameterValue: string }) => {
      reported[message.parameterName] = message.parameterValue;
    });
    await session.connect();
    expect(reported).toMatchObject({ server_version: "8.0.2", show_discovery: "0", datashare_enabled: "on" });
    expect(Object.keys(reported)).not.toContain("standard_conforming_strings");
    const { rows } = await session.query("select version(), current_database(), current_user");
    expect(rows).toEqual([
      {
        version: expect.stringMatching(/^PostgreSQL 8\.0\.2 on .* Redshift 1\.0\.\d+$/) as string,
        current_database: "peak",
        current_user: "peak",
      },
    ]);
  });
});

describe("watching and disturbing sessions", () => {
  test("shows what runs, what ran with its parameters, and in which state each session is", async () => {
    const session = await connected();
    const pid = await pidOf(session);
    const state = (): string | undefined => redshift.sessions().find((one) => one.pid === pid)?.state;
    await session.query("begin");
    expect(state()).toBe("transaction");
    const slow = session.query("select pg_sleep(0.2), $1::int", [7]);
    await expect.poll(() => redshift.running()).toContainEqual({ pid, sql: "select pg_sleep(0.2), $1::int" });
    expect(state()).toBe("busy");
    await slow;
    await session.query("rollback");
    expect(state()).toBe("idle");
    const ran = redshift.statements().filter((one) => one.pid === pid);
    expect(ran).toContainEqual({ pid, sql: "select pg_sleep(0.2), $1::int", params: ["7"] });
  });

  test("cancels the statement that a plain CancelRequest names, in Redshift's words", async () => {
    const session = await connected();
    const before = redshift.cancels();
    const slow = session.query("select pg_sleep(60)");
    await expect.poll(() => redshift.running().length).toBe(1);
    const told = cancelBy(session, redshift);
    const message = expect.stringMatching(/^Query \(\d+\) cancelled on user's request$/) as string;
    await expect(slow).rejects.toMatchObject({ code: "57014", message });
    await told;
    expect(redshift.cancels()).toBe(before + 1);
    await session.query("set statement_timeout to 20");
    await expect(session.query("select pg_sleep(60)")).rejects.toMatchObject({ code: "57014", message });
  });

  test("ends an idle or busy session with the administrator's words", async () => {
    const session = await connected();
    const slow = session.query("select pg_sleep(60)");
    await expect.poll(() => redshift.running().length).toBe(1);
    redshift.drop("admin-shutdown", redshift.running()[0]!.pid);
    await expect(slow).rejects.toMatchObject({ severity: "FATAL", code: "57P01" });
  });

  test.each([
    ["reset", "ECONNRESET"],
    ["fin", undefined],
  ] as const)("drops a busy connection by %s", async (how, code) => {
    const session = await connected();
    const slow = session.query("select pg_sleep(60)");
    await expect.poll(() => redshift.running().length).toBe(1);
    redshift.drop(how, redshift.running()[0]!.pid);
    const error: unknown = await slow.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect((error as { code?: string }).code).toBe(code);
    const [running] = redshift.running();
    expect(running?.sql).toBe("select pg_sleep(60)");
    await redshift.query("select pg_cancel_backend($1)", [running?.pid]);
    await expect.poll(() => redshift.running()).toEqual([]);
  });

  test("drops a connection in silence: it stays open, and nothing answers any more", async () => {
    const session = await connected({ query_timeout: 200 });
    const other = await connected();
    redshift.drop("silent", await pidOf(session));
    await expect(session.query("select 1")).rejects.toThrow("Query read timeout");
    expect((await other.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  test("a stand-in that cannot start leaves nothing behind", async () => {
    const databases = "select count(*)::int as n from pg_database where datname like 'redshift_stand_in%'";
    const own = await startPostgres();
    const first = await startRedshift({ postgres: own });
    await expect(startRedshift({ postgres: own, port: first.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(await first.query(databases)).toEqual([{ n: 1 }]);
    await first.close();
    await own.close();
  });

  test("two stand-ins on one PostgreSQL know nothing of each other, and leave nothing behind", async () => {
    const other = await startRedshift({ postgres: inject("postgres"), database: "peak" });
    const databases = "select datname from pg_database where datname like 'redshift_stand_in%'";
    expect(await redshift.query("create table apart (a int); select 1 as one")).toEqual([{ one: 1 }]);
    const session = new pg.Client(other.url);
    await session.connect();
    await expect(session.query("select * from apart")).rejects.toMatchObject({ code: "42P01" });
    const name = (await other.query("select postgres_database() as name"))[0]?.name;
    expect(await redshift.query(databases)).toContainEqual({ datname: name });
    session.on("error", () => undefined);
    await Promise.all([other.close(), other.close()]);
    expect(await redshift.query(databases)).not.toContainEqual({ datname: name });
    await redshift.query("drop table apart");
  });
});
