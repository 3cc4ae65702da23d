import { WarehouseError, type ErrorDetails } from "../errors.ts";

/** Makes the error for credentials that could not be fetched or used. */
export function credentialsError(message: string, details: ErrorDetails = {}): WarehouseError {
  return new WarehouseError("CREDENTIALS", message, { ...details, phase: "credentials" });
}

/** Makes the error for a setting that cannot be right: an option or an environment variable. */
export function badSetting(message: string, cause?: unknown): WarehouseError {
  return new WarehouseError("INVALID_ARGUMENT", message, { cause, phase: "credentials" });
}
