import { filling, type Filled } from "./filling.ts";
import { rowKindOf } from "./rows.ts";
import { targetsOf } from "./target.ts";
import { invalidArgument, reworded, WarehouseError } from "../../errors.ts";
import type { Ask } from "../../bulk-engine.ts";
import type { Call } from "../../call.ts";
import type { BulkGround } from "../ground.ts";
import type { Reporter } from "../progress.ts";
import type { Feed } from "./feed.ts";

/** What is to be inserted, checked. */
export interface InsertOrder {
  /** Ready to be put into SQL. */
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly batchRows: number;
}

/** What was sent. */
export interface Sent {
  readonly rows: number;
  readonly bytes: number;
}

/** What sending needs to know of its surroundings. */
export interface Sending {
  readonly ground: Pick<BulkGround, "dialect" | "engine">;
  readonly ask: Ask;
  readonly call: Call;
  readonly progress: Reporter;
  /** What was sent before stays where a statement fails, and the error tells it. */
  readonly isPiecemeal: boolean;
}

/**
 * Sends a source's rows, a statement at a time; while one runs, the next is prepared, and no more than that.
 *
 * @throws what the source throws; `INVALID_ARGUMENT` for a row before its statement is sent; as `query`.
 */
export async function sendRows(feed: Feed, order: InsertOrder, sending: Sending): Promise<Sent> {
  const { ground, ask, call, progress, isPiecemeal } = sending;
  const { dialect, engine } = ground;
  const kind = rowKindOf(feed.first);
  const { columns: table } = await ask({ text: `SELECT * FROM ${order.table}`, describeOnly: true });
  const targets = targetsOf(keysOf(kind.keys, order.columns), table, dialect);
  if (order.columns !== undefined && kind.keys !== undefined)
    checkSame(targets, targetsOf(order.columns, table, dialect));
  const columns = targets.map(({ column }) => column);
  const writer = engine.insertion.writer(order.table, columns, order.batchRows);
  const next = filling(feed, kind.rowsOf(targets), writer, () => call.aborted);
  const sent = { rows: 0, bytes: 0 };
  const send = async ({ statement, rows, bytes }: Filled) => {
    await ask(statement);
    sent.rows += rows;
    sent.bytes += bytes;
    progress.report("running", sent);
  };
  try {
    for (let filled = await call.race(next()); filled !== undefined;) {
      const following = call.race(next());
      // A statement that runs comes first: its failure counts, and nothing is undone before its end.
      following.catch(() => undefined);
      await send(filled);
      filled = await following;
    }
    call.throwIfAborted();
  } catch (error) {
    throw isPiecemeal ? toldOf(error, sent) : error;
  }
  return sent;
}

/** Names are for objects and batches by what they have, and for arrays by what the caller says. */
function keysOf(
  keys: readonly string[] | undefined,
  columns: readonly string[] | undefined,
): readonly string[] | undefined {
  return keys ?? columns;
}

function checkSame(found: ReturnType<typeof targetsOf>, wanted: ReturnType<typeof targetsOf>): void {
  const missing = wanted.filter(({ column }) => found.every((target) => target.column !== column));
  const superfluous = found.filter(({ column }) => wanted.every((target) => target.column !== column));
  const listed = (targets: typeof found) => targets.map(({ key }) => JSON.stringify(key)).join(", ");
  if (missing.length > 0)
    throw invalidArgument(`The rows have no value for ${listed(missing)}, which the option columns names.`);
  if (superfluous.length > 0)
    throw invalidArgument(`The rows have values for ${listed(superfluous)}, which the option columns does not name.`);
}

/** What the caller gave, such as `signal.reason`, stays as it is. */
function toldOf(error: unknown, { rows, bytes }: Sent): unknown {
  return WarehouseError.is(error) ? reworded(error, error.message, { written: { rows, bytes } }) : error;
}
