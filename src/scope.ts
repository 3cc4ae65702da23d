import { Call } from "./call.ts";
import { effectIn, invalidArgument, reworded, WarehouseError, type Phase } from "./errors.ts";
import { deadSessionsMax, metDeadSession } from "./liveness.ts";
import { tellRetry } from "./telemetry/channels.ts";
import { verbs } from "./verbs.ts";
import type { BulkParts } from "./bulk-session.ts";
import type { Reading, Session } from "./driver.ts";
import type { WithSession } from "./lending.ts";
import type { Queryable } from "./queryable.ts";
import type { Dialect } from "./sql/dialect.ts";

/** One session in the hands of one piece of work. */
export interface Scope {
  readonly queryable: Queryable;
  /** Lends the session to the work of one call, when what was asked before has ended. */
  readonly withSession: WithSession;
  /** Runs work on the session when what was asked before has ended. */
  run<T>(call: Call, work: (session: Session, call: Call) => Promise<T>): Promise<T>;
  /** @throws `INVALID_ARGUMENT` while a stream is open on the session. */
  refuseOpenStream(): void;
  /** Runs the last work on the session, when what was asked before has ended, and ends the scope. */
  finish<T>(call: Call, work: (session: Session, call: Call) => Promise<T>): Promise<T>;
  /** Opens a transaction's scope on the session, for work during which nothing else runs on it. */
  transaction<T>(call: Call, work: (scope: Scope) => Promise<T>): Promise<T>;
  /** Says that nobody knows what state the session is in. */
  discard(): void;
  /** Ends the scope: whoever uses it from now on gets `CLOSED`, what is under way is stopped, and a transaction rolled back first. */
  end(): Promise<ScopeEnd>;
}

/** What a scope leaves behind. Only a session that is neither changed nor broken may be lent again. */
interface ScopeEnd {
  /** A statement has reached the server. */
  readonly used: boolean;
  /** A statement has changed the session, or is still under way. */
  readonly changed: boolean;
  /** A transaction that was begun by hand is open. */
  readonly begun: boolean;
  /** Nothing may run on the session any more. */
  readonly broken: boolean;
}

/** The session of a scope, which can be another one as long as nothing has run on it. */
export interface ScopeSession {
  current(): Session;
  /** Replaces a session that turned out to be dead; absent where none can take its place. */
  replace?(): Promise<void>;
}

/** How a scope's statements are written and read, and what ends them. */
export interface ScopeSettings {
  readonly dialect: Dialect;
  readonly reading: Reading;
  readonly bulk: BulkParts;
  readonly outer: Call;
  readonly inTransaction: boolean;
  readonly transact: Transact;
}

/** Runs work inside a transaction on a scope's session: what `transaction()` does, which stands above. */
type Transact = <T>(scope: Scope, call: Call, work: () => Promise<T>) => Promise<T>;

const begins = new Set(["BEGIN", "START"]);
const ends = new Set(["COMMIT", "END", "ABORT", "ROLLBACK"]);

/** Opens a scope on a session for the length of `outer`, whose end is the end of every statement in it. */
export function openScope(
  session: ScopeSession,
  { dialect, reading, bulk, outer, inTransaction, transact }: ScopeSettings,
): Scope {
  let changed = false;
  let broken = false;
  let used = false;
  /** A transaction is open that a statement of the caller's has begun. */
  let begun = false;
  /** Nothing new may be asked. */
  let ended = false;
  /** Nothing that was asked may begin: the session is somebody else's. */
  let given = false;
  /** The call of the stream that is open on the session. */
  let stream: Call | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** Works that have begun and not ended. */
  let pending = 0;
  /** The calls of what is under way. */
  const calls = new Set<Call>();
  let transaction: Promise<unknown> | undefined;

  const refuseIf = (over: boolean) => {
    if (over) throw new WarehouseError("CLOSED", "The session was used after the end of the work it was lent to.");
  };

  const refuseOpenStream = () => {
    if (stream === undefined) return;
    throw invalidArgument(
      "A stream is open on this session, and a session does one thing at a time: read or leave the stream first, or use another session.",
    );
  };

  /** Runs the first work of the scope; as long as nothing has reached a server, a dead session costs the caller nothing. */
  const begin: Scope["run"] = async (call, work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await work(session.current(), call);
        used = true;
        return result;
      } catch (error) {
        if (!metDeadSession(error, session.current())) used = true;
        if (used || attempt === deadSessionsMax || session.replace === undefined) throw error;
        tellRetry("statement", { attempt, error });
        await session.replace();
      }
    }
  };

  /** Runs what is not the first work. Where that meets a dead session, nothing more can be done here, and what was done before stays done. */
  const goOn: Scope["run"] = async (call, work) => {
    try {
      return await work(session.current(), call);
    } catch (error) {
      const again = WarehouseError.is(error) && error.retryable && !inTransaction;
      throw again ? reworded(error, error.message, { retryable: false }) : error;
    }
  };

  const queue: Scope["run"] = async (call, work) => {
    const before = last;
    const result = call.race(before).then(async () => {
      refuseIf(given);
      pending++;
      return (used ? goOn(call, work) : begin(call, work)).finally(() => pending--);
    });
    // The next in line waits for this one's end, not for its success, and for what it left running on the server. Who leaves the line
    // early does not open it for those behind.
    last = Promise.allSettled([before, result]).then(async () => session.current().settled());
    return result;
  };

  const refuseUnlessFree = () => {
    refuseIf(ended);
    refuseOpenStream();
    // It would wait for the transaction's end, and who asks may be the transaction's own work.
    if (transaction !== undefined) throw openTransaction();
  };

  const run: Scope["run"] = async (call, work) => {
    refuseUnlessFree();
    return queue(call, work);
  };

  const withSession: WithSession = async (options, kind, work, onCall) => {
    if (kind === "changing") changed = true;
    const call = new Call(options);
    call.tag ??= outer.tag;
    // It waits for what was asked before.
    call.phase = "acquire";
    calls.add(call);
    onCall?.(call);
    const forget = outer.onAbort((reason) => call.abort(reason));
    try {
      const result = run(call, work);
      if (kind !== "stream") return await result;
      stream = call;
      return await result.finally(() => (stream = undefined));
    } finally {
      forget();
      calls.delete(call);
      call.end();
    }
  };

  const scope: Scope = {
    queryable: verbs({
      dialect,
      reading,
      bulk,
      inTransaction,
      withSession,
      transaction: inTransaction
        ? undefined
        : async (options, work) => {
            const call = new Call(options);
            call.tag ??= outer.tag;
            const forget = outer.onAbort((reason) => call.abort(reason));
            try {
              return await scope.transaction(call, async (within) =>
                transact(within, call, async () => work(within.withSession)),
              );
            } finally {
              forget();
              call.end();
            }
          },
      changesSession(keyword) {
        changed = true;
        if (!begins.has(keyword) && !ends.has(keyword)) return undefined;
        if (inTransaction) throw controlled(keyword);
        return () => (begun = begins.has(keyword));
      },
    }),
    withSession,
    run,
    refuseOpenStream,
    async finish(call, work) {
      ended = true;
      stream?.abort(workHasEnded("fetch"));
      await call.race(last);
      return work(session.current(), call);
    },
    async transaction(call, work) {
      refuseUnlessFree();
      const result = queue(call, async (lent) => {
        if (begun) throw begunByHand();
        const inner = openScope(
          { current: () => lent },
          {
            dialect,
            reading,
            bulk,
            outer: call,
            inTransaction: true,
            transact,
          },
        );
        try {
          return await work(inner);
        } finally {
          const left = await inner.end();
          used ||= left.used;
          changed ||= left.changed || left.broken;
          // Where a rollback failed, the session's end is the rollback.
          if (left.broken) await lent.close();
        }
      });
      calls.add(call);
      const over = result.finally(() => {
        calls.delete(call);
        transaction = undefined;
      });
      transaction = over.catch(() => undefined);
      return over;
    },
    discard() {
      broken = true;
    },
    async end() {
      ended = true;
      const left = pending > 0;
      for (const call of calls) call.abort(workHasEnded(call.phase));
      await transaction;
      given = true;
      return { used, changed: changed || left, begun, broken };
    },
  };
  return scope;
}

function workHasEnded(phase: Phase): WarehouseError {
  const effect = effectIn(phase);
  return new WarehouseError("CLOSED", "The work that the session was lent to has ended.", { phase, effect });
}

function openTransaction(): WarehouseError {
  return invalidArgument(
    "A transaction is open on this session: use the tx that its function was given, or wait for its end. There are no nested transactions.",
  );
}

function begunByHand(): WarehouseError {
  return invalidArgument(
    "A transaction that was begun by hand is open on this session, and there are no nested ones: end it with COMMIT or ROLLBACK first.",
  );
}

function controlled(keyword: string): WarehouseError {
  return invalidArgument(
    `${keyword} is not for the inside of db.transaction(), which begins, commits and rolls back by itself: return to commit, throw to roll back. There are no nested transactions and no savepoints.`,
  );
}
