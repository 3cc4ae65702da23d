/** The most parts that are fetched before they are needed, and the most bytes that they take, the part that is being read included. */
const maxAhead = 3;
const maxBytes = 32 * 1024 * 1024;

/** Parts that are fetched before they are needed. */
export interface Prefetch<T> {
  /** Gives the next part, which the reader must have finished the one before for. */
  next(): Promise<T> | undefined;
  /** Lets go of what has been fetched. */
  drop(): void;
}

/**
 * Fetches parts in their order, some ahead of the reader: as many as fit in memory, and at least the one that is needed.
 *
 * @param sizes - what each part takes until it has been read, in bytes.
 */
export function prefetch<T>(sizes: readonly number[], fetchPart: (part: number) => Promise<T>): Prefetch<T> {
  const waiting: Promise<T>[] = [];
  let needed = 0;
  let started = 0;
  let heldBytes = 0;

  const start = (size: number) => {
    const fetched = fetchPart(started++);
    // It may fail while an earlier part is still read; whoever comes to it sees that then.
    fetched.catch(() => undefined);
    waiting.push(fetched);
    heldBytes += size;
  };

  return {
    next() {
      heldBytes -= sizes[needed - 1] ?? 0;
      for (let size = sizes[started]; size !== undefined; size = sizes[started]) {
        const fits = started - needed <= maxAhead && heldBytes + size <= maxBytes;
        if (started > needed && !fits) break;
        start(size);
      }
      needed++;
      return waiting.shift();
    },
    drop() {
      waiting.length = 0;
      started = Infinity;
    },
  };
}
