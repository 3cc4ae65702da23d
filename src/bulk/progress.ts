import { types } from "node:util";
import { invalidArgument } from "../errors.ts";

/**
 * What a bulk operation is doing.
 *
 * - `queued`: waiting, for a session or for the warehouse to begin.
 * - `resuming warehouse`: Snowflake's virtual warehouse is starting.
 * - `running`: the warehouse is at work.
 * - `fetching`: what it gives is being read.
 * - `writing`: files are being written from here.
 */
export type ProgressPhase = "queued" | "resuming warehouse" | "running" | "fetching" | "writing";

/** How far a bulk operation has come. */
export interface Progress {
  /** What is being done. */
  readonly phase: ProgressPhase;
  /** Rows that are done so far, as far as it is known. */
  readonly rows: number;
  /** Bytes that are done so far, as far as it is known. */
  readonly bytes: number;
  /** Rows in all, where that is known beforehand. */
  readonly totalRows?: number | undefined;
  /** Milliseconds since the call. */
  readonly elapsedMs: number;
}

/** What a bulk operation is told that is to say how far it has come. */
export interface ProgressOptions {
  /**
   * Called with every change, and about once a second while the warehouse is at work. What it throws, or rejects with, ends the call. Default: nobody
   * is told.
   */
  readonly onProgress?: ((progress: Progress) => unknown) | undefined;
}

/** The names of {@link ProgressOptions}. */
export const progressOptions: Readonly<Record<keyof ProgressOptions, true>> = { onProgress: true };

/** Keeps count of one operation, and tells of it. */
export interface Reporter {
  readonly elapsedMs: number;
  /** Whether anybody listens. */
  readonly isHeard: boolean;
  /** Has a listener's rejection end the call, which nobody else would catch. */
  onRejection?(end: (reason: unknown) => void): void;
  /** Tells of a phase, and of what has been done in all, where that is new. */
  report(
    phase: ProgressPhase,
    done?: { readonly rows?: number | undefined; readonly bytes?: number | undefined },
  ): void;
}

/** Tells nobody. */
export const unheard: Reporter = { elapsedMs: 0, isHeard: false, report: () => undefined };

/**
 * Begins to count. What the listener throws is thrown where it is told.
 *
 * @param totalRows - the rows in all, where they are known.
 * @throws `INVALID_ARGUMENT` for a listener that is none.
 */
export function reporter({ onProgress }: ProgressOptions, totalRows?: number): Reporter {
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw invalidArgument("onProgress must be a function, which is told how far the work has come.");
  }
  const begunAt = performance.now();
  const done = { rows: 0, bytes: 0 };
  const elapsedMs = () => Math.round(performance.now() - begunAt);
  let rejection: { readonly reason: unknown } | undefined;
  let onRejected: ((reason: unknown) => void) | undefined;
  const rejected = (reason: unknown) => {
    rejection ??= { reason };
    onRejected?.(reason);
  };
  return {
    get elapsedMs() {
      return elapsedMs();
    },
    isHeard: onProgress !== undefined,
    onRejection(end) {
      onRejected = end;
      if (rejection !== undefined) end(rejection.reason);
    },
    report(phase, { rows = done.rows, bytes = done.bytes } = {}) {
      Object.assign(done, { rows, bytes });
      const all = totalRows === undefined ? {} : { totalRows };
      const listening = onProgress?.({ phase, rows, bytes, ...all, elapsedMs: elapsedMs() });
      if (types.isPromise(listening)) listening.catch(rejected);
    },
  };
}
