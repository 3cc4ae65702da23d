import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { S3StandIn } from "../../src/testing/s3/index.ts";

/** Makes the SDK's client as anyone would: nothing is told but where and who. */
export function clientOf(
  { endpoint, region, accessKeyId, secretAccessKey }: Omit<S3StandIn, "close">,
  more: S3ClientConfig = {},
): S3Client {
  const credentials = { accessKeyId, secretAccessKey };
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true, ...more });
}

/** Keys that a path, a form, XML or a shell would read as something else. */
export const hostileKeys = [
  "a b",
  "a+b",
  "100%",
  "%2e%2e/%2f",
  "é/日本/🜚",
  "day=2024-01-01/part 0.parquet",
  "line\nbreak\r\nand\ttab",
  "..",
  "../../etc/passwd",
  "./a",
  "a//b",
  "/leading",
  "trailing/",
  "a?b=c&d#e",
  "<Key>&amp;\"'</Key>",
  "back\\slash",
  "\u0001\u007f",
  "\uffff",
  " ",
  "*(!)'~",
] as const;
