import { setTimeout as pause } from "node:timers/promises";
import { chanceOf } from "./chance.ts";
import { forkChild, type Child } from "./child.ts";
import { kinds, type Kind } from "./tables.ts";
import { differences, type Finding } from "./promises.ts";
import { openRecords, type Records } from "./records.ts";
import { storm } from "./storm.ts";
import type { Client, ClientReport } from "./client.ts";
import type { Platform } from "./platform.ts";

/** How long a run is and what its choices are drawn from. */
export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
}

/** What a run has seen. */
export interface SoakResult extends Pick<Records, "tally" | "ledgers"> {
  /** How often each thing went wrong. */
  readonly troubles: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
}

/** The part of the run in which things go wrong; in the rest the library has to show that it has got over it. */
const stormyPart = 0.8;
/** How long the last calls, and close(), may take to end: a rollback and the answer to a COMMIT are waited for, 10 s each. */
const lastCallsMs = 30_000;
/** How long servers and sockets may take to notice that they have been left. */
const settlingMs = 10_000;
const exitMs = 5_000;

/** Runs the load under the storm, then looks at what is left everywhere. */
export async function soak({ seconds, seed }: SoakOptions): Promise<SoakResult> {
  const records = openRecords();
  const platform = forkChild<Platform>("platform.ts", {});
  const client = forkChild<Client>("client.ts", {
    execArgv: ["--expose-gc"],
    // The client says nothing else.
    onReport: (report) => records.hear(report as ClientReport),
  });
  try {
    const resources = await client.ask("resources");
    await client.ask("connect", await platform.ask("address"));
    await client.ask("start", seed);
    const troubles = await storm(platform, chanceOf(seed, "storm"), AbortSignal.timeout(seconds * 1_000 * stormyPart));
    await client.ask("calm");
    await pause(seconds * 1_000 * (1 - stormyPart));
    const left = await aftermath(platform, client, resources);
    const mistakes = await Promise.all(kinds.map(async (kind) => mistakesAt(platform, kind, records)));
    await platform.ask("close");
    const findings = [
      { promise: "no write is lost, doubled, or there although its call said it is not", against: mistakes.flat() },
      ...records.findings(),
      ...left,
    ];
    return { ...records, troubles, findings };
  } finally {
    await Promise.all([client.release(0), platform.release(exitMs)]);
  }
}

/** Ends the client's work step by step, and looks at what each step leaves. */
async function aftermath(
  platform: Child<Platform>,
  client: Child<Client>,
  resources: readonly string[],
): Promise<Finding[]> {
  const unended = await failure(client.ask("finish"));
  const unfilled = await failure(client.ask("fillPools"));
  const unclosed = await failure(client.ask("close"));
  const kept = await eventually(async () => differences(resources, await client.ask("resources")));
  const open = await eventually(async () => {
    const both = await Promise.all(kinds.map(async (kind) => openAt(platform, kind)));
    return both.flat();
  });
  const ending = await client.release(exitMs);
  const printed = client.printed().trim();
  return [
    { promise: "every call ends", against: unended },
    { promise: "every place of both pools serves again after the last fault", against: unfilled },
    { promise: "close() ends", against: unclosed },
    { promise: "no timer, no socket and no listener is left in the process", against: kept },
    { promise: "no session is left at a server, and nothing runs there", against: open },
    { promise: "the process ends by itself", against: ending === "code 0" ? [] : [ending] },
    { promise: "nothing is printed", against: printed === "" ? [] : [printed] },
  ];
}

/** Waits for something that must not fail nor take too long, and says so if it does. */
async function failure(work: Promise<unknown>): Promise<string[]> {
  const patience = new AbortController();
  const late = pause(lastCallsMs, [`not within ${lastCallsMs} ms`], { signal: patience.signal });
  late.catch(() => undefined);
  const ended = work.then(
    () => [],
    (error: unknown) => [String(error)],
  );
  try {
    return await Promise.race([ended, late]);
  } finally {
    patience.abort();
  }
}

/** Asks until there is nothing left to complain of, or time is up. */
async function eventually(complaints: () => Promise<string[]>): Promise<string[]> {
  const deadline = Date.now() + settlingMs;
  for (;;) {
    const found = await complaints();
    if (found.length === 0 || Date.now() > deadline) return found;
    await pause(100);
  }
}

async function openAt(platform: Child<Platform>, kind: Kind): Promise<string[]> {
  const { sessions, running } = await platform.ask("load", kind);
  return [...(sessions === 0 ? [] : [`${kind}: ${sessions} sessions`]), ...running.map((sql) => `${kind} runs ${sql}`)];
}

async function mistakesAt(platform: Child<Platform>, kind: Kind, { ledgers }: Records): Promise<string[]> {
  return ledgers.get(kind)?.mistakes(await platform.ask("contents", kind)) ?? [];
}
