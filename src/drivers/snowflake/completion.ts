/** The SDK's callback; its types do not tell that it may pass `null`. */
type Complete = (error: Error | null | undefined) => void;

/** Starts something of the SDK's that calls back, and gives what it returns besides a promise of the call. The promise may be ignored. */
export function completed<T>(start: (complete: Complete) => T): {
  readonly started: T;
  readonly finished: Promise<void>;
} {
  let settle: Complete | undefined;
  const finished = new Promise<void>((resolve, reject) => {
    settle = (error) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    };
  });
  finished.catch(() => undefined);
  return { started: start((error) => settle?.(error)), finished };
}

/** Waits for the end of something, and gives what it failed with, if it did. */
export async function failureOf(work: Promise<unknown>): Promise<{ readonly error: unknown } | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
}

/** Waits for the end of some work, whatever it is, but not for long. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    work.then(done, done);
  });
}
