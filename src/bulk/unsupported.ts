import { WarehouseError } from "../errors.ts";

/** Refuses what the warehouse cannot do. @param reason - a sentence; `undefined` where it can. @throws `UNSUPPORTED`. */
export function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw new WarehouseError("UNSUPPORTED", reason);
}
