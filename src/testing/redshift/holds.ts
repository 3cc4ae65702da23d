/** Keeps statements in the queue of the workload management until they are let go. */
export interface Holds {
  /** Holds the statements to come whose text matches; gives what lets go of them, and holds no more. */
  add(pattern: RegExp | string): () => void;
  /** Gives what settles when a statement may run; undefined where it may at once. */
  of(sql: string): Promise<unknown> | undefined;
}

/** Makes an empty set of holds. */
export function createHolds(): Holds {
  const holds = new Set<{ readonly matches: (sql: string) => boolean; readonly released: Promise<void> }>();
  return {
    add(pattern) {
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      const matches = (sql: string): boolean =>
        typeof pattern === "string" ? sql.includes(pattern) : sql.search(pattern) >= 0;
      const hold = { matches, released };
      holds.add(hold);
      return () => {
        holds.delete(hold);
        release();
      };
    },
    of(sql) {
      const waiting = [...holds].filter((hold) => hold.matches(sql)).map((hold) => hold.released);
      return waiting.length > 0 ? Promise.all(waiting) : undefined;
    },
  };
}
