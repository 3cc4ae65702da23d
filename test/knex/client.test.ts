import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Knex } from "knex";
import { WarehouseError } from "../../src/errors.ts";
import type { QueryResult } from "../../src/queryable.ts";
import { groundedKnex } from "./ground.ts";

describe.each(["redshift", "snowflake"] as const)("knex's client on %s", (name) => {
  const rows = [
    { id: 1, name: "a" },
    { id: 2, name: "b" },
  ];
  const answering = () => groundedKnex(name, () => Promise.resolve({ rows, rowCount: 2 }));

  it("gives each kind of query what knex's users expect", async () => {
    const { knex } = answering();
    expect(await knex("t")).toEqual(rows);
    expect(await knex("t").first()).toEqual(rows[0]);
    expect(await knex("t").pluck("name")).toEqual(["a", "b"]);
    expect(await knex("t").insert({ id: 3 })).toBe(2);
    expect(await knex("t").update({ id: 3 })).toBe(2);
    expect(await knex("t").del()).toBe(2);
    expect(await knex("t").increment("id")).toBe(2);
    expect(await knex.raw<unknown>("select 1")).toMatchObject({ rows, rowCount: 2 });
  });

  it("plucks from rows that are lists, and has rows by name for what knex reads itself", async () => {
    const columns = ["id", "name"].map((column) => ({ name: column })) as unknown as QueryResult["columns"];
    const { knex, told } = groundedKnex(name, () => Promise.resolve({ rows: [[1, "a"] as never], columns }));
    expect(await knex("t").options({ rowMode: "array" }).select("id").pluck("name")).toEqual(["a"]);
    await knex("t").options({ rowMode: "array" }).columnInfo();
    expect(told).toEqual([{ rowMode: "array" }, { rowMode: "object" }]);
  });

  it("tells what to use for functions that the warehouse has not, also in a transaction", async () => {
    const { knex } = answering();
    const unsupported: unknown = expect.objectContaining({ code: "UNSUPPORTED" });
    expect(() => knex.fn.uuid()).toThrow(unsupported);
    await knex.transaction((trx) => {
      expect(() => trx.fn.uuid()).toThrow(unsupported);
      expect(trx.fn.now().toQuery()).toBe("CURRENT_TIMESTAMP");
      return Promise.resolve();
    });
  });

  it("inserts in batches of one row at least", async () => {
    const { knex, sent } = answering();
    for (const size of [0, -1, 1.5, "2" as unknown as number]) {
      expect(() => knex.batchInsert("t", [{ id: 1 }], size)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error,
      );
    }
    await knex.batchInsert("t", [{ id: 1 }, { id: 2 }, { id: 3 }], 2);
    expect(sent).toHaveLength(2);
  });

  it("sends a raw text without values untouched, and its question marks as they were meant", async () => {
    const { knex, sent } = answering();
    await knex.raw("select '$1', ':a', 'x\\?'");
    await knex.raw("select ?, 'x\\?'", [1]);
    expect(sent).toEqual([
      { text: "select '$1', ':a', 'x?'", params: undefined },
      { text: "select ?, 'x?'", params: [1] },
    ]);
  });

  it("hands values over as they are", async () => {
    const { knex, sent } = answering();
    const values = [1n, new Date(0), Uint8Array.of(1), NaN, "text", true, null];
    await knex.raw(`select ${values.map(() => "?").join(", ")}`, values as string[]);
    expect(sent[0]?.params).toEqual(values);
  });

  it("sends nothing for no rows to insert", async () => {
    const { knex, sent } = answering();
    await knex("t").insert([]);
    expect(sent).toEqual([]);
  });

  it("rejects with the very error that the query failed with, without its SQL or values", async () => {
    const failures = [new WarehouseError("QUERY", "no such table"), new Error("left"), "a reason", { any: "thing" }];
    for (const failure of failures) {
      // Callers may abort with anything.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      const { knex } = groundedKnex(name, () => Promise.reject(failure));
      const rejection: unknown = await knex("t")
        .where({ a: "s3cret" })
        .then(
          () => expect.unreachable(),
          (error: unknown) => error,
        );
      expect(rejection).toBe(failure);
      if (failure instanceof Error) expect(failure.message).not.toContain("s3cret");
    }
  });

  it("makes knex's own timeout the query's", async () => {
    const { knex, told } = answering();
    await knex("t");
    await knex("t").timeout(10);
    await knex("t").timeout(20, { cancel: true });
    await knex.raw("select 1").timeout(30);
    expect(told).toEqual([{}, { timeoutMs: 10 }, { timeoutMs: 20 }, { timeoutMs: 30 }]);
  });

  it("makes .options() the query's", async () => {
    const { knex, told } = answering();
    const { signal } = new AbortController();
    await knex("t").options({ signal, integers: "string" }).timeout(10);
    expect(told).toEqual([{ signal, integers: "string", timeoutMs: 10 }]);
    expect((told[0] as { signal: unknown }).signal).toBe(signal);
  });

  it("hands an object over as it is wherever it stands", async () => {
    const { knex, sent } = answering();
    const object = { a: 1 };
    await knex("t").insert({ a: object });
    await knex("t").update({ a: object });
    await knex("t").update("a", object);
    await knex("t").where("a", object as unknown as string);
    expect(sent.map(({ params }) => params)).toEqual([[object], [object], [object], [object]]);
  });

  it("tells knex's listeners of queries and their errors", async () => {
    const { knex } = groundedKnex(name, () => Promise.reject(new Error("failed")));
    const events: string[] = [];
    knex.on("query", ({ sql }: { sql: string }) => events.push(sql));
    knex.on("query-error", (error: Error) => events.push(error.message));
    await expect(knex.raw("select 1")).rejects.toThrow();
    expect(events).toEqual(["select 1", "failed"]);
  });

  it("tells knex's listeners of what a query gave, in the warehouse's own placeholder style", async () => {
    const { knex } = answering();
    const heard: unknown[] = [];
    knex.on("query", ({ sql, bindings }: { sql: string; bindings: unknown[] }) => heard.push([sql, bindings]));
    knex.on("query-response", (response: unknown) => heard.push(response));
    await knex("t").where({ a: 1 }).andWhere("b", 2);
    const text =
      name === "redshift"
        ? 'select * from "t" where "a" = $1 and "b" = $2'
        : 'select * from "T" where "A" = ? and "B" = ?';
    expect(heard).toEqual([[text, [1, 2]], rows]);
  });

  it("plucks a column by whatever name it comes back", async () => {
    const { knex } = groundedKnex(name, () =>
      Promise.resolve({
        rows: [{ id: 7 }],
        columns: [{ name: "id", nativeName: "ID", type: "integer", nativeType: "" }],
      }),
    );
    expect(await knex("t").pluck("ID")).toEqual([7]);
    expect(await knex("t").pluck("t.ID")).toEqual([7]);
  });

  it("takes no connection of somebody else's", async () => {
    const { knex, sent } = answering();
    await expect(knex("t").connection({})).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(sent).toEqual([]);
    const own = await clientOf(knex).acquireConnection();
    expect(await knex("t").connection(own)).toEqual(rows);
  });

  it("shows nothing of the warehouse when it is printed", async () => {
    const { knex } = answering();
    const connection = await clientOf(knex).acquireConnection();
    expect(inspect([clientOf(knex).config, connection], { depth: 9 })).not.toMatch(/query:|transaction:/);
  });

  it("ends without ending the warehouse's sessions", async () => {
    const { knex } = answering();
    await knex.destroy();
    expect(await knex("t")).toEqual(rows);
  });
});

/** knex's types give away nothing of its client. */
function clientOf(knex: Knex) {
  return knex.client as { readonly config: object; acquireConnection(): Promise<object> };
}
