import { finished, type Writable } from "node:stream";
import { checkedFile, fileOptions, type ExportFileOptions } from "./form.ts";
import { fileMaker, type FileSource, type Run } from "./source.ts";
import { statementOptions, type Call, type StatementOptions } from "../../call.ts";
import { invalidArgument } from "../../errors.ts";
import { isWritable, pour, type PulledBytes } from "../../files/target.ts";
import { checkLimits, type ResultLimits } from "../../limits.ts";
import { checkOptions } from "../../options.ts";
import { through } from "../../through.ts";
import { progressOptions, reporter, type ProgressOptions, type Reporter } from "../progress.ts";
import type { Batch } from "../../columns/batch.ts";
import type { Execution } from "../../driver.ts";
import type { QueryParameters } from "../../sql/parameter-source.ts";
import type { BulkGround, QuerySource } from "../ground.ts";

/** What an export may be told. */
export interface ExportOptions extends StatementOptions, ProgressOptions, ResultLimits, ExportFileOptions {
  /** The values of the placeholders in a text. Default: none, and the text is sent untouched. */
  readonly params?: QueryParameters | undefined;
}

/** What an export gives. */
export interface ExportResult {
  /** Rows that are in the file. */
  readonly rows: number;
  /** The bytes of the file, compressed where it is. */
  readonly bytes: number;
  /** The path that was given; `undefined` for a stream. */
  readonly path: string | undefined;
  /** The id under which the server knows the query: always there on Snowflake, never on Redshift. */
  readonly queryId: string | undefined;
  /** Milliseconds of the whole call. */
  readonly elapsedMs: number;
}

const known: Readonly<Record<keyof ExportOptions, true>> = {
  ...statementOptions,
  ...progressOptions,
  ...fileOptions,
  params: true,
  maxRows: true,
  maxBytes: true,
};

/** Writes a query's result to a file or a stream of this machine. @throws as `query`; see `BulkVerbs`. */
export async function exportQuery(
  ground: BulkGround,
  source: QuerySource,
  target: string | Writable,
  given: ExportOptions | undefined,
): Promise<ExportResult> {
  const options = checkOptions<ExportOptions>(given, known, "export()");
  checkLimits(options);
  const progress = reporter(options);
  const path = pathOf(target);
  const make = fileMaker(checkedFile(options, path));
  const query = ground.bound(source, options.params);
  progress.report("queued");
  return ground.onSession(options, progress, "statement", async ({ read, call }) => {
    const tally = { rows: 0 };
    const run: Run = async (shape, values) =>
      counted(await read({ query, shape, values, limits: options }), tally, progress);
    const file = lazily(async () => make(run), progress);
    await openWhile(target, call, file.begun);
    await pour(file, target, call);
    const { queryId } = await file.begun();
    return { rows: tally.rows, bytes: file.given, path, queryId, elapsedMs: progress.elapsedMs };
  });
}

/** @throws `INVALID_ARGUMENT` for what is neither a path nor a stream. */
function pathOf(target: unknown): string | undefined {
  if (isWritable(target)) return undefined;
  if (typeof target !== "string" || target === "") throw invalidArgument("export() writes to a path or a Writable.");
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(target)) {
    throw invalidArgument("export() writes to this machine, and a URL is no path: unload() is what writes to S3.");
  }
  return target;
}

/** Counts the rows that are read. */
function counted<B extends Batch>(execution: Execution<B>, tally: { rows: number }, progress: Reporter): Execution<B> {
  return through(execution, async () => {
    const batch = await execution.next();
    if (batch === undefined) return undefined;
    tally.rows += batch.length;
    progress.report("fetching", { rows: tally.rows });
    return batch;
  });
}

/** A file whose query begins with the first bytes that are pulled. */
interface LazyFile extends PulledBytes {
  /** How many bytes have been given. */
  readonly given: number;
  /** Begins the query, once. */
  readonly begun: () => Promise<FileSource>;
}

function lazily(begin: () => Promise<FileSource>, progress: Reporter): LazyFile {
  let source: Promise<FileSource> | undefined;
  let given = 0;
  return {
    get given() {
      return given;
    },
    begun: async () => (source ??= begin()),
    async next() {
      const result = await (await this.begun()).bytes.next();
      if (result.done === true) return result;
      given += result.value.length;
      progress.report("writing", { bytes: given });
      return result;
    },
    async return() {
      // What could not begin holds nothing.
      const begun = await source?.catch(() => undefined);
      await begun?.bytes.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/**
 * Begins the query for a stream before anything is written to it, so that who answers a request can still answer with the error; a stream that
 * closes meanwhile ends the call. A file is opened first: a query may take long, only to find no place for its rows.
 */
async function openWhile(target: string | Writable, call: Call, begin: () => Promise<unknown>): Promise<void> {
  if (typeof target === "string") return;
  const forget = finished(target, { readable: false }, (error) => {
    call.abort(error ?? invalidArgument("The Writable was ended before the first bytes were written to it."));
  });
  try {
    await begin();
  } finally {
    forget();
  }
}
