import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  type CompletedPart,
  type CreateMultipartUploadCommandInput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startS3, type S3StandIn } from "../../src/testing/s3/index.ts";
import { clientOf } from "./s3-client.ts";

const Bucket = "peak-tenant";
const mebibytes = 1024 * 1024;
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

async function begin(Key: string, summed: Pick<CreateMultipartUploadCommandInput, "ChecksumAlgorithm"> = {}) {
  const input = { Bucket, Key, ContentType: "text/csv", ...summed };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(input));
  const upload = { Bucket, Key, UploadId };
  return {
    upload,
    part: async (PartNumber: number, Body: Buffer): Promise<CompletedPart> => {
      const { ETag, ChecksumCRC32 } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      return { PartNumber, ETag, ChecksumCRC32 };
    },
    complete: (Parts: CompletedPart[]) =>
      client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })),
  };
}

const md5 = (bytes: Buffer): Buffer => createHash("md5").update(bytes).digest();

test("parts sent in any order become one object, tagged by the sum of their sums", async () => {
  const { upload, part, complete } = await begin("whole");
  const [first, second] = [Buffer.alloc(5 * mebibytes, "a"), Buffer.from("tail")];
  const last = await part(7, second);
  const replaced = await part(2, Buffer.from("replaced"));
  const head = await part(2, first);
  expect(replaced.ETag).not.toBe(head.ETag);
  expect(s3.uploads(Bucket)).toEqual(["whole"]);
  expect((await client.send(new ListPartsCommand(upload))).Parts).toMatchObject([
    { PartNumber: 2, Size: first.length, ETag: head.ETag },
    { PartNumber: 7, Size: second.length, ETag: last.ETag },
  ]);

  const { ETag } = await complete([head, last]);
  expect(ETag).toBe(`"${md5(Buffer.concat([md5(first), md5(second)])).toString("hex")}-2"`);
  const got = await client.send(new GetObjectCommand({ Bucket, Key: "whole" }));
  expect(Buffer.concat([first, second]).equals((await got.Body?.transformToByteArray()) ?? first)).toBe(true);
  expect([got.ETag, got.ContentType]).toEqual([ETag, "text/csv"]);
  expect(s3.uploads(Bucket)).toEqual([]);
});

test("an upload that is aborted leaves nothing and takes nothing more", async () => {
  const { upload, part, complete } = await begin("aborted");
  const sent = await part(1, Buffer.from("x"));
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toMatchObject([
    { Key: "aborted", UploadId: upload.UploadId },
  ]);
  await client.send(new AbortMultipartUploadCommand(upload));
  const gone = { name: "NoSuchUpload", $metadata: { httpStatusCode: 404 } };
  await expect(part(2, Buffer.from("y"))).rejects.toMatchObject(gone);
  await expect(complete([sent])).rejects.toMatchObject(gone);
  await expect(client.send(new AbortMultipartUploadCommand(upload))).rejects.toMatchObject(gone);
  expect(s3.objects(Bucket, "aborted")).toEqual([]);
});

test("parts that are too small, out of order, unknown or not summed are refused, and the upload goes on", async () => {
  const { part, complete } = await begin("refused", { ChecksumAlgorithm: "CRC32" });
  const [one, two] = [await part(1, Buffer.from("small")), await part(2, Buffer.from("last"))];
  await expect(complete([one, two])).rejects.toMatchObject({ name: "EntityTooSmall", PartNumber: "1" });
  await expect(complete([two, one])).rejects.toMatchObject({ name: "InvalidPartOrder" });
  await expect(complete([{ ...one, PartNumber: 3 }])).rejects.toMatchObject({ name: "InvalidPart" });
  await expect(complete([{ ...one, ETag: two.ETag }])).rejects.toMatchObject({ name: "InvalidPart" });
  await expect(complete([{ ...one, ChecksumCRC32: two.ChecksumCRC32 }])).rejects.toMatchObject({ name: "InvalidPart" });
  await expect(complete([{ PartNumber: 1, ETag: one.ETag }])).rejects.toMatchObject({
    name: "InvalidRequest",
    message: expect.stringContaining("It was missing for part 1 in the request.") as string,
  });
  await expect(complete([])).rejects.toMatchObject({ name: "MalformedXML" });
  await expect(part(10_001, Buffer.from("x"))).rejects.toMatchObject({ name: "InvalidArgument" });
  await complete([two]);
  expect(s3.read(`s3://${Bucket}/refused`)).toEqual(Buffer.from("last"));
});
