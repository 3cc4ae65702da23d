import { bindQuery } from "../binder/queries.ts";
import { cancelled, SnowflakeError } from "../errors.ts";
import type { Query } from "../sql/ast.ts";
import { wireCell } from "../types/storage.ts";
import { contextOf } from "./run.ts";
import type { Answer, Batch, Run } from "./run.ts";

/** Runs a query and reads its cells as the wire carries them. */
export async function select(query: Query, run: Run): Promise<Answer> {
  const { context, waitMs } = contextOf(run);
  const { sql, columns } = bindQuery(query, undefined, context);
  const answer = { statementTypeId: 0x1000, columns };
  if (run.describeOnly) return { ...answer, batches: [] };
  await pause(waitMs(), run.signal);
  const cells = columns.map((column) => wireCell(`w.${column.sql}`, column.type)).join(", ");
  const batches = run.account.duckdb.stream(`SELECT ${cells} FROM (${sql}) w`, run.signal);
  return { ...answer, batches: batches as AsyncIterable<Batch> }; // wireCell makes every column text
}

/** Waits, unless the statement is stopped first. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason instanceof SnowflakeError ? signal.reason : cancelled());
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
