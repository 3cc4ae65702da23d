import { setImmediate } from "node:timers/promises";
import { decompressor } from "./compression.ts";
import type { CopyCommand } from "./copy-command.ts";
import { internal, refusal } from "./failures.ts";
import { byName, byPaths } from "./json-records.ts";
import { createLoadErrors } from "./load-errors.ts";
import { parquetRows } from "./parquet-rows.ts";
import { accessDenied, assume } from "./roles.ts";
import { bytewise, delimitedRows, jsonRows, type RowReader } from "./rows.ts";
import { setting, type BulkAnswer, type BulkTask } from "./run.ts";
import { findSources, type Source } from "./sources.ts";
import { findTarget, type Target } from "./target.ts";

type Row = readonly (string | null)[];

/** Runs a COPY: the rows of files of S3 into a table, all of them or none. Everything is read before the first row is written. */
export async function copy(command: CopyCommand, task: BulkTask): Promise<BulkAnswer> {
  const { number, user } = task;
  const may = assume(command.roles, task.roles, { user, query: number });
  const target = await findTarget(command, task);
  const sources = await findSources(command, task, may);
  const pieces = createPieces();
  const note = progress(command, target, sources, task);
  const errors = createLoadErrors(target, command.options.maximumErrors ?? 0, task);

  if (command.options.format?.kind === "parquet") {
    const counts = new Map(sources.map((source) => [source, 0]));
    for await (const { source, rows } of parquetRows(command, target, sources, task)) {
      rows.forEach(pieces.add);
      counts.set(source, (counts.get(source) ?? 0) + rows.length);
    }
    for (const [source, rows] of counts) note(source, rows, 0);
  } else {
    const read = await rowReader(command, target, task, may);
    for (const source of sources) {
      const text = await contents(source, command, task);
      let records = 0;
      for (const loaded of read(text)) {
        // A cancel must be able to come in between.
        if (++records % 5000 === 0) await setImmediate();
        task.signal.throwIfAborted();
        if ("row" in loaded) pieces.add(loaded.row);
        else errors.note({ ...loaded.fault, file: source.url });
      }
      note(source, records, errors.count());
    }
  }
  return await store(command, target, pieces, errors.count(), task);
}

async function store(
  { options }: CopyCommand,
  target: Target,
  pieces: Pieces,
  errors: number,
  { talk, number }: BulkTask,
): Promise<BulkAnswer> {
  const loaded = options.noLoad ? 0 : pieces.rows();
  if (!options.noLoad) await talk.copyIn(`copy ${target.sql} from stdin`, pieces.bytes());
  await setting(talk, "redshift.last_copy_id", number, "session");
  await setting(talk, "redshift.last_copy_count", loaded, "session");
  const info = (rest: string) => ({
    severity: "INFO",
    code: "00000",
    message: `Load into table '${target.name}' completed, ${rest}`,
  });
  const notices = [info(`${loaded} record(s) loaded successfully.`)];
  const lost = `${errors} record(s) could not be loaded.  Check 'sys_load_error_detail' system table for details.`;
  if (errors > 0) notices.push(info(lost));
  return { tag: "COPY", notices };
}

async function rowReader(
  { options }: CopyCommand,
  { columns }: Target,
  task: BulkTask,
  may: (url: string) => boolean,
): Promise<RowReader> {
  const { format } = options;
  if (format?.kind !== "json") return delimitedRows(columns, options);
  const names = columns.map(({ name }) => bytewise(name));
  if (typeof format.by === "object") {
    const { paths } = format.by;
    if (!may(paths)) throw accessDenied(paths, task.number);
    const file = Buffer.from(await task.reach(task.storage.read(paths))).toString("latin1");
    return jsonRows(columns, options, byPaths(file, columns.length));
  }
  if (format.by === "noshred" && (columns.length !== 1 || columns[0]?.kind !== "super")) {
    throw refusal("COPY with JSON 'noshred' needs a single SUPER column", "XX000");
  }
  return jsonRows(columns, options, byName(names, format.by === "auto ignorecase"));
}

/** Reads a file, unpacked, as text of one character a byte. */
async function contents(source: Source, { options }: CopyCommand, task: BulkTask): Promise<string> {
  const bytes = await task.reach(task.storage.read(source.url));
  const unpack = decompressor(options.compression);
  try {
    return unpack(bytes).toString("latin1");
  } catch (error) {
    const context = `File ${source.url}: ${error instanceof Error ? error.message : ""}`;
    throw internal("Failed to decompress the file", { code: 8001, context, query: task.number, location: "inflate.cpp:95" }); // prettier-ignore
  }
}

/** Collects rows in the text form of PostgreSQL's COPY. */
interface Pieces {
  readonly add: (row: Row) => void;
  readonly rows: () => number;
  bytes(): Iterable<Buffer>;
}

const pieceLength = 256 * 1024;

function createPieces(): Pieces {
  const done: Buffer[] = [];
  let lines: string[] = [];
  let length = 0;
  let rows = 0;
  const close = (): void => {
    if (lines.length > 0) done.push(Buffer.from(lines.join("")));
    lines = [];
    length = 0;
  };
  return {
    add(row) {
      const line = `${row.map(copyField).join("\t")}\n`;
      lines.push(line);
      length += line.length;
      rows++;
      if (length >= pieceLength) close();
    },
    rows: () => rows,
    bytes() {
      close();
      return done;
    },
  };
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const copyField = (value: string | null): string =>
  value === null ? "\\N" : value.replace(/[\\\n\r\t]/g, (character) => escapes[character] ?? character);

/** Notes files and rows for the system views. */
function progress(
  { from, options }: CopyCommand,
  target: Target,
  sources: readonly Source[],
  { history, number }: BulkTask,
) {
  const row = {
    query_id: number,
    kind: "load" as const,
    format: (options.format?.kind ?? "text").toUpperCase(),
    table_name: target.name,
    location: from,
    compression: options.compression ?? null,
    rows: 0,
    files: sources.length,
    bytes: sources.reduce((sum, { bytes }) => sum + bytes, 0),
    errors: 0,
  };
  const noted = history.add("stand_in_bulk", row);
  return ({ url, bytes }: Source, records: number, errors: number): void => {
    row.rows += records - (errors - row.errors);
    row.errors = errors;
    noted.again();
    history.add("stand_in_load_files", {
      query_id: number,
      file_name: url,
      lines_scanned: records,
      bytes_scanned: bytes,
    });
  };
}
