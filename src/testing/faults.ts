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
  /** Adds one, behind those asked for before; returns what undoes it, and lets go of what it holds. Throws a TypeError for one that is none. */
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

/** Says what faults there are, for callers whose types are not checked. */
export interface FaultTerms<Fault extends { readonly kind: string }> {
  /** The kinds, and what one of each must say. */
  readonly kinds: Readonly<Record<Fault["kind"], readonly string[]>>;
  /** What `operation` may name. */
  readonly operations?: readonly string[];
}

/** Makes the faults of a stand-in, none at first; `meets` tells which requests or statements one is about. */
export function createFaults<Fault extends { readonly kind: string }, Asked>(
  terms: FaultTerms<Fault>,
  meets: (fault: Fault, asked: Asked) => boolean,
): Faults<Fault, Asked> {
  // One that has met all it was to meet stays as long as it may hold something.
  const entries = new Set<Entry<Fault>>();
  const undoAll = (which: (entry: Entry<Fault>) => boolean): void => {
    for (const entry of [...entries].filter(which)) entry.undo();
  };
  return {
    add(fault) {
      check(fault, terms);
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
        if (entry.left <= 0 && !keeps(entry.fault)) entries.delete(entry);
        return entry;
      }
      return undefined;
    },
    release: () => undoAll(({ fault }) => fault.kind === "hold"),
    clear: () => undoAll(() => true),
  };
}

/** Whether what meets it stays as it is until it is undone. */
const keeps = ({ kind }: { readonly kind: string }): boolean => kind === "hold" || kind === "hang";

/** A fault that nothing meets, or that is another than was meant, lets a test pass for the wrong reason. */
function check<Fault extends { readonly kind: string }>(fault: Fault & FaultCount, terms: FaultTerms<Fault>): void {
  const { kinds, operations = [] } = terms;
  const given = new Map<string, unknown>(Object.entries(fault));
  const needed = Object.hasOwn(kinds, fault.kind) ? kinds[fault.kind as Fault["kind"]] : undefined; // just found there
  if (!needed) throw new TypeError(`A fault's kind is ${Object.keys(kinds).join(", ")}, not ${fault.kind}.`);
  const missing = needed.find((name) => given.get(name) === undefined);
  if (missing !== undefined) throw new TypeError(`A fault of the kind ${fault.kind} needs its ${missing}.`);
  const operation = given.get("operation");
  if (operation !== undefined && !(typeof operation === "string" && operations.includes(operation)))
    throw new TypeError(`A fault of the kind ${fault.kind} knows no operation ${JSON.stringify(operation)} here.`);
  for (const [name, count] of Object.entries({ after: fault.after ?? 0, times: fault.times ?? 1 })) {
    if (!(Number.isInteger(count) || count === Infinity) || count < 0)
      throw new TypeError(`A fault's ${name} is a count of 0 or more, not ${String(count)}.`);
  }
}

/** Whether a text is meant: a string by containing it, an expression by matching it. */
export const means = (pattern: RegExp | string, text: string): boolean =>
  // Not `test`, which for an expression with the flag `g` goes on from the match before.
  typeof pattern === "string" ? text.includes(pattern) : text.search(pattern) >= 0;
