import { aboutStorage, accessOf, accessOptions, type AccessOptions } from "./access.ts";
import { checkLocation } from "./location.ts";
import { progressOptions, reporter, type ProgressOptions } from "./progress.ts";
import { checkedColumns, tableSql } from "./table.ts";
import { refuse } from "./unsupported.ts";
import { checkedForm, formatOptions, type FormatOptions } from "./file-form.ts";
import { statementOptions, type StatementOptions } from "../call.ts";
import { invalidArgument } from "../errors.ts";
import { checkFlag, checkOptions } from "../options.ts";
import { oneOf } from "../values/decode.ts";
import type { ColumnMatch, Loaded, LoadOrder } from "../bulk-engine.ts";
import type { Fragment } from "../sql/fragment.ts";
import type { BulkGround } from "./ground.ts";

/** What a load may be told. */
export interface LoadOptions extends StatementOptions, ProgressOptions, AccessOptions, FormatOptions {
  /** The table's columns that the files hold, in the files' order where they are matched by position; not for CSV by name. Default: all of the table's. */
  readonly columns?: readonly string[] | undefined;
  /**
   * How a file's columns find the table's. JSON goes by name and CSV by position, or with a header on Snowflake by name; Parquet goes by position on
   * Redshift and by name on Snowflake, which know no other way. The default is what there is.
   */
  readonly match?: ColumnMatch | undefined;
  /** Redshift: the URL is that of a manifest in its form. Default `false`: it is a prefix, and every file under it is loaded. */
  readonly manifest?: boolean | undefined;
  /**
   * What becomes of rows that cannot be read: `"abort"` loads nothing and rejects; `"continue"` leaves them out; a number leaves out so many at most. The
   * result tells them. Default `"abort"`, which is all there is for Parquet on Redshift.
   */
  readonly onError?: "abort" | "continue" | number | undefined;
  /** Reads and checks the files, and loads nothing: rejects where the load would. Not for Parquet on Redshift. Default `false`. */
  readonly dryRun?: boolean | undefined;
  /**
   * Loads files again that are in the table already. Default: `false` on Snowflake, which remembers for 64 days what it has loaded, and passes over it;
   * Redshift does not, and always loads: `false` is refused there.
   */
  readonly force?: boolean | undefined;
}

/** What a load gives, the same on both warehouses. */
export interface LoadResult extends Loaded {
  /** Milliseconds of the whole call. */
  readonly elapsedMs: number;
}

const known: Readonly<Record<keyof LoadOptions, true>> = {
  ...statementOptions,
  ...progressOptions,
  ...accessOptions,
  ...formatOptions,
  columns: true,
  match: true,
  manifest: true,
  onError: true,
  dryRun: true,
  force: true,
};

/** Has the warehouse read files of S3 into a table. @throws as `query`; see `BulkVerbs`. */
export async function load(
  ground: BulkGround,
  table: string | Fragment,
  url: string,
  given: LoadOptions | undefined,
): Promise<LoadResult> {
  const options = checkOptions<LoadOptions>(given, known, "load()");
  const progress = reporter(options);
  const order = checkedOrder(ground, options, tableSql(table, ground.dialect), checkLocation(url, "What load() reads"));
  progress.report("queued");
  const kind = ground.engine.beginsTransaction?.(order) === true ? "changing" : "script";
  return ground.onSession(options, progress, kind, async ({ ask, call }) => {
    const access = accessOf(options, await ground.granted(call), ground.engine.storageGrant);
    const loaded = await ground.engine.load({ ...order, access }, ask, ground.aside).catch((error: unknown) => {
      throw aboutStorage(error, order.url, access);
    });
    progress.report("running", loaded);
    return { ...loaded, elapsedMs: progress.elapsedMs };
  });
}

function checkedOrder(
  { dialect, engine, inTransaction }: BulkGround,
  options: LoadOptions,
  table: string,
  url: string,
): Omit<LoadOrder, "access"> {
  const { manifest = false, dryRun = false, force } = options;
  for (const [name, value] of Object.entries({ manifest, dryRun, force })) checkFlag(name, value);
  const columns = checkedColumns(options.columns);
  if (new Set(columns).size < (columns?.length ?? 0)) throw invalidArgument("columns names a column twice.");
  const form = checkedForm(options);
  refuse(engine.loadRefusal({ force, manifest }));
  const matches = engine.columnMatches(form);
  const match = oneOf("match", options.match, ["name", "position"]) ?? matches[0];
  if (!matches.includes(match)) {
    const why = `for ${form.format} ${dialect.title} goes by ${matches.join(" or ")}`;
    refuse(`match: "${match}" is not possible here: ${why}.`);
  }
  refuse(engine.loadRefusal({ ...form, match, columns }));
  const maxErrors = maxErrorsOf(options.onError);
  refuse(engine.loadRefusal({ ...form, maxErrors, dryRun, region: options.region }));
  return { table, columns, url, ...form, match, manifest, maxErrors, dryRun, force, inTransaction };
}

function maxErrorsOf(onError: unknown = "abort"): number {
  if (onError === "abort") return 0;
  if (onError === "continue") return Infinity;
  // Redshift's MAXERROR ends at 100,000, and counts the one that is too many.
  if (typeof onError === "number" && Number.isInteger(onError) && onError >= 0 && onError < 100_000) return onError;
  throw invalidArgument('onError must be "abort", "continue", or how many rows may be left out: below 100,000.');
}
