import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

/** What DuckDB, a reader that shares nothing with us, finds in files: its names and types of the columns, and the rows as text. */
export interface Found {
  readonly types: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly (string | null)[])[];
}

/**
 * Reads files with DuckDB, in the order of the first column.
 *
 * @param reader - its function with a place for the files, such as `read_parquet(?)`.
 */
export async function readFiles(files: readonly Uint8Array[], reader: string): Promise<Found> {
  const folder = await mkdtemp(join(tmpdir(), "peak-files-"));
  const instance = await DuckDBInstance.create();
  try {
    const paths = files.map((_, index) => join(folder, `${String(index).padStart(4, "0")}`));
    await Promise.all(files.map(async (bytes, index) => writeFile(paths[index] ?? "", bytes)));
    const connection = await instance.connect();
    // Its own zone would change how instants are written.
    await connection.run("set timezone = 'UTC'");
    const source = reader.replace("?", `[${paths.map((path) => `'${path}'`).join(", ")}]`);
    const described = await connection.runAndReadAll(`describe select * from ${source}`);
    const types = Object.fromEntries(described.getRows().map(([name, type]) => [String(name), String(type)]));
    const texts = Object.keys(types).map((name) => `"${name.replaceAll('"', '""')}"::varchar`);
    const read = await connection.runAndReadAll(`select ${texts.join(", ")} from ${source} order by 1`);
    return { types, rows: read.getRows() as (string | null)[][] };
  } finally {
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

/** Has DuckDB write a Parquet file of a query's rows. @param options - of its COPY, such as `compression zstd`. */
export async function parquetOf(query: string, options = "compression snappy"): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "peak-parquet-"));
  const instance = await DuckDBInstance.create();
  try {
    const path = join(folder, "file.parquet");
    const connection = await instance.connect();
    await connection.run(`copy (${query}) to '${path}' (format parquet, ${options})`);
    return await readFile(path);
  } finally {
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}
