import { setTimeout as pause } from "node:timers/promises";
import type { Chance } from "./chance.ts";
import type { Child } from "./child.ts";
import type { Platform } from "./platform.ts";

/** Makes something go wrong on the platform. */
type Trouble = (platform: Child<Platform>, chance: Chance) => Promise<unknown>;

/** Between two troubles. */
const [leastPauseMs, longestPauseMs] = [150, 700];
/** A fault that waits for a request of its kind gives up after this. */
const faultMs = 1_500;

const onSnowflake = (...args: Parameters<Platform["failSnowflake"]> extends [infer F, ...unknown[]] ? [F] : never): Trouble => async (platform) => platform.ask("failSnowflake", args[0], faultMs); // prettier-ignore

/** Everything that goes wrong, by its name; each comes up once before one comes up again. */
const troubles: Readonly<Record<string, Trouble>> = {
  "Redshift: all sockets reset": async (platform) => platform.ask("dropRedshift", "reset"),
  "Redshift: a socket reset": async (platform, chance) => platform.ask("dropRedshift", "reset", chance.draw()),
  "Redshift: a socket closed": async (platform, chance) => platform.ask("dropRedshift", "fin", chance.draw()),
  "Redshift: a socket silent": async (platform, chance) => platform.ask("dropRedshift", "silent", chance.draw()),
  "Redshift: a session shut down": async (platform, chance) =>
    platform.ask("dropRedshift", "admin-shutdown", chance.draw()),
  "Redshift: all sessions shut down": async (platform) => platform.ask("dropRedshift", "admin-shutdown"),
  "Redshift: logins refused (53300)": async (platform, chance) => {
    await platform.ask("refuseRedshift", chance.between(100, 600));
    await platform.ask("dropRedshift", "reset", chance.draw());
  },
  "Redshift: password rotated": async (platform) => platform.ask("rotatePassword"),
  "Redshift: password rotated, API 503 once": async (platform) => {
    await platform.ask("failApi", { kind: "error", status: 503 }, faultMs);
    await platform.ask("rotatePassword");
    await platform.ask("dropRedshift", "reset");
  },
  "Redshift: password rotated, API reset once": async (platform) => {
    await platform.ask("failApi", { kind: "reset" }, faultMs);
    await platform.ask("rotatePassword");
    await platform.ask("dropRedshift", "fin");
  },
  "Snowflake: session tokens expired": async (platform) => platform.ask("expireSessionTokens"),
  "Snowflake: master tokens expired": async (platform) => platform.ask("expireMasterTokens"),
  "Snowflake: a session killed": async (platform, chance) => platform.ask("killSession", chance.draw()),
  "Snowflake: a query's request reset": onSnowflake({ operation: "query", kind: "reset" }),
  "Snowflake: a query's answer reset": onSnowflake({ operation: "query", kind: "reset", late: true }),
  "Snowflake: a query's answer truncated": onSnowflake({ operation: "query", after: 1, kind: "cut" }),
  "Snowflake: a query's answer corrupt": onSnowflake({ operation: "query", after: 2, kind: "corrupt" }),
  "Snowflake: a query answered 503": onSnowflake({ operation: "query", kind: "error", status: 503 }),
  "Snowflake: a query run and answered 503": onSnowflake({
    operation: "query",
    kind: "error",
    status: 503,
    late: true,
  }),
  "Snowflake: a query never answered": onSnowflake({ operation: "query", kind: "hang" }),
  "Snowflake: a poll answered 503": onSnowflake({ operation: "result", kind: "error", status: 503 }),
  "Snowflake: a poll reset": onSnowflake({ operation: "result", kind: "reset" }),
  "Snowflake: a cancel reset": onSnowflake({ operation: "abort", kind: "reset" }),
  "Snowflake: a login reset": onSnowflake({ operation: "login", kind: "reset" }),
  "Snowflake: a login answered 503": onSnowflake({ operation: "login", kind: "error", status: 503 }),
  "Snowflake: a renewal answered 503": async (platform) => platform.ask("failRenewal"),
  "Snowflake: a chunk answered 403": onSnowflake({ operation: "chunk", after: 1, kind: "error", status: 403 }),
  "Snowflake: a chunk answered 503": onSnowflake({ operation: "chunk", kind: "error", status: 503 }),
  "Snowflake: a chunk reset": onSnowflake({ operation: "chunk", after: 2, kind: "reset" }),
  "Snowflake: a chunk truncated": onSnowflake({ operation: "chunk", kind: "cut" }),
  "Snowflake: a chunk corrupt": onSnowflake({ operation: "chunk", after: 1, kind: "corrupt" }),
};

/** Makes one thing after the other go wrong until the signal aborts, then ends what lasts. Gives how often each came up. */
export async function storm(
  platform: Child<Platform>,
  chance: Chance,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>(Object.keys(troubles).map((name) => [name, 0]));
  const next = chance.deck(Object.entries(troubles));
  while (!signal.aborted) {
    const [name, trouble] = next();
    await trouble(platform, chance);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    await pause(chance.between(leastPauseMs, longestPauseMs), undefined, { signal }).catch(() => undefined);
  }
  await platform.ask("calm");
  return counts;
}
