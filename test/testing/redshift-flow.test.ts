import { once } from "node:events";
import { createConnection } from "node:net";
import { connect as secure } from "node:tls";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { startRedshift, type RedshiftStandIn } from "../../src/testing/redshift/index.ts";
import { certificate } from "./certificate.ts";
import { cancelBy } from "./redshift-cancel.ts";

let redshift: RedshiftStandIn;

beforeAll(async () => {
  redshift = await startRedshift({
    postgres: inject("postgres"),
    users: { peak: { password: "peak-password" } },
    tls: certificate,
    requireTls: true,
  });
});
afterAll(() => redshift.close());

const ssl = { ca: certificate.cert, servername: "localhost" };

async function connected(): Promise<pg.Client> {
  const { port, user, password, database } = redshift;
  const client = new pg.Client({ host: "localhost", port, user, password, database, ssl });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

describe("TLS", () => {
  test("is offered, and its certificate holds", async () => {
    const client = await connected();
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  test("is enforced for sessions", async () => {
    await expect(new pg.Client({ connectionString: redshift.url }).connect()).rejects.toMatchObject({
      code: "28000",
      message: expect.stringMatching(
        /^no pg_hba\.conf entry for host .*, user "peak", database "peak", SSL off$/,
      ) as string,
    });
  });

  test("is not needed for a CancelRequest", async () => {
    const client = await connected();
    const slow = client.query("select pg_sleep(60)");
    await expect.poll(() => redshift.running().length).toBe(1);
    await cancelBy(client, redshift);
    await expect(slow).rejects.toMatchObject({ code: "57014" });
    await client.end();
  });

  test("a reset reaches a client behind TLS", async () => {
    const client = await connected();
    const slow = client.query("select pg_sleep(60)");
    await expect.poll(() => redshift.running().length).toBe(1);
    redshift.drop("reset");
    await expect(slow).rejects.toMatchObject({ code: "ECONNRESET" });
    redshift.drop("admin-shutdown");
    await expect.poll(() => redshift.sessions()).toEqual([]);
  });

  test("a client that speaks no protocol is dropped, and the next is served", async () => {
    const rude = createConnection(redshift.port, redshift.host);
    rude.write("GET / HTTP/1.1\r\n\r\n");
    await once(rude.resume(), "close");
    const late = secure({ port: redshift.port, host: "localhost", ca: certificate.cert });
    const [error] = (await once(late, "error").catch((reason: unknown) => [reason])) as [Error];
    expect(error).toBeInstanceOf(Error);
    await (await connected()).end();
  });
});

describe("flow", () => {
  test("a paused client holds the server back, and what it missed still arrives whole", async () => {
    const rows = 400_000;
    const client = await connected();
    const { stream } = (client as unknown as { connection: { stream: NodeJS.ReadableStream } }).connection; // Untyped.
    let seen = 0;
    let sum = 0;
    const query = new pg.Query(
      `select g, json_build_object('n', g, 'pad', repeat('x', 100))::jsonb as j from generate_series(1, ${rows}) g`,
    );
    query.on("row", (row: { g: number }) => {
      seen++;
      sum += row.g;
      if (seen === 1_000) stream.pause();
    });
    client.query(query);
    await expect.poll(() => seen).toBeGreaterThanOrEqual(1_000);
    const before = process.memoryUsage().rss;
    // The state to see is that nothing moves: a round trip of another session gives it every chance to.
    const other = await connected();
    for (let turn = 0; turn < 100; turn++) await other.query("select pg_sleep(0.005)");
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 2 ** 20);
    expect(seen).toBeLessThan(rows / 4);
    expect(redshift.running()).toHaveLength(1);
    const finished = once(query, "end");
    stream.resume();
    await finished;
    expect([seen, sum]).toEqual([rows, (rows * (rows + 1)) / 2]);
    await Promise.all([client.end(), other.end()]);
  });

  test("a client that leaves in the middle of rows ends its session of PostgreSQL", async () => {
    const client = await connected();
    const asked = client.query("select generate_series(1, 10000000), repeat('x', 1000)").catch(() => undefined);
    await expect.poll(() => redshift.running().length).toBe(1);
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(); // Untyped in pg.
    await asked;
    await expect.poll(() => redshift.sessions()).toEqual([]);
    const backends =
      "select count(*)::int as n from pg_stat_activity where datname = postgres_database() and state = 'active'";
    await expect.poll(() => redshift.query(backends), { timeout: 10_000 }).toEqual([{ n: 1 }]);
  });
});
