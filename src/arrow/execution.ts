import { recordBatches, type ArrowOptions, type RecordBatches } from "./record-batches.ts";
import { through } from "../through.ts";
import type { RecordBatch, Table } from "apache-arrow";
import type { Arrow } from "./library.ts";
import type { Batch, ColumnBatch } from "../columns/batch.ts";
import type { Execution } from "../driver.ts";

/** A batch as Arrow has it. */
interface ArrowBatch extends Batch {
  readonly recordBatch: RecordBatch;
}

/** An execution that gives Arrow's batches, at least one, and makes a table of them. */
export interface ArrowExecution extends Execution<ArrowBatch> {
  table(batches: readonly RecordBatch[]): Table;
}

/** What a statement without a result gives. */
const nothing: ColumnBatch = { length: 0, bytes: 0, columns: [] };

/**
 * Makes a statement's batches Arrow's. What cannot be one stops the statement.
 *
 * @param told - makes of what is thrown here what the caller is told, who may have asked for more than a reading.
 * @throws as {@link recordBatches}.
 */
export async function arrowExecution(
  execution: Execution<ColumnBatch>,
  arrow: Arrow,
  options: ArrowOptions,
  told: (error: unknown) => unknown,
): Promise<ArrowExecution> {
  const orStop = async <T>(work: () => T): Promise<T> => {
    try {
      return work();
    } catch (error) {
      await execution.cancel();
      throw told(error);
    }
  };
  const converter: RecordBatches = await orStop(() =>
    recordBatches(arrow, execution.columns, execution.columns.length > 0 ? options : {}),
  );
  let given = false;
  const batches = through<ArrowBatch>(execution, async () => {
    const batch = (await execution.next()) ?? (given ? undefined : nothing);
    if (batch === undefined) return undefined;
    given = true;
    const recordBatch = await orStop(() => converter.add(batch));
    return { length: batch.length, bytes: batch.bytes, recordBatch };
  });
  return Object.assign(batches, { table: (of: readonly RecordBatch[]) => converter.table(of) });
}
