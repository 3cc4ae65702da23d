import { setTimeout as pause } from "node:timers/promises";
import type { Warehouse } from "peak-warehouse";

/** How long the pool may need several attempts: a fault that is met late may have broken a session or a login. */
const recoveryMs = 10_000;
/** Longer than leftovers are waited for: a timer that a call had left behind would be seen. */
const attemptMs = 15_000;

/**
 * Has every slot of a pool serve at the same time: none is lost, and afterwards no login is under way any more, whose session would be
 * the server's to find if close() cut it off. Rejects with what still stands against it when the time for recovery is over.
 */
export async function fillSlots(db: Warehouse, slots: number): Promise<void> {
  const deadline = Date.now() + recoveryMs;
  for (;;) {
    const failed = (await Promise.allSettled(meeting(db, slots))).find(({ status }) => status === "rejected");
    if (failed === undefined) return;
    // What is found to be rejected has a reason.
    if (Date.now() > deadline) throw (failed as PromiseRejectedResult).reason;
    await pause(500);
  }
}

/** Borrows so many sessions, each of which is given back only when all have come. */
function meeting(db: Warehouse, slots: number): Promise<void>[] {
  let arrived = 0;
  let open: (() => void) | undefined;
  const all = new Promise<void>((resolve) => (open = resolve));
  const attend = async (): Promise<void> =>
    db.session(
      async (session) => {
        await session.query("select 1 as one");
        if (++arrived === slots) open?.();
        await all;
      },
      { timeoutMs: attemptMs },
    );
  return Array.from({ length: slots }, attend);
}
