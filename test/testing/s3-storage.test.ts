import { afterAll, beforeAll, expect, test } from "vitest";
import { startS3, type S3StandIn } from "../../src/testing/s3/index.ts";
import { openStorage, StorageError, type Storage } from "../../src/testing/s3/storage.ts";
import { hostileKeys } from "./s3-client.ts";

const bucket = "peak-tenant";
let s3: S3StandIn;
let storage: Storage;

beforeAll(async () => {
  s3 = await startS3({ buckets: [bucket, "another"], region: "eu-west-1" });
  storage = openStorage(s3);
});

afterAll(async () => {
  storage.close();
  await s3.close();
});

test("objects of any name are written, listed, read and removed by their URLs", async () => {
  const urls = hostileKeys.map((key) => `s3://${bucket}/hostile/${key}`);
  for (const url of urls) {
    const written = await storage.write(url, Buffer.from(url));
    expect(written).toMatchObject({ url, bytes: Buffer.byteLength(url) });
    expect(Buffer.from(await storage.read(url)).toString()).toBe(url);
  }
  const listed = await storage.list(`s3://${bucket}/hostile/`);
  const kept = s3.objects(bucket, "hostile/").map(({ key, ...told }) => ({ url: `s3://${bucket}/${key}`, ...told }));
  expect(listed).toEqual(kept);
  expect(listed.map(({ url }) => url).sort()).toEqual([...urls].sort());
  await storage.remove(urls);
  expect(await storage.list(`s3://${bucket}/hostile/`)).toEqual([]);
});

test("a list has all pages, and a removal all keys of all buckets", async () => {
  const urls = Array.from({ length: 1_200 }, (_, i) => `s3://${bucket}/many/${i}`);
  for (const url of [...urls, "s3://another/a"]) s3.write(url, "");
  expect(await storage.list(`s3://${bucket}/many/`)).toHaveLength(urls.length);
  await storage.remove([...urls, "s3://another/a", "s3://another/never"]);
  expect([...s3.objects(bucket, "many/"), ...s3.objects("another")]).toEqual([]);
});

test("a prefix is no folder", async () => {
  for (const key of ["run", "run/a", "runs"]) s3.write(`s3://${bucket}/${key}`, "");
  const listed = await storage.list(`s3://${bucket}/run`);
  expect(listed.map(({ url }) => url)).toEqual(["run", "run/a", "runs"].map((key) => `s3://${bucket}/${key}`));
});

test("a refusal keeps S3's code, status and request id", async () => {
  const url = `s3://${bucket}/nothing`;
  const error = await storage.read(url).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(StorageError);
  expect(error).toMatchObject({
    url,
    code: "NoSuchKey",
    status: 404,
    message: "The specified key does not exist.",
    requestId: expect.stringMatching(/^[0-9A-F]{16}$/) as string,
  });
  s3.inject({ kind: "error", code: "AccessDenied" });
  await expect(storage.list(`s3://${bucket}/`)).rejects.toMatchObject({ code: "AccessDenied", status: 403 });
  await expect(storage.write("s3://no-bucket/a", Buffer.from(""))).rejects.toMatchObject({ code: "NoSuchBucket" });
  await expect(storage.read("http://host/a")).rejects.toMatchObject({ code: "InvalidURI" });
});

test("one passing failure is got over, a lasting one and a gone server are told", async () => {
  const url = `s3://${bucket}/kept`;
  s3.inject({ kind: "error", code: "SlowDown" });
  await storage.write(url, Buffer.from("kept"));
  s3.inject({ kind: "reset" });
  await storage.read(url);
  s3.inject({ kind: "error", code: "InternalError", times: 2 });
  await expect(storage.read(url)).rejects.toMatchObject({ code: "InternalError", status: 500 });
  s3.inject({ operation: "GetObject", kind: "cut" });
  await expect(storage.read(url)).rejects.toBeInstanceOf(StorageError);

  const gone = await startS3({ buckets: [bucket] });
  await gone.close();
  const unreachable = openStorage(gone);
  await expect(unreachable.read(url)).rejects.toMatchObject({ code: "ECONNREFUSED", status: undefined });
  unreachable.close();
});

test("another key is refused", async () => {
  const stranger = openStorage({ ...s3, secretAccessKey: "wrong" });
  await expect(stranger.list(`s3://${bucket}/`)).rejects.toMatchObject({ code: "SignatureDoesNotMatch", status: 403 });
  stranger.close();
});
