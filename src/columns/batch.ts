import type { Cells } from "./cells.ts";
import type { ColumnVector } from "./vectors.ts";

/** Some rows of a result. */
export interface Batch {
  /** How many rows. */
  readonly length: number;
  /** How many bytes the rows took as the server sent them, decompressed. A batch that `maxRows` has cut counts those of all its rows. */
  readonly bytes: number;
}

/** Rows one by one, shaped as the statement asked for. */
export interface RowBatch extends Batch {
  readonly rows: readonly unknown[];
}

/** Rows column by column. */
export interface ColumnBatch extends Batch {
  /** One vector for each column of the result, in its order. */
  readonly columns: readonly ColumnVector[];
}

/** Decodes cells into batches. */
export interface BatchBuilder<B extends Batch = Batch> {
  /** Decodes some rows. @throws `INVALID_VALUE` for a cell that cannot be given, with its column and row. */
  add(cells: Cells): void;
  /** Whether a batch is complete: who reads the wire should wait until it has been taken. */
  readonly isFull: boolean;
  /**
   * Gives the next batch: of rows, all that there are; of columns, one that is complete, or what there is at the end of the result.
   *
   * @param ended - whether no more rows will come.
   */
  take(ended: boolean): B | undefined;
}
