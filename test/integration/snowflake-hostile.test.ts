import { randomUUID } from "node:crypto";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { connectWarehouse, type ConnectOptions } from "peak-warehouse";
import { loggedIn, progress, refusal, result, startWire, type Script } from "./snowflake-wire.ts";
import { closedAfterEach, failure } from "./opened.ts";

const keep = closedAfterEach();

async function start(script: Script) {
  return keep(await startWire(script));
}

async function connect({ credentials }: Awaited<ReturnType<typeof startWire>>, options: ConnectOptions = {}) {
  return keep(await connectWarehouse({ credentials, tls: false, ...options }));
}

describe("answers of Snowflake", () => {
  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ] as const)("are read when they come packed with %s", async (encoding, pack) => {
    const server = await start({
      query: () => (response) => {
        response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding });
        response.end(pack(JSON.stringify(result([["7"]]))));
      },
    });
    const db = await connect(server);
    expect((await db.query("select a")).rows).toEqual([{ a: 7 }]);
  });

  it("are data.rowset and no other, however the answer is written", async () => {
    const { data } = result([["1"]]) as { data: object };
    const texts = [
      JSON.stringify({ meta: { rowset: [["9"]] }, success: true, data }, undefined, 3),
      JSON.stringify({ data, success: true, meta: { data: { rowset: [["9"]] } } }),
      JSON.stringify({ success: true, data }).replace('"rowset"', '"row\\u0073et"'),
      JSON.stringify({ success: true, data }).replace('"rowset"', '"rowset":[["9"]],"rowset"'),
    ];
    for (const text of texts) {
      const server = await start({
        query: () => (response) => {
          response.setHeader("content-type", "application/json");
          response.end(text);
        },
      });
      expect((await (await connect(server)).query("select a")).rows).toEqual([{ a: 1 }]);
    }
  });

  it("without rows where there must be some are errors, not empty results", async () => {
    const server = await start({ query: () => result(null, { returned: undefined }) });
    const db = await connect(server);
    expect(await failure(db.query("select a"))).toMatchObject({ code: "CONNECTION", effect: "unknown" });
  });

  it("count DML by its columns where they do not say what it was", async () => {
    const rowtype = [{ name: "number of rows inserted", type: "fixed", scale: 0 }];
    const server = await start({ query: () => result([["3"]], { rowtype }) });
    const db = await connect(server);
    expect(await db.query("insert into t select 1")).toMatchObject({ rows: [], columns: [], rowCount: 3 });
  });

  it("that are damaged are the one error and quote nothing", async () => {
    const broken = [
      { rowtype: [{ name: "A" }] },
      { rowtype: [null] },
      { chunks: "hush" },
      { chunks: [null] },
      { chunks: [{ url: "no address: hush", rowCount: 1 }] },
      { rowset: "hush" },
      { rowset: { 0: ["hush"] } },
      { rowset: [], chunks: [{ url: "hush", rowCount: 1 }], returned: 1 },
      { rowtype: [{ name: "number of rows inserted", type: "fixed" }], rowset: [["hush"]], statementTypeId: 0x3100 },
    ];
    for (const data of broken) {
      const server = await start({ query: () => result([["hush"]], data) });
      const error = await failure((await connect(server)).query("select a"));
      expect(error).toMatchObject({ name: "WarehouseError", code: "CONNECTION" });
      expect(String(error)).not.toContain("hush");
    }
  });

  it("to a poll need not repeat the query's id", async () => {
    const server = await start({
      query: () => progress(randomUUID()),
      poll: () => result([["5"]], { queryId: undefined }),
    });
    const db = await connect(server);
    expect((await db.query("select a")).rows).toEqual([{ a: 5 }]);
  });
});

describe("a statement on Snowflake", () => {
  const insert = "insert into t select 1";

  it("is sent again on another session only where each submission was refused", async () => {
    let refused = false;
    const server = await start({
      query: () => {
        if (refused) return result([["1"]]);
        refused = true;
        return refusal("390111");
      },
    });
    const db = await connect(server);
    await db.query(insert);
    expect(server.count(insert)).toBe(2);
  });

  it("whose session's token is never good ends as one that has not run", async () => {
    const server = await start({ query: () => refusal("390112") });
    const db = await connect(server);
    expect(await failure(db.query(insert))).toMatchObject({ code: "CONNECTION", effect: "none" });
    expect(server.count(insert)).toBeLessThanOrEqual(36);
  });

  it("is not submitted again once its call has ended", async () => {
    let healthy = false;
    const server = await start({ query: () => (healthy ? result([["1"]]) : "reset") });
    const db = await connect(server);
    expect(await failure(db.query(insert, undefined, { timeoutMs: 300 }))).toMatchObject({ code: "TIMEOUT" });
    const submitted = server.count(insert);
    healthy = true;
    // The session is given back when the SDK has given the statement up.
    await db.query("select 1");
    await db.close();
    expect(server.count(insert)).toBe(submitted);
  });

  it.each(["fast", "driver"] as const)(
    "read as %s refuses rows that are none, and the process lives on",
    async (decoding) => {
      for (const rowset of [[null], [["1", "2"]], [[]], ["1"], [{ a: 1 }]]) {
        const server = await start({ query: () => result(rowset) });
        const db = await connect(server, { decoding });
        expect(await failure(db.query("select a"))).toMatchObject({ code: "CONNECTION" });
      }
    },
  );

  it("is never sent again where a poll was refused: it had begun", async () => {
    for (const code of ["390111", "390112"]) {
      const server = await start({
        query: () => progress(randomUUID()),
        poll: () => refusal(code),
        renewal: () => refusal("390114"),
      });
      const db = await connect(server);
      expect(await failure(db.query(insert))).toMatchObject({
        code: "CONNECTION",
        effect: "unknown",
        retryable: false,
      });
      expect(server.count(insert)).toBe(1);
    }
  });

  it("is never sent under another request id where one submission was lost", async () => {
    const requests: string[] = [];
    const server = await start({
      query: (_sql, requestId) => {
        requests.push(requestId);
        return requests.length === 1 ? "reset" : refusal("390111");
      },
    });
    const db = await connect(server);
    expect(await failure(db.query(insert))).toMatchObject({ code: "CONNECTION", effect: "unknown", retryable: false });
    expect(new Set(requests).size).toBe(1);
  });
});

describe("a login at something that is no Snowflake", () => {
  it("is not taken to another address by a redirect", async () => {
    const elsewhere = await start({});
    const server = await start({
      login: () => (response) => {
        response.writeHead(307, { location: `http://127.0.0.1:${elsewhere.port}/session/v1/login-request` });
        response.end();
      },
    });
    expect(await failure(connect(server))).toMatchObject({ code: "CONNECTION" });
    expect(elsewhere.received).toEqual([]);
  });

  it("is CONNECTION for an outage, and tried again; only 401 and 403 are refusals", async () => {
    const answering = (status: number) =>
      start({
        login: () => (response) => {
          response.writeHead(status, { "content-type": "application/json" });
          response.end("{}");
        },
      });
    const outage = await answering(503);
    expect(await failure(connect(outage))).toMatchObject({ code: "CONNECTION", retryable: true });
    expect(outage.received.length).toBeGreaterThan(1);
    const missing = await answering(404);
    expect(await failure(connect(missing))).toMatchObject({ code: "CONNECTION", retryable: false });
    expect(missing.received).toHaveLength(1);
    expect(await failure(connect(await answering(403)))).toMatchObject({ code: "AUTHENTICATION" });
  });

  it("recovers when the outage is short", async () => {
    let logins = 0;
    const server = await start({ login: () => (++logins === 1 ? "reset" : loggedIn) });
    const db = await connect(server);
    expect((await db.query("select a")).rows).toEqual([{ a: 1 }]);
    expect(logins).toBe(2);
  });

  it.each(["a-", "acc--x", "münchen", "xn--"])("is the one error for the host %j", async (host) => {
    const credentials = {
      dataWarehouseType: "snowflake",
      authType: "basic",
      host,
      port: 443,
      database: "D",
      user: "U",
      password: "s3cret-password",
    };
    const error = await failure(connectWarehouse({ credentials, connectTimeoutMs: 3_000 }));
    expect(error).toMatchObject({ name: "WarehouseError" });
  });
});

describe("ping() on Snowflake", () => {
  it("gives up after 3 s on a server that never answers the heartbeat", async () => {
    const server = await start({ heartbeat: () => () => undefined });
    const db = await connect(server);
    expect(await failure(db.ping())).toMatchObject({ code: "TIMEOUT" });
  }, 20_000);
});
