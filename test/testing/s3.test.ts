import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startS3, type S3StandIn } from "../../src/testing/s3/index.ts";
import { clientOf, hostileKeys } from "./s3-client.ts";

const Bucket = "peak-tenant";
let s3: S3StandIn;
let client: S3Client;

beforeAll(async () => {
  s3 = await startS3({ buckets: [Bucket] });
  client = clientOf(s3);
});

afterAll(async () => {
  client.destroy();
  await s3.close();
});

const bodyOf = async (Key: string, more: { readonly Range?: string } = {}): Promise<string | undefined> =>
  (await client.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToString();

test("an object comes back as it was written, with its type, metadata and the MD5 as its tag", async () => {
  const Metadata = { run: "7", "stage-name": "prod" };
  const put = await client.send(
    new PutObjectCommand({
      Bucket,
      Key: "a",
      Body: "hello",
      ContentType: "text/plain",
      ContentEncoding: "gzip",
      Metadata,
    }),
  );
  const got = await client.send(new GetObjectCommand({ Bucket, Key: "a" }));
  expect(await got.Body?.transformToString()).toBe("hello");
  expect(got).toMatchObject({ ContentType: "text/plain", ContentEncoding: "gzip", ContentLength: 5, Metadata });
  expect([put.ETag, got.ETag]).toEqual(Array(2).fill('"5d41402abc4b2a76b9719d911017c592"'));
  expect(got.ChecksumCRC32).toBe(put.ChecksumCRC32);
  expect(Math.abs((got.LastModified?.getTime() ?? 0) - Date.now())).toBeLessThan(5_000);

  const head = await client.send(new HeadObjectCommand({ Bucket, Key: "a" }));
  expect(head).toMatchObject({ ContentLength: 5, ETag: put.ETag, Metadata });
});

test("streams of any length are kept without their framing", async () => {
  const chunks = [Buffer.alloc(8_192, "a"), Buffer.alloc(100_000, "b"), Buffer.alloc(9_000, "c"), Buffer.alloc(1, "d")];
  for (const count of [0, 1, 2, 4]) {
    const sent = Buffer.concat(chunks.slice(0, count));
    const Body = Readable.from(chunks.slice(0, count));
    await client.send(new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: sent.length }));
    expect(sent.equals(s3.read(`s3://${Bucket}/stream`) ?? Buffer.from("none"))).toBe(true);
    const { Body: got } = await client.send(new GetObjectCommand({ Bucket, Key: "stream" }));
    expect(sent.equals((await got?.transformToByteArray()) ?? Buffer.from("none"))).toBe(true);
  }
});

test("a stream of small chunks is refused as by S3, and taken from a client that gathers them", async () => {
  const put = (by: S3Client) =>
    by.send(new PutObjectCommand({ Bucket, Key: "small", Body: Readable.from([bytes, bytes]), ContentLength: 6 }));
  const bytes = Buffer.from("abc");
  await expect(put(client)).rejects.toMatchObject({
    name: "InvalidChunkSizeError",
    $metadata: { httpStatusCode: 403 },
  });
  const gathering = clientOf(s3, { requestStreamBufferSize: 65_536 });
  await put(gathering);
  gathering.destroy();
  expect(s3.read(`s3://${Bucket}/small`)).toEqual(Buffer.from("abcabc"));
});

test("a range gives its bytes, and one beyond the end is refused", async () => {
  s3.write(`s3://${Bucket}/range`, "0123456789");
  const got = await client.send(new GetObjectCommand({ Bucket, Key: "range", Range: "bytes=2-4" }));
  expect([await got.Body?.transformToString(), got.ContentRange, got.$metadata.httpStatusCode]).toEqual([
    "234",
    "bytes 2-4/10",
    206,
  ]);
  expect(await bodyOf("range", { Range: "bytes=7-" })).toBe("789");
  expect(await bodyOf("range", { Range: "bytes=-3" })).toBe("789");
  expect(await bodyOf("range", { Range: "bytes=8-99" })).toBe("89");
  expect(await bodyOf("range", { Range: "bytes=-99" })).toBe("0123456789");
  await expect(bodyOf("range", { Range: "bytes=10-" })).rejects.toMatchObject({
    name: "InvalidRange",
    ActualObjectSize: "10",
  });
});

test("conditions of reads and writes hold", async () => {
  const Key = "conditional";
  const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key, Body: "1", IfNoneMatch: "*" }));
  const failed = { name: "PreconditionFailed", $metadata: { httpStatusCode: 412 } };
  const put = (condition: object) => client.send(new PutObjectCommand({ Bucket, Key, Body: "2", ...condition }));
  const get = (condition: object) => client.send(new GetObjectCommand({ Bucket, Key, ...condition }));
  await expect(put({ IfNoneMatch: "*" })).rejects.toMatchObject(failed);
  await expect(put({ IfMatch: '"0"' })).rejects.toMatchObject(failed);
  await expect(get({ IfMatch: '"0"' })).rejects.toMatchObject(failed);
  await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  await expect(get({ IfUnmodifiedSince: new Date(0) })).rejects.toMatchObject(failed);
  expect(s3.read(`s3://${Bucket}/${Key}`)).toEqual(Buffer.from("1"));
  await put({ IfMatch: ETag });
  expect(await (await get({ IfNoneMatch: ETag })).Body?.transformToString()).toBe("2");
  await expect(
    client.send(new PutObjectCommand({ Bucket, Key: "nothing", Body: "x", IfMatch: ETag })),
  ).rejects.toMatchObject({ name: "NoSuchKey" });
});

test("what is not there is told by S3's codes", async () => {
  await expect(bodyOf("nothing")).rejects.toMatchObject({
    name: "NoSuchKey",
    Key: "nothing",
    message: "The specified key does not exist.",
    $metadata: { httpStatusCode: 404, requestId: expect.stringMatching(/^[0-9A-F]{16}$/) as string },
  });
  const head = client.send(new HeadObjectCommand({ Bucket, Key: "nothing" }));
  await expect(head).rejects.toMatchObject({ name: "NotFound", $metadata: { httpStatusCode: 404 } });
  await expect(client.send(new HeadBucketCommand({ Bucket: "no-bucket" }))).rejects.toMatchObject({ name: "NotFound" });
  await expect(client.send(new PutObjectCommand({ Bucket: "no-bucket", Key: "a", Body: "x" }))).rejects.toMatchObject({
    name: "NoSuchBucket",
    BucketName: "no-bucket",
  });
  await client.send(new DeleteObjectCommand({ Bucket, Key: "nothing" }));
});

test("buckets are made, told and found", async () => {
  await client.send(new CreateBucketCommand({ Bucket: "another" }));
  await client.send(new HeadBucketCommand({ Bucket: "another" }));
  const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket: "another" }));
  expect(LocationConstraint).toBeUndefined();
  const { Buckets } = await client.send(new ListBucketsCommand({}));
  expect(Buckets?.map(({ Name }) => Name)).toEqual([Bucket, "another"]);
  await expect(client.send(new CreateBucketCommand({ Bucket: "Ab" }))).rejects.toMatchObject({
    name: "InvalidBucketName",
  });
});

test("a copy has the bytes and metadata of its source, and is none of itself", async () => {
  const Metadata = { run: "7" };
  await client.send(new PutObjectCommand({ Bucket, Key: "a b/é+%", Body: "copied", Metadata }));
  const CopySource = `${Bucket}/${encodeURIComponent("a b/é+%")}`;
  await client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
  const got = await client.send(new GetObjectCommand({ Bucket, Key: "copy" }));
  expect([await got.Body?.transformToString(), got.Metadata]).toEqual(["copied", Metadata]);
  await expect(
    client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/copy` })),
  ).rejects.toMatchObject({ name: "InvalidRequest" });
});

test("many objects go at once, those that never were among them", async () => {
  const keys = [...hostileKeys, "never"];
  for (const key of hostileKeys) s3.write(`s3://${Bucket}/gone/${key}`, "x");
  const Objects = keys.map((key) => ({ Key: `gone/${key}` }));
  const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Deleted?.map(({ Key }) => Key)).toEqual(Objects.map(({ Key }) => Key));
  expect(s3.objects(Bucket, "gone/")).toEqual([]);
});

test("keys of any text are written, read, headed and deleted under their own name", async () => {
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
  const key = fc.oneof(fc.constantFrom(...hostileKeys), text);
  await fc.assert(
    fc.asyncProperty(key, fc.uint8Array({ maxLength: 100 }), async (Key, bytes) => {
      await client.send(new PutObjectCommand({ Bucket, Key, Body: bytes }));
      expect(s3.objects(Bucket, Key).map((object) => object.key)).toContain(Key);
      expect(s3.read(`s3://${Bucket}/${Key}`)).toEqual(Buffer.from(bytes));
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      expect(await Body?.transformToByteArray()).toEqual(bytes);
      const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key }));
      expect(ContentLength).toBe(bytes.length);
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
      expect(s3.read(`s3://${Bucket}/${Key}`)).toBeUndefined();
    }),
    { numRuns: 150, examples: hostileKeys.map((one): [string, Uint8Array<ArrayBuffer>] => [one, new Uint8Array([1])]) },
  );
});

test("each checksum that a client may choose is verified and told again", async () => {
  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const) {
    const member = `Checksum${ChecksumAlgorithm}` as const;
    const input = { Bucket, Key: ChecksumAlgorithm, ContentLength: 9 };
    const Body = Readable.from([Buffer.from("123456789")]);
    // The client computes CRC64NVME only with a native module: there it is given the sum of the standard's check.
    const sum = ChecksumAlgorithm === "CRC64NVME" ? { [member]: "rosUhgp5mIg=" } : { ChecksumAlgorithm };
    const put = await client.send(new PutObjectCommand({ ...input, Body, ...sum }));
    const got = await client.send(new GetObjectCommand({ Bucket, Key: ChecksumAlgorithm, ChecksumMode: "ENABLED" }));
    expect(put[member]).toBeDefined();
    expect(got[member]).toBe(put[member]);
    await got.Body?.transformToString();
    const wrong = Buffer.alloc(Buffer.from(put[member] ?? "", "base64").length).toString("base64");
    await expect(
      client.send(new PutObjectCommand({ ...input, Body: "123456789", [member]: wrong })),
    ).rejects.toMatchObject({
      name: "BadDigest",
      message: `The ${ChecksumAlgorithm} you specified did not match the calculated checksum.`,
    });
  }
  await expect(
    client.send(new PutObjectCommand({ Bucket, Key: "md5", Body: "a", ContentMD5: "XUFAKrxLKna5cZ2REBfFkg==" })),
  ).rejects.toMatchObject({ name: "BadDigest" });
});

test("what was asked is told in order", async () => {
  const own = await startS3({ buckets: ["told"] });
  const asking = clientOf(own);
  await asking.send(new PutObjectCommand({ Bucket: "told", Key: "a", Body: "x" }));
  await asking.send(new HeadObjectCommand({ Bucket: "told", Key: "b" })).catch(() => undefined);
  expect(own.requests()).toEqual([
    { method: "PUT", bucket: "told", key: "a", operation: "PutObject", status: 200 },
    { method: "HEAD", bucket: "told", key: "b", operation: "HeadObject", status: 404 },
  ]);
  asking.destroy();
  await own.close();
  await expect(fetch(own.endpoint)).rejects.toThrow();
});
