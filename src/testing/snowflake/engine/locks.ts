import { cancelled, SnowflakeError } from "../errors.ts";

/** Shared: inserting. Exclusive: updating, deleting, merging, changing the table itself. */
export type Mode = "shared" | "exclusive";

interface Waiter {
  readonly owner: object;
  readonly mode: Mode;
  readonly grant: () => void;
}

interface Lock {
  readonly holders: Map<object, Mode>;
  readonly waiters: Waiter[];
}

/** Locks of tables. An owner is a transaction, or a statement outside one. */
export interface Locks {
  /** Waits until the owner holds the lock; an abort rejects, and so does `timeoutMs` (LOCK_TIMEOUT) with 000625, as does a deadlock. */
  acquire(table: number, mode: Mode, owner: object, signal: AbortSignal, timeoutMs: number): Promise<void>;
  releaseAll(owner: object): void;
}

/** Makes the locks of one account. */
export function createLocks(): Locks {
  const locks = new Map<number, Lock>();
  const compatible = (lock: Lock, owner: object, mode: Mode): boolean =>
    [...lock.holders].every(([holder, held]) => holder === owner || (held === "shared" && mode === "shared"));
  const take = (lock: Lock, owner: object, mode: Mode): void => {
    lock.holders.set(owner, lock.holders.get(owner) === "exclusive" ? "exclusive" : mode);
  };
  // Whom an owner would wait for: those who hold the lock against it, then those whom these wait for, and so on.
  const deadlocks = (lock: Lock, owner: object, mode: Mode): boolean => {
    const seen = new Set<object>();
    const open = blockers(lock, owner, mode);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === owner) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      for (const other of locks.values())
        for (const waiter of other.waiters) if (waiter.owner === next) open.push(...blockers(other, next, waiter.mode));
    }
    return false;
  };
  const blockers = (lock: Lock, owner: object, mode: Mode): object[] =>
    [...lock.holders].filter(([holder, held]) => holder !== owner && !(held === "shared" && mode === "shared")).map(([holder]) => holder); // prettier-ignore
  const wake = (lock: Lock): void => {
    // In turn: a reader of the queue never passes one that came before, or writers of whole tables would starve.
    for (
      let next = lock.waiters[0];
      next !== undefined && compatible(lock, next.owner, next.mode);
      next = lock.waiters[0]
    ) {
      lock.waiters.shift();
      take(lock, next.owner, next.mode);
      next.grant();
    }
  };
  return {
    acquire: async (table, mode, owner, signal, timeoutMs) => {
      const lock = locks.get(table) ?? { holders: new Map<object, Mode>(), waiters: [] };
      locks.set(table, lock);
      const mine = lock.holders.has(owner);
      if (compatible(lock, owner, mode) && (mine || lock.waiters.length === 0)) {
        take(lock, owner, mode);
        return;
      }
      if (deadlocks(lock, owner, mode)) throw deadlock();
      await new Promise<void>((resolve, reject) => {
        const settle = (error?: Error): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", abort);
          const index = lock.waiters.indexOf(waiter);
          if (index >= 0) lock.waiters.splice(index, 1);
          if (error === undefined) resolve();
          else {
            reject(error);
            wake(lock);
          }
        };
        const abort = (): void => settle(signal.reason instanceof SnowflakeError ? signal.reason : cancelled());
        const waiter: Waiter = { owner, mode, grant: () => settle() };
        // A holder that wants more goes first: the others wait for it anyway.
        if (mine) lock.waiters.unshift(waiter);
        else lock.waiters.push(waiter);
        const timer = setTimeout(() => settle(lockTimeout()), Math.min(timeoutMs, 2_147_483_647));
        timer.unref();
        if (signal.aborted) abort();
        else signal.addEventListener("abort", abort, { once: true });
      });
    },
    releaseAll: (owner) => {
      for (const [table, lock] of locks) {
        if (lock.holders.delete(owner)) wake(lock);
        if (lock.holders.size === 0 && lock.waiters.length === 0) locks.delete(table);
      }
    },
  };
}

const deadlock = (): SnowflakeError =>
  new SnowflakeError(
    "000625",
    "57014",
    "Statement was aborted: it and another transaction wait for each other's locks (deadlock).",
  );

const lockTimeout = (): SnowflakeError =>
  new SnowflakeError(
    "000625",
    "57014",
    "Statement has waited longer than LOCK_TIMEOUT for a lock that another transaction holds, and was aborted.",
  );
