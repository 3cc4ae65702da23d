import { Option, type Command } from "commander";
import { count, size } from "./quantities.ts";
import { UsageError } from "./usage.ts";
import type { ExportOptions } from "../bulk/export/export.ts";

/** How a result may be written. */
export type Format = "table" | "json" | "ndjson" | "csv" | "arrow" | "parquet";

export const formats: readonly Format[] = ["table", "json", "ndjson", "csv", "arrow", "parquet"];

/** The flags that tell how a file is written. */
export interface FileFlags {
  readonly format?: Format | undefined;
  readonly compression?: NonNullable<ExportOptions["compression"]>;
  readonly header: boolean;
  readonly delimiter?: string;
  readonly nullAs?: string;
  readonly rowGroupRows?: number;
  readonly integers?: "number" | "string";
  readonly decimals?: "number" | "string";
  readonly timeUnit?: NonNullable<ExportOptions["timeUnit"]>;
  readonly maxRows?: number;
  readonly maxBytes?: number;
}

/** Gives a command the flags that tell how a result is written. */
export function addFileFlags(command: Command, known: readonly Format[], formatHelp: string): Command {
  return command
    .addOption(new Option("--format <format>", formatHelp).choices(known))
    .addOption(
      new Option("--compression <kind>", "parquet: its columns, default snappy; csv, ndjson: the file").choices([
        "none",
        "snappy",
        "gzip",
        "zstd",
      ]),
    )
    .option("--no-header", "csv: without the line of names")
    .option("--delimiter <character>", "csv: between the fields; default: a comma")
    .option("--null-as <text>", "csv: what stands for NULL; default: nothing")
    .option("--row-group-rows <n>", "parquet: the most rows of a row group", count)
    .addOption(new Option("--integers <kind>", "json, parquet, arrow: string writes them as text").choices(numbers))
    .addOption(
      new Option("--decimals <kind>", "json: number writes them as numbers; parquet, arrow: as doubles").choices(
        numbers,
      ),
    )
    .addOption(
      new Option("--time-unit <unit>", "parquet, arrow: what times count").choices(["microsecond", "nanosecond"]),
    )
    .option("--max-rows <n>", "a result with more is stopped, and the command fails", count)
    .option("--max-bytes <size>", "the same, by the bytes of the rows as they are sent: 100MB", size);
}

const numbers = ["number", "string"];

/** Makes the options of `db.export()` of the flags. */
export function fileOptions(flags: FileFlags): ExportOptions {
  const { format, compression, delimiter, nullAs, rowGroupRows, integers, decimals, timeUnit, maxRows, maxBytes } =
    flags;
  if (format === "table") throw new UsageError("A table is no format of a file that others read.");
  if (format === "json" && compression !== undefined) throw new UsageError(notCompressed);
  return {
    // JSON is made of its lines.
    format: format === "json" ? "ndjson" : format,
    compression,
    header: flags.header ? undefined : false,
    delimiter,
    nullAs,
    rowGroupRows,
    integers,
    decimals,
    timeUnit,
    maxRows,
    maxBytes,
  };
}

const notCompressed = "One JSON array is not compressed here: NDJSON and CSV are.";

const endings: Readonly<Record<string, Format>> = {
  parquet: "parquet",
  arrow: "arrow",
  arrows: "arrow",
  csv: "csv",
  ndjson: "ndjson",
  jsonl: "ndjson",
  json: "json",
  txt: "table",
};

/**
 * Decides how a result is written: as the flag says, else as the file's name ends, else as a table for a person and as NDJSON for a program.
 *
 * NDJSON and not CSV: a line is a row whatever its texts hold, so that `head`, `wc -l` and `grep` are right; NULL is not the empty text; and every value
 * has its name.
 */
export function chosenFormat(given: Format | undefined, path: string | undefined, isTerminal: boolean): Format {
  if (given !== undefined) return given;
  if (path === undefined) return isTerminal ? "table" : "ndjson";
  const [, ending = "", zipped] = /\.([a-z]+)(?:\.(gz|zst))?$/.exec(path.toLowerCase()) ?? [];
  const format = endings[ending];
  if (format === undefined) {
    throw new UsageError(
      `What ${path} is to hold cannot be told from its name: add --format, one of ${formats.join(", ")}.`,
    );
  }
  if (format === "json" && zipped !== undefined) throw new UsageError(notCompressed);
  return format;
}
