import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failure } from "../integration/opened.ts";
import { listenTo, place, slow, type Place } from "./heard.ts";
import type { AcquireEvent, PoolStatistics } from "peak-warehouse";

describe.each(["redshift", "snowflake"] as const)("what the pool says it holds (%s)", (type) => {
  let ground: Place;
  beforeAll(async () => {
    ground = await place(type);
  });
  afterAll(async () => ground.close());

  it("is what is lent and who waits, at every moment of a crowd", async () => {
    const db = await ground.connect({ pool: { max: 3 } });
    const seen: PoolStatistics[] = [];
    const { begun, ended } = listenTo<AcquireEvent>("acquire");
    let leave: (() => void) | undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const held = Array.from({ length: 3 }, async () => db.session(async () => left));
    await expect.poll(() => db.pool).toEqual({ total: 3, idle: 0, busy: 3, waiting: 0, max: 3 });
    const impatient = new AbortController();
    const waiting = Array.from({ length: 20 }, async (_, index) =>
      failure(
        db.session(
          async (session) => {
            seen.push(db.pool);
            await session.query("select 1 as a");
          },
          { signal: index % 2 === 0 ? impatient.signal : undefined },
        ),
      ),
    );
    await expect.poll(() => db.pool.waiting).toBe(20);
    impatient.abort();
    expect(db.pool).toEqual({ total: 3, idle: 0, busy: 3, waiting: 10, max: 3 });
    leave?.();
    await Promise.all([...held, ...waiting]);
    expect(db.pool).toEqual({ total: 3, idle: 3, busy: 0, waiting: 0, max: 3 });
    expect(seen).toHaveLength(10);
    for (const { total, idle, busy, waiting: queue, max } of seen) {
      expect([idle + busy, max, busy > 0, queue <= 10]).toEqual([total, 3, true, true]);
    }
    expect([begun.length, ended.length]).toEqual([23, 23]);
    expect(ended.filter((event) => "error" in event)).toHaveLength(10);
  });

  it("counts a session as busy until what was cancelled on it has ended", async () => {
    const db = await ground.connect({ pool: { max: 1 } });
    await failure(db.query(slow[type], [], { timeoutMs: 100 }));
    expect(db.pool).toEqual({ total: 1, idle: 0, busy: 1, waiting: 0, max: 1 });
    await expect.poll(() => db.pool).toEqual({ total: 1, idle: 1, busy: 0, waiting: 0, max: 1 });
    expect((await db.query("select 1 as a")).rows).toEqual([{ a: 1 }]);
    await db.close();
    expect(db.pool).toEqual({ total: 0, idle: 0, busy: 0, waiting: 0, max: 1 });
  });
});
