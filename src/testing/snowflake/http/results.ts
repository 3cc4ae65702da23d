import { createHash, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { gunzipSync, gzip as gzipCallback } from "node:zlib";
import type { Answer, AnswerColumn } from "../engine/run.ts";
import { maxTextLength } from "../types/types.ts";

const gzip = promisify(gzipCallback);

/** Rows that come apart from the answer: gzipped JSON rows without the outer brackets. */
export interface Chunk {
  readonly body: Buffer;
  readonly rowCount: number;
  readonly uncompressedSize: number;
}

/** A result cut for the wire. */
export interface Result {
  readonly columns: readonly AnswerColumn[];
  readonly statementTypeId: number;
  readonly rowCount: number;
  /** The inline rows as JSON, without the outer brackets. */
  readonly inline: string;
  readonly chunks: readonly Chunk[];
  /** The key that chunk requests have to show. */
  readonly key: string;
}

/** How large the parts of a result may be, in bytes of JSON. */
export interface Sizes {
  readonly inlineBytes: number;
  readonly chunkBytes: number;
}

/** Reads an answer to its end, and cuts it into inline rows and chunks. */
export async function cut(
  { batches, columns, statementTypeId }: Answer,
  { inlineBytes, chunkBytes }: Sizes,
): Promise<Result> {
  let inline: string | undefined;
  const chunks: Chunk[] = [];
  let rows: string[] = [];
  let bytes = 0;
  let rowCount = 0;
  const close = async (): Promise<void> => {
    const text = rows.join(",");
    if (inline === undefined) inline = text;
    else {
      const raw = Buffer.from(text);
      chunks.push({ body: await gzip(raw, { level: 1 }), rowCount: rows.length, uncompressedSize: raw.length });
    }
    [rows, bytes] = [[], 0];
  };
  for await (const batch of batches) {
    for (let at = 0; at < batch.rowCount; at++) {
      const row = JSON.stringify(batch.columns.map((column) => column[at] ?? null));
      rows.push(row);
      bytes += row.length + 1;
      if (bytes >= (inline === undefined ? inlineBytes : chunkBytes)) await close();
    }
    rowCount += batch.rowCount;
  }
  if (rows.length > 0 || inline === undefined) await close();
  return { columns, statementTypeId, rowCount, inline: inline ?? "", chunks, key: randomBytes(32).toString("base64") };
}

/** Puts the cells of a result together again, column by column. */
export function cellsOf({ columns, inline, chunks }: Result): (string | null)[][] {
  const texts = [inline, ...chunks.map(({ body }) => gunzipSync(body).toString())];
  // cut() wrote them: rows of texts and nulls.
  const rows = texts.flatMap((text) => JSON.parse(`[${text}]`) as (string | null)[][]);
  return columns.map((_, i) => rows.map((row) => row[i] ?? null));
}

/** The headers by which a client proves that it may read the chunks of a result. */
export const chunkHeaders = ({ key }: Result): Record<string, string> => ({
  "x-amz-server-side-encryption-customer-algorithm": "AES256",
  "x-amz-server-side-encryption-customer-key": key,
  "x-amz-server-side-encryption-customer-key-md5": createHash("md5")
    .update(Buffer.from(key, "base64"))
    .digest("base64"),
});

/** Describes a column as result answers do. */
export function rowType({ name, type, nullable, origin }: AnswerColumn): Record<string, unknown> {
  const { kind, precision, scale, length } = type;
  const sized = kind === "text" || kind === "binary";
  const moment = kind === "time" || kind.startsWith("timestamp");
  const [database = "", schema = "", table = ""] = origin ?? [];
  return {
    name,
    database,
    schema,
    table,
    nullable,
    type: kind,
    length: sized ? length : null,
    byteLength: sized ? (kind === "text" ? Math.min(maxTextLength, length * 4) : length) : null,
    precision: kind === "fixed" ? precision : moment ? 0 : null,
    scale: kind === "fixed" || moment ? scale : null,
    collation: null,
  };
}
