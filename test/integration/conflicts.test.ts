import { describe, expect, it } from "vitest";
import { closedAfterEach, failure } from "./opened.ts";
import { placesOf } from "./places.ts";

const places = placesOf(closedAfterEach());

describe("a transaction that loses against another (redshift)", () => {
  async function ledger() {
    const { server, connect } = await places.redshift();
    const db = await connect();
    await db.query("create table ledger (id integer)");
    let runs = 0;
    const write = (retries?: number) =>
      db.transaction(
        async (tx) => {
          runs++;
          await tx.query("insert into ledger values (?)", [1]);
          await tx.query("insert into ledger values (?)", [2]);
        },
        retries === undefined ? {} : { retries },
      );
    const kept = async () => (await db.query<{ id: number }>("select id from ledger order by id")).rows;
    return { server, write, kept, runs: () => runs };
  }
  const losses = [
    { on: "statement", nth: 2, error: "1023" },
    { on: "statement", nth: 1, error: "concurrent" },
    { on: "commit", error: "1023" },
    { on: "commit", error: "concurrent" },
  ] as const;

  it.each(losses)("runs once more as a whole with retries: 1, and nothing is doubled: %o", async (loss) => {
    const { server, write, kept, runs } = await ledger();
    server.conflict(loss);
    await write(1);
    expect(runs()).toBe(2);
    expect(await kept()).toEqual([{ id: 1 }, { id: 2 }]);
    expect(server.sessions()).toHaveLength(1);
  });

  it.each(losses)("rejects without retries, and has left nothing: %o", async (loss) => {
    const { server, write, kept, runs } = await ledger();
    server.conflict(loss);
    expect(await failure(write())).toMatchObject({
      code: "QUERY",
      transactionConflict: true,
      effect: "rolled back",
      phase: loss.on === "commit" ? "commit" : "execute",
    });
    expect(runs()).toBe(1);
    expect(await kept()).toEqual([]);
  });

  it("rejects with the last loss when it loses once more than it may be run again", async () => {
    const { server, write, kept, runs } = await ledger();
    for (const nth of [1, 2, 3]) server.conflict({ on: "commit", nth });
    expect(await failure(write(2))).toMatchObject({ transactionConflict: true });
    expect(runs()).toBe(3);
    expect(await kept()).toEqual([]);
  });
});
