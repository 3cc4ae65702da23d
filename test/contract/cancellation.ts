import { describe, expect, it } from "vitest";
import { ground, type Tenant } from "./tenant.ts";

export function cancellation(open: () => Promise<Tenant>): void {
  describe("cancellation", () => {
    const shared = ground(open);
    const stopped = () => expect.poll(() => shared.tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);
    const started = () => expect.poll(() => shared.tenant.running?.() ?? 1, { timeout: 10_000 }).toBe(1);

    it("rejects with the signal's own reason, stops the server and serves the next query", async () => {
      const { db, tenant } = shared;
      const reason = { mine: true };
      const controller = new AbortController();
      const query = db
        .query(tenant.slow(60), undefined, { signal: controller.signal })
        .catch((error: unknown) => error);
      await started();
      controller.abort(reason);
      expect(await query).toBe(reason);
      await stopped();
      expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    });

    it("rejects with TIMEOUT after timeoutMs, and stops the server", async () => {
      const query = shared.db.query(shared.tenant.slow(60), undefined, { timeoutMs: 200 });
      await expect(query).rejects.toMatchObject({ code: "TIMEOUT" });
      await stopped();
    });

    it("sends nothing for a signal that has aborted already", async () => {
      const reason = new Error("too late");
      const signal = AbortSignal.abort(reason);
      await expect(shared.db.query("select 1", undefined, { signal })).rejects.toBe(reason);
      await expect(shared.db.session(async () => Promise.resolve(), { signal })).rejects.toBe(reason);
    });

    it("covers the wait for a session", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        await db.session(async (session) => {
          await session.query("select 1");
          await expect(db.ping({ timeoutMs: 50 })).rejects.toMatchObject({ code: "TIMEOUT", phase: "acquire" });
        });
        await db.ping();
      } finally {
        await db.close();
      }
    });

    it("ends a session's work with the signal's reason", async () => {
      const { db, tenant } = shared;
      const reason = new Error("enough");
      const controller = new AbortController();
      const work = db.session(async (session) => session.query(tenant.slow(60)), { signal: controller.signal });
      const ended = work.catch((error: unknown) => error);
      await started();
      controller.abort(reason);
      expect(await ended).toBe(reason);
      await stopped();
    });

    it("refuses a timeoutMs that is no time", async () => {
      for (const timeoutMs of [0, -1, NaN, Infinity, 2 ** 31]) {
        await expect(shared.db.query("select 1", [], { timeoutMs })).rejects.toMatchObject({
          code: "INVALID_ARGUMENT",
        });
      }
    });
  });
}
