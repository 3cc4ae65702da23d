import { converse, type Conversation } from "./bulk/conversation.ts";
import type { RedshiftError } from "./errors.ts";
import { Refused } from "./errors.ts";

/**
 * Is a time in which the stand-in does itself what a client asked for: after everything that was asked before has been answered, and
 * before anything that is asked later goes on.
 */
export interface Interlude {
  readonly talk: Conversation;
  /** Aborts with a {@link Refused} as its reason. */
  readonly signal: AbortSignal;
  readonly started: boolean;
  /** Begins the work, once; `done` is told when it has ended, also when it failed. */
  start(done: (outcome: Outcome) => void): void;
  /** Has the work stop and fail with this error, not before `stopped` has settled: what PostgreSQL is told must not hit the next statement. */
  readonly abort: (error: RedshiftError, stopped: Promise<unknown>) => void;
}

/** Is how an interlude went: what was wrong, if anything was. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: RedshiftError };

/** Makes an interlude; `work` says by its rejection, a {@link Refused}, what the client is to be told. */
export function createInterlude(
  toServer: (bytes: Buffer) => void,
  work: (interlude: Interlude) => Promise<void>,
): Interlude {
  const control = new AbortController();
  const talk = converse(toServer, control.signal);
  let stopping: Promise<unknown> = Promise.resolve();
  let started = false;
  const interlude: Interlude = {
    talk,
    signal: control.signal,
    get started() {
      return started;
    },
    start(done) {
      started = true;
      work(interlude).then(
        () => done({ ok: true }),
        (reason: unknown) => {
          const error = told(control.signal.aborted ? control.signal.reason : reason);
          const end = (): void => done({ ok: false, error });
          Promise.allSettled([talk.fail(), stopping]).then(end, end);
        },
      );
    },
    abort(error, stopped) {
      stopping = stopped;
      control.abort(new Refused(error));
    },
  };
  return interlude;
}

/** Gives what a promise gives, or rejects with the signal's reason when that comes first. */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // The reason is the Refused that `abort` was given.
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

function told(reason: unknown): RedshiftError {
  if (reason instanceof Refused) return reason.error;
  return { code: "XX000", message: reason instanceof Error ? reason.message : String(reason) };
}
