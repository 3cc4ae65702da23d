import { partError, type Address } from "./download.ts";
import type { ChunkReference, Result } from "./result.ts";

/** What an answer says of the parts of a result that are fetched by themselves. */
type Parts = Pick<Result, "chunks" | "chunkHeaders">;

/** The addresses of a result's parts. They are signed for some hours; a slow reader needs them anew. */
export interface Addresses {
  /** Counts how often the addresses have been renewed. */
  readonly edition: number;
  of(part: number): Address;
  /** Asks the server for fresh addresses, unless there are fresher ones than those of `edition`. Once for all who ask at a time. */
  renew(edition: number): Promise<void>;
}

/** Keeps the addresses that an answer has given. `again` asks for the same result's answer again. */
export function signedAddresses(first: Parts, again: () => Promise<Parts>): Addresses {
  let { chunks, chunkHeaders } = first;
  let edition = 0;
  let renewal: Promise<void> | undefined;

  const renewed = async () => {
    const fresh = await again();
    if (!sameParts(chunks, fresh.chunks)) {
      throw partError("cannot be fetched: its address has expired, and under fresh ones the result has other parts");
    }
    ({ chunks, chunkHeaders } = fresh);
    edition++;
  };

  return {
    get edition() {
      return edition;
    },
    of(part) {
      return { url: chunks[part]?.url ?? "", headers: chunkHeaders };
    },
    async renew(seen) {
      if (seen < edition) return;
      renewal ??= renewed().finally(() => {
        renewal = undefined;
      });
      return renewal;
    },
  };
}

function sameParts(before: readonly ChunkReference[], after: readonly ChunkReference[]): boolean {
  return before.length === after.length && before.every(({ rowCount }, part) => after[part]?.rowCount === rowCount);
}
