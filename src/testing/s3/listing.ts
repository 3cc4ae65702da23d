import type { Bucket } from "./buckets.ts";
import { refusal } from "./errors.ts";
import type { Answer, Call } from "./requests.ts";
import { percentEncoded } from "./signature.ts";
import { document, tag, tree } from "./xml.ts";

/** A page of a list has at most so many keys (API reference, ListObjectsV2). */
const longestPage = 1000;

/** Is where a page begins: behind a key, or behind all keys with a prefix that was listed as one. */
interface Place {
  readonly after: string;
  readonly isPrefix: boolean;
}

interface Page {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  /** Where the next page begins, if there is one. */
  readonly next: Place | undefined;
}

/** Answers ListObjectsV2. */
export function listObjects({ buckets, bucket: name, query }: Call): Answer {
  if (query("list-type") !== "2") throw refusal("InvalidArgument", "Invalid List Type: only 2 is known");
  const bucket = buckets.of(name);
  const [prefix = "", delimiter = "", startAfter] = [query("prefix"), query("delimiter"), query("start-after")];
  const token = query("continuation-token");
  const encoding = query("encoding-type");
  if (encoding !== undefined && encoding !== "url")
    throw refusal("InvalidArgument", "Invalid Encoding Method specified in Request");
  const maxKeys = pageLength(query("max-keys"));
  const from = token !== undefined ? placeOf(token) : { after: startAfter ?? "", isPrefix: false };
  const { keys, prefixes, next } = page(bucket, { prefix, delimiter, maxKeys, from });
  const written = (text: string): string => (encoding === "url" ? urlEncoded(text) : text);
  return {
    status: 200,
    body: document("ListBucketResult", [
      tag("Name", name),
      tag("Prefix", written(prefix)),
      ...(startAfter === undefined ? [] : [tag("StartAfter", written(startAfter))]),
      ...(token === undefined ? [] : [tag("ContinuationToken", token)]),
      ...(next === undefined ? [] : [tag("NextContinuationToken", tokenOf(next))]),
      tag("KeyCount", keys.length + prefixes.length),
      tag("MaxKeys", maxKeys),
      ...(delimiter === "" ? [] : [tag("Delimiter", written(delimiter))]),
      ...(encoding === undefined ? [] : [tag("EncodingType", encoding)]),
      tag("IsTruncated", next !== undefined),
      ...keys.map((key) => contents(bucket, key, written(key))),
      ...prefixes.map((one) => tree("CommonPrefixes", [tag("Prefix", written(one))])),
    ]),
  };
}

function page(
  bucket: Bucket,
  options: { readonly prefix: string; readonly delimiter: string; readonly maxKeys: number; readonly from: Place },
): Page {
  const { prefix, delimiter, maxKeys, from } = options;
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last: Place | undefined;
  for (const key of maxKeys === 0 ? [] : bucket.keys()) {
    if (!key.startsWith(prefix) || !isBehind(key, from)) continue;
    if (last?.isPrefix === true && key.startsWith(last.after)) continue;
    if (keys.length + prefixes.length === maxKeys) return { keys, prefixes, next: last };
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    last = end < 0 ? { after: key, isPrefix: false } : { after: key.slice(0, end + delimiter.length), isPrefix: true };
    (last.isPrefix ? prefixes : keys).push(last.after);
  }
  return { keys, prefixes, next: undefined };
}

const isBehind = (key: string, { after, isPrefix }: Place): boolean =>
  Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0 && !(isPrefix && key.startsWith(after));

function contents(bucket: Bucket, key: string, written: string): string {
  const entry = bucket.get(key);
  return tree("Contents", [
    tag("Key", written),
    tag("LastModified", entry?.lastModified.toISOString() ?? ""),
    tag("ETag", `"${entry?.etag ?? ""}"`),
    tag("Size", entry?.bytes.length ?? 0),
    tag("StorageClass", "STANDARD"),
  ]);
}

function pageLength(text = String(longestPage)): number {
  if (!/^\d{1,9}$/.test(text))
    throw refusal("InvalidArgument", "Provided max-keys not an integer or within integer range", {
      ArgumentName: "max-keys",
      ArgumentValue: text,
    });
  return Math.min(Number(text), longestPage);
}

/** Writes text as forms do, which is what `encoding-type=url` means; the slash stays. */
const urlEncoded = (text: string): string => percentEncoded(text).replaceAll("%20", "+").replaceAll("%2F", "/");

const tokenOf = ({ after, isPrefix }: Place): string =>
  Buffer.from(`${isPrefix ? "p" : "k"}${after}`).toString("base64");

function placeOf(token: string): Place {
  const text = Buffer.from(token, "base64").toString();
  if (!/^[pk]/.test(text) || tokenOf({ after: text.slice(1), isPrefix: text.startsWith("p") }) !== token)
    throw refusal("InvalidArgument", "The continuation token provided is incorrect", {
      ArgumentName: "continuation-token",
    });
  return { after: text.slice(1), isPrefix: text.startsWith("p") };
}
