import { cancelled, SnowflakeError } from "../errors.ts";
import type { Query } from "../sql/ast.ts";
import type { Statement } from "../sql/statement-ast.ts";

/** What a statement waits for before it runs. */
export type Waiting = "RESUMING_WAREHOUSE" | "QUEUED";

type Tell = (waiting: Waiting | undefined) => void;

/** The virtual warehouse that queries and DML run on, whatever its name: it can be suspended. */
export interface VirtualWarehouse {
  suspend(): void;
  resume(): void;
  /** Waits until a statement may run; `tell` hears what it waits for, undefined when it goes on. An abort rejects. */
  enter(signal: AbortSignal, tell: Tell): Promise<void>;
}

/** Makes a warehouse that runs. */
export function createWarehouse(): VirtualWarehouse {
  let resumed: Promise<void> | undefined;
  let wake: () => void = () => undefined;
  return {
    suspend: () => {
      resumed ??= new Promise((resolve) => (wake = resolve));
    },
    resume: () => {
      resumed = undefined;
      wake();
    },
    enter: async (signal, tell) => {
      while (resumed !== undefined) {
        tell("RESUMING_WAREHOUSE");
        await unlessStopped(resumed, signal);
      }
      tell(undefined);
    },
  };
}

/** Keeps a statement in the queue until it is let go; `tell` hears of it. An abort rejects. */
export async function queued(released: Promise<void>, signal: AbortSignal, tell: Tell): Promise<void> {
  tell("QUEUED");
  await unlessStopped(released, signal);
  tell(undefined);
}

function unlessStopped(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof SnowflakeError ? signal.reason : cancelled());
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    void promise.then(resolve).finally(() => signal.removeEventListener("abort", stop));
  });
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
