import { setImmediate } from "node:timers/promises";
import { rowsInFooter } from "./footer.ts";
import { ipcStreamOf, loadArrow, type Arrow, type ArrowExecution } from "../../arrow/index.ts";
import { WarehouseError, withoutSecrets } from "../../errors.ts";
import { notInstalled } from "../../optional-package.ts";
import type { Column } from "../../values/types.ts";
import type { RecordBatch, WriterProperties } from "parquet-wasm";

/** How the columns of a Parquet file are compressed. */
export type ParquetCompression = "snappy" | "zstd" | "gzip" | "none";

/** How a Parquet file is written. */
export interface ParquetForm {
  readonly compression: ParquetCompression;
  /** The most rows of a row group. */
  readonly rowGroupRows: number;
}

type Parquet = typeof import("parquet-wasm");

/** What a Parquet file is written with. */
export interface ParquetWriter {
  readonly arrow: Arrow;
  readonly parquet: Parquet;
}

/** Loads what writes Parquet. @throws `UNSUPPORTED` where a part of it is not installed. */
export async function loadParquetWriter(): Promise<ParquetWriter> {
  const arrow = await loadArrow();
  return { arrow, parquet: await import("parquet-wasm").catch(notInstalled("parquet-wasm", "Parquet files")) };
}

/** A row group is held until it is whole: so many bytes of it at most, however wide its rows. */
const rowGroupBytes = 32 * 1024 * 1024;

/**
 * A column's dictionary is given up where it becomes larger. The writer's own megabyte makes columns of many different values cost six times as
 * much, all of it at a row group's end (measured: 10 million doubles).
 */
const dictionaryBytes = 64 * 1024;

const codecs = { snappy: "SNAPPY", zstd: "ZSTD", gzip: "GZIP", none: "UNCOMPRESSED" } as const;

/**
 * Writes batches as a Parquet file, by the Arrow project's own writer (parquet-rs, as WebAssembly), row group by row group. Arrow's schema lies
 * in the file, too, so that readers of Arrow find every type again.
 *
 * To be read to its end, or left by `return()`: what the writer holds is let go of then.
 *
 * @throws what the batches throw; `STORAGE` where the writer fails.
 */
export async function* parquetBytes(
  { arrow, parquet }: ParquetWriter,
  batches: Pick<ArrowExecution, "next" | "columns">,
  form: ParquetForm,
): AsyncGenerator<Uint8Array, void> {
  let rows = 0;
  let failure: { readonly error: unknown } | undefined;
  let left = false;

  const input = new ReadableStream<RecordBatch>(
    {
      async pull(controller) {
        try {
          // What has come already would be written in one turn.
          await setImmediate();
          const batch = left ? undefined : await batches.next();
          if (batch === undefined) {
            controller.close();
            return;
          }
          for (const copy of copies(parquet, ipcStreamOf(arrow, batch.recordBatch))) controller.enqueue(copy);
          rows += batch.length;
        } catch (error) {
          failure = { error };
          // The writer takes an error for the end.
          controller.close();
        }
      },
    },
    { highWaterMark: 0 },
  );

  const output = (
    await started(parquet, input, properties(parquet, form, batches.columns)).catch((error: unknown) => {
      throw failure === undefined ? error : failure.error;
    })
  ).getReader();
  let tail: Uint8Array = Buffer.alloc(0);
  try {
    for (let read = await output.read(); !read.done; read = await output.read()) {
      tail = read.value;
      yield tail;
    }
  } finally {
    // Its cancel() would never settle; once its input has ended it lets go of what it holds.
    left = true;
    while (!(await output.read()).done);
  }
  // The generator may have been told of a failure while it waited.
  if (failure !== undefined) throw (failure as { error: unknown }).error;
  // It says nothing of what it could not write.
  const written = rowsInFooter(Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength));
  if (written !== rows) throw notWritten(new Error(`of ${rows} rows it has written ${written ?? "none"}`));
}

/** Copies a batch into the writer's memory. */
function copies(parquet: Parquet, ipc: Uint8Array): RecordBatch[] {
  try {
    const table = parquet.Table.fromIPCStream(ipc);
    try {
      return table.recordBatches();
    } finally {
      table.free();
    }
  } catch (error) {
    throw notWritten(error);
  }
}

async function started(
  parquet: Parquet,
  input: ReadableStream<RecordBatch>,
  properties: WriterProperties,
): Promise<ReadableStream<Uint8Array>> {
  try {
    // The types of its own stream are those of a browser's.
    return (await parquet.transformParquetStream(input, properties)) as ReadableStream<Uint8Array>;
  } catch (error) {
    throw notWritten(error);
  }
}

function properties(
  parquet: Parquet,
  { compression, rowGroupRows }: ParquetForm,
  columns: readonly Column[],
): WriterProperties {
  const common = new parquet.WriterPropertiesBuilder()
    .setCompression(parquet.Compression[codecs[compression]])
    .setMaxRowGroupSize(rowGroupRows)
    .setMaxRowGroupBytes(rowGroupBytes)
    .setDictionaryPageSizeLimit(dictionaryBytes);
  // Doubles seldom recur.
  const floats = columns.filter(({ type }) => type === "float");
  return floats.reduce((builder, { name }) => builder.setColumnDictionaryEnabled(name, false), common).build();
}

function notWritten(error: unknown): WarehouseError {
  const cause = withoutSecrets(error);
  return new WarehouseError("STORAGE", `The Parquet writer has failed: ${cause.message}.`, { phase: "fetch", cause });
}
