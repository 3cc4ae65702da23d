import { grantedBy } from "./bulk/access.ts";
import { invalidArgument, reworded, WarehouseError } from "./errors.ts";
import { workOn, type SessionWork } from "./lent-session.ts";
import { openScope } from "./scope.ts";
import { transact } from "./transaction.ts";
import type { Call } from "./call.ts";
import type { Driver, Login, Reading, Session } from "./driver.ts";

/** Makes a driver whose sessions the caller's own function sets up after the login, before anybody gets them. */
export function settingUp(driver: Driver, onSession: SessionWork<unknown> | undefined, reading: Reading): Driver {
  if (onSession === undefined) return driver;
  return {
    ...driver,
    async open(login, call) {
      const session = await driver.open(login, call);
      try {
        await setUp(session, login, call, onSession);
        return session;
      } catch (error) {
        await session.close();
        throw failed(error);
      }
    },
  };

  async function setUp(session: Session, login: Login, call: Call, work: SessionWork<unknown>): Promise<void> {
    const { dialect } = driver;
    const bulk = { engine: driver.bulk, granted: () => Promise.resolve(grantedBy(login.credentials)) };
    let end;
    const scope = openScope(
      { current: () => session },
      { dialect, reading, bulk, outer: call, inTransaction: false, transact },
    );
    try {
      await workOn(scope, call, work);
      // Also what the function did not wait for has ended then.
      await scope.finish(call, async () => Promise.resolve());
    } finally {
      end = await scope.end();
    }
    if (end.begun) throw leftOpen();
  }
}

function leftOpen(): WarehouseError {
  return invalidArgument("a transaction was left open on the session: end it with COMMIT or ROLLBACK.");
}

function failed(error: unknown): unknown {
  if (!WarehouseError.is(error)) return error;
  const message = `onSession failed: ${error.message}`;
  // The login itself was not refused: that would hold back every other one.
  if (error.code === "AUTHENTICATION")
    return new WarehouseError("CONNECTION", message, { cause: error, phase: "connect" });
  return reworded(error, message, { phase: "connect" });
}
