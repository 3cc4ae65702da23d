import { abortedAfter, check, endOf, guard, type Operation, type Worker } from "./call.ts";
import { featureRows, featureText } from "./tables.ts";

interface Feature {
  readonly n: number;
  readonly t: string;
}

const allFeatures = "select n, t from features order by n";

/** Reads the features from the first on, and does something at one of the rows. */
async function readFeatures(
  { db }: Worker,
  at: number,
  act: () => "go on" | "leave",
  signal?: AbortSignal,
): Promise<number> {
  let n = 0;
  for await (const row of db.stream<Feature>(allFeatures, undefined, { ...guard, signal })) {
    check(row, { n, t: featureText(n) });
    if (n === at && act() === "leave") return n;
    n++;
  }
  return n;
}

const someRow = ({ chance }: Worker): number => chance.between(0, featureRows - 1);

/** What workers do that changes nothing, by its name. */
export const reads: Readonly<Record<string, Operation>> = {
  async query({ db, chance }) {
    const n = chance.between(0, 1_000_000);
    const run = async () => check((await db.query(`select ${n} as n`, undefined, guard)).rows, [{ n }]);
    return { ended: await endOf(run()) };
  },

  async parameters({ db, chance }) {
    const n = chance.between(0, 1_000_000);
    const text = "select cast(? as integer) as n, cast(? as varchar(40)) as t";
    const run = async () => check((await db.query(text, [n, `text ${n}`], guard)).rows, [{ n, t: `text ${n}` }]);
    return { ended: await endOf(run()) };
  },

  async knex({ db, chance }) {
    const n = chance.between(0, featureRows - 1);
    const run = async () =>
      check(await db.knex("features").where({ n }).select("t").timeout(guard.timeoutMs), [{ t: featureText(n) }]);
    return { ended: await endOf(run()) };
  },

  async ping({ db }) {
    return { ended: await endOf(db.ping(guard)) };
  },

  async "slow query"({ db, slow }) {
    return { ended: await endOf(db.query(slow(0.2), undefined, guard)) };
  },

  async "stream read to its end"(worker) {
    const run = async () => check(await readFeatures(worker, 0, () => "go on"), featureRows);
    return { ended: await endOf(run()) };
  },

  async "stream left by break"(worker) {
    return { ended: await endOf(readFeatures(worker, someRow(worker), () => "leave")) };
  },

  async "stream left by throw"(worker) {
    const mine = new Error("the reader has had enough");
    const run = readFeatures(worker, someRow(worker), () => {
      throw mine;
    });
    return { ended: await endOf(run, mine) };
  },

  async "stream aborted"(worker) {
    const controller = new AbortController();
    const reason = new Error("the reader has gone");
    const abort = () => {
      controller.abort(reason);
      return "go on" as const;
    };
    // A stream whose signal has aborted must not end as if it had been read.
    const run = async () => {
      await readFeatures(worker, someRow(worker), abort, controller.signal);
      check("the end of an aborted stream", "the signal's reason");
    };
    return { ended: await endOf(run(), reason) };
  },

  async "cancel by signal"({ db, chance, endless }) {
    return {
      ended: await abortedAfter(chance.between(0, 300), async (signal) =>
        db.query(endless(), undefined, { ...guard, signal }),
      ),
    };
  },

  async "cancel by timeoutMs"({ db, chance, endless }) {
    return { ended: await endOf(db.query(endless(), undefined, { timeoutMs: chance.between(1, 300) })) };
  },

  async "session with a temporary table"({ db, chance }) {
    const n = chance.between(0, 1_000_000);
    const run = async () =>
      db.session(async (session) => {
        await session.query("create temporary table mine (n integer)");
        await session.query("insert into mine values (?)", [n]);
        check((await session.query("select n from mine")).rows, [{ n }]);
      }, guard);
    return { ended: await endOf(run()) };
  },

  async "session aborted"({ db, chance, endless }) {
    return {
      ended: await abortedAfter(chance.between(0, 300), async (signal) =>
        db.session(
          async (session) => {
            await session.query("select 1 as one");
            await session.query(endless());
          },
          { ...guard, signal },
        ),
      ),
    };
  },
};
