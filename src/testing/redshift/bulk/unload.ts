import { Refused } from "../errors.ts";
import { translate } from "../sql/translate.ts";
import type { WireRow } from "./conversation.ts";
import { openWorkshop, type Workshop } from "./duckdb.ts";
import { internal, refusal } from "./failures.ts";
import { isBinary, outputColumn, type OutputColumn } from "./output-columns.ts";
import { accessDenied, assume } from "./roles.ts";
import { setting, type BulkAnswer, type BulkTask } from "./run.ts";
import { textLines } from "./text-lines.ts";
import type { UnloadCommand, UnloadOptions } from "./unload-command.ts";
import { parquetFiles, textFiles, type Content, type FileWriter } from "./unload-files.ts";
import { fileUrl, largestFileBytes, manifest, partitionPrefix, slices, type WrittenFile } from "./unload-layout.ts";

/** Rows that are fetched at once. */
const fetchRows = 2000;

/** Runs an UNLOAD: the rows of a SELECT into files of S3. Files that were written stay when it fails. */
export async function unload(command: UnloadCommand, task: BulkTask): Promise<BulkAnswer> {
  const { to, options, roles } = command;
  const { number, user, talk } = task;
  const may = assume(roles, task.roles, { user, query: number });
  if (!may(to)) throw accessDenied(to, number);
  const { text, refusal: refused } = translate(Buffer.from(command.select), task.mode);
  if (refused) throw new Refused(refused);
  await clearDestination(command, task);

  const parquet = options.format === "parquet";
  const query = await talk.open(text, (column) => parquet && isBinary(column));
  const columns = query.columns.map((column) => outputColumn(column, parquet));
  const layout = partitioning(columns, options);
  const written = await writeRows(command, task, layout, async function* () {
    for (let rows = await query.next(fetchRows); rows.length > 0; rows = await query.next(fetchRows)) {
      task.signal.throwIfAborted();
      for (const row of rows) yield columns.map((column, at) => textOf(row, at, column));
    }
  });
  if (options.manifest) {
    const url = `${to}manifest`;
    await task.reach(task.storage.write(url, Buffer.from(manifest(written.files, layout.kept, options))));
  }
  await setting(talk, "redshift.last_unload_count", written.rows, "session");
  await setting(talk, "redshift.last_unload_id", number, "session");
  const message = `UNLOAD completed, ${written.rows} record(s) unloaded successfully.`;
  return { tag: "UNLOAD", notices: [{ severity: "INFO", code: "00000", message }] };
}

function textOf(row: WireRow, at: number, column: OutputColumn): string | null {
  const bytes = row[at] ?? null;
  return bytes === null ? null : column.text(bytes);
}

/** Sees to it that no file is there that the UNLOAD might mistake for its own (AWS documentation, ALLOWOVERWRITE and CLEANPATH). */
async function clearDestination({ to, options }: UnloadCommand, { storage, reach, number }: BulkTask): Promise<void> {
  if (options.existing === "overwrite") return;
  const found = await reach(storage.list(to));
  if (found.length === 0) return;
  if (options.existing === undefined) {
    const hint = "Consider using a different bucket / prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option."; // prettier-ignore
    const message = `Specified unload destination on S3 is not empty. ${hint}`;
    throw internal(message, { code: 8001, query: number, location: "s3_unloader.cpp:269" });
  }
  // With partitions, only the folders that get files are cleaned.
  if (!options.partition) await reach(storage.remove(found.map(({ url }) => url)));
}

/** Says which columns make the folders and which go into the files. */
interface Partitioning {
  readonly names: readonly string[];
  readonly at: readonly number[];
  readonly keptAt: readonly number[];
  readonly kept: readonly OutputColumn[];
}

function partitioning(columns: readonly OutputColumn[], { partition, format }: UnloadOptions): Partitioning {
  const names = partition?.by ?? [];
  const at = names.map((name) => {
    const index = columns.findIndex((column) => column.name === name);
    if (index < 0) throw refusal(`Partition column "${name}" does not exist in the SELECT of the UNLOAD`, "42703");
    return index;
  });
  const keptAt = [...columns.keys()].filter((index) => partition?.include === true || !at.includes(index));
  const others = columns.filter((_, index) => !at.includes(index));
  if (others.length === 0) throw refusal("UNLOAD needs at least one column that is not a partition column");
  const kept = keptAt.flatMap((index) => columns[index] ?? []);
  const unique = new Set(kept.map(({ name }) => name)).size === kept.length;
  if (!unique && (format === "json" || format === "parquet")) {
    throw refusal(`UNLOAD to ${format.toUpperCase()} needs unique column names`, "42701");
  }
  return { names, at, keptAt, kept };
}

/** Is what writes the files of one slice in one folder. */
interface Stream {
  readonly prefix: string;
  readonly slice: number;
  readonly writer: FileWriter;
  part: number;
}

async function writeRows(
  { to, options }: UnloadCommand,
  task: BulkTask,
  { names, at, keptAt, kept }: Partitioning,
  rows: () => AsyncGenerator<(string | null)[]>,
): Promise<{ readonly rows: number; readonly files: readonly WrittenFile[] }> {
  const maximum = options.maximumFileBytes ?? largestFileBytes;
  const workshop = options.format === "parquet" ? await openWorkshop() : undefined;
  const streams = new Map<string, Stream>();
  const folders = new Set<string>();
  const files: WrittenFile[] = [];
  const note = progress({ to, options }, task);

  async function stream(prefix: string, slice: number): Promise<Stream> {
    const key = `${slice} ${prefix}`;
    const known = streams.get(key);
    if (known) return known;
    if (names.length > 0 && !folders.has(prefix)) await cleanFolder(prefix, options, task);
    folders.add(prefix);
    const writer = await fileWriter(workshop, kept, options, maximum);
    const made: Stream = { prefix, slice, writer, part: 0 };
    streams.set(key, made);
    return made;
  }

  async function save(stream: Stream, contents: readonly Content[]): Promise<void> {
    for (const { bytes, rows } of contents) {
      const started = new Date();
      const url = fileUrl(stream.prefix, options, stream.slice, stream.part++);
      await task.reach(task.storage.write(url, bytes));
      files.push({ url, bytes: bytes.length, rows });
      note({ url, bytes: bytes.length, rows }, started);
    }
  }

  let count = 0;
  try {
    const used = options.parallel === false ? 1 : slices;
    for await (const row of rows()) {
      const prefix = names.length === 0 ? to : partitionPrefix(to, names, at.map((index) => row[index] ?? null)); // prettier-ignore
      const target = await stream(prefix, count++ % used);
      await save(target, await target.writer.add(keptAt.map((index) => row[index] ?? null)));
    }
    // Without rows a slice writes an empty text file, and no JSON or Parquet.
    const always = names.length === 0 && (options.format === undefined || options.format === "csv");
    if (always) for (let slice = 0; slice < used; slice++) await stream(to, slice);
    for (const each of streams.values()) await save(each, await each.writer.finish());
  } finally {
    await workshop?.close();
  }
  return { rows: count, files: files.sort((a, b) => (a.url < b.url ? -1 : 1)) };
}

async function cleanFolder(prefix: string, { existing }: UnloadOptions, { storage, reach }: BulkTask): Promise<void> {
  if (existing !== "clean") return;
  const found = await reach(storage.list(prefix));
  if (found.length > 0) await reach(storage.remove(found.map(({ url }) => url)));
}

async function fileWriter(
  workshop: Workshop | undefined,
  columns: readonly OutputColumn[],
  options: UnloadOptions,
  maximumBytes: number,
): Promise<FileWriter> {
  if (workshop) return await parquetFiles(workshop, columns, maximumBytes);
  return textFiles(textLines(options, columns), options.compression, maximumBytes);
}

/** Notes every file for the system views. */
function progress({ to, options }: Pick<UnloadCommand, "to" | "options">, { history, number }: BulkTask) {
  const format = (options.format ?? "text").toUpperCase();
  const row = {
    query_id: number,
    kind: "unload" as const,
    format,
    table_name: null,
    location: to,
    compression: options.compression ?? null,
    rows: 0,
    files: 0,
    bytes: 0,
    errors: 0,
  };
  const noted = history.add("stand_in_bulk", row);
  return (file: WrittenFile, started: Date): void => {
    row.rows += file.rows;
    row.files++;
    row.bytes += file.bytes;
    noted.again();
    history.add("stand_in_unload_files", {
      query_id: number,
      file_name: file.url,
      started,
      ended: new Date(),
      line_count: file.rows,
      transfer_size: file.bytes,
      file_format: format,
    });
  };
}
