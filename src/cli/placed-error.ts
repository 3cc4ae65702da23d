import { WarehouseError } from "../errors.ts";

/** An error of the warehouse together with the statement as it was sent, in which its position counts. */
export class PlacedError extends Error {
  override readonly name = "PlacedError";
  readonly error: WarehouseError;
  readonly text: string;

  constructor(error: WarehouseError, text: string) {
    super(error.message, { cause: error });
    this.error = error;
    this.text = text;
  }
}

/** Puts an error that has a position together with its statement. Any other stays as it is. */
export function placed(error: unknown, sent: () => string): unknown {
  return WarehouseError.is(error) && error.position !== undefined ? new PlacedError(error, sent()) : error;
}
