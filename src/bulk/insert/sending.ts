import { filling, type Filled } from "./filling.ts";
import { reading, type InsertOrder } from "./reading.ts";
import { withWritten } from "../../errors.ts";
import type { Ask, BulkStatement } from "../../bulk-engine.ts";
import type { Call } from "../../call.ts";
import type { BulkGround } from "../ground.ts";
import type { Reporter } from "../progress.ts";
import type { RowSource } from "./row-source.ts";

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
export async function sendRows(source: RowSource, order: InsertOrder, sending: Sending): Promise<Sent> {
  const { ground, ask, call, progress, isPiecemeal } = sending;
  const { dialect, engine } = ground;
  const { targets, rowsOf } = await reading(source, order, ask, dialect);
  const columns = targets.map(({ column }) => column);
  const writer = engine.insertion.writer(order.table, columns, order.batchRows);
  const next = filling(source, rowsOf, writer, () => call.aborted);
  const sent = { rows: 0, bytes: 0 };
  call.phase = "execute";
  const send = async ({ batch, rows, bytes }: Filled<BulkStatement>) => {
    await ask(batch);
    sent.rows += rows;
    sent.bytes += bytes;
    progress.report("running", sent);
  };
  try {
    for (let filled = await call.race(next()); filled !== undefined;) {
      const running = send(filled);
      const following = call.race(next());
      // What runs comes first: its failure counts, and nothing is undone before its end.
      following.catch(() => undefined);
      await running;
      filled = await following;
    }
    call.throwIfAborted();
  } catch (error) {
    throw isPiecemeal ? withWritten(error, { ...sent }) : error;
  }
  return sent;
}
