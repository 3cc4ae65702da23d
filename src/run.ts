import { duplicateName } from "./columns/rows.ts";
import { reworded, WarehouseError } from "./errors.ts";
import { limited } from "./limits.ts";
import { observed, type Stopping } from "./observation.ts";
import { firstKeyword } from "./sql/statements.ts";
import { through } from "./through.ts";
import type { Call } from "./call.ts";
import type { Batch, RowBatch } from "./columns/batch.ts";
import type { Execution, Session, Statement } from "./driver.ts";
import type { ResultLimits } from "./limits.ts";
import type { QueryResult } from "./queryable.ts";
import type { ObservedVerb } from "./telemetry/events.ts";
import type { Dialect } from "./sql/dialect.ts";
import type { Column } from "./values/types.ts";

/** A statement as a call asks for it. */
export interface Asked<B extends Batch = RowBatch> {
  readonly statement: Statement<B>;
  /** For who observes it. */
  readonly verb: ObservedVerb;
  readonly limits: ResultLimits;
  /** Makes what is asked for of the batches, one by one. */
  readonly finish?: ((execution: Execution<B>, call: Call) => Execution<B>) | undefined;
  /** The statement changes nothing, so that an error while its rows are read has had no effect. */
  readonly onlyReads: boolean;
  /** Told when the server has run it. */
  readonly whenRun?: (() => void) | undefined;
}

const reading = new Set("SELECT WITH SHOW DESCRIBE DESC EXPLAIN VALUES TABLE LIST LS".split(" "));

/** Tells a statement that changes nothing from one that may, such as CALL or COPY, which give rows, too. */
export function onlyReads(text: string, dialect: Dialect): boolean {
  return reading.has(firstKeyword(text, dialect) ?? "");
}

/** Runs a statement; settles when its columns are known. */
export function execute<B extends Batch>(session: Session, asked: Asked<B>, call: Call): Promise<Execution<B>> {
  return observed(session, asked, call, (stopping) => begin(session, asked, call, stopping));
}

async function begin<B extends Batch>(
  session: Session,
  asked: Asked<B>,
  call: Call,
  stopping: Stopping,
): Promise<Execution<B>> {
  const { statement, limits, finish } = asked;
  call.phase = "execute";
  const execution = await session.execute(statement, call);
  call.phase = "fetch";
  asked.whenRun?.();
  const duplicate = statement.shape.isKeyedByName ? duplicateName(execution.columns) : undefined;
  if (duplicate !== undefined) {
    stopping(duplicate);
    await execution.cancel();
    throw afterRun(duplicate, asked);
  }
  const bounded = limited(execution, limits, statement.shape);
  const given = finish === undefined ? bounded : finish(bounded, call);
  if (asked.onlyReads) return given;
  return through(given, async () => {
    try {
      return await given.next();
    } catch (error) {
      throw afterRun(error, asked);
    }
  });
}

/** Runs a statement and reads its result to the end. */
export async function run(session: Session, asked: Asked, call: Call): Promise<QueryResult> {
  const execution = await execute(session, asked, call);
  const rows: unknown[] = [];
  for (let batch = await execution.next(); batch !== undefined; batch = await execution.next()) addTo(rows, batch);
  return resultOf(execution, rows);
}

function addTo(rows: unknown[], batch: RowBatch): void {
  for (const row of batch.rows) rows.push(row);
}

function resultOf({ columns, queryId, summary }: Execution, rows: unknown[]): QueryResult {
  return {
    rows: rows as Record<string, unknown>[],
    columns,
    rowCount: columns.length > 0 || rows.length > 0 ? rows.length : (summary?.rowsAffected ?? 0),
    queryId,
  };
}

/** Reads a result to its end. */
export async function everyBatch<B extends Batch>(execution: Execution<B>): Promise<B[]> {
  const batches: B[] = [];
  for (let batch = await execution.next(); batch !== undefined; batch = await execution.next()) batches.push(batch);
  return batches;
}

/** Asks for a statement's columns; there are no rows, and at their end the session is free again. */
export async function describe(session: Session, statement: Statement, call: Call): Promise<readonly Column[]> {
  call.phase = "execute";
  const asked = { statement, verb: "describe" as const };
  const execution = await observed(session, asked, call, () => session.execute(statement, call));
  await execution.next();
  return execution.columns;
}

/** Tells of a statement that has run that what it did is done, although its rows could not be given. */
export function afterRun(error: unknown, { onlyReads }: Pick<Asked, "onlyReads">): unknown {
  if (onlyReads || !WarehouseError.is(error) || error.effect !== "none") return error;
  return reworded(error, error.message, { effect: "unknown", retryable: false });
}
