import { setMaxListeners } from "node:events";
import { effectIn, invalidArgument, WarehouseError, type Phase } from "./errors.ts";

/** How long a call may take and who may end it. Every verb takes these. */
export interface CallOptions {
  /** Ends the call when it aborts: a statement is cancelled on the server, and the call rejects with `signal.reason`, unchanged. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the call in the same way with `TIMEOUT` after so many milliseconds, waiting for a session included. Default: none. */
  readonly timeoutMs?: number | undefined;
}

/** What a call may be told that runs statements. */
export interface StatementOptions extends CallOptions {
  /**
   * Marks the call's statements in the server's query history: on Snowflake as their QUERY_TAG, instead of that of the sessions; on Redshift by a
   * comment before their text. At most 2000 characters. `session()` and `transaction()` pass it on to all that is run inside. Default: the option
   * `tag` of `connectWarehouse()`.
   */
  readonly tag?: string | undefined;
}

/** The names of {@link CallOptions}, for who refuses others. */
export const callOptions: Readonly<Record<keyof CallOptions, true>> = { signal: true, timeoutMs: true };
/** The names of {@link StatementOptions}. */
export const statementOptions: Readonly<Record<keyof StatementOptions, true>> = { ...callOptions, tag: true };

/** Node's timers hold a signed 32-bit number of milliseconds; a longer one would fire at once. */
export const longestTimerMs = 2_147_483_647;

/**
 * One call of the caller's: its signal, its deadline and `close()` joined into one, and the phase it is in.
 *
 * Listeners and one timer, never `AbortSignal.any`: on Node 20 the joined signal is garbage-collected before it fires, and on 20 and 22
 * it leaks on long-lived signals, both seen there. An `AbortSignal` is made only for who asks for one.
 */
export class Call {
  phase: Phase = "execute";
  /** When the deadline passes, by `Date.now()`, also after the call was aborted for another reason; `undefined` without one. */
  readonly deadline: number | undefined;
  /** What marks its statements. */
  tag: string | undefined;
  /** Whoever reads the result reads no further: the abort that follows is no failure. */
  isLeft = false;
  #ended = false;
  #aborted: { reason: unknown } | undefined;
  #controller: AbortController | undefined;
  /** Few: a set would cost a short call more than all the rest of it. */
  #listeners: ((reason: unknown) => void)[] = [];
  readonly #deadlineName: string;
  readonly #release: () => void;

  /**
   * @param deadlineName - what the caller knows the deadline as.
   * @throws `INVALID_ARGUMENT` for a `timeoutMs` that is not a positive number of milliseconds, a `signal` that is no `AbortSignal`, and a
   *   `tag` that marks nothing.
   */
  constructor(options: StatementOptions = {}, deadlineName = "timeoutMs") {
    const { signal, timeoutMs, tag } = options;
    this.#deadlineName = deadlineName;
    if (tag !== undefined) checkTag(tag);
    this.tag = tag;
    if (timeoutMs !== undefined) checkDurationMs(deadlineName, timeoutMs);
    if (signal !== undefined) prepareSignal(signal);
    this.deadline = timeoutMs === undefined ? undefined : Date.now() + timeoutMs;
    const onSignal = () => this.abort(signal?.reason);
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => this.abort(this.#deadlinePassed(timeoutMs)), timeoutMs);
    signal?.addEventListener("abort", onSignal);
    this.#release = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onSignal);
    };
    if (signal?.aborted === true) this.abort(signal.reason);
  }

  get aborted(): boolean {
    return this.#aborted !== undefined;
  }

  /** What the call was aborted with: the caller's own reason, or a `WarehouseError` (`TIMEOUT`, `CLOSED`). */
  get reason(): unknown {
    return this.#aborted?.reason;
  }

  /** An `AbortSignal` of this call, for APIs that want one. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  throwIfAborted(): void {
    if (this.#aborted !== undefined) throw this.#aborted.reason;
  }

  /** Ends the call with a reason; the first reason stays. */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined || this.#ended) return;
    this.#aborted = { reason };
    this.#release();
    this.#controller?.abort(reason);
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener(reason);
  }

  /** Calls `listener` once when the call is aborted, at once if it already is. Returns what takes it away again. */
  onAbort(listener: (reason: unknown) => void): () => void {
    if (this.#aborted !== undefined) {
      listener(this.#aborted.reason);
      return () => undefined;
    }
    this.#listeners.push(listener);
    return () => {
      const place = this.#listeners.indexOf(listener);
      if (place >= 0) this.#listeners.splice(place, 1);
    };
  }

  /**
   * Waits for `work`, but not beyond the end of the call. What arrives too late goes to `tooLate`, so that a session
   * that opened after all is closed and not lost; a failure that arrives too late has been superseded and is dropped.
   */
  race<T>(work: Promise<T>, tooLate?: (value: T) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      // An abort that is there already comes first, also before work that has settled.
      const forget = this.onAbort((reason) => {
        // The reason is the caller's own, whatever it is.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(reason);
        work.then(tooLate, () => undefined);
      });
      const settle =
        <V>(end: (value: V) => void) =>
        (value: V) => {
          forget();
          end(value);
        };
      work.then(settle(resolve), settle(reject));
    });
  }

  /** Lets go of the caller's signal and of the timer. To be called when the call has settled. */
  end(): void {
    this.#ended = true;
    this.#release();
    this.#listeners = [];
  }

  #deadlinePassed(timeoutMs: number): WarehouseError {
    return new WarehouseError(
      "TIMEOUT",
      `The call did not end within its ${this.#deadlineName} of ${timeoutMs} (it was in phase "${this.phase}").`,
      { phase: this.phase, effect: effectIn(this.phase) },
    );
  }
}

/**
 * Lets any number of calls listen to one signal. A server has one for its whole life, and Node would take more than ten calls at a
 * time for a leak; each takes its listener away when it ends.
 */
function prepareSignal(signal: unknown): void {
  // By its shape: a signal may come from another realm or a polyfill.
  if (typeof signal !== "object" || signal === null || !("aborted" in signal && "addEventListener" in signal)) {
    throw invalidArgument("signal must be an AbortSignal, such as the signal of an AbortController.");
  }
  if (signal instanceof EventTarget) setMaxListeners(0, signal);
}

/** Snowflake's limit for QUERY_TAG, in characters. */
export const longestTag = 2_000;

/** @throws `INVALID_ARGUMENT` for what no server takes as a tag. */
export function checkTag(tag: unknown): void {
  if (typeof tag === "string" && tag.length <= longestTag && !/[\0\p{Surrogate}]/u.test(tag)) return;
  throw invalidArgument(
    `tag must be a string of at most ${longestTag} characters, without NUL and halves of characters.`,
  );
}

/** @throws `INVALID_ARGUMENT` unless the duration is a positive number of milliseconds that a timer can hold. */
export function checkDurationMs(name: string, ms: number): void {
  if (typeof ms !== "number" || !(ms > 0 && ms <= longestTimerMs)) {
    throw invalidArgument(`${name} must be a number of milliseconds above 0 and at most ${longestTimerMs}.`);
  }
}
