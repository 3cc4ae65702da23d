import { Call } from "./call.ts";
import { WarehouseError } from "./errors.ts";
import type { Session } from "./driver.ts";

/** So often work meets a session that turns out to be dead, and is given another, before that is reported. */
export const deadSessionsMax = 3;

const probeTimeoutMs = 3_000;

/**
 * Asks the server for a sign of life, without a statement, and waits 3 s at most for it. Without one the session is dead.
 *
 * @throws `TIMEOUT` for silence, `CONNECTION`.
 */
export async function probe(session: Session): Promise<void> {
  const call = new Call({ timeoutMs: probeTimeoutMs });
  try {
    await session.probe(call);
  } catch (error) {
    throw call.aborted ? silent() : error;
  } finally {
    call.end();
  }
}

/** Tells that a session was dead before anything reached the server: the same work may go to another one. */
export function metDeadSession(error: unknown, session: Session): boolean {
  return (
    WarehouseError.is(error) &&
    error.code === "CONNECTION" &&
    error.retryable &&
    error.effect === "none" &&
    session.state === "dead"
  );
}

function silent(): WarehouseError {
  return new WarehouseError("TIMEOUT", `The server gave no sign of life within ${probeTimeoutMs} ms.`, {
    phase: "acquire",
    retryable: true,
  });
}
