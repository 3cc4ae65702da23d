import type { GetObjectCommandOutput, ListObjectsV2CommandOutput, S3Client } from "@aws-sdk/client-s3";

/** Tells where an S3 is and how to sign for it. */
export interface S3Endpoint {
  /** For example `http://127.0.0.1:40123`; buckets are addressed by path. */
  readonly endpoint: string;
  /** Default `us-east-1`. */
  readonly region?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Describes an object of a bucket. */
export interface StoredObject {
  /** `s3://bucket/key`, the key as it is: nothing in it is escaped. */
  readonly url: string;
  readonly bytes: number;
  /** Without its quotes; the MD5 in hex of what was written in one piece. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** Reads and writes objects by their `s3://` URLs. Every call rejects with {@link StorageError} where S3 refuses or is gone. */
export interface Storage {
  /** Gives every object whose URL begins with the prefix, in the order of their keys' UTF-8 bytes. */
  list(prefixUrl: string): Promise<StoredObject[]>;
  read(url: string): Promise<Uint8Array>;
  /** Writes a whole object, over the one that was there. */
  write(url: string, bytes: Uint8Array): Promise<StoredObject>;
  /** Removes objects, of any number and any buckets; one that is not there is no failure. */
  remove(urls: readonly string[]): Promise<void>;
  close(): void;
}

/** Says what S3 refused, in its own words. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  /** S3's code, for example `NoSuchKey`, `AccessDenied` or `SlowDown`; a network error's code where there was no answer. */
  readonly code: string;
  /** The HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** What the call was about. */
  readonly url: string;

  constructor(
    url: string,
    told: { code: string; message: string; status?: number; requestId?: string },
    cause?: unknown,
  ) {
    super(told.message, { cause });
    this.url = url;
    this.code = told.code;
    this.status = told.status;
    this.requestId = told.requestId;
  }
}

/** S3 removes at most so many keys in one request (DeleteObjects, API reference). */
const keysPerRemoval = 1000;

/** Opens an S3. Nothing is asked of it, nor is its client loaded, before the first call. */
export function openStorage(endpoint: S3Endpoint): Storage {
  let opened: Promise<Opened> | undefined;
  const s3 = (): Promise<Opened> => (opened ??= open(endpoint));
  return {
    async list(prefixUrl) {
      const { bucket, key: prefix } = place(prefixUrl);
      const { client, sdk } = await s3();
      const objects: StoredObject[] = [];
      let token: string | undefined;
      do {
        // Names travel escaped: XML has no way to write some of the characters that a key may have.
        const command = new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          EncodingType: "url",
          ContinuationToken: token,
        });
        const page: ListObjectsV2CommandOutput = await told(prefixUrl, client.send(command));
        for (const object of page.Contents ?? []) objects.push(listed(bucket, object));
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
      return objects;
    },
    async read(url) {
      const { bucket, key } = place(url);
      const { client, sdk } = await s3();
      const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key });
      const got: GetObjectCommandOutput = await told(url, client.send(command));
      return await told(url, Promise.resolve(got.Body?.transformToByteArray() ?? new Uint8Array()));
    },
    async write(url, bytes) {
      const { bucket, key } = place(url);
      const { client, sdk } = await s3();
      const put = await told(url, client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes })));
      return { url, bytes: bytes.length, etag: unquoted(put.ETag), lastModified: new Date() };
    },
    async remove(urls) {
      const { client, sdk } = await s3();
      for (const [bucket, keys] of byBucket(urls)) {
        for (let at = 0; at < keys.length; at += keysPerRemoval) {
          const Objects = keys.slice(at, at + keysPerRemoval).map((Key) => ({ Key }));
          const command = new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
          const { Errors, $metadata } = await told(`s3://${bucket}/`, client.send(command));
          const first = Errors?.[0];
          if (first)
            throw new StorageError(`s3://${bucket}/${first.Key ?? ""}`, {
              code: first.Code ?? "InternalError",
              message: first.Message ?? "S3 did not say why it did not remove the object.",
              ...($metadata.httpStatusCode !== undefined && { status: $metadata.httpStatusCode }),
              ...($metadata.requestId !== undefined && { requestId: $metadata.requestId }),
            });
        }
      }
    },
    close() {
      void opened?.then(
        ({ client }) => client.destroy(),
        () => undefined, // The call that wanted the client has rejected with this.
      );
    },
  };
}

interface Opened {
  readonly client: S3Client;
  readonly sdk: typeof import("@aws-sdk/client-s3");
}

async function open({ endpoint, region = "us-east-1", accessKeyId, secretAccessKey }: S3Endpoint): Promise<Opened> {
  const sdk = await import("@aws-sdk/client-s3").catch((cause: unknown) => {
    throw new Error(
      "The stand-ins reach S3 with its client: install it with `npm install --save-dev @aws-sdk/client-s3`.",
      { cause },
    );
  });
  // One more try: an S3 on loopback that did not answer twice will not answer.
  const client = new sdk.S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 2,
  });
  return { client, sdk };
}

function place(url: string): { readonly bucket: string; readonly key: string } {
  const parts = /^s3:\/\/([^/]+)(?:\/([^]*))?$/.exec(url);
  if (!parts) throw new StorageError(url, { code: "InvalidURI", message: `Not an S3 URL: ${url}` });
  return { bucket: parts[1] ?? "", key: parts[2] ?? "" };
}

type Listed = NonNullable<ListObjectsV2CommandOutput["Contents"]>[number];

function listed(bucket: string, { Key = "", Size = 0, ETag, LastModified }: Listed): StoredObject {
  const key = decodeURIComponent(Key.replaceAll("+", " "));
  return { url: `s3://${bucket}/${key}`, bytes: Size, etag: unquoted(ETag), lastModified: LastModified ?? new Date(0) };
}

const unquoted = (etag = ""): string => etag.replaceAll('"', "");

function byBucket(urls: readonly string[]): Map<string, string[]> {
  const buckets = new Map<string, string[]>();
  for (const url of urls) {
    const { bucket, key } = place(url);
    const keys = buckets.get(bucket);
    if (keys) keys.push(key);
    else buckets.set(bucket, [key]);
  }
  return buckets;
}

async function told<T>(url: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw failure(url, cause);
  }
}

/** What the client's errors carry; see "Error handling" in the SDK's guide. */
interface ClientError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

function failure(url: string, cause: unknown): StorageError {
  const { name, message, code, $metadata: { httpStatusCode: status, requestId } = {} } = (cause ?? {}) as ClientError; // Any object can be asked for a field.
  return new StorageError(
    url,
    {
      code: (status === undefined ? code : name) ?? name ?? "Error",
      message: message ?? String(cause),
      ...(status !== undefined && { status }),
      ...(requestId !== undefined && { requestId }),
    },
    cause,
  );
}
