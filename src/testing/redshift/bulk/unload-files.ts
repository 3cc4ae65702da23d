import { readFile, rm } from "node:fs/promises";
import { compressor } from "./compression.ts";
import { literal, quoted, type Workshop } from "./duckdb.ts";
import { parquetType, type OutputColumn } from "./output-columns.ts";
import type { Lines } from "./text-lines.ts";
import type { Compression } from "./unload-command.ts";

/** Is the content of a file that is ready to be written. */
export interface Content {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** Collects rows; gives the files that are full with every row, and the rest at the end. */
export interface FileWriter {
  add(row: readonly (string | null)[]): Promise<readonly Content[]>;
  finish(): Promise<readonly Content[]>;
}

const blockBytes = 1024 * 1024;

/** Makes a writer of text files of at most so many bytes, except that a line is never cut. */
export function textFiles(lines: Lines, compression: Compression | undefined, maximumBytes: number): FileWriter {
  const compress = compressor(compression);
  let done: Buffer[] = []; // compressed blocks
  let doneBytes = 0;
  let block: string[] = [];
  let blockLength = 0; // bytes of the block
  let rows = 0;
  let begun = false;

  function put(text: string): void {
    block.push(text);
    blockLength += Buffer.byteLength(text);
  }

  function closeBlock(): void {
    if (block.length === 0) return;
    const bytes = compress(Buffer.from(block.join("")));
    done.push(bytes);
    doneBytes += bytes.length;
    block = [];
    blockLength = 0;
  }

  function close(): Content {
    closeBlock();
    const content = { bytes: Buffer.concat(done), rows };
    done = [];
    [doneBytes, rows, begun] = [0, 0, false];
    return content;
  }

  function begin(): void {
    if (begun) return;
    begun = true;
    if (lines.header !== "") put(lines.header);
  }

  return {
    add(row) {
      const full: Content[] = [];
      const text = lines.line(row);
      // Uncompressed bytes of the open block are counted in full: no file is larger than it may be.
      if (rows > 0 && doneBytes + blockLength + Buffer.byteLength(text) > maximumBytes) full.push(close());
      begin();
      put(text);
      rows++;
      if (blockLength >= blockBytes) closeBlock();
      return Promise.resolve(full);
    },
    finish() {
      begin();
      return Promise.resolve([close()]);
    },
  };
}

/** Makes a writer of Parquet files of at most so many bytes, except that a row is never cut. */
export async function parquetFiles(
  workshop: Workshop,
  columns: readonly OutputColumn[],
  maximumBytes: number,
): Promise<FileWriter> {
  const { connection } = workshop;
  const table = quoted(workshop.path());
  const fields = columns.map((_, at) => `c${at}`);
  const casts = columns.map((column, at) => `cast(c${at} as ${parquetType(column)}) as ${quoted(column.name)}`);
  await connection.run(
    `create table ${table} (row_number bigint, ${fields.map((field) => `${field} varchar`).join(", ")})`,
  );
  let appender = await connection.createAppender(table.slice(1, -1));
  let rows = 0;
  let bytes = 0;

  /** Writes rows `from` up to `to`, in halves where a file of all of them would be too large. */
  async function write(from: number, to: number): Promise<Content[]> {
    const path = workshop.path();
    const select = `select ${casts.join(", ")} from ${table} where row_number >= ${from} and row_number < ${to} order by row_number`;
    await connection.run(`copy (${select}) to ${literal(path)} (format parquet, compression snappy)`);
    const content = await readFile(path);
    await rm(path);
    if (content.length <= maximumBytes || to - from === 1) return [{ bytes: content, rows: to - from }];
    const middle = Math.floor((from + to) / 2);
    return [...(await write(from, middle)), ...(await write(middle, to))];
  }

  async function close(): Promise<readonly Content[]> {
    if (rows === 0) return [];
    appender.closeSync();
    const contents = await write(0, rows);
    await connection.run(`delete from ${table}`);
    appender = await connection.createAppender(table.slice(1, -1));
    rows = 0;
    bytes = 0;
    return contents;
  }

  return {
    async add(row) {
      appender.appendBigInt(BigInt(rows++));
      for (const value of row) {
        if (value === null) appender.appendNull();
        else appender.appendVarchar(value);
        bytes += value?.length ?? 0;
      }
      appender.endRow();
      // What text takes is near what Parquet takes; a file that got too large is halved.
      return bytes >= maximumBytes ? await close() : [];
    },
    finish: close,
  };
}
