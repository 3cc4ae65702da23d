import { createBuckets, etagOf, stamp, type Buckets } from "./buckets.ts";
import { checksum } from "./checksums.ts";
import { createS3Faults, type S3Fault } from "./faults.ts";
import { listen, type S3Request } from "./server.ts";
import type { StandIn } from "../stand-in.ts";

export type { S3Effect, S3Fault } from "./faults.ts";
export type { S3Operation } from "./routes.ts";
export type { S3Request } from "./server.ts";
export type { S3Endpoint } from "./storage.ts";

/** Tunes {@link startS3}. */
export interface S3Options {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default a free one. */
  readonly port?: number;
  /** The only key that may sign; default `AKIAIOSFODNN7EXAMPLE`, the one of Amazon's documentation. */
  readonly accessKeyId?: string;
  /** Its secret; default the one beside it there. */
  readonly secretAccessKey?: string;
  /** Default `us-east-1`. */
  readonly region?: string;
  /** The buckets that are there from the start; default none. */
  readonly buckets?: readonly string[];
}

/** Describes an object of a bucket. */
export interface S3Object {
  readonly key: string;
  readonly bytes: number;
  /** Without its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** Is a running stand-in of Amazon S3, whose buckets are addressed by path and live in memory. */
export interface S3StandIn extends StandIn<S3Fault> {
  /** The same as `endpoint`. */
  readonly url: string;
  /** What to give as the endpoint, for example `http://127.0.0.1:40123`, with `forcePathStyle`. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Makes a bucket; throws where S3 allows no such name. */
  createBucket(name: string): void;
  /** Gives a bucket's objects in the order of their keys' UTF-8 bytes, as S3 lists them. */
  objects(bucket: string, prefix?: string): readonly S3Object[];
  /** Gives the keys of uploads in parts that were neither completed nor aborted. */
  uploads(bucket: string): readonly string[];
  /** Reads `s3://bucket/key`, its key as it is; undefined where there is none. */
  read(url: string): Uint8Array | undefined;
  /** Writes `s3://bucket/key`, over what was there. */
  write(url: string, bytes: Uint8Array | string): void;
  /** Removes `s3://bucket/key`, if it is there. */
  remove(url: string): void;
  /** What was asked, in order: the last 10,000. */
  requests(): readonly S3Request[];
  /** Forgets faults, requests, and every bucket but those that were there from the start, which are empty again. */
  reset(): Promise<void>;
}

const mostRequests = 10_000;

/**
 * Starts an S3 on loopback: objects, lists, uploads in parts, conditions, checksums and signatures as the service has
 * them, for unmodified clients. What it does not know it refuses with `NotImplemented`.
 */
export async function startS3(options: S3Options = {}): Promise<S3StandIn> {
  const {
    host = "127.0.0.1",
    port = 0,
    accessKeyId = "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    region = "us-east-1",
  } = options;
  const buckets = createBuckets();
  const begin = (): void => {
    buckets.clear();
    for (const name of options.buckets ?? []) buckets.create(name);
  };
  begin();
  const faults = createS3Faults();
  let requests: S3Request[] = [];
  const account = { accessKeyId, secretAccessKey, region };
  const record = (request: S3Request) => {
    const entry: { -readonly [Name in keyof S3Request]: S3Request[Name] } = { ...request };
    requests.push(entry);
    if (requests.length > mostRequests) requests.shift();
    return (status: number): void => void (entry.status = status);
  };
  const listener = await listen({ account, buckets, faults, record }, host, port);
  const close = (): Promise<void> => listener.close();
  return {
    url: listener.endpoint,
    endpoint: listener.endpoint,
    ...account,
    ...contents(buckets),
    requests: () => requests.map((request) => ({ ...request })),
    inject: (fault) => faults.add(fault),
    release: () => faults.release(),
    reset() {
      faults.clear();
      requests = [];
      begin();
      return Promise.resolve();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What a test does to the buckets without asking over the wire. */
function contents(
  buckets: Buckets,
): Pick<S3StandIn, "createBucket" | "objects" | "uploads" | "read" | "write" | "remove"> {
  return {
    createBucket: (name) => buckets.create(name),
    objects(name, prefix = "") {
      const bucket = buckets.of(name);
      return bucket
        .keys()
        .filter((key) => key.startsWith(prefix))
        .flatMap((key) => {
          const entry = bucket.get(key);
          return entry ? [{ key, bytes: entry.bytes.length, etag: entry.etag, lastModified: entry.lastModified }] : [];
        });
    },
    uploads: (name) => Array.from(buckets.of(name).uploads.values(), ({ key }) => key),
    read(url) {
      const { bucket, key } = place(url);
      return buckets.of(bucket).get(key)?.bytes;
    },
    write(url, content) {
      const { bucket, key } = place(url);
      const bytes = Buffer.from(content); // A copy: what the test changes later is not what was written.
      buckets.of(bucket).put(key, {
        bytes,
        etag: etagOf(bytes),
        lastModified: stamp(),
        headers: { "content-type": "binary/octet-stream" },
        checksum: checksum("crc32", bytes),
      });
    },
    remove(url) {
      const { bucket, key } = place(url);
      buckets.of(bucket).remove(key);
    },
  };
}

function place(url: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/([^]+)$/.exec(url) ?? [];
  if (bucket === undefined || key === undefined) throw new TypeError(`Not the URL of an object: ${url}`);
  return { bucket, key };
}
