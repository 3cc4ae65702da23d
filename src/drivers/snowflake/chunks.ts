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

/**
 * Chunks of no more bytes are unpacked before they are read, and so once. Others are unpacked for their checksum first, and piece by piece again
 * as they are read: that costs 30 % more CPU, most of it in another thread, but V8 is slow to let go of large buffers (measured with chunks of
 * 16 MB: a stream grows its process by 62 MB instead of 80 to 115).
 */
const wholeBytes = 4 * 1024 * 1024;

/** Fetches the chunks of a result, some ahead of the reader; small ones are unpacked then, others as they are read. */
export function chunkParts(result: Chunks, fetching: Fetching): Parts {
  const stop = new AbortController();
  const sizes = result.chunks.map(sizeOf);
  const addresses = signedAddresses(result, fetching.again);

  const fetchChunk = async (chunk: number): Promise<Body> => {
    const downloading = { ...fetching, signal: stop.signal, roomBytes: sizes[chunk] };
    for (let renewed = 0; ; renewed++) {
      const { edition } = addresses;
      const body = await download(addresses.of(chunk), downloading);
      if (body !== "expired") return body;
      if (renewed === renewals) {
        throw partError("could not be fetched: the server refuses its address (HTTP status 403), fresh ones too");
      }
      await addresses.renew(edition);
      stop.signal.throwIfAborted();
    }
  };

  const ahead = prefetch(sizes, fetchChunk);

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

/** How much memory a chunk may take before it is read. */
function sizeOf({ compressedSize, uncompressedSize }: ChunkReference): number {
  const isUnpackedWhole = (uncompressedSize ?? Infinity) <= wholeBytes;
  return (isUnpackedWhole ? uncompressedSize : compressedSize) ?? unknownBytes;
}
