import { WarehouseError } from "peak-warehouse";
import { attempt, comes, type Stage, type Trial } from "./stage.ts";
import type { LifePhase } from "./cases.ts";

/** A call ends so long after its limit at the latest. */
const graceMs = 2_000;

/** Where an error may say that it happened, for each phase of the matrix. */
const errorPhases: Readonly<Record<LifePhase, readonly string[]>> = {
  credentials: ["credentials"],
  // Who waits for a session waits in the pool, and not in the login.
  connect: ["connect", "acquire"],
  auth: ["connect", "acquire"],
  "first byte": ["execute"],
  "mid-result": ["execute", "fetch"],
  "between statements": ["acquire", "execute"],
  commit: ["commit"],
  close: ["execute"],
};

/** Holds a call that has met a fault against what was promised of it. Gives the promises that were not kept. */
export function brokenByTrial(trial: Trial, { timeoutMs }: Stage, phase: LifePhase, expected: string): string[] {
  const broken: string[] = [];
  const { error, outcome, tookMs } = trial;
  if (outcome !== expected) broken.push(`came to "${outcome}" and not to "${expected}": ${String(error)}`);
  if (tookMs > timeoutMs + graceMs) {
    broken.push(`took ${Math.round(tookMs)} ms with a limit of ${timeoutMs} ms and ${graceMs} ms of grace`);
  }
  if (WarehouseError.is(error)) {
    if (!errorPhases[phase].includes(error.phase)) broken.push(`says that it happened in phase "${error.phase}"`);
    if (error.retryable && error.effect === "unknown") broken.push("may have had an effect, and says retryable");
  }
  return broken;
}

/** Holds what is left after the fault against the promises: a pool of use, no session too many, a ledger without loss or double. */
export async function brokenAfterwards(stage: Stage, orphans: number): Promise<string[]> {
  return [...(await brokenPool(stage)), ...(await brokenSessions(stage, orphans)), ...(await brokenLedger(stage))];
}

/** How long each of the calls after the fault may take. */
const afterwardsMs = 3_000;

async function brokenPool(stage: Stage): Promise<string[]> {
  const { error, outcome } = await attempt(async () => {
    const timeoutMs = afterwardsMs;
    const db = stage.opened.at(-1) ?? (await stage.open({ timeoutMs }));
    await db.query("select 1 as one", undefined, { timeoutMs });
  });
  return outcome === "served" ? [] : [`is of no use afterwards: ${String(error)}`];
}

async function brokenSessions({ opened, side, application, connections }: Stage, orphans: number): Promise<string[]> {
  const broken: string[] = [];
  for (const db of opened) {
    const { outcome, tookMs } = await attempt(async () => db.close({ timeoutMs: 500 }));
    if (outcome !== "served" || tookMs > 500 + graceMs) broken.push(`closes in ${Math.round(tookMs)} ms: ${outcome}`);
  }
  const gone = () => side.sessions(application) <= orphans && side.running(application) <= orphans;
  if (!(await comes(gone, afterwardsMs))) {
    broken.push(`leaves ${side.sessions(application)} sessions and ${side.running(application)} statements behind`);
  }
  if (!(await comes(() => connections() === 0, afterwardsMs))) {
    broken.push(`leaves ${connections()} connections behind`);
  }
  return broken;
}

async function brokenLedger({ side, ledger, writes }: Stage): Promise<string[]> {
  const rows = await side.query(`select id from ${ledger}`);
  const times = new Map<number, number>();
  for (const row of rows) {
    // Snowflake's names are in capitals, and its cells are texts.
    const id = Number(row.id ?? row.ID);
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  return writes.flatMap(({ ids, times: allowed }) => {
    const found = ids.map((id) => times.get(id) ?? 0);
    const whole = found.every((count) => count === found[0]);
    return whole && allowed.includes(found[0] ?? 0)
      ? []
      : [`wrote ${ids.join(" and ")} ${found.join(" and ")} times instead of ${allowed.join(" or ")}`];
  });
}
