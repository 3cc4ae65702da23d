import { checkedForm } from "../file-form.ts";
import { invalidArgument } from "../../errors.ts";
import { oneOf } from "../../values/decode.ts";
import type { CsvForm } from "../../bulk-engine.ts";
import type { TimeUnit } from "../../columns/vectors.ts";
import type { TextCompression } from "./compression.ts";
import type { JsonNumbers } from "./ndjson.ts";
import type { ParquetCompression, ParquetForm } from "../parquet/writer.ts";

/** The formats of files that are written from here. `arrow` is Arrow's IPC stream; `ndjson` one JSON object a line. */
export type ExportFormat = "parquet" | "arrow" | "csv" | "ndjson";

/** What kind of file is written. */
export interface ExportFileOptions {
  /** The file's format. Default: what the path ends in, `.parquet`, `.arrows`, `.csv`, `.ndjson` or `.jsonl`; a `Writable` needs it. */
  readonly format?: ExportFormat | undefined;
  /**
   * Parquet: how its columns are compressed. Default `"snappy"`. CSV and NDJSON: how the file is, by any but `"snappy"`; `"zstd"` needs Node 22.15.
   * Default: as the path ends, in `.gz` or `.zst`, else not at all.
   */
  readonly compression?: ParquetCompression | undefined;
  /** CSV: whether the first line holds the columns' names. Default `true`. */
  readonly header?: boolean | undefined;
  /** CSV: what stands between the fields: one character of ASCII. Default `","`. */
  readonly delimiter?: string | undefined;
  /** CSV: what stands for NULL. Default: nothing, and the empty text is written `""`. */
  readonly nullAs?: string | undefined;
  /** Parquet: the most rows of a row group. Default 131 072; it has fewer where they come to 32 MiB. */
  readonly rowGroupRows?: number | undefined;
  /** Parquet, Arrow and NDJSON: `"string"` writes integers as text. Default `"number"`, with all their digits. */
  readonly integers?: "number" | "string" | undefined;
  /**
   * Parquet and Arrow: `"number"` writes decimals as doubles, rounded. Default: decimals of 128 bits. NDJSON: `"number"` writes them as numbers, with
   * all their digits. Default: strings.
   */
  readonly decimals?: "number" | "string" | undefined;
  /** Parquet and Arrow: what times and timestamps count, as for `batches`. Default: as there. */
  readonly timeUnit?: TimeUnit | undefined;
}

/** The names of {@link ExportFileOptions}. */
export const fileOptions: Readonly<Record<keyof ExportFileOptions, true>> = {
  format: true,
  compression: true,
  header: true,
  delimiter: true,
  nullAs: true,
  rowGroupRows: true,
  integers: true,
  decimals: true,
  timeUnit: true,
};

/** {@link ExportFileOptions}, checked and complete. */
export type ExportForm =
  | (ColumnForm & { readonly format: "parquet"; readonly parquet: ParquetForm })
  | (ColumnForm & { readonly format: "arrow" })
  | { readonly format: "csv"; readonly csv: CsvForm; readonly compression: TextCompression }
  | { readonly format: "ndjson"; readonly numbers: JsonNumbers; readonly compression: TextCompression };

/** How columns are stored. */
interface ColumnForm {
  readonly numbers: JsonNumbers;
  readonly timeUnit: TimeUnit | undefined;
}

const formats: readonly ExportFormat[] = ["parquet", "arrow", "csv", "ndjson"];

/** Which formats an option is for, where it is not for all. */
const only: { readonly [K in keyof ExportFileOptions]?: readonly ExportFormat[] } = {
  header: ["csv"],
  delimiter: ["csv"],
  nullAs: ["csv"],
  rowGroupRows: ["parquet"],
  integers: ["parquet", "arrow", "ndjson"],
  decimals: ["parquet", "arrow", "ndjson"],
  timeUnit: ["parquet", "arrow"],
  compression: ["parquet", "csv", "ndjson"],
};

const endings: Readonly<Record<string, ExportFormat>> = {
  parquet: "parquet",
  arrows: "arrow",
  csv: "csv",
  ndjson: "ndjson",
  jsonl: "ndjson",
};

const defaultRowGroupRows = 131_072;
/** The writer counts the rows of a group in 32 bits, and small groups cost more than their rows. */
const mostRowGroupRows = 2 ** 30;

/**
 * Tells what kind of file is to be written.
 *
 * @param path - `undefined` for a stream.
 * @throws `INVALID_ARGUMENT` for what does not exist, or does not go with the format.
 */
export function checkedFile(options: ExportFileOptions, path: string | undefined): ExportForm {
  const [, name = "", packed] = /^(.*?)(?:\.(gz|zst))?$/s.exec(path?.toLowerCase() ?? "") ?? [];
  const [, ending = ""] = /\.([a-z]+)$/.exec(name) ?? [];
  const format = oneOf("format", options.format, formats) ?? endings[ending];
  if (format === undefined && ending === "arrow") {
    throw invalidArgument(
      'A path that ends in ".arrow" names Arrow\'s file format, and what is written is its stream: let it end in ".arrows", or say format: "arrow".',
    );
  }
  if (format === undefined) {
    throw invalidArgument(
      `What is to be written cannot be told from ${path === undefined ? "a stream" : "the path"}: pass the option format, one of ${formats.map((one) => `"${one}"`).join(", ")}.`,
    );
  }
  for (const option of Object.keys(only) as (keyof ExportFileOptions)[]) {
    const allowed = only[option];
    if (options[option] === undefined || allowed === undefined || allowed.includes(format)) continue;
    throw invalidArgument(
      `${option} is not for the format "${format}", but for ${allowed.map((one) => `"${one}"`).join(", ")}.`,
    );
  }
  const numbers = {
    integers: oneOf("integers", options.integers, ["number", "string"]) ?? "number",
    decimals: oneOf("decimals", options.decimals, ["number", "string"]) ?? "string",
  };
  const timeUnit = oneOf("timeUnit", options.timeUnit, ["microsecond", "nanosecond"]);
  switch (format) {
    case "parquet":
      refusePacked(format, packed);
      return { format, numbers, timeUnit, parquet: parquetForm(options) };
    case "arrow":
      refusePacked(format, packed);
      return { format, numbers, timeUnit };
    case "csv": {
      const { header = true, delimiter, nullAs } = options;
      const { csv } = checkedForm({ format, header, delimiter, nullAs });
      return { format, csv, compression: textCompression(options, packed) };
    }
    case "ndjson":
      return { format, numbers, compression: textCompression(options, packed) };
  }
}

/** Compressed as the path says, which an option must not gainsay: who reads the file goes by its name. */
function textCompression({ compression }: ExportFileOptions, packed: string | undefined): TextCompression {
  // Plain JavaScript and the type, which is that of all formats, may say others.
  const asked = oneOf("compression", compression as TextCompression | undefined, ["none", "gzip", "zstd"]);
  if (packed === undefined) return asked ?? "none";
  const told = packed === "gz" ? "gzip" : "zstd";
  if (asked === undefined || asked === told) return told;
  throw invalidArgument(`A path that ends in ".${packed}" does not go with the compression "${asked}".`);
}

function parquetForm({ compression, rowGroupRows = defaultRowGroupRows }: ExportFileOptions): ParquetForm {
  if (!Number.isSafeInteger(rowGroupRows) || rowGroupRows < 1 || rowGroupRows > mostRowGroupRows) {
    throw invalidArgument(`rowGroupRows must be a whole number from 1 to ${mostRowGroupRows}.`);
  }
  const checked = oneOf("compression", compression, ["snappy", "zstd", "gzip", "none"]) ?? "snappy";
  return { compression: checked, rowGroupRows };
}

function refusePacked(format: ExportFormat, packed: string | undefined): void {
  if (packed === undefined) return;
  throw invalidArgument(`A file of the format "${format}" is not compressed as a whole: leave out ".${packed}".`);
}
