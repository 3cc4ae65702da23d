import { CommanderError } from "commander";
import { WarehouseError, type ErrorCode } from "../errors.ts";
import { Ended } from "./ended.ts";
import { PlacedError } from "./placed-error.ts";
import { UsageError } from "./usage.ts";

/** What the command ends with, for `--help`. */
export const exitCodeHelp = `Exit codes:
  0    done
  1    the warehouse refused or failed, or a value, file or limit stood in the way
  2    wrong usage
  3    no credentials, or they were refused
  4    the warehouse could not be reached, or the connection was lost
  124  a time limit passed
  130  stopped by Ctrl-C (other signals: 128 and their number)`;

const codes: Readonly<Record<ErrorCode, number>> = {
  CREDENTIALS: 3,
  UNSUPPORTED_WAREHOUSE: 3,
  AUTHENTICATION: 3,
  CONNECTION: 4,
  TIMEOUT: 124,
  INVALID_ARGUMENT: 2,
  QUERY: 1,
  LIMIT: 1,
  INVALID_VALUE: 1,
  INVALID_ROW: 1,
  STORAGE: 1,
  UNSUPPORTED: 1,
  CLOSED: 1,
};

/** Gives the code that a run ends with that has failed. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Ended) return error.exitCode;
  if (error instanceof PlacedError) return exitCodeOf(error.error);
  if (error instanceof UsageError || error instanceof CommanderError) return 2;
  return WarehouseError.is(error) ? codes[error.code] : 1;
}
