import { setTimeout as sleep } from "node:timers/promises";
import { rowStatement } from "./arguments.ts";
import { onlyReads, run } from "./run.ts";
import { standardPolicy } from "./values/decode.ts";
import type { Ask, BulkEngine, ServerState } from "./bulk-engine.ts";
import type { GrantedAccess } from "./bulk/access.ts";
import type { OnSession } from "./bulk/ground.ts";
import type { Call } from "./call.ts";
import type { Reading, Session } from "./driver.ts";
import type { WithSession } from "./lending.ts";
import type { Dialect } from "./sql/dialect.ts";

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
}

/** How often the warehouse is asked what it is doing. */
const lookEveryMs = 1_000;

/** Makes what asks a session, for the length of a call. `tell` is told what the server says of work. */
export function asking(manner: Manner, session: Session, call: Call, tell?: (state: ServerState) => void): Ask {
  return async ({ text, binds = [], bindRows, isWork, describeOnly }) => {
    const bound = rowStatement({ text, binds: [...binds] }, {}, { ...manner.reading, values: standardPolicy });
    const onState = isWork === true ? tell : undefined;
    const statement = { ...bound, bindRows, describeOnly, onState };
    return run(session, { statement, limits: {}, onlyReads: onlyReads(text, manner.dialect) }, call);
  };
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
      if (!progress.isHeard) return work({ ask: asking(manner, session, call), call, settled });
      const tell = (state: ServerState) => {
        try {
          progress.report(state);
        } catch (error) {
          // In the turn of a timer nobody would catch it.
          call.abort(error);
        }
      };
      // To be asked about, a statement is sent aside by some drivers, which is not for the inside of a transaction.
      const isAlone = kind !== "changing" && !manner.inTransaction;
      const ask = asking(manner, session, call, isAlone ? tell : undefined);
      const look = aside === undefined ? undefined : await engine.watch?.(ask, aside);
      const watched: Ask = async (statement) => {
        if (statement.isWork !== true) return ask(statement);
        tell("running");
        const answer = ask(statement);
        return look === undefined ? answer : watching(answer, look, tell);
      };
      return work({ ask: watched, call, settled });
    });
}

/** Looks again and again what the server is doing, until the work has ended. A look that fails is the last. */
async function watching<T>(
  work: Promise<T>,
  look: () => Promise<ServerState | undefined>,
  tell: (state: ServerState) => void,
): Promise<T> {
  const over = new AbortController();
  const looking = async () => {
    while (!over.signal.aborted) {
      const state = await look();
      // What comes late says nothing of what is done now.
      if (state !== undefined && !over.signal.aborted) tell(state);
      await sleep(lookEveryMs, undefined, { signal: over.signal, ref: false });
    }
  };
  void looking().catch(() => undefined);
  return work.finally(() => over.abort());
}
