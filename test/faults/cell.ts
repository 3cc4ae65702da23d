import { connectWarehouse, type Warehouse } from "peak-warehouse";
import { startInjector, type Injector } from "./injector.ts";
import { breakNetwork, heard } from "./breaking.ts";
import { brokenAfterwards, brokenByTrial } from "./promises.ts";
import { scenarios } from "./scenarios.ts";
import type { Ground, Side } from "./ground.ts";
import type { Case, Row } from "./cases.ts";
import type { Stage, Trial } from "./stage.ts";

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
  const { breaking, expected, orphans = 0 } = cell.case;
  const side = ground[warehouse];
  await using injector = await startInjector(row.phase === "credentials" ? ground.api : side.address);
  const stage = stageOf(cell, side, injector);
  await side.query(`create table ${stage.ledger} (id integer)`);
  const struck = { yet: false };
  const clock = Date.now;
  const trial = await ending(
    scenarios[row.scenario](stage, async () => {
      const striking = breakNetwork(breaking, injector, side, stage.application).then(() => (struck.yet = true));
      // An armed fault strikes when the call that is to meet it comes.
      if (breaking.kind !== "armed") await striking;
      const { unusedMs } = cell.case;
      if (unusedMs !== undefined) Date.now = () => clock() + unusedMs;
    }),
  ).finally(() => (Date.now = clock));
  const broken = brokenByTrial(trial, stage, row.phase, expected);
  if (!struck.yet) broken.push("the fault never struck");
  await injector.lift();
  await heard(false, injector, side);
  broken.push(...(await brokenAfterwards(stage, orphans)));
  return { cell, outcome: trial.outcome, broken };
}

function stageOf({ row, case: { expected, options } }: Cell, side: Side, injector: Injector): Stage {
  const application = `cell-${++played}`;
  const common = { application, pool: { max: 2 } };
  const api = { apiKey: side.apiKey, baseUrl: `http://${injector.host}:${injector.port}` };
  const opened: Warehouse[] = [];
  return {
    side,
    application,
    ledger: `publish.ledger_${played}`,
    timeoutMs: expected.startsWith("TIMEOUT") ? longestMs / 2 : longestMs,
    options: options ?? {},
    async open(more) {
      const db =
        row.phase === "credentials"
          ? await connectWarehouse({ ...common, ...api, ...more })
          : await side.connect(injector, { ...common, ...more });
      opened.push(db);
      return db;
    },
    connections: () => injector.connections(),
    writes: [],
    opened,
  };
}

/** Gives what a trial came to, also where it has no end, or failed before the call that was to meet the fault. */
async function ending(trial: Promise<Trial>): Promise<Trial> {
  let timer: NodeJS.Timeout | undefined;
  const hopeless = new Promise<Trial>((resolve) => {
    timer = setTimeout(() => resolve({ outcome: "never ends", tookMs: hopelessMs }), hopelessMs);
  });
  const ended = trial.catch((error: unknown) => ({ outcome: "could not be played", error, tookMs: 0 }));
  return Promise.race([ended, hopeless]).finally(() => clearTimeout(timer));
}
