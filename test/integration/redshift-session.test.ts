import { inspect } from "node:util";
import { describe, expect, inject, it } from "vitest";
import { connectWarehouse, type ConnectOptions, type Warehouse } from "peak-warehouse";
import { startRedshift, type RedshiftOptions, type RedshiftStandIn } from "peak-warehouse/testing";
import { selfSigned } from "../credentials/certificate.ts";
import { redshiftCredentials } from "./credentials.ts";
import { startInjector } from "../faults/injector.ts";
import { closedAfterEach, failure } from "./opened.ts";
import { turns } from "./turns.ts";

const keep = closedAfterEach();

async function start(options: Omit<RedshiftOptions, "postgres"> = {}): Promise<RedshiftStandIn> {
  return keep(await startRedshift({ postgres: inject("postgres"), ...options }));
}

async function connect(server: RedshiftStandIn, options: ConnectOptions = {}): Promise<Warehouse> {
  return keep(await connectWarehouse({ credentials: redshiftCredentials(server), tls: false, ...options }));
}

describe("a Redshift login", () => {
  it.each(["md5", "cleartext", "sha256"] as const)("answers the %s request", async (auth) => {
    const server = await start({ users: { ana: { password: "pässword ’1", auth } } });
    const db = await connect(server, {
      credentials: { ...redshiftCredentials(server), user: "ana", password: "pässword ’1" },
    });
    expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it.each(["md5", "cleartext", "sha256"] as const)(
    "reports a password refused by %s, without showing it",
    async (auth) => {
      const server = await start({ users: { ana: { password: "right", auth } } });
      const credentials = { ...redshiftCredentials(server), user: "ana", password: "wr0ng-s3cret" };
      const error = await failure(connect(server, { credentials }));
      expect(error).toMatchObject({ code: "AUTHENTICATION", phase: "connect", effect: "none" });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("wr0ng-s3cret");
      expect(server.logins()).toHaveLength(1);
    },
  );

  it.each(["idp", 7, 99] as const)(
    "reports the request %s that it cannot answer, and the process lives on",
    async (auth) => {
      const server = await start({ users: { ana: { password: "x", auth } } });
      const error = await failure(
        connect(server, { credentials: { ...redshiftCredentials(server), user: "ana", password: "xyz" } }),
      );
      expect(error).toMatchObject({ code: "UNSUPPORTED_WAREHOUSE", phase: "connect" });
      expect(String(error)).toMatch(/authentication (?:14|7|99)/);
    },
  );

  it("keeps the password out of the errors of statements, too", async () => {
    const server = await start();
    const db = await connect(server);
    const error = await failure(db.query(`select '${server.password}'::int`));
    expect(error).toMatchObject({ code: "QUERY" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(server.password);
  });

  it("sets the session up in one round trip, with the values of the credentials and the options", async () => {
    const server = await start();
    const db = await connect(server, {
      application: "my-app",
      statementTimeoutMs: 7_000,
      tag: "it's \\ mine",
      timezone: "Europe/Paris",
    });
    const setup = server.statements().map(({ sql }) => sql);
    expect(setup).toHaveLength(1);
    expect(server.sessions()).toMatchObject([{ application: "my-app" }]);
    expect(server.sessions()[0]?.startup).toEqual({
      user: server.user,
      database: server.database,
      application_name: "my-app",
      client_encoding: "UTF8",
    });
    const shown = async (name: string) => (await db.query(`show ${name}`, undefined, { rowMode: "array" })).rows;
    expect(await shown("query_group")).toEqual([["it's \\ mine"]]);
    expect(await shown("timezone")).toEqual([["Europe/Paris"]]);
    expect(await shown("statement_timeout")).toEqual([["7s"]]);
    expect(await shown("search_path")).toEqual([['publish, "$user", public']]);
  });

  it("takes nothing from the PG variables of the environment", async () => {
    const server = await start();
    const foreign = {
      PGOPTIONS: "-c search_path=wrong",
      PGAPPNAME: "wrong",
      PGSSLMODE: "require",
      PGHOST: "wrong.invalid",
      PGUSER: "wrong",
      PGPASSWORD: "wrong",
      PGDATABASE: "wrong",
      PGSSLNEGOTIATION: "direct",
    };
    Object.assign(process.env, foreign);
    try {
      await connect(server);
      expect(server.sessions()).toMatchObject([{ user: server.user, application: "peak-warehouse" }]);
    } finally {
      for (const name of Object.keys(foreign)) Reflect.deleteProperty(process.env, name);
    }
  });

  it("leaves out an application name that the server would refuse, and says so once", async () => {
    const server = await start();
    const warnings: string[] = [];
    const db = await connect(server, { application: "naïve\n", onWarning: (message) => warnings.push(message) });
    await Promise.all(Array.from({ length: 4 }, async () => db.query("select 1")));
    expect(server.sessions()[0]?.application).toBe("peak-warehouse");
    expect(warnings).toHaveLength(1);
  });

  it("reports a server that is full as worth another try", async () => {
    const server = await start();
    const undo = server.inject({
      operation: "login",
      kind: "error",
      times: Infinity,
      message: 'connection limit "500" exceeded for non-bootstrap users',
    });
    expect(await failure(connect(server))).toMatchObject({ code: "CONNECTION", retryable: true });
    undo();
    await connect(server);
  });

  it("reports an unreachable server, a missing database and a login that takes too long", async () => {
    const server = await start();
    const credentials = redshiftCredentials(server);
    const refused = failure(connect(server, { credentials: { ...credentials, port: 1 } }));
    expect(await refused).toMatchObject({ code: "CONNECTION", vendorCode: "ECONNREFUSED", retryable: true });
    const missing = failure(connect(server, { credentials: { ...credentials, database: "missing" } }));
    expect(await missing).toMatchObject({ code: "CONNECTION", sqlState: "3D000", retryable: false });
  });
});

describe("Redshift over TLS", () => {
  const certificate = selfSigned("warehouse.example");

  it("is verified unless the caller says otherwise", async () => {
    const server = await start({ tls: certificate });
    const error = await failure(connect(server, { tls: true }));
    expect(error).toMatchObject({ code: "CONNECTION" });
    expect(String(error)).toMatch(/tls: \{ ca \}/);
    expect(server.logins()).toEqual([]);
  });

  it("trusts an authority of the caller's, checks the certificate's name, and cancels", async () => {
    const server = await start({ tls: certificate, requireTls: true });
    const wrongName = failure(connect(server, { tls: { ca: certificate.cert } }));
    expect(await wrongName).toMatchObject({ code: "CONNECTION", vendorCode: "ERR_TLS_CERT_ALTNAME_INVALID" });
    const db = await connect(server, { tls: { ca: certificate.cert, servername: "warehouse.example" } });
    await expect(db.query("select pg_sleep(60)", undefined, { timeoutMs: 200 })).rejects.toMatchObject({
      code: "TIMEOUT",
    });
    await expect.poll(() => server.running()).toEqual([]);
    expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("is not given up for a server without it", async () => {
    const server = await start();
    expect(await failure(connect(server, { tls: true }))).toMatchObject({ code: "CONNECTION" });
    expect(String(await failure(connect(server, { tls: true })))).toMatch(/tls: false/);
    expect(server.logins()).toEqual([]);
  });
});

describe("a lost Redshift session", () => {
  it.each(["reset", "fin", "admin-shutdown"] as const)(
    "is replaced without a word when it was unused (%s)",
    async (how) => {
      const server = await start();
      const db = await connect(server);
      const [pid] = server.sessions().map((session) => session.pid);
      server.drop(how);
      await expect.poll(() => server.sessions()).toEqual([]);
      expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      expect(server.sessions()[0]?.pid).not.toBe(pid);
    },
  );

  it.each(["reset", "fin", "admin-shutdown"] as const)(
    "is reported under a running statement (%s), whose effect nobody knows",
    async (how) => {
      const server = await start();
      const db = await connect(server);
      const running = failure(db.query("select pg_sleep(60)"));
      await expect.poll(() => server.running().length).toBe(1);
      server.drop(how);
      expect(await running).toMatchObject({ code: "CONNECTION", effect: "unknown", retryable: false });
      expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    },
  );
});

describe("a Redshift statement", () => {
  it("reports the server's own time limit as TIMEOUT", async () => {
    const server = await start();
    const db = await connect(server, { statementTimeoutMs: 100 });
    expect(await failure(db.query("select pg_sleep(60)"))).toMatchObject({ code: "TIMEOUT", sqlState: "57014" });
    expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("never leaves a cancel for the next one to meet", async () => {
    const server = await start();
    const db = await connect(server, { pool: { max: 1 } });
    for (let round = 0; round < 60; round++) {
      const controller = new AbortController();
      const query = failure(db.query(`select pg_sleep(0.00${round % 10})`, undefined, { signal: controller.signal }));
      const [next] = await Promise.all([
        query.then(async () => db.query("select ? as n", [round])),
        turns(round).then(() => controller.abort(new Error("enough"))),
      ]);
      expect(next.rows).toEqual([{ n: round }]);
    }
    expect(server.sessions()).toHaveLength(1);
  });

  it("refuses COPY FROM STDIN and goes on", async () => {
    const server = await start();
    const db = await connect(server);
    await db.query("create table if not exists copied (a integer)");
    expect(await failure(db.query("copy copied from stdin"))).toMatchObject({ code: "QUERY" });
    expect((await db.query("select count(*) as n from copied")).rows).toEqual([{ n: 0 }]);
  });

  it.each(["copy (select 1 as one) to stdout", "copy (select 1 as one where false) to stdout"])(
    "refuses the data of %j, and serves the next query",
    async (text) => {
      // The stand-in takes no COPY; PostgreSQL itself answers it as a server would that does.
      const db = keep(await connectWarehouse({ credentials: inject("postgres").url, tls: false }));
      await expect(db.query(text)).rejects.toMatchObject({ code: "UNSUPPORTED", effect: "none" });
      expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    },
  );
});

/** The code of PostgreSQL's CancelRequest. */
const cancelRequest = new RegExp(Buffer.from("04d2162e", "hex").toString("latin1"));

describe("a cancel request that is late on its way", () => {
  it("hits nothing that came after", async () => {
    const server = await start();
    const network = keep(await startInjector(server));
    const credentials = { ...redshiftCredentials(server), host: network.host, port: network.port };
    const db = await connect(server, { credentials, pool: { max: 1 } });
    const held = network.arm({ when: { request: cancelRequest }, effect: { kind: "delay" }, always: true });
    const late = failure(db.query("select pg_sleep(0.5)", undefined, { timeoutMs: 100 }));
    await held;
    expect(await late).toMatchObject({ code: "TIMEOUT" });
    const next = Array.from({ length: 3 }, async () => db.query("select pg_sleep(0.2)"));
    await expect.poll(() => server.running().length).toBe(1);
    await network.lift();
    expect(await Promise.all(next)).toHaveLength(3);
  });
});

describe("a session that is lost in the middle of its work", () => {
  it("does not invite to do again what has been done", async () => {
    const server = await start();
    const db = await connect(server);
    await server.query("create table done (id int)");
    const work = db.session(async (session) => {
      await session.query("insert into done values (1)");
      server.drop("reset");
      await session.query("select 1 as one").catch(() => undefined);
      await session.query("select 1 as one");
    });
    expect(await failure(work)).toMatchObject({ code: "CONNECTION", retryable: false });
  });
});
