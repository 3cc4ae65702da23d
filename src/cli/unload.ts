import { Option, type Command } from "commander";
import { addBulkFlags, bulkOptions, type BulkFlags } from "./bulk-flags.ts";
import type { GlobalFlags } from "./connect-options.ts";
import { withProgress } from "./progress-line.ts";
import { counted, names, shownBytes, shownMs, size } from "./quantities.ts";
import { withQuery } from "./single-query.ts";
import { addSqlFlags, sqlAndTarget, sqlText, type SqlFlags } from "./sql-source.ts";
import { addSummaryFlag, writeSummary, type SummaryFlags } from "./summary.ts";
import type { UnloadOptions } from "../index.ts";
import type { Ground } from "./ground.ts";

interface UnloadFlags extends BulkFlags, SqlFlags, SummaryFlags, GlobalFlags {
  readonly partitionBy?: readonly string[];
  readonly overwrite?: UnloadOptions["overwrite"];
  readonly maxFileBytes?: number;
  readonly single?: boolean;
  readonly manifest?: boolean;
  readonly cleanUp?: boolean;
}

const examples = `
Examples:
  $ peak-warehouse unload "select * from features" s3://bucket/features/run-7/
  $ peak-warehouse unload -f features.sql s3://bucket/features/ --partition-by day --overwrite clean
  $ peak-warehouse unload "select * from events" s3://bucket/events/ --format csv --header --compression gzip

The warehouse itself writes the files, with the tenant's IAM role or storage integration.`;

/** Adds `unload`: has the warehouse write a query's result to S3. */
export function unloadCommand(program: Command, ground: Ground): void {
  const command = program
    .command("unload")
    .description("have the warehouse write a query's rows to S3")
    .argument("<query>", "the SQL, - for standard input; left out with --file")
    .argument("[url]", "s3://bucket/prefix: the files' names begin with it")
    .option("--partition-by <columns>", "a folder for each value of these columns, separated by commas", names)
    .addOption(
      new Option("--overwrite <policy>", "what becomes of files that are there; default: error").choices([
        "error",
        "replace",
        "clean",
      ]),
    )
    .option("--max-file-bytes <size>", "from 5MiB to 5GiB", size)
    .option("--single", "one file, written by one worker")
    .option("--manifest", "Redshift: write a manifest as well")
    .option("--clean-up", "remove the files of an unload that failed; needs @aws-sdk/client-s3 and its settings")
    .addHelpText("after", examples);
  addSummaryFlag(addSqlFlags(addBulkFlags(command)));
  command.action(async (first: string, second: string | undefined) => {
    const flags = command.optsWithGlobals<UnloadFlags>();
    const { sql, target } = sqlAndTarget(first, second, flags, "URL");
    const text = await sqlText(sql, flags, ground);
    const { signal } = ground;
    const result = await withProgress(command, ground, async ({ report: onProgress }) =>
      withQuery(command, ground, text, flags, async (db, query, params) =>
        db.unload(query, target, { ...unloadOptions(flags), params, signal, onProgress }),
      ),
    );
    const { rows, bytes, files, elapsedMs } = result;
    const sentence = `${counted(rows, "row")}, ${shownBytes(bytes)} in ${counted(files.length, "file")}, ${shownMs(elapsedMs)}`;
    const listed = files.map(({ url, rows, bytes }) => `  ${url}  ${counted(rows, "row")}, ${shownBytes(bytes)}`);
    await writeSummary(ground, flags, result, [sentence, ...listed].join("\n"));
  });
}

function unloadOptions(flags: UnloadFlags): UnloadOptions {
  const { partitionBy, overwrite, maxFileBytes, single, manifest, cleanUp } = flags;
  return { ...bulkOptions(flags), partitionBy, overwrite, maxFileBytes, single, manifest, cleanUp };
}
