/** Says which of what a fault is about it meets. */
export interface FaultCount {
  /** How many go through before, default 0. */
  readonly after?: number;
  /** How many are met, default 1; `Infinity` until undone. */
  readonly times?: number;
}

/** Is a fault that something has met. */
interface Met<Fault> {
  readonly fault: Fault;
  /** Settles when the fault is undone: what it holds goes on. */
  readonly undone: Promise<void>;
}

/** Is the faults in force, the same for every stand-in. */
export interface Faults<Fault, Asked> {
  /** Adds one, behind those asked for before; returns what undoes it, and lets go of what it holds. */
  add(fault: Fault & FaultCount): () => void;
  /** Counts what is asked and gives what it meets, if anything. */
  next(asked: Asked): Met<Fault> | undefined;
  /** Undoes those that hold. */
  release(): void;
  /** Undoes all of them. */
  clear(): void;
}

interface Entry<Fault> extends Met<Fault> {
  before: number;
  left: number;
  undo(): void;
}

/** Makes the faults of a stand-in, none at first; `meets` tells which requests or statements one is about. */
export function createFaults<Fault extends { readonly kind: string }, Asked>(
  meets: (fault: Fault, asked: Asked) => boolean,
): Faults<Fault, Asked> {
  // One that has met all it was to meet stays as long as it may hold something.
  const entries = new Set<Entry<Fault>>();
  const undoAll = (which: (entry: Entry<Fault>) => boolean): void => {
    for (const entry of [...entries].filter(which)) entry.undo();
  };
  return {
    add(fault) {
      let settle: () => void = () => undefined;
      const undone = new Promise<void>((resolve) => (settle = resolve));
      const entry: Entry<Fault> = {
        fault,
        undone,
        before: fault.after ?? 0,
        left: fault.times ?? 1,
        undo() {
          entries.delete(entry);
          settle();
        },
      };
      entries.add(entry);
      return () => entry.undo();
    },
    next(asked) {
      for (const entry of entries) {
        if (entry.left <= 0 || !meets(entry.fault, asked)) continue;
        if (entry.before > 0) {
          entry.before--;
          continue;
        }
        entry.left--;
        if (entry.left <= 0 && entry.fault.kind !== "hold") entries.delete(entry);
        return entry;
      }
      return undefined;
    },
    release: () => undoAll(({ fault }) => fault.kind === "hold"),
    clear: () => undoAll(() => true),
  };
}

/** Whether a text is meant: a string by containing it, an expression by matching it. */
export const means = (pattern: RegExp | string, text: string): boolean =>
  // Not `test`, which for an expression with the flag `g` goes on from the match before.
  typeof pattern === "string" ? text.includes(pattern) : text.search(pattern) >= 0;
