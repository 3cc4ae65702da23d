import type { Warehouse } from "peak-warehouse";
import { largeRows } from "./ground.ts";
import { attempt, comes, write, type Stage, type Trial } from "./stage.ts";

/** How the phases of a warehouse's life are played: each does what comes before, breaks the network, and makes the call that meets it. */
export const scenarios = {
  login: async (stage, breakNetwork) => {
    await breakNetwork();
    return attempt(async () => stage.open({ ...stage.options, timeoutMs: stage.timeoutMs }));
  },
  statement: async (stage, breakNetwork) => {
    const db = await stage.open();
    await breakNetwork();
    return insert(stage, db, 1);
  },
  /** Reads a result of many parts, which must be whole or an error. */
  result: async (stage, breakNetwork) => {
    const db = await stage.open();
    await breakNetwork();
    return attempt(async () => readAll(stage, db));
  },
  /** The same, row by row as it comes. */
  stream: async (stage, breakNetwork) => {
    const db = await stage.open();
    await breakNetwork();
    return attempt(async () => {
      const seen: number[] = [];
      const { side, timeoutMs } = stage;
      for await (const { n } of db.stream<{ n: number }>(side.large, undefined, { timeoutMs })) seen.push(n);
      checkWhole(seen);
    });
  },
  /** The sessions are idle when it breaks. */
  "idle sessions": async (stage, breakNetwork) => {
    const db = await stage.open();
    await write(stage, [1], async () => db.query(insertion(stage, 1)));
    // A second session, which is lent while the first one is.
    await db.session(async () => db.session(async (session) => session.query("select 1 as one")));
    await breakNetwork();
    return insert(stage, db, 2);
  },
  "idle sessions, asked for a sign of life": async (stage, breakNetwork) => {
    const db = await stage.open();
    await breakNetwork();
    return attempt(async () => db.ping({ timeoutMs: stage.timeoutMs }));
  },
  "idle transaction": async (stage, breakNetwork) => {
    const db = await stage.open();
    const trial = await attempt(async () =>
      db.transaction(
        async (tx) => {
          await tx.query(insertion(stage, 1));
          await breakNetwork();
          await tx.query(insertion(stage, 2));
        },
        { timeoutMs: stage.timeoutMs },
      ),
    );
    // Without a COMMIT nothing stays, whatever the statement's own effect was.
    stage.writes.push({ ids: [1, 2], times: [trial.outcome === "served" ? 1 : 0] });
    return trial;
  },
  transaction: async (stage, breakNetwork) => {
    const db = await stage.open();
    await breakNetwork();
    return write(stage, [1, 2], async () =>
      db.transaction(
        async (tx) => {
          await tx.query(insertion(stage, 1));
          await tx.query(insertion(stage, 2));
        },
        { timeoutMs: stage.timeoutMs },
      ),
    );
  },
  /** Closes while a statement runs; what that comes to is the outcome. */
  "close under a statement": async (stage, breakNetwork) => {
    const db = await stage.open();
    const running = attempt(async () => db.query(stage.side.slow));
    await comes(() => stage.side.running(stage.application) === 1, 5_000);
    await breakNetwork();
    const closed = await close(stage, db);
    return { ...(await running), tookMs: closed.tookMs };
  },
  "close with idle sessions": async (stage, breakNetwork) => {
    const db = await stage.open();
    await breakNetwork();
    return close(stage, db);
  },
} satisfies Record<string, (stage: Stage, breakNetwork: () => Promise<void>) => Promise<Trial>>;

export type Scenario = keyof typeof scenarios;

async function close(stage: Stage, db: Warehouse): Promise<Trial> {
  stage.opened.splice(stage.opened.indexOf(db), 1);
  return attempt(async () => db.close({ timeoutMs: stage.timeoutMs }));
}

function insertion({ ledger }: Stage, id: number): string {
  return `insert into ${ledger} select ${id}`;
}

async function insert(stage: Stage, db: Warehouse, id: number): Promise<Trial> {
  return write(stage, [id], async () => db.query(insertion(stage, id), undefined, { timeoutMs: stage.timeoutMs }));
}

async function readAll({ side, timeoutMs }: Stage, db: Warehouse): Promise<void> {
  const { rows } = await db.query<{ n: number }>(side.large, undefined, { timeoutMs });
  checkWhole(rows.map(({ n }) => n));
}

/** Not a row may be lost, doubled or out of its place. */
function checkWhole(seen: readonly number[]): void {
  if (seen.length !== largeRows || seen.some((n, place) => n !== place)) {
    throw new Error(`of ${largeRows} rows came ${seen.length}, or others than were sent`);
  }
}
