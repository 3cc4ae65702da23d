import { once } from "node:events";
import { PassThrough, Writable, type Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Knex } from "knex";
import { groundedKnex } from "./ground.ts";

/** As it is: knex's types know no iteration of a builder, and of a stream only with @types/node. */
const iterated = (query: Knex.QueryBuilder) => query as unknown as AsyncIterable<{ id: number }>;
const streamed = (query: Knex.QueryBuilder) => query.stream() as Readable;

describe("a knex stream", () => {
  const rows = Array.from({ length: 100 }, (_, id) => ({ id }));
  const answering = () => groundedKnex("redshift", () => Promise.resolve({ rows }));

  it("gives the rows one by one", async () => {
    const { knex, sent, ended } = answering();
    expect(await streamed(knex("t").where({ a: 1 })).toArray()).toEqual(rows);
    expect(sent).toEqual([{ text: 'select * from "t" where "a" = ?', params: [1] }]);
    expect(ended).toEqual(["end"]);
  });

  it("is what iterating a query gives, and stops the server when it is left", async () => {
    const { knex, ended } = answering();
    const seen: number[] = [];
    for await (const { id } of iterated(knex("t"))) {
      seen.push(id);
      if (id === 2) break;
    }
    expect(seen).toEqual([0, 1, 2]);
    await expect.poll(() => ended).toEqual(["stop"]);
  });

  it("stops the server when it is destroyed", async () => {
    const { knex, ended } = answering();
    const stream = streamed(knex("t"));
    await once(stream, "data");
    stream.destroy();
    await expect.poll(() => ended).toEqual(["stop"]);
  });

  it("reads no further than its reader", async () => {
    let served = 0;
    const many = Array.from({ length: 1000 }, (_, id) => ({
      get id() {
        served++;
        return id;
      },
    }));
    const { knex } = groundedKnex("redshift", () => Promise.resolve({ rows: many }));
    const stream = streamed(knex("t"));
    stream.on("data", ({ id }: { id: number }) => {
      if (id === 9) stream.pause();
    });
    await once(stream, "pause");
    await new Promise(setImmediate);
    expect(served).toBeLessThan(20);
    stream.destroy();
  });

  it("is piped, and stops the server when what it is piped into ends early", async () => {
    const { knex, ended } = answering();
    const target = new PassThrough({ objectMode: true });
    expect(knex("t").pipe(target)).toBe(target);
    await once(target, "data");
    target.destroy();
    await expect.poll(() => ended).toEqual(["stop"]);
  });

  it("gives its error to whoever reads, unchanged", async () => {
    const failure = new Error("mine");
    const { knex } = groundedKnex("redshift", () => Promise.reject(failure));
    await expect(streamed(knex("t")).toArray()).rejects.toBe(failure);
    const target = new Writable({ objectMode: true, write: (_row, _encoding, done) => done() });
    knex("t").pipe(target);
    const [error] = (await once(target, "error")) as [unknown];
    expect(error).toBe(failure);
  });

  it("takes the query's timeout for all of its reading", async () => {
    const { knex, told } = answering();
    await streamed(knex("t").timeout(50)).toArray();
    expect(told).toEqual([{ timeoutMs: 50 }]);
  });

  it("refuses what cannot be sent where it is read", async () => {
    const { knex, sent } = answering();
    await expect(streamed(knex("t").forUpdate()).toArray()).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect(sent).toEqual([]);
  });

  it.each<[string, (trx: Knex.Transaction) => Promise<unknown>]>([
    ["committed", (trx) => trx.commit()],
    ["rolled back", (trx) => trx.rollback()],
  ])("fails at once in a transaction that was %s", async (_, end) => {
    const { knex, sent } = answering();
    const trx = await knex.transaction();
    await end(trx);
    for (const query of [trx("t"), knex("t").transacting(trx)]) {
      await expect(streamed(query).toArray()).rejects.toMatchObject({ code: "CLOSED" });
    }
    await expect(iterated(trx("t"))[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "CLOSED" });
    expect(sent).toEqual([]);
  });

  it("fails at once on a connection that is none of ours", async () => {
    const { knex } = answering();
    await expect(streamed(knex("t").connection({})).toArray()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
