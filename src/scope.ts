import { Call } from "./call.ts";
import { invalidArgument, WarehouseError } from "./errors.ts";
import { deadSessionsMax, metDeadSession } from "./sessions.ts";
import { verbs, type Queryable } from "./verbs.ts";
import type { Session } from "./driver.ts";
import type { Dialect } from "./sql/dialect.ts";
import type { ValuePolicy } from "./values/types.ts";

/** One session in the hands of one piece of work. */
export interface Scope {
  readonly queryable: Queryable;
  /** Runs work on the session when what was asked before has ended. */
  run<T>(call: Call, work: (session: Session, call: Call) => Promise<T>): Promise<T>;
  /** Ends the scope: whoever uses it from now on gets `CLOSED`. Tells whether the session was changed and must not be lent again. */
  end(): boolean;
}

/** The session of a scope, which can be another one as long as nothing has run on it. */
export interface ScopeSession {
  current(): Session;
  /** Replaces a session that turned out to be dead. */
  replace(): Promise<void>;
}

/** Opens a scope on a session for the length of `outer`, whose end is the end of every statement in it. */
export function openScope(session: ScopeSession, dialect: Dialect, values: ValuePolicy, outer: Call): Scope {
  let changed = false;
  let used = false;
  let ended = false;
  let streaming = false;
  let last: Promise<unknown> = Promise.resolve();

  const refuseIfEnded = () => {
    if (ended) throw new WarehouseError("CLOSED", "The session was used after the end of the work it was lent to.");
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
        if (used || attempt === deadSessionsMax) throw error;
        await session.replace();
      }
    }
  };

  const run: Scope["run"] = async (call, work) => {
    refuseIfEnded();
    if (streaming) {
      throw invalidArgument(
        "A stream is open on this session, and a session does one thing at a time: read or leave the stream first, or use another session.",
      );
    }
    const result = call.race(last).then(async () => {
      refuseIfEnded();
      return used ? work(session.current(), call) : begin(call, work);
    });
    // The next in line waits for this one's end, not for its success, and for what it left running on the server.
    last = result.catch(() => undefined).then(async () => session.current().settled());
    return result;
  };

  return {
    queryable: verbs({
      dialect,
      values,
      withSession: async (options, kind, work) => {
        // A script is not read for what it changes.
        changed ||= kind === "script";
        const call = new Call(options);
        const forget = outer.onAbort((reason) => call.abort(reason));
        try {
          const result = run(call, work);
          if (kind !== "stream") return await result;
          streaming = true;
          return await result.finally(() => (streaming = false));
        } finally {
          forget();
          call.end();
        }
      },
      changesSession: () => {
        changed = true;
      },
    }),
    run,
    end() {
      ended = true;
      return changed;
    },
  };
}
