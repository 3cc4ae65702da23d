import { randomBytes } from "node:crypto";
import type { Settings } from "../options.ts";
import type { Incoming, Reply } from "./reply.ts";
import { chunkHeaders } from "./results.ts";
import type { Chunk, Result } from "./results.ts";

/** The store that chunks are fetched from: what a cloud bucket with signed URLs is to Snowflake. */
export interface ChunkStore {
  /** Makes fresh URLs for a result's chunks. */
  publish(result: Result, origin: string): readonly Record<string, unknown>[];
  fetch(request: Incoming): Reply;
  /** Ends the validity of every URL that was given out. */
  expire(): void;
}

interface Published {
  readonly chunk: Chunk;
  readonly result: Result;
  /** How often the URL may still be asked. */
  requestsLeft: number;
}

const xml = (status: number, code: string, message = code, more = ""): Reply => ({
  status,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`,
});

/** What S3 says of a signed URL whose time has passed. The times are those of the answer: an expiry has no date here. */
function expired(now: number): Reply {
  const time = new Date(now).toISOString();
  const times = `<X-Amz-Expires>21599</X-Amz-Expires><Expires>${time}</Expires><ServerTime>${time}</ServerTime>`;
  return xml(403, "AccessDenied", "Request has expired", times);
}

/** Makes an empty store that remembers the URLs it gave out last. */
export function createChunkStore({ now, chunkUrlRequests }: Settings, keep = 20_000): ChunkStore {
  const published = new Map<string, Published>();
  return {
    publish: (result, origin) =>
      result.chunks.map((chunk) => {
        const id = randomBytes(24).toString("base64url");
        published.set(id, { chunk, result, requestsLeft: chunkUrlRequests });
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
      if (found.requestsLeft <= 0) return expired(now());
      found.requestsLeft -= 1;
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
    expire: () => {
      for (const one of published.values()) one.requestsLeft = 0;
    },
  };
}
