import { Call } from "./call.ts";
import { invalidArgument } from "./errors.ts";
import { checkedTransaction, retryConflicts, transact, type TransactionOptions } from "./transaction.ts";
import type { Queryable } from "./queryable.ts";
import type { Scope } from "./scope.ts";

/** One session of the warehouse, lent by `db.session()`. */
export interface WarehouseSession extends Queryable {
  /**
   * As `db.transaction()`, on this session: with its temporary tables and settings. Until its end whatever else is asked of the session
   * rejects with `INVALID_ARGUMENT`.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

/** What is done with a lent session. */
export type SessionWork<T> = (session: WarehouseSession) => Promise<T>;

/** @throws `INVALID_ARGUMENT` for what is no function. */
export function checkWork(work: unknown, verb: string): void {
  if (typeof work !== "function") throw invalidArgument(`${verb} takes a function, which gets the session.`);
}

/** Lets the caller work with the session of a scope, for no longer than the scope's own call. */
export async function workOn<T>(scope: Scope, outer: Call, work: SessionWork<T>): Promise<T> {
  const session: WarehouseSession = Object.assign(scope.queryable, {
    async transaction<R>(inner: (tx: Queryable) => Promise<R>, given?: TransactionOptions): Promise<R> {
      const { retries, options } = checkedTransaction(inner, given);
      const call = new Call(options);
      call.tag ??= outer.tag;
      const forget = outer.onAbort((reason) => call.abort(reason));
      try {
        return await retryConflicts(retries, async () =>
          scope.transaction(call, async (within) => transact(within, call, inner)),
        );
      } finally {
        forget();
        call.end();
      }
    },
  });
  return outer.race((async () => work(session))());
}
