import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startS3, type S3StandIn } from "../../src/testing/s3/index.ts";
import { clientOf } from "./s3-client.ts";

const Bucket = "peak-tenant";
let s3: S3StandIn;
let client: S3Client;

beforeEach(async () => {
  s3 = await startS3({ buckets: [Bucket] });
  client = clientOf(s3, { maxAttempts: 1 });
});

afterEach(async () => {
  client.destroy();
  await s3.close();
});

const put = (Key: string, by = client) => by.send(new PutObjectCommand({ Bucket, Key, Body: "body" }));
const get = async (Key: string) => (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
const keys = (): string[] => s3.objects(Bucket).map(({ key }) => key);

test("a client that may retry gets over a bucket that fails at times", async () => {
  s3.inject({ kind: "error", code: "InternalError", times: 2 });
  const patient = clientOf(s3);
  await put("a", patient);
  patient.destroy();
  expect(s3.requests().map(({ status }) => status)).toEqual([500, 500, 200]);
});

test("a fault meets the operation and keys it names, after as many as it lets through", async () => {
  s3.inject({ operation: "PutObject", key: /part-\d/, after: 1, times: 2, kind: "error", code: "AccessDenied" });
  const refused = { name: "AccessDenied", message: "Access Denied", $metadata: { httpStatusCode: 403 } };
  await put("manifest");
  await put("part-0");
  await expect(put("part-1")).rejects.toMatchObject(refused);
  expect(await get("part-0")).toBe("body");
  await expect(put("part-2")).rejects.toMatchObject(refused);
  await put("part-3");
  expect(keys()).toEqual(["manifest", "part-0", "part-3"]);
});

test("a fault until undone meets all under its prefix, with the status and words it was given", async () => {
  const undo = s3.inject({ key: "run/", times: Infinity, kind: "error", code: "Odd", status: 418, message: "No." });
  const odd = { name: "Odd", message: "No.", $metadata: { httpStatusCode: 418 } };
  await expect(put("run/1")).rejects.toMatchObject(odd);
  await expect(get("run/1")).rejects.toMatchObject(odd);
  await put("other");
  undo();
  await put("run/1");
  expect(keys()).toEqual(["other", "run/1"]);
});

test("a reset ends the request without an answer, and nothing was done", async () => {
  s3.inject({ kind: "reset" });
  await expect(put("a")).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(s3.requests()).toEqual([{ method: "PUT", bucket: Bucket, key: "a", operation: "PutObject" }]);
  expect(keys()).toEqual([]);
});

test("a cut body ends half-way, under the length of the whole", async () => {
  s3.write(`s3://${Bucket}/a`, Buffer.alloc(1_000_000, "x"));
  s3.inject({ operation: "GetObject", kind: "cut" });
  const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket, Key: "a" }));
  expect(ContentLength).toBe(1_000_000);
  await expect(Body?.transformToByteArray()).rejects.toThrow("aborted");
  expect((await get("a"))?.length).toBe(1_000_000);
});

test("what is held waits until it is released, and the next is not held", async () => {
  s3.inject({ operation: "PutObject", kind: "hold", times: Infinity });
  const held = [put("a"), put("b")];
  await expect.poll(() => s3.requests().length).toBe(2);
  expect(s3.requests().map(({ status }) => status)).toEqual([undefined, undefined]);
  expect(keys()).toEqual([]);
  s3.release();
  await Promise.all(held);
  await put("c");
  expect(keys()).toEqual(["a", "b", "c"]);
});

test("closing ends what is held", async () => {
  s3.inject({ kind: "hold" });
  const held = put("a");
  await Promise.all([
    expect(held).rejects.toThrow(),
    expect
      .poll(() => s3.requests().length)
      .toBe(1)
      .then(() => s3.close()),
  ]);
  expect(keys()).toEqual([]);
});
