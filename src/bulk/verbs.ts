import { exportQuery, type ExportOptions, type ExportResult } from "./export/export.ts";
import { insert, type InsertOptions, type InsertResult, type InsertSource } from "./insert/insert.ts";
import { load, type LoadOptions, type LoadResult } from "./load.ts";
import { unload, type UnloadOptions, type UnloadResult } from "./unload.ts";
import { traced } from "../errors.ts";
import type { Writable } from "node:stream";
import type { Fragment } from "../sql/fragment.ts";
import type { BulkGround, QuerySource } from "./ground.ts";

/** The verbs that move data in bulk, which a {@link Queryable} has. */
export interface BulkVerbs {
  /**
   * Inserts rows: all or none, unless `transaction` says otherwise. They go in statements of many rows, and a source is read no faster than the
   * warehouse takes them. What a value may be says the type of its column, in all rows: whatever `query` gives goes in unchanged. Every row has a
   * value for every column, `null` for NULL.
   *
   * @param table - as for `columns()`.
   * @throws `INVALID_ARGUMENT` with `rowIndex` and `path` for a value that does not fit, before its statement is sent; what the source throws, as it is;
   *   `STORAGE` with `via`; else as `query`, and with `transaction: false` with `written.rows`.
   * @example
   * ```ts
   * const { rows } = await db.insert("scores", [
   *   { id: 1, day: "2024-02-29", score: "12.50" },
   *   { id: 2, day: new Date("2024-03-01"), score: null },
   * ]);
   * ```
   */
  insert(table: string | Fragment, rows: InsertSource, options?: InsertOptions): Promise<InsertResult>;
  /**
   * Has the warehouse itself write a query's result to S3, with the tenant's IAM role or storage integration. The query's values are written into
   * it as constants, safely: UNLOAD and COPY take no others.
   *
   * @param url - `s3://bucket/prefix`: the files' names begin with the prefix.
   * @returns the files with their rows and bytes.
   * @throws `INVALID_ARGUMENT` before anything is sent, also where the credentials name no role or integration; as `query`, with `written` telling
   *   what was written and left behind; `STORAGE` with `cleanUp`.
   * @example
   * ```ts
   * const { rows, files } = await db.unload("select * from features", "s3://bucket/run-7/", { format: "csv", header: true });
   * ```
   */
  unload(query: QuerySource, url: string, options?: UnloadOptions): Promise<UnloadResult>;
  /**
   * Has the warehouse itself read files of S3 into a table: all rows or none, unless `onError` says otherwise.
   *
   * @param table - as for `columns()`.
   * @param url - `s3://bucket/prefix`: every file whose name begins with it is read.
   * @throws `INVALID_ARGUMENT`, `UNSUPPORTED` before anything is sent; as `query`, with `rowErrors` telling the rows that were refused.
   * @example
   * ```ts
   * const { rows, errors } = await db.load("features", "s3://bucket/run-7/", { format: "csv", header: true, onError: 10 });
   * ```
   */
  load(table: string | Fragment, url: string, options?: LoadOptions): Promise<LoadResult>;
  /**
   * Writes a query's result to a file or a stream of this machine as it comes, with memory that stays flat: Parquet, Arrow, CSV or NDJSON. Every value
   * keeps all its digits; a column that the format has no exact type for is text.
   *
   * @param target - a path: the file gets its name when it is complete and on the disk, and replaces the one that was there; a failure or a crash
   *   leaves nothing under that name. Or a `Writable`: it is ended after the last bytes, and destroyed where the export fails on the way; it
   *   is left as it is where the query fails before its first rows.
   * @throws `INVALID_ARGUMENT` before anything is sent, and for two columns of one name; `STORAGE` for a file that cannot be written; what the
   *   stream fails with; as `batches`.
   * @example
   * ```ts
   * const { rows, bytes } = await db.export("select * from features", "features.parquet", { compression: "zstd" });
   * ```
   */
  export(query: QuerySource, target: string | Writable, options?: ExportOptions): Promise<ExportResult>;
}

/** Makes the bulk verbs. @param groundOf - what a verb stands on. */
export function bulkVerbs(groundOf: (verb: keyof BulkVerbs) => BulkGround): BulkVerbs {
  const toCaller = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw traced(error);
    });
  return {
    insert: async (table, rows, options) => toCaller(insert(groundOf("insert"), table, rows, options)),
    unload: async (query, url, options) => toCaller(unload(groundOf("unload"), query, url, options)),
    load: async (table, url, options) => toCaller(load(groundOf("load"), table, url, options)),
    export: async (query, target, options) => toCaller(exportQuery(groundOf("export"), query, target, options)),
  };
}
