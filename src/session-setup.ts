import { invalidArgument, reworded, WarehouseError } from "./errors.ts";
import { workOn, type SessionWork } from "./lent-session.ts";
import { openScope } from "./scope.ts";
import type { Call } from "./call.ts";
import type { Driver, Reading, Session } from "./driver.ts";

/** Makes a driver whose sessions the caller's own function sets up after the login, before anybody gets them. */
export function settingUp(driver: Driver, onSession: SessionWork<unknown> | undefined, reading: Reading): Driver {
  if (onSession === undefined) return driver;
  return {
    ...driver,
    async open(login, call) {
      const session = await driver.open(login, call);
      try {
        await setUp(session, call, onSession);
        return session;
      } catch (error) {
        await session.close();
        throw failed(error);
      }
    },
  };

  async function setUp(session: Session, call: Call, work: SessionWork<unknown>): Promise<void> {
    const { dialect } = driver;
    const scope = openScope({ current: () => session }, { dialect, reading, outer: call, inTransaction: false });
    await workOn(scope, call, work);
    // Also what the function did not wait for has ended then.
    await scope.finish(call, async () => Promise.resolve());
    if (scope.end().begun) throw leftOpen();
  }
}

function leftOpen(): WarehouseError {
  return invalidArgument("onSession left a transaction open on the session: end it with COMMIT or ROLLBACK.");
}

function failed(error: unknown): unknown {
  return WarehouseError.is(error) ? reworded(error, `onSession failed: ${error.message}`, { phase: "connect" }) : error;
}
