import { describe, expect, it } from "vitest";
import { connectWarehouse, type Warehouse } from "peak-warehouse";
import { startSnowflake, type SnowflakeOptions, type SnowflakeStandIn } from "peak-warehouse/testing";
import { snowflakeCredentials } from "../../integration/credentials.ts";
import { closedAfterEach, failure } from "../../integration/opened.ts";
import { result, startWire } from "../../integration/snowflake-wire.ts";

const keep = closedAfterEach();

/** A server whose results come in many chunks, and a warehouse on it. */
async function start(options: SnowflakeOptions = {}): Promise<{ server: SnowflakeStandIn; db: Warehouse }> {
  const server = keep(await startSnowflake({ inlineBytes: 1_000, chunkBytes: 20_000, ...options }));
  const db = keep(await connectWarehouse({ credentials: snowflakeCredentials(server), tls: false }));
  return { server, db };
}

const rows = 20_000;
const text = `select seq4() as n, repeat('x', 50) as t from table(generator(rowcount => ${rows})) order by n`;
const numbers = Array.from({ length: rows }, (_, n) => n);

/** Reads a stream to its end, and does something on the way. */
async function read(db: Warehouse, at: number, then: () => void, options = {}): Promise<number[]> {
  const read: number[] = [];
  for await (const { n } of db.stream<{ n: number }>(text, undefined, options)) {
    if (read.push(n) === at) then();
  }
  return read;
}

describe("a Snowflake stream", () => {
  it("goes on with fresh addresses when those of its chunks have expired", async () => {
    const { server, db } = await start();
    expect(await read(db, 5_000, () => server.expireChunkUrls())).toEqual(numbers);
  });

  it("goes on when its session's token has expired, too", async () => {
    const { server, db } = await start();
    const expire = () => {
      server.expireSessionTokens();
      server.expireChunkUrls();
    };
    expect(await read(db, 5_000, expire)).toEqual(numbers);
    expect(server.logins()).toHaveLength(1);
  });

  it("goes on when an address is good for one request, and that one was lost", async () => {
    const { server, db } = await start({ chunkUrlRequests: 1 });
    server.inject({ operation: "chunk", after: 8, kind: "cut" });
    expect(await read(db, 0, () => undefined)).toEqual(numbers);
  });

  it("is an error that says 403 when fresh addresses are refused as well, and the session goes on", async () => {
    const { server, db } = await start();
    const forbid = () => void server.inject({ operation: "chunk", kind: "error", status: 403, times: Infinity });
    expect(await failure(read(db, 5_000, forbid))).toMatchObject({
      code: "CONNECTION",
      phase: "fetch",
      message: expect.stringContaining("403") as string,
    });
    expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    expect(server.logins()).toHaveLength(1);
  });

  it("is an error when its addresses have expired and the session has ended, so that none can be had", async () => {
    const { server, db } = await start();
    const end = () => {
      server.expireChunkUrls();
      for (const { id } of server.sessions()) void server.killSession(id);
    };
    expect(await failure(read(db, 5_000, end))).toMatchObject({ code: "CONNECTION", phase: "fetch" });
    expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it.each([
    { kind: "reset" },
    { kind: "cut" },
    { kind: "corrupt" },
    { kind: "error", status: 503 },
    { kind: "error", status: 429 },
    { kind: "error", status: 403 },
  ] as const)("survives what goes wrong with a chunk in its middle (%j)", async (effect) => {
    const { server, db } = await start();
    expect(await read(db, 5_000, () => void server.inject({ operation: "chunk", after: 1, ...effect }))).toEqual(
      numbers,
    );
  });

  it.each(["fast", "driver"] as const)(
    "is left at once, whatever it waits for, and its session goes on (%s)",
    async (decoding) => {
      const { server, db } = await start();
      const undo = server.inject({ operation: "chunk", kind: "hang", times: Infinity });
      const stop = new AbortController();
      const reading = failure(
        read(db, 1, () => setImmediate(() => stop.abort("left")), { signal: stop.signal, decoding }),
      );
      expect(await reading).toBe("left");
      undo();
      expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      expect(server.logins()).toHaveLength(1);
    },
  );

  it.each(["fast", "driver"] as const)(
    "asks for no more than a few chunks ahead of its reader (%s)",
    async (decoding) => {
      const [chunks, rowCount] = [40, 100];
      let asked = 0;
      let large = {};
      const server = keep(
        await startWire({
          query: (sql) => (sql === "select large" ? large : result([["1"]])),
          chunk: (path) => (response) => {
            asked++;
            const first = Number(path.split("/")[2]) * rowCount;
            response.end(Array.from({ length: rowCount }, (_, n) => `["${first + n}"]`).join(","));
          },
        }),
      );
      const url = `http://127.0.0.1:${server.port}/chunk`;
      const list = Array.from({ length: chunks }, (_, n) => ({ url: `${url}/${n}`, rowCount, compressedSize: 1_000 }));
      large = result([], { chunks: list, returned: chunks * rowCount });
      const db = keep(await connectWarehouse({ credentials: server.credentials, tls: false }));
      let read = 0;
      for await (const { a } of db.stream<{ a: number }>("select large", undefined, { decoding })) {
        expect(a).toBe(read++);
        expect(asked).toBeLessThanOrEqual(Math.ceil(read / rowCount) + 4);
        if (read === 20 * rowCount + 1) break;
      }
      await db.query("select 1");
      expect(asked).toBeLessThanOrEqual(25);
    },
  );
});

describe("a large Snowflake result", () => {
  it.each([
    ["in chunks", {}],
    ["in the answer itself", { inlineBytes: 100_000_000 }],
  ])("lets other work have its turn while it is read (%s)", async (_, options) => {
    const { db } = await start(options);
    let turns = 0;
    let counting = true;
    const turn = () => {
      turns++;
      if (counting) setImmediate(turn);
    };
    const stream = db.stream(`select seq4() as n, to_timestamp(seq4()) as t from table(generator(rowcount => 60000))`);
    await stream.next();
    const cpuBefore = process.cpuUsage();
    setImmediate(turn);
    let count = 1;
    while ((await stream.next()).done !== true) count++;
    counting = false;
    const { user } = process.cpuUsage(cpuBefore);
    expect(count).toBe(60_000);
    // One turn at least for each 25 ms of work.
    expect(turns).toBeGreaterThan(user / 25_000);
  });
});
