import { Option, type Command } from "commander";
import { repeated } from "./quantities.ts";
import type { AccessOptions, FormatOptions } from "../index.ts";

/** The flags that `unload` and `load` have in common. */
export interface BulkFlags {
  readonly format?: FormatOptions["format"];
  readonly compression?: FormatOptions["compression"];
  readonly header?: boolean;
  readonly delimiter?: string;
  readonly nullAs?: string;
  readonly iamRole?: readonly string[];
  readonly integration?: string;
  readonly region?: string;
}

/** Gives a command the flags for files that the warehouse itself writes and reads. */
export function addBulkFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--format <format>", "default: parquet; json is an object a line").choices(["parquet", "csv", "json"]),
    )
    .addOption(new Option("--compression <kind>", "csv, json").choices(["none", "gzip", "zstd", "bzip2"]))
    .option("--header", "csv: the first line holds the names")
    .option("--delimiter <character>", "csv: between the fields; default: a comma")
    .option("--null-as <text>", "csv: what stands for NULL; default: nothing")
    .option("--iam-role <arn>", "Redshift: a role instead of the credentials'; again for a chain", repeated)
    .option("--integration <name>", "Snowflake: a storage integration instead of the credentials'")
    .option("--region <name>", "Redshift: the bucket's region, where it is not the cluster's");
}

/** Makes the options that `db.unload()` and `db.load()` have in common. */
export function bulkOptions(flags: BulkFlags): FormatOptions & AccessOptions {
  const { format, compression, header, delimiter, nullAs, iamRole, integration, region } = flags;
  return { format, compression, header, delimiter, nullAs, iamRole, integration, region };
}
