import { createHash } from "node:crypto";
import type { Checksum, ChecksumAlgorithm } from "./checksums.ts";
import { refusal } from "./errors.ts";

/** Is an object as a bucket keeps it. */
export interface Entry {
  readonly bytes: Uint8Array;
  /** Without its quotes: the MD5 in hex, or that of the parts' MD5s with a dash and their number. */
  readonly etag: string;
  readonly lastModified: Date;
  /** What a GET gives back besides: `content-type`, `x-amz-meta-…`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum: Checksum | undefined;
}

/** Is a part of an upload that is not complete. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly lastModified: Date;
  readonly checksum: Checksum | undefined;
}

/** Is an upload in parts, under way. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly initiated: Date;
  readonly headers: Readonly<Record<string, string>>;
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: Checksum["type"];
  readonly parts: Map<number, Part>;
}

/** Is a bucket: keys are only names, so none leads anywhere else. */
export interface Bucket {
  readonly name: string;
  readonly createdAt: Date;
  readonly uploads: Map<string, Upload>;
  get(key: string): Entry | undefined;
  put(key: string, entry: Entry): void;
  remove(key: string): void;
  /** The keys in the order of their UTF-8 bytes, as S3 lists them. */
  keys(): readonly string[];
}

/** Is all that the server keeps, in memory. */
export interface Buckets {
  /** Throws NoSuchBucket. */
  of(name: string): Bucket;
  has(name: string): boolean;
  all(): readonly Bucket[];
  /** Throws InvalidBucketName. */
  create(name: string): void;
  /** Throws BucketNotEmpty. */
  remove(name: string): void;
  /** Removes all, with what is in them. */
  clear(): void;
}

/** Makes a place for buckets, without any. */
export function createBuckets(): Buckets {
  const buckets = new Map<string, Bucket>();
  const of = (name: string): Bucket => {
    const bucket = buckets.get(name);
    if (!bucket) throw refusal("NoSuchBucket", undefined, { BucketName: name });
    return bucket;
  };
  return {
    of,
    has: (name) => buckets.has(name),
    all: () => [...buckets.values()],
    create(name) {
      // User guide, "General purpose bucket naming rules".
      if (!/^(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
        throw refusal("InvalidBucketName", undefined, { BucketName: name });
      buckets.set(name, createBucket(name));
    },
    remove(name) {
      if (of(name).keys().length > 0) throw refusal("BucketNotEmpty", undefined, { BucketName: name });
      buckets.delete(name);
    },
    clear: () => buckets.clear(),
  };
}

function createBucket(name: string): Bucket {
  const entries = new Map<string, Entry>();
  // Kept between lists, since a list of many pages asks for it once a page.
  let sorted: readonly string[] | undefined;
  return {
    name,
    createdAt: new Date(),
    uploads: new Map(),
    get: (key) => entries.get(key),
    put(key, entry) {
      if (!entries.has(key)) sorted = undefined;
      entries.set(key, entry);
    },
    remove(key) {
      if (entries.delete(key)) sorted = undefined;
    },
    keys: () => (sorted ??= inByteOrder(entries.keys())),
  };
}

// JavaScript compares UTF-16, which puts what is beyond U+FFFF before what is just under it.
const inByteOrder = (keys: Iterable<string>): string[] =>
  Array.from(keys, (key) => ({ key, bytes: Buffer.from(key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ key }) => key);

/** Hashes to an entity tag, without quotes. */
export const etagOf = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

/** Dates what is written now: HTTP tells whole seconds, so does S3. */
export const stamp = (): Date => new Date(Math.floor(Date.now() / 1000) * 1000);
