import { atCell } from "./rows.ts";
import { VectorBuilder } from "./vector-builder.ts";
import type { BatchBuilder, ColumnBatch } from "./batch.ts";
import type { CellReader, StorageOptions } from "./reader.ts";
import type { Column } from "../values/types.ts";

/** How a result is cut into batches of columns, and how those are stored. */
export interface VectorOptions extends StorageOptions {
  /** The most rows of a batch. Default 65 536. */
  readonly batchRows?: number | undefined;
  /** A batch ends about where its rows come to so many bytes, as the server sends them. Default 8 388 608 (8 MiB). */
  readonly batchBytes?: number | undefined;
}

const defaultRows = 65_536;
const defaultBytes = 8 * 1024 * 1024;

/** What of a result is wanted at most: who has more is told at once, and not at the end of a batch. */
interface Bounds {
  readonly maxRows?: number | undefined;
  readonly maxBytes?: number | undefined;
}

/** Makes the builder of one result's columns. */
export function vectorBatches(
  columns: readonly Column[],
  readers: readonly CellReader[],
  options: VectorOptions & Bounds,
): BatchBuilder<ColumnBatch> {
  const { batchRows = defaultRows, batchBytes = defaultBytes, maxRows = Infinity, maxBytes = Infinity } = options;
  const builders = columns.map((column, index) => {
    const reader = readers[index];
    if (reader === undefined) throw new Error("each column has a reader");
    return new VectorBuilder(column, reader.storage(options));
  });
  const complete: ColumnBatch[] = [];
  let length = 0;
  let bytes = 0;
  let before = 0;
  let bytesBefore = 0;
  let isFirst = true;

  const cut = () => {
    complete.push({ length, bytes, columns: builders.map((builder) => builder.take()) });
    isFirst = false;
    before += length;
    bytesBefore += bytes;
    length = 0;
    bytes = 0;
  };

  return {
    add(cells) {
      let rest = cells.rowBytes;
      for (let from = 0; from < cells.rows;) {
        // Rows that came together are taken to be equally wide.
        const fitting = Math.ceil(((batchBytes - bytes) * (cells.rows - from)) / rest);
        const to = Math.min(cells.rows, from + Math.min(fitting, batchRows - length));
        for (const [index, builder] of builders.entries()) {
          try {
            builder.append(cells, index, from, to);
          } catch (error) {
            throw atCell(error, columns[index], before + builder.length);
          }
        }
        length += to - from;
        const share = Math.ceil((rest * (to - from)) / (cells.rows - from));
        bytes += share;
        rest -= share;
        from = to;
        const isFull = length >= batchRows || bytes >= batchBytes;
        if (isFull || before + length > maxRows || bytesBefore + bytes > maxBytes) cut();
      }
    },
    get isFull() {
      return complete.length > 0;
    },
    take(ended) {
      // A result without rows has one batch without rows, which still tells how its columns are stored.
      if (ended && (length > 0 || isFirst)) cut();
      return complete.shift();
    },
  };
}
