import { openBucket, type Bucket, type BucketFile, type BucketOptions } from "./bucket.ts";
import { Call } from "../call.ts";
import { occupiedPrefix, WarehouseError, withWritten } from "../errors.ts";

/** What an unload that fails leaves in the bucket. */
export interface Leftovers {
  /** Gives the error with what is left behind, which has been taken away where that was asked for. */
  after(error: unknown): Promise<unknown>;
  close(): void;
}

/** What is asked of the leftovers. */
interface LeftoverOptions extends BucketOptions {
  readonly cleanUp?: boolean | undefined;
}

/** How long it may take to look and to take away. */
const patienceMs = 30_000;

/**
 * Prepares to see to what an unload leaves behind: only where an S3 client reaches the bucket from here, and where nothing is under the prefix
 * before, so that no file of anybody else's is touched.
 *
 * @throws `STORAGE` where the bucket cannot be reached; `QUERY` where there are files already.
 */
export async function watchLeftovers(
  options: LeftoverOptions,
  { url, overwrite }: { readonly url: string; readonly overwrite: string },
  call: Call,
): Promise<Leftovers> {
  const { cleanUp = false } = options;
  const isAlone = overwrite === "error" && (cleanUp || options.s3 !== undefined);
  if (!isAlone) return { after: async (error) => Promise.resolve(error), close: () => undefined };
  const bucket = await openBucket(options);
  try {
    const there = await call.race(bucket.list(url, call.signal));
    if (there.length > 0) throw occupiedPrefix(url, there.length);
  } catch (error) {
    bucket.close();
    throw error;
  }
  return {
    async after(error) {
      // Whoever knows what was written says so: where files are there that the warehouse has met, they are not its own.
      if (WarehouseError.is(error) && error.written !== undefined) return error;
      const patience = new Call({ timeoutMs: patienceMs });
      try {
        const files = await leftBehind(bucket, url, cleanUp, patience.signal);
        return withWritten(error, { files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) });
      } catch {
        // The first error is the one that counts.
        return error;
      } finally {
        patience.end();
      }
    },
    close: () => bucket.close(),
  };
}

async function leftBehind(
  bucket: Bucket,
  url: string,
  cleanUp: boolean,
  signal: AbortSignal,
): Promise<readonly BucketFile[]> {
  const files = await bucket.list(url, signal);
  if (!cleanUp || files.length === 0) return files;
  try {
    await bucket.remove(
      files.map((file) => file.url),
      signal,
    );
    return [];
  } catch {
    // What could not be taken away is told, as well as can be seen.
    return bucket.list(url, signal).catch(() => files);
  }
}
