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
  readonly answer: Omit<Answer, "cells">;
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

/** Cuts an answer into inline rows and chunks. */
export async function cut({ cells, ...answer }: Answer, { inlineBytes, chunkBytes }: Sizes): Promise<Result> {
  const chunks: Chunk[] = [];
  let at = 0;
  const take = (limit: number): { text: string; rowCount: number } => {
    const rows: string[] = [];
    let bytes = 0;
    for (; at < answer.rowCount && bytes < limit; at++) {
      const row = JSON.stringify(cells.map((column) => column[at] ?? null));
      bytes += row.length + 1;
      rows.push(row);
    }
    return { text: rows.join(","), rowCount: rows.length };
  };
  const inline = take(inlineBytes).text;
  while (at < answer.rowCount) {
    const { text, rowCount } = take(chunkBytes);
    const raw = Buffer.from(text);
    chunks.push({ body: await gzip(raw, { level: 1 }), rowCount, uncompressedSize: raw.length });
  }
  return { answer, inline, chunks, key: randomBytes(32).toString("base64") };
}

/** Puts the cells of a result together again, column by column. */
export function cellsOf({ answer, inline, chunks }: Result): (string | null)[][] {
  const texts = [inline, ...chunks.map(({ body }) => gunzipSync(body).toString())];
  // cut() wrote them: rows of texts and nulls.
  const rows = texts.flatMap((text) => JSON.parse(`[${text}]`) as (string | null)[][]);
  return answer.columns.map((_, i) => rows.map((row) => row[i] ?? null));
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
