import { describe, expect, it } from "vitest";
import { closedAfterEach, failure } from "./opened.ts";
import { placesOf } from "./places.ts";
import { turns } from "./turns.ts";

const places = placesOf(closedAfterEach());
/** How long what is bound to come may take on a busy machine. */
const soon = { timeout: 10_000 };

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
    { on: "statement", after: 1, error: "1023" },
    { on: "statement", error: "concurrent" },
    { on: "commit", error: "1023" },
    { on: "commit", error: "concurrent" },
  ] as const;

  it.each(losses)("runs once more as a whole with retries: 1, and nothing is doubled: %o", async (loss) => {
    const { server, write, kept, runs } = await ledger();
    server.inject({ kind: "conflict", ...loss });
    await write(1);
    expect(runs()).toBe(2);
    expect(await kept()).toEqual([{ id: 1 }, { id: 2 }]);
    expect(server.sessions()).toHaveLength(1);
  });

  it.each(losses)("rejects without retries, and has left nothing: %o", async (loss) => {
    const { server, write, kept, runs } = await ledger();
    server.inject({ kind: "conflict", ...loss });
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
    server.inject({ kind: "conflict", on: "commit", times: 3 });
    expect(await failure(write(2))).toMatchObject({ transactionConflict: true });
    expect(runs()).toBe(3);
    expect(await kept()).toEqual([]);
  });
});

describe.each(["redshift", "snowflake"] as const)("transactions that are aborted anywhere (%s)", (type) => {
  it("leave both of their rows or none, and nothing that runs", async () => {
    const { server, connect } = await places[type]();
    const db = await connect();
    await db.query("create table pairs (id integer)");
    const reason = new Error("enough");
    const transact = async (id: number, signal: AbortSignal): Promise<void> =>
      db.transaction(
        async (tx) => {
          await tx.query("insert into pairs values (?)", [id]);
          await tx.query("insert into pairs values (?)", [id]);
        },
        { signal },
      );
    const outcomes = await Promise.all(
      Array.from({ length: 150 }, async (_, id) => {
        const controller = new AbortController();
        const outcome = failure(transact(id, controller.signal));
        // One in three may end; the others are aborted later and later.
        if (id % 3 > 0) void turns(id * 4).then(() => controller.abort(reason));
        return outcome;
      }),
    );
    const { rows } = await db.query<{ id: number; n: number }>("select id, count(*) as n from pairs group by id");
    const written = new Map(rows.map(({ id, n }) => [id, n]));
    for (const [id, outcome] of outcomes.entries()) {
      if (outcome !== "nothing failed") expect(outcome).toBe(reason);
      expect(written.get(id)).toBe(outcome === reason ? undefined : 2);
    }
    expect(written.size).toBeGreaterThanOrEqual(50);
    expect(outcomes).toContain(reason);
    await expect.poll(() => server.running(), soon).toEqual([]);
    for (const session of server.sessions()) expect(session).toMatchObject("idle" in session ? { idle: true } : { state: "idle" }); // prettier-ignore
  });
});
