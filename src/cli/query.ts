import type { Command } from "commander";
import { addFileFlags, chosenFormat, fileOptions, formats, type FileFlags } from "./formats.ts";
import type { GlobalFlags } from "./connect-options.ts";
import { note, type Ground } from "./ground.ts";
import { placed } from "./placed-error.ts";
import { withProgress } from "./progress-line.ts";
import { counted, shownMs } from "./quantities.ts";
import { writeResult, writeSideRows, type Writing } from "./result.ts";
import { addSqlFlags, sqlParameters, sqlText, type SqlFlags } from "./sql-source.ts";
import type { CutStatement } from "./statements.ts";
import { UsageError } from "./usage.ts";
import { withWarehouse } from "./warehouse.ts";
import { checkFile } from "./output.ts";
import { reworded, WarehouseError } from "../errors.ts";
import type { Queryable, QueryParameters } from "../index.ts";
import type { ExportOptions } from "../bulk/export/export.ts";

interface QueryFlags extends FileFlags, SqlFlags, GlobalFlags {
  readonly output?: string;
}

const examples = `
Examples:
  $ peak-warehouse query "select * from events limit 20"
  $ peak-warehouse query "select * from events where day = ?" --param 2024-02-29
  $ peak-warehouse query "select * from events where id in (:ids)" --params '{"ids": [1, 2]}'
  $ peak-warehouse query -f features.sql -o features.parquet
  $ peak-warehouse query "select * from events" | jq -c 'select(.name != null)'
  $ echo "select day, count(*) as n from events group by day" | peak-warehouse query --format csv > days.csv

On a terminal the rows come as a table, else as NDJSON: one JSON object a line, so that head, wc and grep
count rows, and NULL is not the empty text. Everything is streamed. Several statements run one after the
other on one session, up to the first error.`;

/** Adds `query`: runs SQL and writes its rows. */
export function queryCommand(program: Command, ground: Ground): void {
  const command = program
    .command("query")
    .description("run SQL and write its rows")
    .argument("[sql]", "the SQL; without it, and for -, standard input")
    .option("-o, --output <path>", "write into this file, which appears when it is complete; - for standard output")
    .addHelpText("after", examples);
  addSqlFlags(addFileFlags(command, formats, "how the rows are written; default: by the file, else table or ndjson"));
  command.action(async (sql: string | undefined) => {
    const flags = command.optsWithGlobals<QueryFlags>();
    const path = flags.output === "-" ? undefined : flags.output;
    const format = chosenFormat(flags.format, path, ground.stdout.isTTY);
    if ((format === "arrow" || format === "parquet") && path === undefined && ground.stdout.isTTY) {
      throw new UsageError(`--format ${format} is nothing for a terminal: add --output, or a pipe.`);
    }
    if (path !== undefined) await checkFile(path);
    const text = await sqlText(sql, flags, ground);
    const { checkedFile, cutStatements } = await import("./library.ts");
    const options = format === "table" ? tableOptions(flags) : fileOptions({ ...flags, format });
    // An earlier statement must not have run before that is refused.
    if (format !== "table") checkedFile(options, format === "json" ? undefined : path);
    await withProgress(command, ground, async (line) =>
      withWarehouse(command, ground, async (db) => {
        const writing: Writing = { ground, line, format, path, options };
        const statements = await cutStatements(text, db.type);
        checkStatements(statements, flags, writing);
        // Each statement has the signal. A session that had it would not wait for what they take away when they are stopped.
        await db.session(async (session) => runAll(session, statements, flags, writing));
      }),
    );
  });
}

/** Gives the limits: they are all that can be said of a table. */
function tableOptions(flags: QueryFlags): ExportOptions {
  const { maxRows, maxBytes, ...others } = fileOptions({ ...flags, format: undefined });
  if (Object.values(others).some((value) => value !== undefined)) {
    throw new UsageError("How a file is written says nothing of a table: add --format, or leave it out.");
  }
  return { maxRows, maxBytes };
}

/** Refuses, before anything is run, what could not be written in the end. */
function checkStatements(statements: readonly CutStatement[], flags: SqlFlags, { format, path }: Writing): void {
  if (statements.length === 0) throw new UsageError("There is no statement in the SQL.");
  if (statements.length > 1 && (flags.param ?? flags.params) !== undefined) {
    throw new UsageError(`Values are for one statement, and there are ${statements.length}.`);
  }
  const results = statements.filter(({ reads }) => reads).length;
  if (results > 1 && path !== undefined) throw new UsageError(`A file holds one result, and the SQL has ${results}.`);
  if (results > 1 && (format === "arrow" || format === "parquet")) {
    throw new UsageError(`--format ${format} holds one result, and the SQL has ${results}.`);
  }
}

async function runAll(
  session: Queryable,
  statements: readonly CutStatement[],
  flags: QueryFlags,
  writing: Writing,
): Promise<void> {
  for (const [index, statement] of statements.entries()) {
    const begunAt = performance.now();
    const params = sqlParameters(flags, statement.isNamed);
    try {
      writing.line.begin("running");
      const told = await runOne(session, statement, params, writing);
      writing.line.end();
      if (told !== undefined && flags.quiet !== true)
        note(writing.ground, `${told}, ${shownMs(performance.now() - begunAt)}`);
    } catch (error) {
      throw inStatement(error, statement, params, index, statements.length);
    }
  }
}

/** Runs a statement. @returns what is to be told of it. */
async function runOne(
  session: Queryable,
  { text, reads }: CutStatement,
  params: QueryParameters | undefined,
  writing: Writing,
): Promise<string | undefined> {
  const { ground, path } = writing;
  const { signal, stdout, stderr } = ground;
  const rows = reads ? await writeResult(session, text, params, writing) : undefined;
  if (rows !== undefined) {
    // Beside a table a count helps; in what a program reads it would be noise.
    const isWatched = stderr.isTTY && (stdout.isTTY || path !== undefined);
    return isWatched ? counted(rows, "row") : undefined;
  }
  const integers = writing.format === "table" ? "string" : "number";
  const result = await session.query(text, params, { signal, rowMode: "array", integers });
  if (result.columns.length === 0) return result.rowCount === 0 ? "done" : `${counted(result.rowCount, "row")} changed`;
  await writeSideRows(result, writing);
  return counted(result.rowCount, "row");
}

function inStatement(
  error: unknown,
  statement: CutStatement,
  params: QueryParameters | undefined,
  index: number,
  count: number,
): unknown {
  if (!WarehouseError.is(error)) return error;
  const told = count === 1 ? error : reworded(error, `Statement ${index + 1} of ${count}: ${error.message}`);
  return placed(told, () => statement.sent(params));
}
