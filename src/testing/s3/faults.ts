import type { S3Operation } from "./routes.ts";

/** Says which requests go wrong, and how. */
export type S3Fault = {
  /** Default all. */
  readonly operation?: S3Operation;
  /** A prefix, or what must match; only requests that name an object are met. Default all. */
  readonly key?: RegExp | string;
  /** How many go through before, default 0. */
  readonly after?: number;
  /** How many are met, default 1; `Infinity` until undone. */
  readonly times?: number;
} & S3Effect;

/** Says how a request goes wrong. Only `cut` comes after S3 has done what was asked. */
export type S3Effect =
  /** S3 refuses: a code it knows (`SlowDown` 503, `AccessDenied` 403, `InternalError` 500 …) or any with its status. */
  | { readonly kind: "error"; readonly code: string; readonly status?: number; readonly message?: string }
  /** The connection is reset instead of an answer. */
  | { readonly kind: "reset" }
  /** The connection ends half-way through the body of the answer, whose length was announced in full. */
  | { readonly kind: "cut" }
  /** The request waits until `release()`. */
  | { readonly kind: "hold" };

/** Is what a fault is held against. */
interface Asked {
  readonly operation: S3Operation;
  readonly key: string | undefined;
}

/** Is the faults in force. */
export interface Faults {
  /** Adds one, behind those asked for before; returns what undoes it. */
  add(fault: S3Fault): () => void;
  /** Counts a request and gives what it meets, if anything. */
  next(asked: Asked): S3Effect | undefined;
  /** Resolves with the next release. */
  released(): Promise<void>;
  /** Lets go what is held, and holds nothing more. */
  release(): void;
}

/** Makes the faults of a server, none at first. */
export function createFaults(): Faults {
  const entries = new Set<{ readonly fault: S3Fault; before: number; left: number }>();
  let { promise, resolve } = signal();
  return {
    add(fault) {
      const entry = { fault, before: fault.after ?? 0, left: fault.times ?? 1 };
      entries.add(entry);
      return () => void entries.delete(entry);
    },
    next(asked) {
      for (const entry of entries) {
        if (!meets(entry.fault, asked)) continue;
        if (entry.before > 0) {
          entry.before--;
          continue;
        }
        if (--entry.left <= 0) entries.delete(entry);
        return entry.fault;
      }
      return undefined;
    },
    released: () => promise,
    release() {
      for (const entry of entries) if (entry.fault.kind === "hold") entries.delete(entry);
      resolve();
      ({ promise, resolve } = signal());
    },
  };
}

function meets({ operation, key }: S3Fault, asked: Asked): boolean {
  if (operation !== undefined && operation !== asked.operation) return false;
  if (key === undefined) return true;
  if (asked.key === undefined) return false;
  // Not `test`, which for an expression with the flag `g` goes on from the match before.
  return typeof key === "string" ? asked.key.startsWith(key) : asked.key.search(key) >= 0;
}

function signal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
