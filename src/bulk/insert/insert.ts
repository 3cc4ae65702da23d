import { accessOptions, type AccessOptions } from "../access.ts";
import { progressOptions, reporter, type ProgressOptions, type Reporter } from "../progress.ts";
import { tableSql } from "../table.ts";
import { checkFlag } from "../text-form.ts";
import { feedOf, type Feed } from "./feed.ts";
import { sendRows, type InsertOrder, type Sent } from "./sending.ts";
import { Call, callOptions, type CallOptions } from "../../call.ts";
import { invalidArgument } from "../../errors.ts";
import { checkOptions } from "../../options.ts";
import type { BucketOptions } from "../bucket.ts";
import type { BulkGround, OnSession } from "../ground.ts";
import type { ArrowBatch } from "./arrow-data.ts";
import type { ColumnBatch } from "../../columns/batch.ts";
import type { Fragment } from "../../sql/fragment.ts";

/** A row: values by their columns' names, or in the columns' order. */
export type InsertRow = Readonly<Record<string, unknown>> | readonly unknown[];

/**
 * What rows are inserted from: rows of one kind, `RecordBatch`es of any copy of apache-arrow, or the batches that `batches()` gives; each in an
 * array, an iterable or an async iterable, which is closed where the insert fails. A `Table` or `RecordBatch` goes by itself, too.
 */
export type InsertSource =
  | Iterable<InsertRow | ArrowBatch | ColumnBatch>
  | AsyncIterable<InsertRow | ArrowBatch | ColumnBatch>
  | { readonly schema: { readonly fields: readonly unknown[] }; readonly numRows: number };

/** What an insert may be told. */
export interface InsertOptions extends CallOptions, ProgressOptions, AccessOptions, BucketOptions {
  /**
   * The table's columns that get a value, by the one name rule. Default: those that the first row names; for arrays all of the table's, in its
   * order.
   */
  readonly columns?: readonly string[] | undefined;
  /**
   * All rows or none, in one transaction. Default `true`. With `false` each statement stands by itself, and an error tells with `written` how many rows
   * are in the table. Inside a transaction it is that one.
   */
  readonly transaction?: boolean | undefined;
  /** The most rows of one statement. Default: what the warehouse takes. */
  readonly batchRows?: number | undefined;
}

/** What an insert gives. */
export interface InsertResult {
  readonly rows: number;
  /** The bytes of the cells, as they were sent, roughly. */
  readonly bytes: number;
  /** Milliseconds of the whole call. */
  readonly elapsedMs: number;
}

const known: Readonly<Record<keyof InsertOptions, true>> = {
  ...callOptions,
  ...progressOptions,
  ...accessOptions,
  s3: true,
  columns: true,
  transaction: true,
  batchRows: true,
};

/** Inserts rows. @throws as `query`; see `BulkVerbs`. */
export async function insert(
  ground: BulkGround,
  table: string | Fragment,
  source: InsertSource,
  given: InsertOptions | undefined,
): Promise<InsertResult> {
  const options = checkOptions<InsertOptions>(given, known, "insert()");
  const { transaction = true } = options;
  checkFlag("transaction", transaction);
  const order: InsertOrder = {
    table: tableSql(table, ground.dialect),
    columns: checkedColumns(options.columns),
    batchRows: checkedRows(options.batchRows),
  };
  const feed = feedOf(source);
  const call = new Call(options);
  try {
    const progress = reporter(options, feed.totalRows);
    progress.report("queued");
    const isEmpty = !(await call.race(feed.begin()));
    const sent = isEmpty ? nothing : await sendFrom(feed, order, { ground, call, progress, transaction });
    return { ...sent, elapsedMs: progress.elapsedMs };
  } finally {
    feed.close();
    call.end();
  }
}

const nothing: Sent = { rows: 0, bytes: 0 };

interface Way {
  readonly ground: BulkGround;
  readonly call: Call;
  readonly progress: Reporter;
  readonly transaction: boolean;
}

async function sendFrom(feed: Feed, order: InsertOrder, { ground, call, progress, transaction }: Way): Promise<Sent> {
  const { signal } = call;
  const isPiecemeal = !transaction && !ground.inTransaction;
  const sendOn = async (onSession: OnSession) =>
    sendRows(feed, order, {
      ground,
      call,
      progress,
      isPiecemeal,
      // One statement at a time: the source may itself ask the session between two of them.
      ask: async (statement) => onSession({ signal }, unheard, "script", async ({ ask }) => ask(statement)),
    });
  if (isPiecemeal || ground.transaction === undefined) return sendOn(ground.onSession);
  return ground.transaction({ signal }, sendOn);
}

/** Rows are counted when they are in the table; what the server is doing meanwhile is not asked. */
const unheard: Reporter = { elapsedMs: 0, isHeard: false, report: () => undefined };

function checkedColumns(columns: readonly string[] | undefined): readonly string[] | undefined {
  if (columns === undefined) return undefined;
  const names: readonly unknown[] = columns;
  if (Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === "string")) return columns;
  throw invalidArgument("columns must be an array of the names of columns.");
}

function checkedRows(batchRows = Infinity): number {
  if (batchRows === Infinity || (Number.isSafeInteger(batchRows) && batchRows > 0)) return batchRows;
  throw invalidArgument("batchRows must be a whole number from 1 on.");
}
