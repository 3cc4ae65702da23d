import { rowStatement } from "./arguments.ts";
import { WarehouseError } from "./errors.ts";
import { execute, onlyReads, run, type Asked } from "./run.ts";
import { checked } from "./sql/bound-text.ts";
import { explainForgotten } from "./sql/placeholder-style.ts";
import { watchState } from "./state-watch.ts";
import { through } from "./through.ts";
import { standardPolicy } from "./values/decode.ts";
import type { Answer, Ask, BulkEngine, ServerState } from "./bulk-engine.ts";
import type { GrantedAccess } from "./bulk/access.ts";
import type { OnSession, Wanted } from "./bulk/ground.ts";
import { Call } from "./call.ts";
import type { Batch } from "./columns/batch.ts";
import type { Execution, Reading, Session } from "./driver.ts";
import type { WithSession } from "./lending.ts";
import type { Dialect } from "./sql/dialect.ts";
import type { ObservedVerb } from "./telemetry/events.ts";

/** What the bulk verbs of a warehouse and of its sessions have in common. */
export interface BulkParts {
  readonly engine: BulkEngine;
  readonly granted: (call: Call) => Promise<GrantedAccess>;
  /** Asks on a session of the pool's, beside one that is at work; absent where there is no pool yet. */
  readonly aside?: Ask;
}

/** How statements are written and read. */
interface Manner {
  readonly dialect: Dialect;
  readonly reading: Reading;
  /** What statements are run for. */
  readonly verb: ObservedVerb;
}

/** Makes what asks a session, for the length of a call. `tell` is told what the server says of work. */
export function asking(manner: Manner, session: Session, call: Call, tell?: (state: ServerState) => void): Ask {
  const { dialect, reading, verb } = manner;
  return async ({ text, binds = [], bindRows, isWork, describeOnly, isCleanUp }) => {
    checked(text, [], dialect);
    const rowMode = describeOnly === true ? "array" : "object";
    const bound = rowStatement({ text, binds: [...binds] }, { rowMode }, { ...reading, values: standardPolicy });
    const onState = isWork === true ? tell : undefined;
    const statement = { ...bound, bindRows, describeOnly, onState };
    const asked = { statement, verb, limits: {}, onlyReads: onlyReads(text, dialect) };
    return isCleanUp === true ? cleaningUp(session, asked, call) : run(session, asked, call);
  };
}

/** How long it may take to take back what was begun, and how long after a deadline, whose passing somebody waits for. */
const patienceMs = 10_000;
const patienceAfterDeadlineMs = 1_000;

/**
 * Runs a statement after the end of a call, too, once what was stopped has ended. Where the server does not answer in time, the session's end
 * takes back what the statement would: nothing else may run on it meanwhile, such as in a transaction that nobody has begun.
 */
async function cleaningUp(session: Session, asked: Asked, { reason }: Call): Promise<Answer> {
  const isLate = WarehouseError.is(reason) && ["TIMEOUT", "CLOSED"].includes(reason.code);
  const call = new Call({ timeoutMs: isLate ? patienceAfterDeadlineMs : patienceMs });
  try {
    await call.race(session.settled());
    return await run(session, asked, call);
  } catch (error) {
    if (call.aborted) await session.close();
    throw error;
  } finally {
    call.end();
  }
}

/** Runs a query on a session; settles when its first rows are there, so that until then it can be said what the server is doing. */
async function begun<B extends Batch>(
  { dialect, reading: { decoding }, verb }: Manner,
  session: Session,
  call: Call,
  { query, shape, values, limits }: Wanted<B>,
  onState?: (state: ServerState) => void,
): Promise<Execution<B>> {
  try {
    const statement = { ...query, shape, values, decoding, onState };
    const execution = await execute(session, { statement, verb, limits, onlyReads: true }, call);
    let first: { readonly batch: B | undefined } | undefined = { batch: await execution.next() };
    return through(execution, async () => {
      if (first === undefined) return execution.next();
      const { batch } = first;
      first = undefined;
      return batch;
    });
  } catch (error) {
    const mayLack = WarehouseError.is(error) && query.binds.length === 0;
    throw mayLack ? explainForgotten(error, query.text, dialect) : error;
  }
}

/** Lends a session to each bulk operation, whose work is watched where somebody listens. */
export function bulkSessions(
  manner: Manner & { readonly inTransaction: boolean },
  { engine, aside }: BulkParts,
  withSession: WithSession,
): OnSession {
  return async (options, progress, kind, work) =>
    withSession(options, kind, async (session, call) => {
      const settled = async () => session.settled();
      if (!progress.isHeard) {
        const ask = asking(manner, session, call);
        return work({ ask, read: async (wanted) => begun(manner, session, call, wanted), call, settled });
      }
      progress.onRejection?.((reason) => call.abort(reason));
      const tell = (state: ServerState) => {
        try {
          progress.report(state);
        } catch (error) {
          // In the turn of a timer nobody would catch it.
          call.abort(error);
        }
      };
      // To be asked about, a statement is sent aside by some drivers, which is not for the inside of a transaction.
      const unheard = asking(manner, session, call);
      const isAlone =
        kind !== "changing" && !manner.inTransaction && (await engine.isInTransaction?.(unheard)) !== true;
      const ask = isAlone ? asking(manner, session, call, tell) : unheard;
      const look = aside === undefined ? undefined : await engine.watch?.(ask, aside);
      const isTold = look !== undefined || (isAlone && engine.watch === undefined);
      const watched = async <R>(begin: () => Promise<R>): Promise<R> => {
        // Who is told what the server does need not guess.
        if (!isTold) tell("running");
        const work = begin();
        if (look === undefined) return work;
        // From a failure on it is guessed again.
        return work.finally(watchState(look, tell, () => tell("running")));
      };
      return work({
        ask: async (statement) => (statement.isWork === true ? watched(async () => ask(statement)) : ask(statement)),
        read: async (wanted) => watched(async () => begun(manner, session, call, wanted, isAlone ? tell : undefined)),
        call,
        settled,
      });
    });
}
