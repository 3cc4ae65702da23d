import { readFile, rm } from "node:fs/promises";
import type { Column } from "../binder/bound.ts";
import { contextOf } from "../engine/run.ts";
import type { Run } from "../engine/run.ts";
import { SnowflakeError, unsupported } from "../errors.ts";
import { literal } from "../types/storage.ts";
import { csvRecord, csvTexts } from "./csv-writer.ts";
import type { CsvFormat, JsonFormat } from "./formats.ts";
import { packed } from "./packing.ts";
import { parquetColumns } from "./parquet-writer.ts";
import type { UnloadPlan } from "./unload.ts";

/** What goes into one file. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** Before compression. */
  readonly inputBytes: number;
}

/** Cuts rows into files of at most MAX_FILE_SIZE; none for no rows. Throws 100078 when the one file of SINGLE is larger. */
export async function* pieces(
  rows: string,
  columns: readonly Column[],
  plan: UnloadPlan,
  run: Run,
): AsyncGenerator<Piece> {
  const { format, single, maxFileBytes } = plan;
  const found =
    format.type === "PARQUET" ? parquetPieces(rows, columns, plan, run) : textPieces(rows, columns, plan, format, run);
  for await (const piece of found) {
    if (single && piece.bytes.length > maxFileBytes) throw tooLarge(maxFileBytes, piece.bytes.length);
    yield piece;
  }
}

const tooLarge = (most: number, actual: number): SnowflakeError =>
  new SnowflakeError(
    "100063",
    "22000",
    `Max file size (${most}) exceeded for unload single file mode. Generated file size is ${actual}.`,
  );

async function* textPieces(
  rows: string,
  columns: readonly Column[],
  { header, single, maxFileBytes }: UnloadPlan,
  format: CsvFormat | JsonFormat,
  run: Run,
): AsyncGenerator<Piece> {
  const { context } = contextOf(run);
  const texts = format.type === "CSV" ? csvTexts(columns, format, context) : columns.map(({ sql }) => sql);
  const record = format.type === "CSV" ? csvRecord(columns, format) : ([text]: readonly (string | null)[]) => `${text ?? "null"}\n`; // prettier-ignore
  const head = header && format.type === "CSV" ? Buffer.from(csvRecord(columns.map(asText), format)(columns.map(({ name }) => name))) : undefined; // prettier-ignore
  let lines: Buffer[] = [];
  let bytes = 0;
  let count = 0;
  const close = async (): Promise<Piece> => {
    const raw = Buffer.concat(head === undefined ? lines : [head, ...lines]);
    const piece = { bytes: await packed(raw, format.compression), rows: count, inputBytes: raw.length };
    [lines, bytes, count] = [[], 0, 0];
    return piece;
  };
  for await (const batch of run.account.duckdb.stream(`SELECT ${texts.join(", ")} FROM ${rows} w`, run.signal)) {
    for (let row = 0; row < batch.rowCount; row++) {
      const line = Buffer.from(record(batch.columns.map((column) => (column[row] ?? null) as string | null))); // all are texts
      if (!single && count > 0 && (head?.length ?? 0) + bytes + line.length > maxFileBytes) yield await close();
      lines.push(line);
      bytes += line.length;
      count += 1;
    }
  }
  if (count > 0) yield await close();
}

const asText = (column: Column): Column => ({ ...column, type: { ...column.type, kind: "text" } });

async function* parquetPieces(
  rows: string,
  columns: readonly Column[],
  { header, optimised, format, single, maxFileBytes }: UnloadPlan,
  run: Run,
): AsyncGenerator<Piece> {
  const { duckdb, bulk } = run.account;
  const written = parquetColumns(columns, header, optimised).join(", ");
  if (new Set(columns.map(({ name }) => name.toLowerCase())).size < columns.length && header)
    throw unsupported("Columns of a Parquet file whose names differ in nothing but case");
  const total = Number((await duckdb.run(`SELECT count(*) FROM ${rows} w`, run.signal)).columns[0]?.[0] ?? 0);
  const write = async (from: number, count: number): Promise<Uint8Array> => {
    const path = await bulk.scratch();
    const slice = `SELECT ${written} FROM (SELECT * FROM ${rows} v LIMIT ${count} OFFSET ${from}) w`;
    const codec = format.compression === "NONE" ? "UNCOMPRESSED" : "SNAPPY";
    try {
      await duckdb.run(`COPY (${slice}) TO ${literal(path)} (FORMAT parquet, COMPRESSION ${codec})`, run.signal);
      return await readFile(path);
    } finally {
      await rm(path, { force: true });
    }
  };
  // How many rows fit is tried: a file that is too large is written again with fewer.
  let size = total;
  for (let from = 0; from < total;) {
    const count = Math.min(size, total - from);
    const bytes = await write(from, count);
    if (!single && bytes.length > maxFileBytes && count > 1) {
      size = Math.max(1, Math.min(count - 1, Math.floor(((count * maxFileBytes) / bytes.length) * 0.95)));
      continue;
    }
    yield { bytes, rows: count, inputBytes: bytes.length };
    from += count;
  }
}
