import { accessOf, type AccessOptions } from "../access.ts";
import { checkLocation } from "../location.ts";
import { progressOptions, reporter, unheard, type ProgressOptions, type Reporter } from "../progress.ts";
import { checkedColumns, tableSql } from "../table.ts";
import { rowSource, type RowSource } from "./row-source.ts";
import type { InsertOrder } from "./reading.ts";
import { sendRows, type Sent } from "./sending.ts";
import { insertStaged, type Staged } from "./staging.ts";
import { Call, statementOptions, type StatementOptions } from "../../call.ts";
import { invalidArgument, type Written } from "../../errors.ts";
import { checkFlag, checkOptions } from "../../options.ts";
import type { BucketFile, BucketOptions } from "../bucket.ts";
import type { BulkGround, OnSession } from "../ground.ts";
import type { ColumnBatch } from "../../columns/batch.ts";
import type { Fragment } from "../../sql/fragment.ts";

/** A row: an object of values by their columns' names, or an array of values in the columns' order. */
export type InsertRow = object;

/**
 * What rows are inserted from: rows of one kind, `RecordBatch`es of any copy of apache-arrow, or the batches that `batches()` gives; each in an
 * array, an iterable or an async iterable, which is closed where the insert fails. A `Table` or `RecordBatch` goes by itself, too.
 */
export type InsertSource =
  | Iterable<InsertRow>
  | AsyncIterable<InsertRow>
  | ColumnBatch
  | { readonly schema: { readonly fields: readonly unknown[] }; readonly numRows: number };

/** Without `region`: Redshift loads Parquet from its own region only. */
type StageAccess = Omit<AccessOptions, "region">;

/** What an insert may be told. */
export interface InsertOptions extends StatementOptions, ProgressOptions, StageAccess, BucketOptions {
  /**
   * The table's columns that get a value, by names as `sql.id` takes them. Default: those that the first row names; for arrays all of the table's, in its
   * order.
   */
  readonly columns?: readonly string[] | undefined;
  /**
   * All rows or none, in one transaction; inside a transaction it is that one. With `false` each statement stands by itself, and an error tells with
   * `written` how many rows are in the table. Default `true`.
   */
  readonly transaction?: boolean | undefined;
  /** The most rows of one statement. Default: what the warehouse takes. */
  readonly batchRows?: number | undefined;
  /**
   * Where to stage the rows, `s3://bucket/prefix/`: they are written there as Parquet, loaded by the warehouse itself, with the tenant's IAM role or
   * storage integration, and taken away again. For many rows: it is then all of them or none, whatever `transaction` says. Default: the rows are sent in
   * statements.
   */
  readonly via?: string | undefined;
}

/** What an insert gives. */
export interface InsertResult {
  /** Rows that were inserted. */
  readonly rows: number;
  /** The bytes of the cells, as they were sent, roughly. */
  readonly bytes: number;
  /** The files that were staged with `via`, and have been taken away again. */
  readonly files?: readonly BucketFile[] | undefined;
  /** Files of `via` that could not be taken away. */
  readonly written?: Written | undefined;
  /** Milliseconds of the whole call. */
  readonly elapsedMs: number;
}

const known: Readonly<Record<keyof InsertOptions, true>> = {
  ...statementOptions,
  ...progressOptions,
  iamRole: true,
  integration: true,
  s3: true,
  columns: true,
  transaction: true,
  batchRows: true,
  via: true,
};

/** Inserts rows. @throws as `query`; see `BulkVerbs`. */
export async function insert(
  ground: BulkGround,
  table: string | Fragment,
  rows: InsertSource,
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
  const via = checkedVia(options);
  const source = rowSource(rows);
  const call = new Call(options);
  // As long as the source alone is asked, nothing is done.
  call.phase = "fetch";
  try {
    const progress = reporter(options, source.totalRows);
    progress.report("queued");
    if (!(await call.race(source.begin()))) return { rows: 0, bytes: 0, elapsedMs: progress.elapsedMs };
    const way = { ground, call, progress, transaction };
    const sent = via === undefined ? await sendFrom(source, order, way) : await stageFrom(source, order, via, way);
    return { ...sent, elapsedMs: progress.elapsedMs };
  } finally {
    source.close();
    call.end();
  }
}

interface Way {
  readonly ground: BulkGround;
  readonly call: Call;
  readonly progress: Reporter;
  readonly transaction: boolean;
}

async function sendFrom(
  source: RowSource,
  order: InsertOrder,
  { ground, call, progress, transaction }: Way,
): Promise<Sent> {
  const { signal, tag } = call;
  const isPiecemeal = !transaction && !ground.inTransaction;
  const sendOn = async (onSession: OnSession) =>
    sendRows(source, order, {
      ground,
      call,
      progress,
      isPiecemeal,
      // One statement at a time: the source may itself ask the session between two of them. Rows are counted when they are in the table; what the
      // server is doing meanwhile is not asked.
      ask: async (statement) => onSession({ signal, tag }, unheard, "script", async ({ ask }) => ask(statement)),
    });
  if (isPiecemeal || ground.transaction === undefined) return sendOn(ground.onSession);
  return ground.transaction({ signal, tag }, sendOn);
}

interface Via extends StageAccess, BucketOptions {
  readonly via: string;
}

async function stageFrom(
  source: RowSource,
  order: InsertOrder,
  options: Via,
  { ground, call, progress }: Way,
): Promise<Staged> {
  const access = accessOf(options, await ground.granted(call), ground.engine.storageGrant);
  return insertStaged(source, order, { ...options, access }, { ground, call, progress });
}

function checkedVia(options: InsertOptions): Via | undefined {
  const { via, s3, iamRole, integration } = options;
  if (via !== undefined) return { via: checkLocation(via, "via"), s3, iamRole, integration };
  const [useless] = Object.entries({ s3, iamRole, integration }).find(([, value]) => value !== undefined) ?? [];
  if (useless === undefined) return undefined;
  throw invalidArgument(`${useless} is for rows that are staged in a bucket: say with via where, or leave it out.`);
}

function checkedRows(batchRows = Infinity): number {
  if (batchRows === Infinity || (Number.isSafeInteger(batchRows) && batchRows > 0)) return batchRows;
  throw invalidArgument("batchRows must be a whole number from 1 on.");
}
