import type { Command } from "commander";
import { connectOptions } from "./connect-options.ts";
import type { ConnectOptions, Warehouse } from "../index.ts";
import type { Ground } from "./ground.ts";

/** What was stopped is given so long to stop on the server. */
const closeTimeoutMs = 5_000;

/** Works with the tenant's warehouse, and closes it afterwards. What the run's end interrupts is stopped on the server. */
export async function withWarehouse<T>(
  command: Command,
  ground: Ground,
  work: (db: Warehouse) => Promise<T>,
  more: Pick<ConnectOptions, "lazy"> = {},
): Promise<T> {
  const { connectWarehouse } = await import("./library.ts");
  const db = await connectWarehouse({ pool: { max: 2 }, ...(await connectOptions(command, ground)), ...more });
  try {
    return await work(db);
  } finally {
    await db.close({ timeoutMs: closeTimeoutMs });
  }
}
