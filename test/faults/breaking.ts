import { comes } from "./stage.ts";
import type { Breaking } from "./cases.ts";
import type { Side } from "./ground.ts";
import type { Injector } from "./injector.ts";

/** Makes a fault, or arms it; settles when it has struck. */
export async function breakNetwork(
  breaking: Breaking,
  injector: Injector,
  side: Side,
  application: string,
): Promise<void> {
  switch (breaking.kind) {
    case "armed":
      await injector.arm(breaking.fault);
      if (breaking.fault.effect.kind !== "delay") return;
      // What was held goes on when somebody else, who came later, has been served.
      await side.query("select 1");
      return injector.lift();
    case "now":
      injector.strike(breaking.effect);
      return heard(breaking.effect.kind === "cut" || breaking.effect.kind === "reset", injector, side);
    case "port closed":
      injector.refuse();
      return;
    case "sessions ended":
      await side.endSessions(application);
      return heard(side.sessionsAreConnections, injector, side);
  }
}

/**
 * Settles when the client has heard of what happened to its connections, as far as it is told: their ends have been sent, and then a round
 * trip elsewhere has come back.
 */
export async function heard(connectionsEnd: boolean, injector: Injector, side: Side): Promise<void> {
  if (connectionsEnd) await comes(() => injector.connections() === 0, 1_000);
  await side.query("select 1");
}
