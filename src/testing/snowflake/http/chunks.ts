import { randomBytes } from "node:crypto";
import type { Incoming, Reply } from "./reply.ts";
import { chunkHeaders } from "./results.ts";
import type { Chunk, Result } from "./results.ts";

/** The store that chunks are fetched from: what a cloud bucket with signed URLs is to Snowflake. */
export interface ChunkStore {
  /** Makes fresh URLs for a result's chunks. */
  publish(result: Result, origin: string): readonly Record<string, unknown>[];
  fetch(request: Incoming): Reply;
}

const xml = (status: number, code: string): Reply => ({
  status,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`,
});

/** Makes an empty store that remembers the URLs it gave out last. */
export function createChunkStore(keep = 20_000): ChunkStore {
  const published = new Map<string, { readonly chunk: Chunk; readonly result: Result }>();
  return {
    publish: (result, origin) =>
      result.chunks.map((chunk) => {
        const id = randomBytes(24).toString("base64url");
        published.set(id, { chunk, result });
        for (const oldest of published.keys()) {
          if (published.size <= keep) break;
          published.delete(oldest);
        }
        const { rowCount, uncompressedSize, body } = chunk;
        return { url: `${origin}/results/${id}`, rowCount, uncompressedSize, compressedSize: body.length };
      }),
    fetch: ({ path, headers }) => {
      const found = published.get(path.replace("/results/", ""));
      if (found === undefined) return xml(404, "NoSuchKey");
      const wrong = Object.entries(chunkHeaders(found.result)).some(
        ([name, value]) => !name.endsWith("md5") && headers[name] !== value,
      );
      if (wrong) return xml(403, "AccessDenied");
      return {
        status: 200,
        headers: { "content-type": "binary/octet-stream", "content-encoding": "gzip" },
        body: found.chunk.body,
      };
    },
  };
}
