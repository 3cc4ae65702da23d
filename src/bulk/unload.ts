import { aboutStorage, accessOf, accessOptions, type AccessOptions } from "./access.ts";
import { watchLeftovers } from "./leftovers.ts";
import { checkLocation } from "./location.ts";
import { progressOptions, reporter, type ProgressOptions } from "./progress.ts";
import { checkedForm, formatOptions, type FormatOptions } from "./file-form.ts";
import { refuse } from "./unsupported.ts";
import type { BucketOptions } from "./bucket.ts";
import { statementOptions, type StatementOptions } from "../call.ts";
import { invalidArgument } from "../errors.ts";
import { checkFlag, checkOptions } from "../options.ts";
import { oneOf } from "../values/decode.ts";
import type { Ask, Unloaded, UnloadOrder } from "../bulk-engine.ts";
import type { QueryParameters } from "../sql/parameter-source.ts";
import type { BulkGround, QuerySource } from "./ground.ts";

/** What an unload may be told. */
export interface UnloadOptions extends StatementOptions, ProgressOptions, AccessOptions, FormatOptions, BucketOptions {
  /** The values of the placeholders in a text. Default: none, and the text is left as it is. */
  readonly params?: QueryParameters | undefined;
  /**
   * Columns by whose values the files are put into folders, `col=value/`; they stay in the files. On Snowflake not with `overwrite: "replace"`.
   * Default: none.
   */
  readonly partitionBy?: string | readonly string[] | undefined;
  /**
   * What becomes of files that are there: with `"error"` the unload is refused if there is any under the prefix; `"replace"` overwrites those of the same
   * name and leaves the others; `"clean"` removes all under the prefix first. Default `"error"`.
   */
  readonly overwrite?: "error" | "replace" | "clean" | undefined;
  /** The most bytes of a file: from 5 MiB to 5 GiB. Default: the warehouse's own, 16 MiB on Snowflake and 6.2 GB on Redshift. */
  readonly maxFileBytes?: number | undefined;
  /** Writes one file, by one of the warehouse's workers, up to the largest size that a file may have. Default `false`. */
  readonly single?: boolean | undefined;
  /** Redshift: also writes a manifest, `<prefix>manifest`, which `load` takes. Default `false`. */
  readonly manifest?: boolean | undefined;
  /**
   * Takes the files of an unload that failed or was stopped away again, once the warehouse has stopped; from here, by an S3 client. Only with
   * `overwrite: "error"`: then all that is under the prefix is the unload's, if nobody else writes there; what the warehouse meets there is left
   * alone. Default `false`.
   */
  readonly cleanUp?: boolean | undefined;
}

/** What an unload gives, the same on both warehouses. */
export interface UnloadResult extends Unloaded {
  /** Milliseconds of the whole call. */
  readonly elapsedMs: number;
}

const known: Readonly<Record<keyof UnloadOptions, true>> = {
  ...statementOptions,
  ...progressOptions,
  ...accessOptions,
  ...formatOptions,
  params: true,
  partitionBy: true,
  overwrite: true,
  maxFileBytes: true,
  single: true,
  manifest: true,
  cleanUp: true,
  s3: true,
};

const MiB = 1024 * 1024;

/** Has the warehouse write a query's result to S3. @throws as `query`; see `BulkVerbs`. */
export async function unload(
  ground: BulkGround,
  source: QuerySource,
  url: string,
  given: UnloadOptions | undefined,
): Promise<UnloadResult> {
  const options = checkOptions<UnloadOptions>(given, known, "unload()");
  const progress = reporter(options);
  const query = ground.written(source, options.params);
  const order = checkedOrder(ground, options, query, checkLocation(url, "Where unload() writes to"));
  progress.report("queued");
  return ground.onSession(options, progress, "script", async (lent) => {
    const { call, settled } = lent;
    const access = accessOf(options, await ground.granted(call), ground.engine.storageGrant);
    const leftovers = await watchLeftovers(options, order, call);
    const work = { isBegun: false };
    const ask: Ask = async (statement) => {
      work.isBegun ||= statement.isWork === true;
      return lent.ask(statement);
    };
    try {
      const unloaded = await ground.engine.unload({ ...order, access }, ask);
      progress.report("running", unloaded);
      return { ...unloaded, elapsedMs: progress.elapsedMs };
    } catch (error) {
      await settled();
      // What is there before is not this one's.
      throw aboutStorage(work.isBegun ? await leftovers.after(error) : error, order.url, access);
    } finally {
      leftovers.close();
    }
  });
}

function checkedOrder(
  { engine, inTransaction }: BulkGround,
  options: UnloadOptions,
  query: string,
  url: string,
): Omit<UnloadOrder, "access"> {
  const { maxFileBytes, single = false, manifest = false, cleanUp = false } = options;
  for (const [name, value] of Object.entries({ single, manifest, cleanUp })) checkFlag(name, value);
  const isSize = Number.isInteger(maxFileBytes ?? 0);
  if (maxFileBytes !== undefined && !(isSize && maxFileBytes >= 5 * MiB && maxFileBytes <= 5 * 1024 * MiB)) {
    throw invalidArgument(`maxFileBytes must be a whole number from ${5 * MiB} (5 MiB) to ${5 * 1024 * MiB} (5 GiB).`);
  }
  const overwrite = oneOf("overwrite", options.overwrite, ["error", "replace", "clean"]) ?? "error";
  if (cleanUp && overwrite !== "error") {
    throw invalidArgument('cleanUp could take files away that were there before: it goes with overwrite "error" only.');
  }
  refuse(engine.unloadRefusal({ manifest }));
  const partitionBy = namesOf(options.partitionBy);
  if (single && partitionBy.length > 0)
    throw invalidArgument("single writes one file, and partitionBy one for each value.");
  refuse(engine.unloadRefusal({ partitionBy, overwrite }));
  return { query, url, ...checkedForm(options), partitionBy, overwrite, maxFileBytes, single, manifest, inTransaction };
}

function namesOf(given: string | readonly string[] | undefined): readonly string[] {
  const names: readonly unknown[] = given === undefined ? [] : typeof given === "string" ? [given] : given;
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    throw invalidArgument("partitionBy must be the name of a column, or an array of names.");
  }
  return names;
}
