import type { Command } from "commander";
import { addFileFlags, chosenFormat, fileOptions, type FileFlags } from "./formats.ts";
import type { GlobalFlags } from "./connect-options.ts";
import { withProgress } from "./progress-line.ts";
import { counted, shownBytes, shownMs } from "./quantities.ts";
import { addSqlFlags, sqlAndTarget, sqlText, type SqlFlags } from "./sql-source.ts";
import { addSummaryFlag, writeSummary, type SummaryFlags } from "./summary.ts";
import { checkFile } from "./output.ts";
import { UsageError } from "./usage.ts";
import { withQuery } from "./single-query.ts";
import type { Ground } from "./ground.ts";

type ExportFlags = FileFlags & SqlFlags & SummaryFlags & GlobalFlags;

const examples = `
Examples:
  $ peak-warehouse export "select * from events" events.parquet
  $ peak-warehouse export -f features.sql features.csv.gz --null-as '\\N'
  $ peak-warehouse export "select * from events where day = ?" day.ndjson --param 2024-02-29

The file gets its name when it is complete: a failure or Ctrl-C leaves none. To standard output: query.`;

/** Adds `export`: writes a query's rows into a file of this machine. */
export function exportCommand(program: Command, ground: Ground): void {
  const command = program
    .command("export")
    .description("write a query's rows into a file of this machine")
    .argument("<query>", "the SQL, - for standard input; left out with --file")
    .argument("[file]", ".parquet, .arrow, .csv, .ndjson; text also with .gz or .zst")
    .addHelpText("after", examples);
  addSummaryFlag(
    addSqlFlags(addFileFlags(command, ["parquet", "arrow", "csv", "ndjson"], "default: by the file's name")),
  );
  command.action(async (first: string, second: string | undefined) => {
    const flags = command.optsWithGlobals<ExportFlags>();
    const { sql, target } = sqlAndTarget(first, second, flags, "file");
    if (/^s3:/i.test(target)) throw new UsageError("export writes to this machine: unload is what writes to S3.");
    if (target === "-") throw new UsageError("export writes a file: query is what writes to standard output.");
    const format = chosenFormat(flags.format, target, false);
    if (format === "json")
      throw new UsageError("One JSON array is written by query -o. export writes an object a line: .ndjson.");
    const options = fileOptions({ ...flags, format });
    await checkFile(target);
    const text = await sqlText(sql, flags, ground);
    const { signal } = ground;
    const result = await withProgress(command, ground, async ({ report: onProgress }) =>
      withQuery(command, ground, text, flags, async (db, query, params) =>
        db.export(query, target, { ...options, params, signal, onProgress }),
      ),
    );
    const { rows, bytes, elapsedMs } = result;
    const sentence = `${counted(rows, "row")}, ${shownBytes(bytes)} into ${target}, ${shownMs(elapsedMs)}`;
    await writeSummary(ground, flags, result, sentence);
  });
}
