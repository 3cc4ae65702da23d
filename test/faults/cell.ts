import { connectWarehouse, type Warehouse } from "peak-warehouse";
import { startInjector, type Injector } from "./injector.ts";
import { brokenAfterwards, brokenByTrial } from "./promises.ts";
import { scenarios } from "./scenarios.ts";
import type { Ground, Side } from "./ground.ts";
import type { Breaking, Case, Row } from "./cases.ts";
import { comes, type Stage, type Trial } from "./stage.ts";

/** One fault met by one warehouse. */
export interface Cell {
  readonly row: Row;
  readonly warehouse: "redshift" | "snowflake";
  readonly case: Case;
}

/** What a cell has shown. */
export interface Verdict {
  readonly cell: Cell;
  /** `served`, or code and effect of the error. */
  readonly outcome: string;
  /** The promises that were not kept: none for a good cell. */
  readonly broken: readonly string[];
}

/** Gives the cells of lines; a line has none for a warehouse for which it makes no sense. */
export function cellsOf(rows: readonly Row[]): Cell[] {
  return rows.flatMap((row) =>
    (["redshift", "snowflake"] as const).flatMap((warehouse) => {
      const one = row[warehouse];
      return one === undefined ? [] : [{ row, warehouse, case: one }];
    }),
  );
}

/** The longest limit that a call of the matrix has. A call that is to run into it gets half of that: the whole takes less. */
const longestMs = 3_000;
/** A call that has not ended by then never will. */
const hopelessMs = 15_000;

let played = 0;

/** Plays one cell, on a network and a ledger of its own, and holds what comes of it against every promise. */
export async function play(cell: Cell, ground: Ground): Promise<Verdict> {
  const { row, warehouse } = cell;
  const { expected, unusedMs, options = {} } = cell.case;
  const side = ground[warehouse];
  const application = `cell-${++played}`;
  const ledger = `publish.ledger_${played}`;
  await side.query(`create table ${ledger} (id integer)`);
  const throughApi = row.phase === "credentials";
  await using injector = await startInjector(throughApi ? ground.api : side.address);
  const opened: Warehouse[] = [];
  const realClock = Date.now;
  let struck = cell.case.breaking.kind !== "armed";
  const stage: Stage = {
    side,
    injector,
    ledger,
    application,
    timeoutMs: expected.startsWith("TIMEOUT") ? longestMs / 2 : longestMs,
    async open(more) {
      const pool = { max: 2 };
      const baseUrl = `http://${injector.host}:${injector.port}`;
      const db = throughApi
        ? await connectWarehouse({ apiKey: side.apiKey, baseUrl, application, pool, ...more })
        : await side.connect(injector, { application, pool, ...more });
      opened.push(db);
      return db;
    },
    options,
    async break() {
      const striking = breakNetwork(cell.case.breaking, injector, side, application);
      if (struck) await striking;
      else void striking.then(() => (struck = true));
      if (unusedMs !== undefined) Date.now = () => realClock() + unusedMs;
    },
    writes: [],
    opened,
  };
  const trial = await ending(scenarios[row.scenario](stage));
  Date.now = realClock;
  const broken = brokenByTrial(trial, stage, row.phase, expected);
  if (!struck) broken.push("the fault never struck");
  await injector.lift();
  await heard(false, injector, side);
  broken.push(...(await brokenAfterwards(stage, cell.case.orphans ?? 0)));
  return { cell, outcome: trial.outcome, broken };
}

/** Settles when the fault has struck. */
async function breakNetwork(breaking: Breaking, injector: Injector, side: Side, application: string): Promise<void> {
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

/** Settles when the client has heard of what happened to its connections, where it is told: after that a round trip elsewhere has come back. */
async function heard(connectionsEnd: boolean, injector: Injector, side: Side): Promise<void> {
  if (connectionsEnd) await comes(() => injector.connections() === 0, 1_000);
  await side.query("select 1");
}

async function ending(trial: Promise<Trial>): Promise<Trial> {
  let timer: NodeJS.Timeout | undefined;
  const hopeless = new Promise<Trial>((resolve) => {
    timer = setTimeout(() => resolve({ outcome: "never ends", tookMs: hopelessMs }), hopelessMs);
  });
  return Promise.race([trial, hopeless]).finally(() => clearTimeout(timer));
}
