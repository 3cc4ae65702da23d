import { ListObjectsV2Command, paginateListObjectsV2, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startS3, type S3StandIn } from "../../src/testing/s3/index.ts";
import { clientOf, hostileKeys } from "./s3-client.ts";

let s3: S3StandIn;
let client: S3Client;
let made = 0;

beforeAll(async () => {
  s3 = await startS3();
  client = clientOf(s3);
});

afterAll(async () => {
  client.destroy();
  await s3.close();
});

function bucketOf(keys: readonly string[]): string {
  const bucket = `list-${++made}`;
  s3.createBucket(bucket);
  for (const key of keys) s3.write(`s3://${bucket}/${key}`, key);
  return bucket;
}

interface Asked {
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly StartAfter?: string;
  readonly EncodingType?: "url";
}

async function pages(
  Bucket: string,
  asked: Asked,
  pageSize: number,
): Promise<{ keys: string[]; prefixes: string[] }[]> {
  const all = [];
  for await (const page of paginateListObjectsV2({ client, pageSize }, { Bucket, ...asked })) {
    const keys = (page.Contents ?? []).map(({ Key = "" }) => Key);
    const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix = "" }) => Prefix);
    expect(page.KeyCount).toBe(keys.length + prefixes.length);
    all.push({ keys, prefixes });
  }
  return all;
}

/** The documented result, without pages. */
function expected(keys: readonly string[], { Prefix = "", Delimiter = "", StartAfter = "" }: Asked) {
  const bytes = (text: string) => Buffer.from(text);
  const behind = [...new Set(keys)]
    .sort((a, b) => Buffer.compare(bytes(a), bytes(b)))
    .filter((key) => key.startsWith(Prefix) && Buffer.compare(bytes(key), bytes(StartAfter)) > 0);
  const cut = (key: string) => (Delimiter === "" ? -1 : key.indexOf(Delimiter, Prefix.length));
  return {
    keys: behind.filter((key) => cut(key) < 0),
    prefixes: [
      ...new Set(behind.filter((key) => cut(key) >= 0).map((key) => key.slice(0, cut(key) + Delimiter.length))),
    ],
  };
}

test("a list of many pages has every key once, in the order of their bytes", async () => {
  const keys = Array.from({ length: 2_500 }, (_, i) => `run/part-${String(i).padStart(5, "0")}`);
  const bucket = bucketOf([...keys].reverse());
  const listed = await pages(bucket, { Prefix: "run/" }, 1000);
  expect(listed.map((page) => page.keys.length)).toEqual([1000, 1000, 500]);
  expect(listed.flatMap((page) => page.keys)).toEqual(keys);
});

test("any prefix, delimiter, start and page size give what the documentation says", async () => {
  const piece = fc.constantFrom("a", "b", "/", "//", "é", "\u{10000}", "\uffee", "-", "~");
  const key = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(""));
  const asked = fc.record(
    { Prefix: fc.oneof(key, fc.constant("a")), Delimiter: fc.constantFrom("/", "//", "b", "é"), StartAfter: key },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(key, { maxLength: 30 }),
      asked,
      fc.integer({ min: 1, max: 7 }),
      async (keys, one, size) => {
        const listed = await pages(bucketOf(keys), one, size);
        expect(listed.slice(0, -1).every((page) => page.keys.length + page.prefixes.length === size)).toBe(true);
        const whole = {
          keys: listed.flatMap((page) => page.keys),
          prefixes: listed.flatMap((page) => page.prefixes),
        };
        expect(whole).toEqual(expected(keys, one));
      },
    ),
    { numRuns: 100 },
  );
});

test("names come escaped where that is asked for, and as they are otherwise", async () => {
  const bucket = bucketOf(hostileKeys);
  const sorted = expected(hostileKeys, {}).keys;
  const [plain] = await pages(bucket, {}, 1000);
  expect(plain?.keys).toEqual(sorted);
  const [escaped] = await pages(bucket, { EncodingType: "url" }, 1000);
  expect(escaped?.keys).toContain("a+b");
  expect(escaped?.keys).toContain("a%2Bb");
  expect(escaped?.keys.map((key) => decodeURIComponent(key.replaceAll("+", " ")))).toEqual(sorted);
});

test("a list tells sizes, tags and times of what was written", async () => {
  const Bucket = bucketOf([]);
  const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "four" }));
  const { Contents, IsTruncated, Name } = await client.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents).toMatchObject([{ Key: "a", Size: 4, ETag, StorageClass: "STANDARD" }]);
  expect(Contents?.[0]?.LastModified).toEqual(s3.objects(Bucket)[0]?.lastModified);
  expect([IsTruncated, Name]).toEqual([false, Bucket]);
});

test("a page that cannot be is refused, and an empty one is none", async () => {
  const Bucket = bucketOf(["a", "b"]);
  const list = (more: object) => client.send(new ListObjectsV2Command({ Bucket, ...more }));
  await expect(list({ ContinuationToken: "made up" })).rejects.toMatchObject({ name: "InvalidArgument" });
  await expect(list({ MaxKeys: -1 })).rejects.toMatchObject({ name: "InvalidArgument" });
  expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
  expect(await list({ MaxKeys: 5_000 })).toMatchObject({ KeyCount: 2, MaxKeys: 1000 });
});
