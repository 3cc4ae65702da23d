import type { Queryable } from "peak-warehouse";
import { abortedAfter, endOf, guard, ofStatement, ofTransaction, type Account, type Ended, type Operation, type Worker } from "./call.ts"; // prettier-ignore
import { turns } from "../integration/turns.ts";
import { counterRows } from "./tables.ts";

const insertion = "insert into ledger values (?, ?)";
const raising = "update counters set n = n + 1 where id = ?";

const someCounter = ({ chance }: Worker): number => chance.between(0, counterRows - 1);

/** Writes two rows and raises a counter in one transaction, then does what comes last before its work returns. */
async function transact(
  worker: Worker,
  last: (tx: Queryable) => Promise<void>,
  run: (work: (tx: Queryable) => Promise<void>) => Promise<Ended>,
): Promise<Account> {
  const ids = [worker.nextId(), worker.nextId()];
  const row = someCounter(worker);
  let returned = false;
  const ended = await run(async (tx) => {
    returned = false;
    for (const id of ids) await tx.query(insertion, [id, "in a transaction"]);
    await tx.query(raising, [row]);
    await last(tx);
    returned = true;
  });
  const expected = ofTransaction(ended, returned);
  return { ended, writes: ids.map((id) => ({ id, expected })), raises: [{ row, expected }] };
}

const nothing = async (): Promise<void> => Promise.resolve();

/** What workers do that writes, by its name. */
export const writes: Readonly<Record<string, Operation>> = {
  async insert(worker) {
    const id = worker.nextId();
    const ended = await endOf(worker.db.query(insertion, [id, "alone"], guard));
    return { ended, writes: [{ id, expected: ofStatement(ended) }] };
  },

  async "slow insert"({ db, nextId, slowInsert }) {
    const id = nextId();
    const ended = await endOf(db.query(slowInsert(id, 0.3), undefined, guard));
    return { ended, writes: [{ id, expected: ofStatement(ended) }] };
  },

  async "insert aborted"({ db, chance, nextId }) {
    const id = nextId();
    const ended = await abortedAfter(chance.between(0, 10), async (signal) =>
      db.query(insertion, [id, "aborted"], { ...guard, signal }),
    );
    return { ended, writes: [{ id, expected: ofStatement(ended) }] };
  },

  async "knex insert"({ db, nextId }) {
    const id = nextId();
    const run = async () => db.knex("ledger").insert({ id, note: "by knex" }).timeout(guard.timeoutMs);
    const ended = await endOf(run());
    return { ended, writes: [{ id, expected: ofStatement(ended) }] };
  },

  async update(worker) {
    const row = someCounter(worker);
    const ended = await endOf(worker.db.query(raising, [row], guard));
    return { ended, raises: [{ row, expected: ofStatement(ended) }] };
  },

  async script({ db, nextId }) {
    const ids = [nextId(), nextId()];
    const text = ids.map((id) => `insert into ledger values (${id}, 'in a script')`).join("; ");
    const ended = await endOf(db.script(text, guard));
    return { ended, writes: ids.map((id) => ({ id, expected: ofStatement(ended) })) };
  },

  async transaction(worker) {
    return transact(worker, nothing, async (work) => endOf(worker.db.transaction(work, guard)));
  },

  async "transaction that throws"(worker) {
    const mine = new Error("the work has failed");
    const fail = async () => Promise.reject(mine);
    return transact(worker, fail, async (work) => endOf(worker.db.transaction(work, guard), mine));
  },

  async "transaction aborted"(worker) {
    const wait = async (tx: Queryable) => {
      await tx.query(worker.endless());
    };
    return transact(worker, wait, async (work) =>
      abortedAfter(worker.chance.between(0, 300), async (signal) => worker.db.transaction(work, { ...guard, signal })),
    );
  },

  async "transaction aborted at its commit"(worker) {
    const controller = new AbortController();
    const reason = new Error("the caller has gone at the commit");
    const count = worker.chance.between(0, 6);
    // Some turns after the work has returned: before COMMIT is sent, on its way, or after its answer.
    const abortSoon = async () => {
      void turns(count).then(() => controller.abort(reason));
      return Promise.resolve();
    };
    return transact(worker, abortSoon, async (work) =>
      endOf(worker.db.transaction(work, { ...guard, signal: controller.signal }), reason),
    );
  },

  async "transaction with conflicts"(worker) {
    const { db, chance, nextId } = worker;
    const id = nextId();
    // Each in its own order: two such transactions meet on one row, or wait for each other on two.
    const rows = [someCounter(worker), someCounter(worker)];
    let returned = false;
    const work = async (tx: Queryable) => {
      returned = false;
      await tx.query(insertion, [id, "against others"]);
      for (const row of rows) await tx.query(raising, [row]);
      returned = true;
    };
    const ended = await endOf(db.transaction(work, { ...guard, retries: chance.between(0, 5) }));
    const expected = ofTransaction(ended, returned);
    return { ended, writes: [{ id, expected }], raises: rows.map((row) => ({ row, expected })) };
  },
};
