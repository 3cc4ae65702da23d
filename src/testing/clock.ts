/** Tells the time, in milliseconds since 1970. */
export interface Clock {
  /** Gives the time, in milliseconds since 1970. */
  now(): number;
}

/** Is the clock of this machine, also where a test framework has put a false `Date` in its place later. */
export const machineClock: Clock = { now: () => Date.now() };

/** Is a clock that stands still until it is told to go. */
export interface SettableClock extends Clock {
  /** Puts it to a moment: a `Date`, an ISO string with its offset, or milliseconds since 1970. Throws a RangeError for what is none. */
  set(at: Date | string | number): void;
  /** Moves it on, or back. */
  advance(ms: number): void;
  /** Puts it back to where it began. */
  reset(): void;
}

/**
 * Makes a clock that stands at a moment: a `Date`, an ISO string with its offset, or milliseconds since 1970. Throws a
 * RangeError for what is none.
 */
export function createClock(start: Date | string | number): SettableClock {
  const begin = momentOf(start);
  let at = begin;
  return {
    now: () => at,
    set(to) {
      at = momentOf(to);
    },
    advance(ms) {
      at = momentOf(at + ms);
    },
    reset() {
      at = begin;
    },
  };
}

function momentOf(at: Date | string | number): number {
  const ms = new Date(at).getTime();
  if (Number.isNaN(ms))
    throw new RangeError(`Not a moment: ${String(at)}. Give a Date, an ISO string or milliseconds.`);
  return ms;
}
