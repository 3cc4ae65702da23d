import { reworded, WarehouseError } from "../../errors.ts";
import type { Column } from "../../values/types.ts";

/** Says of a value why it cannot be inserted; who knows its row and column makes the error of it. */
class Refusal extends Error {}

/** Makes a refusal. @param what - goes on from "the value …", and never quotes it. */
export function refusal(what: string): Error {
  return new Refusal(what);
}

/** Tells where a value was refused. What else was thrown, such as by a getter of the caller's, is the cause. */
export function refusedAt(error: unknown, column: Column, rowIndex: number): WarehouseError {
  const where = `Row ${rowIndex + 1}, column ${JSON.stringify(column.name)} (${column.nativeType})`;
  const details = { rowIndex, path: [column.name] };
  if (error instanceof Refusal) {
    return new WarehouseError("INVALID_ARGUMENT", `${where}: the value ${error.message}.`, details);
  }
  if (WarehouseError.is(error)) return reworded(error, `${where}: ${error.message}`, details);
  return new WarehouseError(
    "INVALID_ARGUMENT",
    `${where}: the value cannot be read, for the reason that is the cause.`,
    {
      ...details,
      cause: error,
    },
  );
}

/** Tells of a row that is not as the others or as the table. */
export function refusedRow(what: string, rowIndex: number, path: readonly string[] = []): WarehouseError {
  return new WarehouseError("INVALID_ARGUMENT", `Row ${rowIndex + 1} ${what}.`, { rowIndex, path });
}
