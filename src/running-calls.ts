import { Call, type StatementOptions } from "./call.ts";
import { closedError, effectIn, WarehouseError, type Phase } from "./errors.ts";

/** The calls of a warehouse that are under way, for whose end its closing waits. */
export class RunningCalls {
  readonly #calls = new Set<Call>();
  #isClosed = false;
  #whenIdle: (() => void) | undefined;

  /** Whether no more calls are taken. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How many there are. */
  get count(): number {
    return this.#calls.size;
  }

  /**
   * Makes a call of some work.
   *
   * @param onCall - is given the call before the work begins.
   * @throws `CLOSED` once no more are taken; what `work` throws.
   */
  async during<T>(
    options: StatementOptions,
    work: (call: Call) => Promise<T>,
    onCall?: (call: Call) => void,
  ): Promise<T> {
    if (this.#isClosed) throw closedError("acquire");
    const call = new Call(options);
    this.#calls.add(call);
    onCall?.(call);
    try {
      return await work(call);
    } finally {
      call.end();
      this.#calls.delete(call);
      if (this.#calls.size === 0) this.#whenIdle?.();
    }
  }

  /** Takes no more calls, and settles when those that run have ended. After so many milliseconds they are cut off. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true;
    if (this.#calls.size === 0) return;
    const idle = new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
    const timer = setTimeout(() => {
      for (const call of [...this.#calls]) call.abort(cutOff(call.phase));
    }, timeoutMs);
    await idle;
    clearTimeout(timer);
  }
}

/** What a call gets that did not end in time: nobody knows what a statement has done that was under way. */
function cutOff(phase: Phase): WarehouseError {
  return new WarehouseError(
    "CLOSED",
    `The warehouse was closed before the call had ended (it was in phase "${phase}").`,
    { phase, effect: effectIn(phase) },
  );
}
