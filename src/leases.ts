import { WarehouseError } from "./errors.ts";
import { deadSessionsMax, metDeadSession } from "./liveness.ts";
import { openScope, type Scope, type ScopeSettings } from "./scope.ts";
import { tellRetry } from "./telemetry/channels.ts";
import type { Call } from "./call.ts";
import type { Session } from "./driver.ts";
import type { Sessions } from "./sessions.ts";

/** Runs one statement's work on a session of the pool, and on another where that turns out to be dead before anything has reached a server. */
export async function onPooledSession<T>(
  sessions: Sessions,
  call: Call,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const lease = await sessions.acquire(call, "shared");
    try {
      return await work(lease.session);
    } catch (error) {
      if (attempt === deadSessionsMax || !metDeadSession(error, lease.session)) throw error;
      tellRetry("statement", { attempt, error });
    } finally {
      lease.release();
    }
  }
}

/**
 * Runs work in a scope on a session of the pool that nobody else has meanwhile. One that was changed is closed afterwards.
 *
 * @throws what `work` throws; `INVALID_ARGUMENT`, effect `"rolled back"`, where it leaves a transaction open that it has begun by hand.
 */
export async function onOwnSession<T>(
  sessions: Sessions,
  settings: ScopeSettings,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  const { outer } = settings;
  let lease = await sessions.acquire(outer, "alone");
  const session = {
    current: () => lease.session,
    async replace() {
      lease.release();
      lease = await sessions.acquire(outer, "alone");
    },
  };
  const scope = openScope(session, settings);
  const end = async () => {
    const { changed, begun, broken } = await scope.end();
    lease.release(changed || broken);
    // Where a rollback failed, the session's end is the rollback, and is waited for.
    if (broken) await lease.session.close();
    return begun;
  };
  let result: T;
  try {
    result = await work(scope);
  } catch (error) {
    await end();
    throw error;
  }
  if (await end()) throw leftOpen();
  return result;
}

function leftOpen(): WarehouseError {
  return new WarehouseError(
    "INVALID_ARGUMENT",
    "A transaction was begun by hand and not ended, so the server rolls it back: end it with COMMIT or ROLLBACK, or use transaction().",
    { effect: "rolled back" },
  );
}
