import { invalidArgument } from "../errors.ts";
import { checkFlag } from "../options.ts";
import { oneOf } from "../values/decode.ts";
import type { BulkCompression, BulkFormat, CsvForm } from "../bulk-engine.ts";

/** How files are written and read by the warehouse. */
export interface FormatOptions {
  /** The files' format; JSON is one object a line. Default `"parquet"`. */
  readonly format?: BulkFormat | undefined;
  /** How CSV and JSON files are compressed. Default `"none"`. */
  readonly compression?: BulkCompression | undefined;
  /** Whether the first line of a CSV file holds the columns' names. Default `false`. */
  readonly header?: boolean | undefined;
  /** What stands between the fields of CSV: one character of ASCII. Default `","`. */
  readonly delimiter?: string | undefined;
  /** What stands for NULL in CSV. Default: nothing; Redshift then tells it from the empty text neither in writing nor in reading, Snowflake does. */
  readonly nullAs?: string | undefined;
}

/** The names of {@link FormatOptions}. */
export const formatOptions: Readonly<Record<keyof FormatOptions, true>> = {
  format: true,
  compression: true,
  header: true,
  delimiter: true,
  nullAs: true,
};

/** {@link FormatOptions}, checked and complete. */
export interface FileForm {
  readonly format: BulkFormat;
  readonly compression: BulkCompression;
  readonly csv: CsvForm;
}

const formats: readonly BulkFormat[] = ["parquet", "csv", "json"];
const compressions: readonly BulkCompression[] = ["none", "gzip", "zstd", "bzip2"];

/** Checks how files are written and read. @throws `INVALID_ARGUMENT` for what does not exist, or does not go with the format. */
export function checkedForm(options: FormatOptions): FileForm {
  const format = oneOf("format", options.format, formats) ?? "parquet";
  const compression = oneOf("compression", options.compression, compressions) ?? "none";
  if (format === "parquet" && compression !== "none") {
    throw invalidArgument("Parquet files are compressed inside, with Snappy: compression is for CSV and JSON.");
  }
  for (const name of ["header", "delimiter", "nullAs"] as const) {
    if (format !== "csv" && options[name] !== undefined) throw invalidArgument(`${name} is for the format "csv".`);
  }
  return { format, compression, csv: checkedCsv(options) };
}

/** @throws `INVALID_ARGUMENT`. */
function checkedCsv({ header = false, delimiter = ",", nullAs = "" }: FormatOptions): CsvForm {
  checkFlag("header", header);
  if (typeof delimiter !== "string" || !/^[\t\x20-\x7e]$/.test(delimiter) || /["\\]/.test(delimiter)) {
    throw invalidArgument("delimiter must be one character of ASCII, and neither a quote nor a backslash.");
  }
  // It stands unquoted in a field of its own.
  if (typeof nullAs !== "string" || /["\\\0\r\n]/.test(nullAs) || nullAs.includes(delimiter)) {
    throw invalidArgument("nullAs must be a text without quotes, backslashes, line ends and the delimiter.");
  }
  return { header, delimiter, nullAs };
}
