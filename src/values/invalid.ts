import { WarehouseError } from "../errors.ts";

/** Makes the error for a cell that cannot be given exactly; the builder of its row or column adds where it is. */
export function invalidValue(problem: string): WarehouseError {
  return new WarehouseError("INVALID_VALUE", problem, { phase: "fetch" });
}
