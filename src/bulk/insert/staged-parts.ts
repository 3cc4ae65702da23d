import { batchSink } from "./staged-columns.ts";
import { filling, type Filled, type Filling } from "./filling.ts";
import { loadParquetWriter, parquetBytes, type ParquetWriter } from "../parquet/writer.ts";
import { recordBatches, type Arrow } from "../../arrow/index.ts";
import type { Data, RecordBatch } from "apache-arrow";
import type { ColumnBatch } from "../../columns/batch.ts";
import type { Column } from "../../values/types.ts";
import type { RowsOf } from "./cells.ts";
import type { RowSource } from "./row-source.ts";

/** A Parquet file in memory. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** A file ends where its cells come to so many bytes, before they are compressed. */
const partBytes = 64 * 1024 * 1024;

const form = { compression: "snappy", rowGroupRows: 1_048_576 } as const;

/** Makes what writes a source's rows as Parquet, a file at a call; `undefined` at the end. */
export async function partsOf(
  source: RowSource,
  rowsOf: RowsOf,
  columns: readonly Column[],
  stopped: () => boolean,
): Promise<() => Promise<Part | undefined>> {
  const writer = await loadParquetWriter();
  // A file's columns have the names that the server has: Snowflake finds them by those.
  const named = columns.map((column) => ({ ...column, name: column.nativeName }));
  const next = filling(source, rowsOf, batchSink(named), stopped);
  let ahead = await next();
  return async () => {
    if (ahead === undefined) return undefined;
    const part = await partFrom(writer, ahead, next, named);
    ahead = part.ahead;
    return part;
  };
}

async function partFrom(
  writer: ParquetWriter,
  first: Filled<ColumnBatch>,
  next: Filling<ColumnBatch>,
  columns: readonly Column[],
): Promise<Part & { readonly ahead: Filled<ColumnBatch> | undefined }> {
  const { arrow } = writer;
  const converter = recordBatches(arrow, columns);
  const done = { rows: 0, bytes: 0 };
  let ahead: Filled<ColumnBatch> | undefined = first;
  const batches = {
    columns,
    async next() {
      if (ahead === undefined || done.bytes >= partBytes) return undefined;
      const { batch, rows, bytes } = ahead;
      done.rows += rows;
      done.bytes += bytes;
      ahead = await next();
      return { length: batch.length, bytes: batch.bytes, recordBatch: withReals(arrow, converter.add(batch), columns) };
    },
  };
  const pieces: Uint8Array[] = [];
  for await (const piece of parquetBytes(writer, batches, form)) pieces.push(piece);
  return { bytes: Buffer.concat(pieces), rows: done.rows, ahead };
}

/** Gives columns of REAL as what they are: Redshift takes no doubles for them. */
function withReals(arrow: Arrow, batch: RecordBatch, columns: readonly Column[]): RecordBatch {
  if (columns.every(({ nativeType }) => nativeType !== "REAL")) return batch;
  const type = new arrow.Float32();
  const isReal = (at: number) => columns[at]?.nativeType === "REAL";
  const children = batch.data.children.map((child, at): Data => {
    if (!isReal(at)) return child;
    const { DATA, VALIDITY } = arrow.BufferType;
    return new arrow.Data(type, 0, child.length, child.nullCount, {
      [DATA]: Float32Array.from(child.values as Float64Array),
      [VALIDITY]: child.nullBitmap,
    });
  });
  const fields = batch.schema.fields.map((field, at) =>
    isReal(at) ? new arrow.Field(field.name, type, true, field.metadata) : field,
  );
  const schema = new arrow.Schema(fields);
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: batch.numRows, nullCount: 0, children });
  return Object.assign(new arrow.RecordBatch(schema, data), { schema });
}
