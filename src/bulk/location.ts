import { invalidArgument } from "../errors.ts";

/** Buckets by the rules of "Bucket naming rules" (docs.aws.amazon.com/AmazonS3); older ones may hold capitals and underscores. */
const location = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9])\/(.*)$/s;

/**
 * Checks where files are, or are to be: `s3://bucket/prefix`. What is behind the bucket is any text of S3's.
 *
 * @param where - how the message calls it.
 * @throws `INVALID_ARGUMENT` for what is no such place, and for keys that S3 cannot hold.
 */
export function checkLocation(given: unknown, where: string): string {
  if (typeof given !== "string") throw invalidArgument(`${where} must be a URL such as "s3://bucket/prefix/".`);
  const [, , key] = location.exec(given) ?? [];
  if (key === undefined) {
    throw invalidArgument(
      `${where} must be a URL such as "s3://bucket/prefix/": the scheme s3, a bucket, and a slash behind it.`,
    );
  }
  if (/[\0\p{Surrogate}]/u.test(key)) {
    throw invalidArgument(`${where} holds a NUL character or half a surrogate pair, which no key of S3 holds.`);
  }
  if (Buffer.byteLength(key) > 1024) throw invalidArgument(`${where} is longer than the 1024 bytes of a key of S3.`);
  return given;
}
