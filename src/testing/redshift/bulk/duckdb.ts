import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";

/** Is a DuckDB of its own, in memory, with a folder for its files. */
export interface Workshop {
  readonly connection: DuckDBConnection;
  /** Gives a path for a file that no other has had. */
  path(): string;
  close(): Promise<void>;
}

/** Opens a DuckDB, which writes and reads Parquet files. Throws a sentence that says what to install when it is missing. */
export async function openWorkshop(): Promise<Workshop> {
  const duckdb = await import("@duckdb/node-api").catch((cause: unknown) => {
    const hint = "install it with `npm install --save-dev @duckdb/node-api`";
    throw new Error(`The Redshift stand-in writes and reads Parquet with DuckDB: ${hint}.`, { cause });
  });
  const folder = await mkdtemp(join(tmpdir(), "redshift-stand-in-"));
  const instance = await duckdb.DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  let files = 0;
  return {
    connection,
    path: () => join(folder, `${++files}.parquet`),
    async close() {
      connection.closeSync();
      instance.closeSync();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Writes a name in double quotes. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Writes a text in single quotes. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
