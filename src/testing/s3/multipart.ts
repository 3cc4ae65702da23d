import { createHash, randomUUID } from "node:crypto";
import { etagOf, stamp, type Part, type Upload } from "./buckets.ts";
import { algorithmOf, checksum, checksumElement, partsChecksum, verified, type Checksum } from "./checksums.ts";
import { checkWrite } from "./conditions.ts";
import { refusal } from "./errors.ts";
import { keptHeaders } from "./objects.ts";
import type { Answer, Call } from "./requests.ts";
import { document, parse, tag, texts, tree, type Element } from "./xml.ts";

/** Every part but the last has at least so many bytes (user guide, "Multipart upload limits"). */
const leastPartBytes = 5 * 1024 * 1024;
const mostParts = 10_000;

/** Answers CreateMultipartUpload. */
export function createUpload(call: Call): Answer {
  const { buckets, bucket, key, header } = call;
  const algorithm = algorithmOf(header("x-amz-checksum-algorithm"));
  // CRC64NVME sums only whole objects; the others sum parts unless told otherwise.
  const standard = algorithm === "crc64nvme" ? "FULL_OBJECT" : "COMPOSITE";
  const upload: Upload = {
    id: randomUUID(),
    key,
    initiated: stamp(),
    headers: keptHeaders(call),
    algorithm,
    checksumType: header("x-amz-checksum-type") === "FULL_OBJECT" ? "FULL_OBJECT" : standard,
    parts: new Map(),
  };
  buckets.of(bucket).uploads.set(upload.id, upload);
  const children = [tag("Bucket", bucket), tag("Key", key), tag("UploadId", upload.id)];
  return {
    status: 200,
    headers:
      algorithm === undefined
        ? {}
        : { "x-amz-checksum-algorithm": algorithm.toUpperCase(), "x-amz-checksum-type": upload.checksumType },
    body: document("InitiateMultipartUploadResult", children),
  };
}

function uploadOf({ buckets, bucket, key, query }: Call): Upload {
  const id = query("uploadId") ?? "";
  const upload = buckets.of(bucket).uploads.get(id);
  if (upload?.key !== key) throw refusal("NoSuchUpload", undefined, { UploadId: id });
  return upload;
}

/** Answers UploadPart; a part sent again takes the place of the first. */
export function uploadPart(call: Call): Answer {
  const { body, header, query } = call;
  if (header("x-amz-copy-source") !== undefined)
    throw refusal("NotImplemented", undefined, { Header: "x-amz-copy-source" });
  const upload = uploadOf(call);
  const number = Number(query("partNumber"));
  if (!Number.isInteger(number) || number < 1 || number > mostParts)
    throw refusal("InvalidArgument", `Part number must be an integer between 1 and ${mostParts}, inclusive`, {
      ArgumentName: "partNumber",
      ArgumentValue: query("partNumber") ?? "",
    });
  const said = verified(header, body);
  const isNeeded = upload.algorithm !== undefined && (said !== undefined || upload.checksumType === "COMPOSITE");
  if (isNeeded && said?.algorithm !== upload.algorithm)
    throw refusal(
      "InvalidRequest",
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}, actual checksum Type: ${said?.algorithm ?? "null"}`,
    );
  const sum = upload.algorithm === undefined ? said : checksum(upload.algorithm, body);
  const part = { bytes: body, etag: etagOf(body), lastModified: stamp(), checksum: sum };
  upload.parts.set(number, part);
  return { status: 200, headers: { etag: `"${part.etag}"`, ...partHeaders(sum) } };
}

const partHeaders = (sum: Checksum | undefined): Readonly<Record<string, string>> =>
  sum === undefined ? {} : { [`x-amz-checksum-${sum.algorithm}`]: sum.value };

/** Answers AbortMultipartUpload. */
export function abortUpload(call: Call): Answer {
  call.buckets.of(call.bucket).uploads.delete(uploadOf(call).id);
  return { status: 204 };
}

/** Answers ListParts. */
export function listParts(call: Call): Answer {
  const upload = uploadOf(call);
  const marker = Number(call.query("part-number-marker") ?? 0);
  const most = Math.min(Number(call.query("max-parts") ?? 1000), 1000);
  const all = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const page = all.slice(0, most);
  return {
    status: 200,
    body: document("ListPartsResult", [
      tag("Bucket", call.bucket),
      tag("Key", call.key),
      tag("UploadId", upload.id),
      tag("PartNumberMarker", marker),
      ...(all.length > page.length ? [tag("NextPartNumberMarker", page.at(-1)?.[0] ?? marker)] : []),
      tag("MaxParts", most),
      tag("IsTruncated", all.length > page.length),
      ...page.map(([number, part]) => tree("Part", listedPart(number, part))),
    ]),
  };
}

const listedPart = (number: number, { bytes, etag, lastModified, checksum: sum }: Part): string[] => [
  tag("PartNumber", number),
  tag("LastModified", lastModified.toISOString()),
  tag("ETag", `"${etag}"`),
  tag("Size", bytes.length),
  ...(sum === undefined ? [] : [tag(checksumElement(sum.algorithm), sum.value)]),
];

/** Answers ListMultipartUploads, in one page. */
export function listUploads({ buckets, bucket, query }: Call): Answer {
  const prefix = query("prefix") ?? "";
  const uploads = [...buckets.of(bucket).uploads.values()].filter(({ key }) => key.startsWith(prefix));
  return {
    status: 200,
    body: document("ListMultipartUploadsResult", [
      tag("Bucket", bucket),
      tag("Prefix", prefix),
      tag("IsTruncated", false),
      ...uploads.map(({ key, id, initiated }) =>
        tree("Upload", [tag("Key", key), tag("UploadId", id), tag("Initiated", initiated.toISOString())]),
      ),
    ]),
  };
}

/** Answers CompleteMultipartUpload: puts the parts together that the request names. */
export function completeUpload(call: Call): Answer {
  const upload = uploadOf(call);
  const parts = chosenParts(upload, call.body.toString());
  checkWrite(call);
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  const digests = Buffer.concat(parts.map((part) => Buffer.from(part.etag, "hex")));
  const entry = {
    bytes,
    etag: `${createHash("md5").update(digests).digest("hex")}-${parts.length}`,
    lastModified: stamp(),
    headers: upload.headers,
    checksum: wholeChecksum(upload, parts, bytes),
  };
  const sum = entry.checksum;
  if ((call.header(`x-amz-checksum-${sum.algorithm}`) ?? sum.value) !== sum.value) throw refusal("BadDigest");
  const bucket = call.buckets.of(call.bucket);
  bucket.put(call.key, entry);
  bucket.uploads.delete(upload.id);
  return {
    status: 200,
    body: document("CompleteMultipartUploadResult", [
      tag("Location", `/${call.bucket}/${call.key}`),
      tag("Bucket", call.bucket),
      tag("Key", call.key),
      tag("ETag", `"${entry.etag}"`),
      tag(checksumElement(sum.algorithm), sum.value),
      tag("ChecksumType", sum.type),
    ]),
  };
}

function wholeChecksum({ algorithm, checksumType }: Upload, parts: readonly Part[], bytes: Uint8Array): Checksum {
  if (algorithm === undefined) return checksum("crc32", bytes);
  if (checksumType === "FULL_OBJECT") return checksum(algorithm, bytes);
  return partsChecksum(
    algorithm,
    parts.flatMap((part) => part.checksum ?? []),
  );
}

function chosenParts(upload: Upload, xml: string): Part[] {
  const root = parse(xml);
  const named = root?.children.filter(({ name }) => name === "Part") ?? [];
  if (root?.name !== "CompleteMultipartUpload" || named.length === 0) throw refusal("MalformedXML");
  const numbers = named.map((element) => Number(texts(element, "PartNumber")[0]));
  if (!numbers.every(Number.isInteger)) throw refusal("MalformedXML");
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) throw refusal("InvalidPartOrder");
  return named.map((element, index) => {
    const number = numbers[index] ?? 0;
    const part = upload.parts.get(number);
    const etag = texts(element, "ETag")[0]?.replaceAll('"', "");
    if (part === undefined || part.etag !== etag)
      throw refusal("InvalidPart", undefined, { UploadId: upload.id, PartNumber: String(number), ETag: etag ?? "" });
    checkPartChecksum(upload, element, number, part);
    if (part.bytes.length < leastPartBytes && index < named.length - 1)
      throw refusal("EntityTooSmall", undefined, {
        ProposedSize: String(part.bytes.length),
        MinSizeAllowed: String(leastPartBytes),
        PartNumber: String(number),
        ETag: part.etag,
      });
    return part;
  });
}

/** An upload that was created with a checksum of its parts is completed with each of them. */
function checkPartChecksum({ algorithm, checksumType }: Upload, element: Element, number: number, part: Part): void {
  const sum = part.checksum;
  if (sum === undefined) return;
  const [said] = texts(element, checksumElement(sum.algorithm));
  if (said === undefined && algorithm !== undefined && checksumType === "COMPOSITE")
    throw refusal(
      "InvalidRequest",
      `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
    );
  if (said !== undefined && said !== sum.value) throw refusal("InvalidPart");
}
