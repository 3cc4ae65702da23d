import { invalidArgument, WarehouseError } from "./errors.ts";
import { through } from "./through.ts";
import type { Batch } from "./columns/batch.ts";
import type { Shape } from "./columns/shape.ts";
import type { Execution } from "./driver.ts";

/** How much a statement may give. */
export interface ResultLimits {
  /** The most rows. A result with more is stopped on the server, and the call rejects with `LIMIT`. Default: no limit. */
  readonly maxRows?: number | undefined;
  /** The most bytes that the rows may take as the server sends them, decompressed; a result with more ends as with `maxRows`. Default: no limit. */
  readonly maxBytes?: number | undefined;
}

/** @throws `INVALID_ARGUMENT` for a limit that is no count. */
export function checkLimits({ maxRows, maxBytes }: ResultLimits): void {
  checkCount("maxRows", maxRows);
  checkCount("maxBytes", maxBytes);
}

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return;
  throw invalidArgument(`${name} must be a whole number from 0 on.`);
}

/** Makes an execution give no more than it may: first every row within `maxRows`, then `LIMIT`; the server is stopped meanwhile. */
export function limited<B extends Batch>(execution: Execution<B>, limits: ResultLimits, shape: Shape<B>): Execution<B> {
  const { maxRows = Infinity, maxBytes = Infinity } = limits;
  if (maxRows === Infinity && maxBytes === Infinity) return execution;
  let rows = 0;
  let bytes = 0;
  let exceeded: WarehouseError | undefined;

  const within = (batch: B): B | undefined => {
    const room = maxRows - rows;
    rows += batch.length;
    bytes += batch.bytes;
    if (bytes > maxBytes) exceeded = limitError("maxBytes", maxBytes);
    else if (rows > maxRows) exceeded = limitError("maxRows", maxRows);
    else return batch;
    void execution.cancel();
    return bytes > maxBytes || room === 0 ? undefined : shape.head(batch, room);
  };

  return through(execution, async () => {
    const batch = exceeded === undefined ? await execution.next() : undefined;
    const given = batch && within(batch);
    if (given === undefined && exceeded !== undefined) throw exceeded;
    return given;
  });
}

function limitError(name: keyof ResultLimits, limit: number): WarehouseError {
  const unit = (name === "maxRows" ? "row" : "byte") + (limit === 1 ? "" : "s");
  return new WarehouseError(
    "LIMIT",
    `The result has more than ${limit} ${unit}, the ${name} of this call; it was stopped. Ask for less, or raise ${name}.`,
    { phase: "fetch" },
  );
}
