import { csvForm } from "./csv.ts";
import { ndjsonForm } from "./ndjson.ts";
import { compressor } from "./compression.ts";
import { loadParquetWriter, parquetBytes } from "../parquet/writer.ts";
import { textOf, type TextForm } from "./text-batches.ts";
import { arrowExecution, ipcBytes, loadArrow, type Arrow, type ArrowExecution } from "../../arrow/index.ts";
import { columnsOf, type Shape } from "../../columns/shape.ts";
import { invalidArgument } from "../../errors.ts";
import { standardPolicy } from "../../values/decode.ts";
import type { Batch } from "../../columns/batch.ts";
import type { Execution } from "../../driver.ts";
import type { PulledBytes } from "../../files/target.ts";
import type { Column, ValuePolicy } from "../../values/types.ts";
import type { ExportForm } from "./form.ts";

/** Runs the query, and gives its result in a shape. */
export type Run = <B extends Batch>(shape: Shape<B>, values: ValuePolicy) => Promise<Execution<B>>;

/** A file that is being made. */
export interface FileSource {
  readonly queryId: string | undefined;
  readonly bytes: PulledBytes;
}

/** The event loop waits while the Parquet writer encodes a batch, and so that is small; Arrow's are only copied. */
const batchSizes = { parquet: { batchRows: 8_192, batchBytes: 1024 * 1024 }, arrow: {} } as const;

const done = { done: true, value: undefined } as const;

/**
 * Prepares to make a file of a query's result. What the machine lacks is told here already.
 *
 * @returns what begins the query, and settles when its first rows are there.
 */
export function fileMaker(form: ExportForm): (run: Run) => Promise<FileSource> {
  switch (form.format) {
    case "csv":
    case "ndjson": {
      const text = form.format === "csv" ? csvForm(form.csv) : ndjsonForm(form.numbers);
      const compressed = compressor(form.compression);
      return async (run) => {
        const execution = await begun(run, textOf(text), standardPolicy);
        return { queryId: execution.queryId, bytes: compressed(pulled(textBytes(execution, text), execution)) };
      };
    }
    case "arrow":
      return async (run) => {
        const arrow = await loadArrow();
        const { execution, batches } = await begunAsArrow(run, form, arrow);
        return { queryId: execution.queryId, bytes: ipcBytes(arrow, recordBatches(batches)) };
      };
    case "parquet":
      return async (run) => {
        const writer = await loadParquetWriter();
        const { execution, batches } = await begunAsArrow(run, form, writer.arrow);
        return { queryId: execution.queryId, bytes: pulled(parquetBytes(writer, batches, form.parquet), execution) };
      };
  }
}

type ColumnForm = Extract<ExportForm, { readonly format: "parquet" | "arrow" }>;

async function begunAsArrow(run: Run, { format, numbers, timeUnit }: ColumnForm, arrow: Arrow) {
  const execution = await begun(run, columnsOf({ timeUnit, ...batchSizes[format] }), { ...standardPolicy, ...numbers });
  // The query only reads: whatever is thrown here has had no effect.
  const batches = await arrowExecution(execution, arrow, {}, (error) => error);
  return { execution, batches };
}

/** Runs the query, and refuses a result that is no table of a file's. */
async function begun<B extends Batch>(run: Run, shape: Shape<B>, values: ValuePolicy): Promise<Execution<B>> {
  const execution = await run(shape, values);
  const problem = problemOf(execution.columns);
  if (problem === undefined) return execution;
  await execution.cancel();
  throw invalidArgument(problem);
}

function problemOf(columns: readonly Column[]): string | undefined {
  if (columns.length === 0) return "The statement gives no columns, and so there is nothing to export.";
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) {
      return `The result has two columns named ${JSON.stringify(name)}, of which readers of a file find only one. Give one an alias.`;
    }
    names.add(name);
  }
  return undefined;
}

async function* textBytes(execution: Execution<Batch & { readonly text: Buffer }>, form: TextForm) {
  const head = form.head(execution.columns);
  if (head.length > 0) yield head;
  for (let batch = await execution.next(); batch !== undefined; batch = await execution.next()) yield batch.text;
}

/** Makes bytes that can be left while they are waited for, which the generator by itself could not be. */
function pulled(generator: AsyncGenerator<Uint8Array, void>, execution: Execution<Batch>): PulledBytes {
  let ended = false;
  return {
    async next() {
      const result = await generator.next();
      if (result.done !== true) return result;
      ended = true;
      return done;
    },
    async return() {
      if (ended) return done;
      await execution.cancel();
      // It may have to let go of what it holds, and has failed by now.
      await generator.return().catch(() => undefined);
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Gives the record batches as `ipcBytes` takes them. */
function recordBatches(batches: ArrowExecution) {
  return {
    async next() {
      const batch = await batches.next();
      return batch === undefined ? done : { done: false as const, value: batch.recordBatch };
    },
    async return() {
      await batches.cancel();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
