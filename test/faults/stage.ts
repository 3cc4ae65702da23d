import { WarehouseError, type ConnectOptions, type Warehouse } from "peak-warehouse";
import type { Side } from "./ground.ts";

/** What a call under a fault came to. */
export interface Trial {
  /** `served`, or the error's code and effect: `TIMEOUT, unknown`. */
  readonly outcome: string;
  /** What it was rejected with. */
  readonly error?: unknown;
  readonly tookMs: number;
}

/** Rows that a call was to write, all or none. */
interface Write {
  readonly ids: readonly number[];
  /** How often each may be in the ledger afterwards. */
  readonly times: readonly number[];
}

/** What a scenario plays on: a warehouse reached through a network of its own, and a ledger of its own. */
export interface Stage {
  readonly side: Side;
  readonly ledger: string;
  readonly application: string;
  /** The limit of the call that meets the fault, at most 3 000. */
  readonly timeoutMs: number;
  /** Connects through the network; what is open is closed at the end. */
  open(options?: ConnectOptions): Promise<Warehouse>;
  /** What the login that meets the fault is told. */
  readonly options: ConnectOptions;
  /** How many connections there are in the network. */
  readonly connections: () => number;
  /** What was written, for the ledger's check. */
  readonly writes: Write[];
  /** What is open, the last opened last. */
  readonly opened: Warehouse[];
}

/** Makes a call, and measures it. */
export async function attempt(work: () => Promise<unknown>): Promise<Trial> {
  const start = performance.now();
  const [outcome, error] = await work().then(
    () => ["served"] as const,
    (reason: unknown) => [described(reason), reason] as const,
  );
  return { outcome, error, tookMs: performance.now() - start };
}

/** Makes a call that writes ids, and notes what the ledger may hold of them by what the call came to. */
export async function write(stage: Stage, ids: readonly number[], work: () => Promise<unknown>): Promise<Trial> {
  const trial = await attempt(work);
  stage.writes.push({ ids, times: allowedTimes(trial) });
  return trial;
}

function allowedTimes({ error, outcome }: Trial): readonly number[] {
  if (outcome === "served") return [1];
  return WarehouseError.is(error) && error.effect === "unknown" ? [0, 1] : [0];
}

function described(error: unknown): string {
  return WarehouseError.is(error) ? `${error.code}, ${error.effect}` : `foreign error ${String(error)}`;
}

/** Waits for something that comes by itself, as a server's notice of a client's end does. Tells whether it came in time. */
export async function comes(condition: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
