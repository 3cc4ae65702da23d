import { signedAddresses } from "./addresses.ts";
import { download, partError, type Body, type Downloading } from "./download.ts";
import { emptying, inflated } from "./inflate.ts";
import { prefetch } from "./prefetch.ts";
import type { ChunkReference, Result } from "./result.ts";
import type { Parts } from "./rows.ts";

/** What an answer says of its chunks. */
type Chunks = Pick<Result, "chunks" | "chunkHeaders">;

/** How the chunks of a result are had. */
export interface Fetching extends Omit<Downloading, "signal"> {
  /** Asks for the result's answer again. */
  readonly again: () => Promise<Chunks>;
}

/** How often a chunk may be refused under addresses that are fresh. */
const renewals = 2;
/** What a chunk is taken for whose size the server does not tell, in bytes. */
const unknownBytes = 8 * 1024 * 1024;

/** Fetches the chunks of a result, some ahead of the reader, and unpacks each as it is read. */
export function chunkParts(result: Chunks, fetching: Fetching): Parts {
  const stop = new AbortController();
  const addresses = signedAddresses(result, fetching.again);

  const fetchChunk = async (chunk: number): Promise<Body> => {
    for (let renewed = 0; ; renewed++) {
      const { edition } = addresses;
      const body = await download(addresses.of(chunk), { ...fetching, signal: stop.signal });
      if (body !== "expired") return body;
      if (renewed === renewals) {
        throw partError("could not be fetched: the server refuses its address (HTTP status 403), fresh ones too");
      }
      await addresses.renew(edition);
      stop.signal.throwIfAborted();
    }
  };

  const ahead = prefetch(result.chunks.map(sizeOf), fetchChunk);

  return {
    async *next() {
      const body = await ahead.next();
      stop.signal.throwIfAborted();
      if (body !== undefined) yield* body.packed ? inflated(body.pieces) : emptying(body.pieces);
    },
    stop() {
      stop.abort();
      ahead.drop();
    },
  };
}

function sizeOf({ compressedSize }: ChunkReference): number {
  return compressedSize ?? unknownBytes;
}
