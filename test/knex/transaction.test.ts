import { describe, expect, it } from "vitest";
import { WarehouseError } from "../../src/errors.ts";
import { groundedKnex } from "./ground.ts";

describe("knex.transaction()", () => {
  const name = "redshift";

  it("commits when the container returns, and gives what it returned", async () => {
    const { knex, sent, ended } = groundedKnex(name);
    const result = await knex.transaction(async (trx) => {
      await trx("t").insert({ a: 1 });
      return "done";
    });
    expect(result).toBe("done");
    expect(sent).toHaveLength(1);
    expect(ended).toEqual(["begin", "commit"]);
  });

  it.each([new Error("mine"), "a reason", { any: "thing" }, null])(
    "rolls back for %s, and rejects with it",
    async (reason) => {
      const { knex, ended } = groundedKnex(name);
      // Callers may abort with anything.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      const rejected = knex.transaction(() => Promise.reject(reason));
      await expect(rejected.catch((error: unknown) => ({ error }))).resolves.toEqual({ error: reason });
      expect(ended).toEqual(["begin", "rollback"]);
    },
  );

  it("waits for commit() and rollback() where it is given no container", async () => {
    const { knex, ended } = groundedKnex(name);
    const trx = await knex.transaction();
    expect(trx.isCompleted()).toBe(false);
    await knex("t").transacting(trx);
    await trx.commit("value");
    expect(trx.isCompleted()).toBe(true);
    expect(await trx.executionPromise).toBe("value");
    const other = await knex.transaction();
    await other.rollback();
    expect(await other.executionPromise).toBeUndefined();
    const third = await knex.transaction();
    const reason = new Error("mine");
    await third.rollback(reason);
    await expect(third.executionPromise).rejects.toBe(reason);
    expect(ended).toEqual(["begin", "commit", "begin", "rollback", "begin", "rollback"]);
  });

  it("rejects a rollback without a reason where that is asked for", async () => {
    const { knex } = groundedKnex(name);
    const trx = await knex.transaction(undefined, { doNotRejectOnRollback: false });
    await trx.rollback();
    await expect(trx.executionPromise).rejects.toThrow("non-error");
  });

  it("tells of a COMMIT that failed: commit(), the transaction and executionPromise reject alike", async () => {
    const failure = new WarehouseError("CONNECTION", "lost", { phase: "commit", effect: "unknown" });
    const { knex } = groundedKnex(name, undefined, () => Promise.reject(failure));
    const trx = await knex.transaction();
    await expect(trx.commit()).rejects.toBe(failure);
    await expect(trx.executionPromise).rejects.toBe(failure);
    await trx.rollback();
    await expect(knex.transaction(() => Promise.resolve(1))).rejects.toBe(failure);
  });

  it("lets nothing run after its end, and ends once", async () => {
    const { knex, sent, ended } = groundedKnex(name);
    const trx = await knex.transaction();
    await trx.rollback();
    await expect(trx("t")).rejects.toMatchObject({ code: "CLOSED" });
    await expect(trx.commit()).rejects.toMatchObject({ code: "CLOSED" });
    await trx.rollback();
    await knex.transaction(async (inside) => {
      await inside.rollback();
    });
    expect(sent).toEqual([]);
    expect(ended).toEqual(["begin", "rollback", "begin", "rollback"]);
  });

  it("refuses transactions inside, savepoints, and settings", async () => {
    const { knex, ended } = groundedKnex(name);
    await knex.transaction(async (trx) => {
      await expect(trx.transaction(() => Promise.resolve())).rejects.toMatchObject({ code: "UNSUPPORTED" });
      await expect(trx.transaction()).rejects.toMatchObject({ code: "UNSUPPORTED" });
      await expect(trx.savepoint(() => Promise.resolve())).rejects.toMatchObject({ code: "UNSUPPORTED" });
    });
    for (const settings of [{ isolationLevel: "serializable" }, { readOnly: true }] as const) {
      await expect(knex.transaction(() => Promise.resolve(), settings)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    }
    expect(ended).toEqual(["begin", "commit"]);
  });

  it("tells listeners of its statements, with the transaction's id", async () => {
    const { knex } = groundedKnex(name);
    const heard: [string, unknown][] = [];
    knex.on("query", (query: { sql: string; __knexTxId: unknown }) => heard.push([query.sql, query.__knexTxId]));
    await knex.transaction(async (trx) => {
      await trx.raw("select 1");
    });
    await knex.raw("select 2");
    const [[, id] = []] = heard;
    expect(id).toEqual(expect.any(String));
    expect(heard).toEqual([
      ["BEGIN;", id],
      ["select 1", id],
      ["COMMIT;", id],
      ["select 2", undefined],
    ]);
  });

  it("carries batchInsert(), which sends so many rows at a time", async () => {
    const { knex, sent, ended } = groundedKnex(name);
    const rows = Array.from({ length: 5 }, (_, a) => ({ a }));
    await knex.batchInsert("t", rows, 2);
    expect(sent.map(({ params }) => params)).toEqual([[0, 1], [2, 3], [4]]);
    expect(ended).toEqual(["begin", "commit"]);
  });
});
