import { readIsoDays, readIsoTime, readIsoTimestamp } from "./iso-cells.ts";
import { cellsOf } from "../../columns/cells.ts";
import { dateStorage, decimalStorage, int64Words, momentWords } from "../../columns/fixed-storage.ts";
import { plainReader, type CellReader } from "../../columns/reader.ts";
import { vectorBatches } from "../../columns/vector-batches.ts";
import { WarehouseError } from "../../errors.ts";
import { standardPolicy, text } from "../../values/decode.ts";
import { refuse } from "../unsupported.ts";
import type { Cell, RowSink } from "../../bulk-engine.ts";
import type { ColumnBatch } from "../../columns/batch.ts";
import type { BulkGround } from "../ground.ts";
import type { Column } from "../../values/types.ts";

/** Encoding takes turns with everything else: the event loop waits for one batch, and so it is small. */
const batchRows = 8_192;
const batchBytes = 2 * 1024 * 1024;

/** Refuses columns that a Parquet file cannot carry into the warehouse. @throws `UNSUPPORTED` naming them. */
export function checkStaged(
  columns: readonly Column[],
  { engine, dialect }: Pick<BulkGround, "engine" | "dialect">,
): void {
  const refused = columns.filter((column) => !engine.insertion.isStageable(column));
  if (refused.length === 0) return;
  const named = refused.map(({ name, nativeType }) => `${JSON.stringify(name)} (${nativeType})`).join(", ");
  refuse(`A Parquet file cannot carry ${named} into ${dialect.title}: insert these rows without the option via.`);
}

/** Puts rows together as batches of columns, in the types that the table's own columns have. */
export function batchSink(columns: readonly Column[]): RowSink<ColumnBatch> {
  const builder = vectorBatches(columns, columns.map(storedReader), { batchRows: Infinity, batchBytes: Infinity });
  let rows = 0;
  let bytes = 0;
  return {
    get rows() {
      return rows;
    },
    get bytes() {
      return bytes;
    },
    get isFull() {
      return rows >= batchRows || bytes >= batchBytes;
    },
    add(cells: readonly Cell[]) {
      const row = cellsOf(cells);
      try {
        builder.add(row);
      } catch (error) {
        throw notCarried(error);
      }
      rows++;
      bytes += row.rowBytes;
      return true;
    },
    take() {
      const batch = builder.take(true);
      if (batch === undefined) throw new Error("a batch has a row");
      rows = 0;
      bytes = 0;
      return batch;
    },
  };
}

/** It is the caller's value that does not fit, and not the server's. */
function notCarried(error: unknown): unknown {
  if (!WarehouseError.is(error)) return error;
  const { message, rowIndex, path } = error;
  return new WarehouseError("INVALID_ARGUMENT", message, { rowIndex, path });
}

function storedReader(column: Column): CellReader {
  const { type, precision, scale } = column;
  const isFixedPoint = /^NUM(?:ERIC|BER)/.test(column.nativeType) && precision !== undefined;
  switch (type) {
    case "integer":
    case "decimal":
      // Redshift takes a decimal for a decimal only, and Snowflake's integers are decimals.
      if (!isFixedPoint) return plainReader(column, type, standardPolicy);
      return { value: text(), storage: () => decimalStorage(precision, scale ?? 0) };
    case "date":
      return { value: text(), storage: () => dateStorage(readIsoDays) };
    case "time":
      return {
        value: text(),
        storage: () =>
          int64Words(momentWords(readIsoTime, "microsecond"), (values) => ({
            layout: "time",
            values,
            unit: "microsecond",
          })),
      };
    case "timestamp":
    case "timestamptz": {
      const zone = type === "timestamptz" ? "UTC" : undefined;
      return {
        value: text(),
        storage: () =>
          int64Words(momentWords(readIsoTimestamp, "microsecond"), (values) => ({
            layout: "timestamp",
            values,
            unit: "microsecond",
            zone,
          })),
      };
    }
    case "timetz":
      return plainReader(column, "text", standardPolicy);
    default:
      return plainReader(column, type, standardPolicy);
  }
}
