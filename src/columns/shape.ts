import { headOf } from "./vectors.ts";
import { vectorBatches } from "./vector-batches.ts";
import { rowBuilder } from "./rows.ts";
import type { Batch, BatchBuilder, ColumnBatch, RowBatch } from "./batch.ts";
import type { CellReader } from "./reader.ts";
import type { Column, RowMode } from "../values/types.ts";

/** What a result is given as. */
export interface Shape<B extends Batch = RowBatch> {
  /** Whether a batch holds a row's cells under its columns' names, which must then differ. */
  readonly isKeyedByName: boolean;
  /** Whether the result is expected to be large, so that a round trip is worth it that makes its cells cheaper. */
  readonly isLarge: boolean;
  /** Makes what builds the batches of one result. @param readers - one for each column. */
  builder(columns: readonly Column[], readers: readonly CellReader[]): BatchBuilder<B>;
  /** Gives the first rows of a batch. */
  head(batch: B, rows: number): B;
}

/**
 * Rows live until they have been read; in larger batches they outlive V8's young generation, which halves the speed and doubles the memory
 * (measured: 4,096 rows against 1,024, and on Node 24 1,024 against 512).
 */
const rowBatch = { rows: 512, bytes: 256 * 1024 };

/** Gives rows. */
export const rowsOf = { object: rowShape("object"), array: rowShape("array") } as const;

function rowShape(mode: RowMode): Shape {
  return {
    isKeyedByName: mode === "object",
    isLarge: false,
    builder: (columns, readers) =>
      rowBuilder(
        columns,
        readers.map(({ value }) => value),
        mode,
        rowBatch,
      ),
    head: (batch, rows) => ({ ...batch, rows: batch.rows.slice(0, rows), length: rows }),
  };
}

/** Gives columns. */
export function columnsOf(options: Parameters<typeof vectorBatches>[2]): Shape<ColumnBatch> {
  return {
    isKeyedByName: false,
    isLarge: true,
    builder: (columns, readers) => vectorBatches(columns, readers, options),
    head: (batch, length) => ({ ...batch, length, columns: batch.columns.map((vector) => headOf(vector, length)) }),
  };
}
