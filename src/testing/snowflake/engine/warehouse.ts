import { cancelled, SnowflakeError } from "../errors.ts";
import type { Query } from "../sql/ast.ts";
import type { Statement } from "../sql/statement-ast.ts";

/** What a statement waits for before it runs. */
export type Waiting = "RESUMING_WAREHOUSE" | "QUEUED";

/** The virtual warehouse that queries and DML run on, whatever its name: it can be suspended, and its queue held. */
export interface VirtualWarehouse {
  suspend(): void;
  resume(): void;
  /** Keeps statements in the queue until the function it returns is called. */
  holdQueue(): () => void;
  /** Waits until a statement may run; `tell` hears what it waits for, undefined when it goes on. An abort rejects. */
  enter(signal: AbortSignal, tell: (waiting: Waiting | undefined) => void): Promise<void>;
}

/** Makes a warehouse that runs. */
export function createWarehouse(): VirtualWarehouse {
  let isSuspended = false;
  const holds = new Set<object>();
  let waiters: (() => void)[] = [];
  const wake = (): void => {
    const woken = waiters;
    waiters = [];
    for (const go of woken) go();
  };
  const reason = (): Waiting | undefined =>
    isSuspended ? "RESUMING_WAREHOUSE" : holds.size > 0 ? "QUEUED" : undefined;
  return {
    suspend: () => {
      isSuspended = true;
    },
    resume: () => {
      isSuspended = false;
      wake();
    },
    holdQueue: () => {
      const hold = {};
      holds.add(hold);
      return () => {
        holds.delete(hold);
        wake();
      };
    },
    enter: async (signal, tell) => {
      for (let waiting = reason(); waiting !== undefined; waiting = reason()) {
        tell(waiting);
        await new Promise<void>((resolve, reject) => {
          const stop = (): void => reject(signal.reason instanceof SnowflakeError ? signal.reason : cancelled());
          waiters.push(() => {
            signal.removeEventListener("abort", stop);
            resolve();
          });
          if (signal.aborted) stop();
          else signal.addEventListener("abort", stop, { once: true });
        });
      }
      tell(undefined);
    },
  };
}

const working: ReadonlySet<Statement["t"]> = new Set(["insert", "update", "delete", "merge", "load", "unload"]);

/** Tells whether a statement needs a warehouse: DML, CREATE TABLE AS, and queries that read something. */
export function needsWarehouse(statement: Statement): boolean {
  if (statement.t === "query") return reads(statement.query);
  return working.has(statement.t) || (statement.t === "createTable" && statement.as !== undefined);
}

const reads = ({ body, ctes }: Query): boolean =>
  ctes.length > 0 ||
  body.t === "set" ||
  (body.t === "nested" && reads(body.query)) ||
  (body.t === "select" && body.from !== undefined);
