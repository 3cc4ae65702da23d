import { InvalidArgumentError, Option, type Command } from "commander";
import { addBulkFlags, bulkOptions, type BulkFlags } from "./bulk-flags.ts";
import { refusedRow } from "./error-text.ts";
import type { GlobalFlags } from "./connect-options.ts";
import { withProgress } from "./progress-line.ts";
import { count, counted, names, shownMs } from "./quantities.ts";
import { addSummaryFlag, writeSummary, type SummaryFlags } from "./summary.ts";
import { withWarehouse } from "./warehouse.ts";
import type { LoadOptions } from "../index.ts";
import type { Ground } from "./ground.ts";

interface LoadFlags extends BulkFlags, SummaryFlags, GlobalFlags {
  readonly columns?: readonly string[];
  readonly match?: LoadOptions["match"];
  readonly manifest?: boolean;
  readonly onError?: LoadOptions["onError"];
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

const examples = `
Examples:
  $ peak-warehouse load features s3://bucket/features/run-7/
  $ peak-warehouse load staging.events s3://bucket/events/ --format csv --header --on-error 10
  $ peak-warehouse load events s3://bucket/events/ --format csv --columns id,day --dry-run

The warehouse itself reads every file whose name begins with the URL: all rows or none, unless --on-error
says otherwise. Rows that were refused are told with their place, and with --json with their values.`;

/** Adds `load`: has the warehouse read files of S3 into a table. */
export function loadCommand(program: Command, ground: Ground): void {
  const command = program
    .command("load")
    .description("have the warehouse read files of S3 into a table")
    .argument("<table>", "table or schema.table; a part in double quotes is exact")
    .argument("<url>", "s3://bucket/prefix: every file whose name begins with it")
    .option("--columns <names>", "the table's columns that the files hold, separated by commas", names)
    .addOption(new Option("--match <how>", "how the files' columns find the table's").choices(["name", "position"]))
    .option("--manifest", "Redshift: the URL is that of a manifest")
    .option("--on-error <policy>", "abort, continue, or how many rows may be left out; default: abort", onError)
    .option("--dry-run", "read and check, and load nothing")
    .option("--force", "Snowflake: load again what is loaded already")
    .addHelpText("after", examples);
  addSummaryFlag(addBulkFlags(command));
  command.action(async (table: string, url: string) => {
    const flags = command.optsWithGlobals<LoadFlags>();
    const { signal } = ground;
    const result = await withProgress(command, ground, async ({ report: onProgress }) =>
      withWarehouse(command, ground, async (db) => db.load(table, url, { ...loadOptions(flags), signal, onProgress })),
    );
    const { rows, files, errors, errorCount, elapsedMs } = result;
    const done = flags.dryRun === true ? "would be loaded" : "loaded";
    const sentence = `${counted(rows, "row")} ${done} from ${counted(files.length, "file")}, ${shownMs(elapsedMs)}`;
    const refused =
      errorCount > 0
        ? [`${counted(errorCount, "row")} refused`, ...errors.map((error) => `  ${refusedRow(error)}`)]
        : [];
    await writeSummary(ground, flags, result, [sentence, ...refused].join("\n"));
  });
}

function loadOptions(flags: LoadFlags): LoadOptions {
  const { columns, match, manifest, onError, dryRun, force } = flags;
  return { ...bulkOptions(flags), columns, match, manifest, onError, dryRun, force };
}

function onError(text: string): LoadOptions["onError"] {
  if (text === "abort" || text === "continue") return text;
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be abort, continue, or a whole number.");
  return count(text);
}
