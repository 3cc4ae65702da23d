import { invalidArgument, redact, WarehouseError, withoutSecrets } from "../errors.ts";
import { notInstalled } from "../optional-package.ts";
import type { S3Client as RealClient } from "@aws-sdk/client-s3";

/** An S3 client: what `new S3Client()` of `@aws-sdk/client-s3` gives. It is used, and not closed. */
export interface S3Client {
  /** The client's own settings. */
  readonly config: object;
  /** Closes its connections. */
  destroy(): void;
}

/** What is told who reaches a bucket from here. */
export interface BucketOptions {
  /** The S3 client to use, from here. Default: a new one of `@aws-sdk/client-s3`, which finds its region and credentials in the environment. */
  readonly s3?: S3Client | undefined;
}

/** A file of S3. */
export interface BucketFile {
  /** `s3://bucket/key`. */
  readonly url: string;
  /** Its size. */
  readonly bytes: number;
}

/** What is done with files of S3 from here. Everything throws `STORAGE`, or the signal's reason. */
export interface Bucket {
  /** Lists the files whose URLs begin so. */
  list(prefix: string, signal: AbortSignal): Promise<readonly BucketFile[]>;
  /** Writes a whole file in one request; one that is there is replaced. */
  write(url: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Removes files, all of one bucket; one that is not there counts as removed. */
  remove(urls: readonly string[], signal: AbortSignal): Promise<void>;
  /** Lets go of a client that nobody passed. */
  close(): void;
}

/** S3 takes so many keys in one DeleteObjects. */
const removedAtOnce = 1000;

/** Gets ready to reach buckets. @throws `UNSUPPORTED` where `@aws-sdk/client-s3` is not installed; `INVALID_ARGUMENT` for what is no client. */
export async function openBucket({ s3: given }: BucketOptions): Promise<Bucket> {
  const sdk = await import("@aws-sdk/client-s3").catch(notInstalled("@aws-sdk/client-s3", "Files of S3"));
  const client = (given as RealClient | undefined) ?? new sdk.S3Client({});
  // By its shape: it may come from another copy of the SDK.
  if (typeof (client as Partial<RealClient>).send !== "function") {
    throw invalidArgument("s3 must be an S3 client: what new S3Client() of @aws-sdk/client-s3 gives.");
  }
  const attempt = async <T>(what: string, signal: AbortSignal, work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      signal.throwIfAborted();
      throw storageError(what, error);
    });
  return {
    async list(prefix, signal) {
      const { bucket, key } = placeOf(prefix);
      const files: BucketFile[] = [];
      let next: string | undefined;
      do {
        const command = new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: key,
          ...(next === undefined ? {} : { ContinuationToken: next }),
        });
        const page = await attempt(`list ${prefix}`, signal, client.send(command, { abortSignal: signal }));
        for (const { Key = "", Size = 0 } of page.Contents ?? []) {
          files.push({ url: `s3://${bucket}/${Key}`, bytes: Size });
        }
        next = page.NextContinuationToken;
      } while (next !== undefined);
      return files;
    },
    async write(url, bytes, signal) {
      const { bucket, key } = placeOf(url);
      const command = new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes });
      await attempt(`write ${url}`, signal, client.send(command, { abortSignal: signal }));
    },
    async remove(urls, signal) {
      for (let from = 0; from < urls.length; from += removedAtOnce) {
        const places = urls.slice(from, from + removedAtOnce).map(placeOf);
        const command = new sdk.DeleteObjectsCommand({
          Bucket: places[0]?.bucket,
          Delete: { Objects: places.map(({ key }) => ({ Key: key })), Quiet: true },
        });
        const { Errors: [first] = [] } = await attempt(
          "remove files",
          signal,
          client.send(command, { abortSignal: signal }),
        );
        if (first !== undefined)
          throw storageError(`remove ${first.Key}`, new Error(`${first.Code}: ${first.Message}`));
      }
    },
    close() {
      if (given === undefined) client.destroy();
    },
  };
}

function placeOf(url: string): { bucket: string; key: string } {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(url) ?? [];
  return { bucket, key };
}

/** S3's answers quote the access key, and in some the signature. */
function storageError(what: string, error: unknown): WarehouseError {
  const { name, message } = withoutSecrets(error);
  const { AWSAccessKeyId: accessKey } = error as { AWSAccessKeyId?: unknown };
  const secrets = typeof accessKey === "string" ? [accessKey] : [];
  return new WarehouseError("STORAGE", `S3 could not ${what}: ${redact(message, secrets)} (${name}).`, {
    cause: withoutSecrets(error, secrets),
    vendorCode: name,
  });
}
