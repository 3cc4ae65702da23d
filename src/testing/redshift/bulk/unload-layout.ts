import type { OutputColumn } from "./output-columns.ts";
import type { UnloadOptions } from "./unload-command.ts";

/** How many slices write side by side. */
export const slices = 2;

/** The largest file, 6.2 GB (AWS documentation, "UNLOAD", MAXFILESIZE). */
export const largestFileBytes = Math.floor(6.2 * 1024 ** 3);

/** Gives the URL of a file: `<prefix><slice>_part_<part>`, or `<prefix><part>` of three digits with PARALLEL OFF. */
export function fileUrl(prefix: string, options: UnloadOptions, slice: number, part: number): string {
  const digits = (value: number, width: number): string => String(value).padStart(width, "0");
  const serial = options.parallel === false;
  return `${prefix}${serial ? digits(part, 3) : `${digits(slice, 4)}_part_${digits(part, 2)}`}${ending(options)}`;
}

function ending({ extension, format, compression }: UnloadOptions): string {
  if (extension !== undefined) return extension.startsWith(".") ? extension : `.${extension}`;
  if (format === "parquet") return ".parquet";
  return compression === "gzip" ? ".gz" : compression === "zstd" ? ".zst" : "";
}

/** Gives the folder of a partition, after Apache Hive's convention. */
export function partitionPrefix(to: string, columns: readonly string[], values: readonly (string | null)[]): string {
  const folders = columns.map((column, at) => {
    const value = values[at] ?? null;
    return `${hiveName(column)}=${value === null || value === "" ? "__HIVE_DEFAULT_PARTITION__" : hiveName(value)}/`;
  });
  return `${to.endsWith("/") ? to : `${to}/`}${folders.join("")}`;
}

/** Hive escapes what has a meaning in paths (`FileUtils.escapePathName`). */
const hiveName = (name: string): string =>
  name.replace(/["#%'*/:=?\\{[\]^\p{Cc}]/gu, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`); // prettier-ignore

/** Is a file that was written. */
export interface WrittenFile {
  readonly url: string;
  readonly bytes: number;
  /** Rows, without a header. */
  readonly rows: number;
}

/** Writes the manifest of an UNLOAD: the files, and, when verbose, their rows and the columns. */
export function manifest(
  files: readonly WrittenFile[],
  columns: readonly OutputColumn[],
  options: UnloadOptions,
): string {
  const verbose = options.manifest === "verbose";
  // A header is counted as a record.
  const records = ({ rows }: WrittenFile): number => rows + (options.header ? 1 : 0);
  const entries = files.map((file) => ({
    url: file.url,
    ...((verbose || options.format === "parquet") && {
      meta: { content_length: file.bytes, ...(verbose && { record_count: records(file) }) },
    }),
  }));
  if (!verbose) return JSON.stringify({ entries }, null, 2);
  const elements = columns.map(({ name, base, precision, scale }) => ({
    name,
    type: { base, ...(precision !== undefined && { precision, scale }) },
  }));
  const total = (size: (file: WrittenFile) => number): number => files.reduce((sum, file) => sum + size(file), 0);
  const meta = { content_length: total(({ bytes }) => bytes), record_count: total(records) };
  const author = { name: "Amazon Redshift", version: "1.0.0" };
  return JSON.stringify({ entries, schema: { elements }, meta, author }, null, 2);
}
