import { setTimeout as pause } from "node:timers/promises";
import { chanceOf } from "./chance.ts";
import { forkChild, type Child } from "./child.ts";
import { kinds, type Kind } from "./ground.ts";
import { openLedger, type Ledger } from "./ledger.ts";
import { differences, heapFinding, type Finding } from "./promises.ts";
import { storm } from "./storm.ts";
import { openTally, type Tally } from "./tally.ts";
import type { Client, ClientReport } from "./client.ts";
import type { Platform } from "./platform.ts";

/** How long a run is and what its choices are drawn from. */
export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
}

/** What a run has seen. */
export interface SoakResult {
  readonly tally: Tally;
  readonly ledgers: ReadonlyMap<Kind, Ledger>;
  readonly troubles: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
}

/** The part of the run in which things go wrong; in the rest the library has to show that it has got over it. */
const stormyPart = 0.8;
/** How long the last calls may take to end: a rollback and the answer to a COMMIT are waited for, 10 s each. */
const lastCallsMs = 30_000;
/** How long servers and sockets may take to notice that they have been left. */
const settlingMs = 10_000;
const exitMs = 5_000;

/** Runs the load under the storm, then looks at what is left everywhere. */
export async function soak({ seconds, seed }: SoakOptions): Promise<SoakResult> {
  const tally = openTally();
  const ledgers = new Map(kinds.map((kind) => [kind, openLedger(kind)]));
  const [unexplained, strays, heap]: [string[], string[], number[]] = [[], [], []];
  const hear = (report: ClientReport): void => {
    switch (report.type) {
      case "call": {
        const { call } = report;
        tally.record(call);
        ledgers.get(call.kind)?.record(call.writes ?? [], call.raises ?? []);
        if (call.unexplained !== undefined) unexplained.push(`${call.kind}, ${call.operation}: ${call.unexplained}`);
        break;
      }
      case "heap":
        heap.push(report.bytes);
        break;
      case "stray":
        strays.push(report.what);
    }
  };

  const platform = forkChild<Platform>("platform.ts", {});
  const client = forkChild<Client>("client.ts", {
    execArgv: ["--expose-gc"],
    // The client says nothing else.
    onReport: (report) => hear(report as ClientReport),
  });
  try {
    const before = await client.ask("resources");
    await client.ask("connect", await platform.ask("address"));
    await client.ask("start", seed);
    const troubles = await storm(platform, chanceOf(seed, "storm"), AbortSignal.timeout(seconds * 1_000 * stormyPart));
    await client.ask("calm");
    await pause(seconds * 1_000 * (1 - stormyPart));
    const endless = await overdue(client.ask("finish"), lastCallsMs);
    const unfilled = await refusal(client.ask("fillPools"));
    const closing = await overdue(client.ask("close"), lastCallsMs);
    const resources = await eventually(async () => differences(before, await client.ask("resources")));
    const left = await eventually(async () =>
      (await Promise.all(kinds.map(async (kind) => leftAt(platform, kind)))).flat(),
    );
    const ending = await client.release(exitMs);
    const mistakes = (
      await Promise.all(
        kinds.map(async (kind) => ledgers.get(kind)?.mistakes(await platform.ask("contents", kind)) ?? []),
      )
    ).flat();
    await platform.ask("close");
    return {
      tally,
      ledgers,
      troubles,
      findings: [
        { promise: "no write is lost, doubled, or there although its call said that it is not", against: mistakes },
        {
          promise: "every answer is right, and every error is one that the library promises here",
          against: unexplained,
        },
        { promise: "every call ends", against: endless },
        { promise: "every place of both pools serves again after the last fault", against: unfilled },
        { promise: "close() ends", against: closing },
        { promise: "no session is left at a server, and nothing runs there", against: left },
        { promise: "no timer and no socket is left in the process", against: resources },
        { promise: "the process ends by itself", against: ending === "code 0" ? [] : [ending] },
        heapFinding(heap),
        {
          promise: "no unhandled rejection, uncaught exception or warning, and nothing is printed",
          against: [...strays, ...lines(client.printed())],
        },
      ],
    };
  } finally {
    await Promise.all([client.release(0), platform.release(exitMs)]);
  }
}

const lines = (text: string): string[] => (text === "" ? [] : [text.trim()]);

async function refusal(work: Promise<unknown>): Promise<string[]> {
  return work.then(
    () => [],
    (error: unknown) => [String(error)],
  );
}

async function overdue(work: Promise<unknown>, ms: number): Promise<string[]> {
  const patience = new AbortController();
  const late = pause(ms, [`not within ${ms} ms`], { signal: patience.signal });
  late.catch(() => undefined);
  try {
    return await Promise.race([refusal(work), late]);
  } finally {
    patience.abort();
  }
}

/** Asks until nothing is left to complain of, or time is up. */
async function eventually(complaints: () => Promise<string[]>): Promise<string[]> {
  for (const deadline = Date.now() + settlingMs; ;) {
    const found = await complaints();
    if (found.length === 0 || Date.now() > deadline) return found;
    await pause(100);
  }
}

async function leftAt(platform: Child<Platform>, kind: Kind): Promise<string[]> {
  const { sessions, running } = await platform.ask("load", kind);
  return [...(sessions === 0 ? [] : [`${kind}: ${sessions} sessions`]), ...running.map((sql) => `${kind} runs ${sql}`)];
}
