import { Call, statementOptions, type StatementOptions } from "./call.ts";
import { invalidArgument, reworded, WarehouseError } from "./errors.ts";
import { observed } from "./observation.ts";
import { checkOptions } from "./options.ts";
import { rowsOf } from "./columns/shape.ts";
import { tellRetry } from "./telemetry/channels.ts";
import { standardPolicy } from "./values/decode.ts";
import type { Session, Summary } from "./driver.ts";
import type { Queryable } from "./queryable.ts";
import type { Scope } from "./scope.ts";

/** What a transaction may be told. */
export interface TransactionOptions extends StatementOptions {
  /**
   * How often the whole function is run again after the server rolled the transaction back for a conflict with another one
   * (`transactionConflict`): it must bear being run twice. Default 0.
   */
  readonly retries?: number | undefined;
}

/** What is done inside a transaction. */
export type TransactionWork<T> = (tx: Queryable) => Promise<T>;

/** Checks what `transaction()` is given. @throws `INVALID_ARGUMENT`. */
export function checkedTransaction<T>(work: TransactionWork<T>, given: TransactionOptions | undefined) {
  if (typeof work !== "function") throw invalidArgument("transaction() takes a function, which gets the transaction.");
  const known = { ...statementOptions, retries: true } as const;
  const { retries = 0, ...options } = checkOptions<TransactionOptions>(given, known, "transaction()");
  if (!Number.isInteger(retries) || retries < 0) throw invalidArgument("retries must be a whole number from 0 on.");
  return { retries, options };
}

/** Runs a transaction again, as often as the caller allows, after one that the server rolled back for a conflict. */
export async function retryConflicts<T>(retries: number, attempt: () => Promise<T>): Promise<T> {
  for (let failed = 1; ; failed++) {
    try {
      return await attempt();
    } catch (error) {
      if (failed > retries || !WarehouseError.is(error) || !error.transactionConflict) throw error;
      tellRetry("transaction", { attempt: failed, error });
    }
  }
}

/** How long a rollback may take, and the answer to a COMMIT after the caller has given up. */
const patienceMs = 10_000;
/** The same after a deadline, whose passing somebody waits for. */
const patienceAfterDeadlineMs = 1_000;

/**
 * Runs work inside a transaction on a scope's session: commits when it returns, rolls back when it throws, and settles only after the
 * one or the other has ended. The first error stays the error; a session that cannot be rolled back is not used again.
 */
export async function transact<T>(scope: Scope, call: Call, work: TransactionWork<T>): Promise<T> {
  try {
    await scope.run(call, async (session) => command(session, "BEGIN", call));
  } catch (error) {
    // The server may have begun; only an answer would tell. Nothing has been done in either case.
    scope.discard();
    throw WarehouseError.is(error) && error.effect === "unknown"
      ? reworded(error, error.message, { effect: "none" })
      : error;
  }
  let result: T;
  try {
    result = await call.race(begin(work, transactionOf(scope)));
    scope.refuseOpenStream();
  } catch (error) {
    const undone = await rollBack(scope, call);
    // Of the call's own deadline it is known now what it has come to.
    const late = undone && WarehouseError.is(error) && error === call.reason;
    throw late ? reworded(error, error.message, { effect: "rolled back" }) : error;
  }
  await commit(scope, call);
  return result;
}

/** Starts the caller's work. Plain JavaScript may throw instead of giving a promise. */
async function begin<T>(work: TransactionWork<T>, tx: Queryable): Promise<T> {
  return work(tx);
}

/** The verbs of a transaction; for plain JavaScript the one it does not have says so. */
function transactionOf(scope: Scope): Queryable {
  return Object.assign(scope.queryable, { transaction: async () => Promise.reject(nested()) });
}

function nested(): WarehouseError {
  return invalidArgument(
    "There are no nested transactions and no savepoints: a transaction inside this one would commit or undo all of it. Do the work in this one.",
  );
}

/** Once COMMIT was sent only the server knows how it ended: an abort waits a little for the answer, and is never answered with a guess. */
async function commit(scope: Scope, outer: Call): Promise<void> {
  const call = new Call();
  call.phase = "commit";
  let timer: NodeJS.Timeout | undefined;
  let forget: (() => void) | undefined;
  try {
    const summary = await scope.finish(call, async (session) => {
      outer.throwIfAborted();
      outer.phase = "commit";
      forget = outer.onAbort((reason) => {
        const waitedMs = patienceWith(outer);
        timer = setTimeout(() => call.abort(unanswered(reason, waitedMs)), waitedMs);
      });
      return command(session, "COMMIT", call);
    });
    // PostgreSQL's way to say that a statement had failed and nothing was committed.
    if (summary?.command === "ROLLBACK") throw rolledBack();
  } catch (error) {
    if (forget === undefined) await rollBack(scope, outer);
    else if (!WarehouseError.is(error) || error.effect !== "rolled back") scope.discard();
    throw error;
  } finally {
    forget?.();
    clearTimeout(timer);
    call.end();
  }
}

/** Undoes the transaction; where that fails, the session's end does. Tells whether the server has confirmed it. */
async function rollBack(scope: Scope, outer: Call): Promise<boolean> {
  const call = new Call({ timeoutMs: patienceWith(outer) });
  try {
    await scope.finish(call, async (session) => command(session, "ROLLBACK", call));
    return true;
  } catch {
    scope.discard();
    return false;
  } finally {
    call.end();
  }
}

/** A deadline that has passed, or passes meanwhile, leaves a second; so does close(), which has waited already. */
function patienceWith({ reason, deadline = Infinity }: Call): number {
  if (WarehouseError.is(reason) && ["TIMEOUT", "CLOSED"].includes(reason.code)) return patienceAfterDeadlineMs;
  return Math.max(1, Math.min(patienceMs, deadline - Date.now() + patienceAfterDeadlineMs));
}

async function command(session: Session, text: string, call: Call): Promise<Summary | undefined> {
  const statement = { text, binds: [], values: standardPolicy, shape: rowsOf.array };
  const asked = { statement, verb: "transaction" as const };
  const execution = await observed(session, asked, call, () => session.execute(statement, call));
  while ((await execution.next()) !== undefined);
  return execution.summary;
}

function unanswered(reason: unknown, waitedMs: number): WarehouseError {
  return new WarehouseError(
    "TIMEOUT",
    `The call was aborted after COMMIT had been sent, and the server did not answer within ${waitedMs} ms: nobody knows whether the transaction was committed. Look at the data before you run it again.`,
    { phase: "commit", effect: "unknown", cause: reason },
  );
}

function rolledBack(): WarehouseError {
  return new WarehouseError(
    "QUERY",
    "A statement of the transaction had failed, so the server rolled it back instead of committing. Let the statement's error leave the function.",
    { phase: "commit", effect: "rolled back" },
  );
}
