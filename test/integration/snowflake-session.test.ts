import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { connectWarehouse, type ConnectOptions, type Warehouse } from "peak-warehouse";
import { startSnowflake, type SnowflakeOptions, type SnowflakeStandIn } from "peak-warehouse/testing";
import { selfSigned } from "../credentials/certificate.ts";
import { snowflakeCredentials, snowflakeOAuthCredentials } from "./credentials.ts";
import { closedAfterEach, failure } from "./opened.ts";

const keep = closedAfterEach();

async function start(options: SnowflakeOptions = {}): Promise<SnowflakeStandIn> {
  return keep(await startSnowflake(options));
}

async function connect(server: SnowflakeStandIn, options: ConnectOptions = {}): Promise<Warehouse> {
  return keep(await connectWarehouse({ credentials: snowflakeCredentials(server), tls: false, ...options }));
}

const one = [{ one: 1 }];

describe("a Snowflake login", () => {
  it("carries schema, role, virtual warehouse and application, and sets the session up in one statement", async () => {
    const server = await start();
    const credentials = {
      ...snowflakeCredentials(server),
      schema: "OTHER",
      role: "ANALYST",
      warehouse: "BIG_WH",
      application: "good_app",
    };
    await server.query("create schema OTHER");
    const db = await connect(server, { credentials, role: "WRITER", tag: "it's \\ mine", statementTimeoutMs: 90_000 });
    expect(server.sessions()).toMatchObject([
      { user: "PEAK", database: "PEAK", schema: "OTHER", role: "WRITER", warehouse: "BIG_WH", application: "good_app" },
    ]);
    expect(server.statements()).toHaveLength(1);
    const parameter = async (name: string) => {
      const { rows } = await db.query<{ value: string }>(`show parameters like '${name}'`);
      return rows[0]?.value;
    };
    expect(await parameter("TIMEZONE")).toBe("UTC");
    expect(await parameter("QUERY_TAG")).toBe("it's \\ mine");
    expect(await parameter("STATEMENT_TIMEOUT_IN_SECONDS")).toBe("90");
  });

  it("leaves out an application name that the SDK would refuse, and says so once", async () => {
    const server = await start();
    const warnings: string[] = [];
    const credentials = { ...snowflakeCredentials(server), application: "1 bad name" };
    await connect(server, { credentials, onWarning: (message) => warnings.push(message) });
    expect(server.sessions()).toMatchObject([{ application: "peak-warehouse" }]);
    expect(warnings).toHaveLength(1);
  });

  it("reports a wrong password after one login, without showing it", async () => {
    const server = await start();
    const error = await failure(
      connect(server, { credentials: { ...snowflakeCredentials(server), password: "wr0ng-s3cret" } }),
    );
    expect(error).toMatchObject({ code: "AUTHENTICATION", phase: "connect", vendorCode: "390100", effect: "none" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("wr0ng-s3cret");
    expect(server.logins()).toHaveLength(1);
  });

  it("fetches a fresh token once when the server calls one expired or unknown", async () => {
    const server = await start();
    const revoked = server.issueToken();
    server.revokeToken(revoked);
    for (const stale of [server.issueToken("PEAK", -1), revoked]) {
      const tokens = [stale, server.issueToken()];
      let fetches = 0;
      const db = await connect(server, {
        credentials: () => snowflakeOAuthCredentials(server, tokens[fetches++] ?? "no third fetch"),
      });
      expect((await db.query("select 1 as one")).rows).toEqual(one);
      expect(fetches).toBe(2);
    }
  });

  it("shows no token when every one is refused", async () => {
    const server = await start();
    const error = await failure(
      connect(server, { credentials: () => snowflakeOAuthCredentials(server, "t0ken-never-issued") }),
    );
    expect(error).toMatchObject({ code: "AUTHENTICATION" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("t0ken-never-issued");
    expect(server.logins()).toHaveLength(1);
  });

  it("outlives its token, and opens more sessions with a new one", async () => {
    const server = await start();
    let fetches = 0;
    const db = await connect(server, {
      credentials: () => {
        fetches++;
        return snowflakeOAuthCredentials(server, server.issueToken());
      },
    });
    await Promise.all(Array.from({ length: 3 }, async () => db.session(async (session) => session.query("select 1"))));
    expect(fetches).toBe(1);
    expect((await db.query("select 1 as one")).rows).toEqual(one);
  });

  it("is verified over TLS unless the caller says otherwise, and works with the caller's authority", async () => {
    const certificate = selfSigned("localhost");
    const server = await start({ tls: certificate });
    const credentials = { ...snowflakeCredentials(server), host: "localhost" };
    const error = await failure(connect(server, { credentials, tls: true, connectTimeoutMs: 20_000 }));
    expect(error).toMatchObject({ code: "CONNECTION" });
    expect(String(error)).toMatch(/tls: \{ ca \}/);
    const db = await connect(server, { credentials, tls: { ca: certificate.cert } });
    expect((await db.query("select 1 as one")).rows).toEqual(one);
  });
});

describe("a Snowflake session", () => {
  it("renews its token under the queries that meet its end", async () => {
    const server = await start();
    const db = await connect(server);
    for (let round = 0; round < 3; round++) {
      server.expireSessionTokens();
      const answers = await Promise.all(
        Array.from({ length: 8 }, async (_, n) => (await db.query("select ? as n", [n])).rows),
      );
      expect(answers).toEqual(Array.from({ length: 8 }, (_, n) => [{ n }]));
    }
    expect(server.logins()).toHaveLength(1);
  });

  it("is replaced without a word when the server has ended it", async () => {
    const server = await start();
    const db = await connect(server);
    for (const { id } of server.sessions()) await server.killSession(id);
    expect((await db.query("select 1 as one")).rows).toEqual(one);
    expect(server.logins()).toHaveLength(2);
  });

  it("is replaced without a word when its master token has expired", async () => {
    const server = await start();
    const db = await connect(server);
    server.expireSessionTokens();
    server.expireMasterTokens();
    expect((await db.query("select 1 as one")).rows).toEqual(one);
    expect(server.logins()).toHaveLength(2);
  });

  it("runs plain statements in parallel: a cold burst of 32 opens at most 4", async () => {
    const server = await start();
    const db = await connect(server, { lazy: true });
    await Promise.all(Array.from({ length: 32 }, async () => db.query("select system$wait(0.2)")));
    expect(server.logins().length).toBeLessThanOrEqual(4);
  });

  it("closes on the server when the warehouse closes", async () => {
    const server = await start();
    const db = await connect(server);
    await db.query("select 1");
    await db.close();
    expect(server.sessions()).toEqual([]);
  });
});

describe("a Snowflake result", () => {
  it("is polled for when it takes long, and cancelled by its id", async () => {
    const server = await start({ longRunningMs: 50 });
    const db = await connect(server);
    expect((await db.query("select system$wait(0.3) as w, 1 as one")).rows).toMatchObject(one);
    await expect(db.query("select system$wait(60)", undefined, { timeoutMs: 300 })).rejects.toMatchObject({
      code: "TIMEOUT",
    });
    await expect.poll(() => server.running(), { timeout: 5_000 }).toEqual([]);
    expect((await db.query("select 1 as one")).rows).toEqual(one);
  });

  it("is run once although its first answers are lost", async () => {
    const server = await start();
    const db = await connect(server);
    await db.query("create table ledger (a integer)");
    const undo = server.inject({ operation: "query", kind: "error", status: 503, late: true });
    expect((await db.query("insert into ledger values (1)")).rowCount).toBe(1);
    undo();
    expect((await db.query("select count(*) as n from ledger")).rows).toEqual([{ n: 1 }]);
  });

  it.each(["reset", "cut", "corrupt"] as const)(
    "is read whole although a chunk's first download fails (%s)",
    async (kind) => {
      const server = await start({ inlineBytes: 1_000, chunkBytes: 20_000 });
      const db = await connect(server);
      server.inject({ operation: "chunk", after: 1, kind });
      const rows = await db.query<{ n: number }>(
        "select seq4() as n, repeat('x', 50) as t from table(generator(rowcount => 5000)) order by n",
      );
      expect(rows.rows.map(({ n }) => n)).toEqual(Array.from({ length: 5_000 }, (_, n) => n));
    },
  );

  it("is an error, and never cut short, when a chunk cannot be had", async () => {
    const server = await start({ inlineBytes: 1_000, chunkBytes: 20_000 });
    const db = await connect(server);
    server.inject({ operation: "chunk", kind: "error", status: 404, times: Infinity });
    const error = await failure(
      db.query("select seq4() as n, repeat('x', 50) as t from table(generator(rowcount => 5000))"),
    );
    expect(error).toMatchObject({ code: "CONNECTION", phase: "fetch" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/\/chunks?\//);
  });

  it("runs no text of the server: a VARIANT that looks like code is data or an error", async () => {
    const server = await start();
    const db = await connect(server);
    const { rows } = await db.query('select parse_json(\'{"a": "(function(){ throw 1 })()"}\') as v');
    expect(rows).toEqual([{ v: { a: "(function(){ throw 1 })()" } }]);
  });

  it("refuses PUT and GET, which would touch local files", async () => {
    const server = await start();
    const db = await connect(server);
    for (const text of ["put file:///etc/hostname @~", "/* x */ GET @~/a file:///tmp"]) {
      await expect(db.query(text)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    }
  });
});

describe("making a schema on Snowflake", () => {
  it("moves nobody into it", async () => {
    const server = await start();
    const db = await connect(server, { pool: { max: 1 } });
    const current = async () => (await db.query("select current_schema() as s, current_database() as d")).rows;
    const before = await current();
    await db.query("create schema moved");
    expect(await current()).toEqual(before);
    await db.script("create or replace transient schema moved; create database elsewhere");
    expect(await current()).toEqual(before);
    await db.session(async (session) => session.query("create schema if not exists moved_too"));
    expect(await current()).toEqual(before);
    await db.session(async (session) => {
      await session.query("create schema moved_three");
      expect((await session.query("select current_schema() as s")).rows).toEqual([{ s: "MOVED_THREE" }]);
    });
  });
});
