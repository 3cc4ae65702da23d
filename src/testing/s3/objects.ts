import { etagOf, stamp, type Entry } from "./buckets.ts";
import { checksum, checksumHeaders, verified } from "./checksums.ts";
import { checkSource, checkWrite, isUnchanged } from "./conditions.ts";
import { refusal } from "./errors.ts";
import type { Answer, Call } from "./requests.ts";
import { document, tag } from "./xml.ts";

/** Headers of a PUT that a GET gives back. */
const kept = ["content-type", "cache-control", "content-disposition", "content-language", "expires"];

/** Gives the headers that are kept with an object. */
export function keptHeaders({ headers, header }: Call): Readonly<Record<string, string>> {
  const made: Record<string, string> = { "content-type": "binary/octet-stream" };
  const encoding = (header("content-encoding") ?? "")
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "aws-chunked" && coding !== "");
  if (encoding.length > 0) made["content-encoding"] = encoding.join(",");
  for (const name of Object.keys(headers)) {
    const value = header(name);
    if (value !== undefined && (kept.includes(name) || name.startsWith("x-amz-meta-"))) made[name] = value;
  }
  return made;
}

/** Finds the object that a call names. Throws NoSuchKey. */
function found({ buckets, bucket, key }: Pick<Call, "buckets" | "bucket" | "key">): Entry {
  const entry = buckets.of(bucket).get(key);
  if (!entry) throw refusal("NoSuchKey", undefined, { Key: key });
  return entry;
}

/** Answers PutObject. */
export function putObject(call: Call): Answer {
  const { buckets, bucket, key, body, header } = call;
  checkWrite(call);
  // S3 sums what comes without a sum itself, by CRC64NVME; ours takes the faster sum.
  const sum = verified(header, body) ?? checksum("crc32", body);
  const entry = { bytes: body, etag: etagOf(body), lastModified: stamp(), headers: keptHeaders(call), checksum: sum };
  buckets.of(bucket).put(key, entry);
  return { status: 200, headers: { etag: `"${entry.etag}"`, ...checksumHeaders(sum) } };
}

/** Answers GetObject, and HeadObject, whose answer has the same headers. */
export function getObject(call: Call): Answer {
  const { header, query } = call;
  const entry = found(call);
  const described = { etag: `"${entry.etag}"`, "last-modified": entry.lastModified.toUTCString() };
  if (isUnchanged(entry, header)) return { status: 304, headers: described };
  const range = rangeOf(header("range"), entry.bytes.length);
  const overrides = [...kept, "content-encoding"].flatMap((name) => {
    const value = query(`response-${name}`);
    return value === undefined ? [] : [[name, value] as const];
  });
  const headers = {
    ...described,
    ...entry.headers,
    ...Object.fromEntries(overrides),
    "accept-ranges": "bytes",
    // A sum is of the whole object, so a range has none.
    ...(header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED" && !range && checksumHeaders(entry.checksum)),
  };
  if (!range) return { status: 200, headers, body: entry.bytes };
  const { first, last } = range;
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${first}-${last}/${entry.bytes.length}` },
    body: entry.bytes.subarray(first, last + 1),
  };
}

/** Reads a Range header; undefined where all is wanted, as for one that S3 does not read. Throws InvalidRange. */
function rangeOf(
  header: string | undefined,
  bytes: number,
): { readonly first: number; readonly last: number } | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  const first = from === "" ? Math.max(bytes - Number(to), 0) : Number(from);
  const last = from === "" || to === "" ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (first > last)
    throw refusal("InvalidRange", undefined, { RangeRequested: header ?? "", ActualObjectSize: String(bytes) });
  return { first, last };
}

/** Answers DeleteObject; what is not there is deleted already. */
export function deleteObject({ buckets, bucket, key, header }: Call): Answer {
  const entry = buckets.of(bucket).get(key);
  const match = header("if-match");
  if (match !== undefined && match !== "*" && entry && match.replaceAll('"', "") !== entry.etag)
    throw refusal("PreconditionFailed", undefined, { Condition: "If-Match" });
  buckets.of(bucket).remove(key);
  return { status: 204 };
}

/** Answers CopyObject. */
export function copyObject(call: Call): Answer {
  const { buckets, bucket, key, header } = call;
  const source = sourceOf(header("x-amz-copy-source") ?? "");
  const entry = found({ buckets, ...source });
  checkSource(entry, header);
  checkWrite(call);
  const replaces = header("x-amz-metadata-directive")?.toUpperCase() === "REPLACE";
  if (!replaces && source.bucket === bucket && source.key === key)
    throw refusal(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  const copy: Entry = {
    bytes: entry.bytes,
    // A copy is in one piece, also of what was uploaded in parts.
    etag: etagOf(entry.bytes),
    lastModified: stamp(),
    headers: replaces ? keptHeaders(call) : entry.headers,
    checksum: entry.checksum?.type === "FULL_OBJECT" ? entry.checksum : checksum("crc32", entry.bytes),
  };
  buckets.of(bucket).put(key, copy);
  const children = [tag("LastModified", copy.lastModified.toISOString()), tag("ETag", `"${copy.etag}"`)];
  return { status: 200, body: document("CopyObjectResult", children) };
}

function sourceOf(header: string): { readonly bucket: string; readonly key: string } {
  const [path = "", query] = header.split("?");
  if (query !== undefined) throw refusal("NotImplemented", `The stand-in does not read ${query} of a copy's source.`);
  let named: RegExpExecArray | null = null;
  try {
    named = /^\/?([^/]+)\/([^]+)$/.exec(decodeURIComponent(path));
  } catch {
    // Not escaped rightly: refused as one that names nothing.
  }
  if (!named)
    throw refusal("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  return { bucket: named[1] ?? "", key: named[2] ?? "" };
}
