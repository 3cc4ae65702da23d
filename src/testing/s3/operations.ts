import { verified } from "./checksums.ts";
import { refusal } from "./errors.ts";
import { listObjects } from "./listing.ts";
import { abortUpload, completeUpload, createUpload, listParts, listUploads, uploadPart } from "./multipart.ts";
import { copyObject, deleteObject, getObject, putObject } from "./objects.ts";
import type { Answer, Call } from "./requests.ts";
import type { S3Operation } from "./routes.ts";
import { document, parse, tag, texts, tree } from "./xml.ts";

/** One request removes at most so many keys (API reference, DeleteObjects). */
const keysPerRemoval = 1000;

/** What each operation answers; all throw S3's refusals. */
export const operations: Readonly<Record<Exclude<S3Operation, "Unknown">, (call: Call) => Answer>> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  HeadBucket: ({ buckets, bucket, region }) => {
    buckets.of(bucket);
    return { status: 200, headers: { "x-amz-bucket-region": region } };
  },
  DeleteBucket: ({ buckets, bucket }) => {
    buckets.remove(bucket);
    return { status: 204 };
  },
  GetBucketLocation: ({ buckets, bucket, region }) => {
    buckets.of(bucket);
    const location = region === "us-east-1" ? "" : region; // The first region has no name here.
    return { status: 200, body: document("LocationConstraint", [location]) };
  },
  ListObjectsV2: listObjects,
  ListMultipartUploads: listUploads,
  DeleteObjects: deleteObjects,
  PutObject: putObject,
  CopyObject: copyObject,
  GetObject: getObject,
  HeadObject: getObject,
  DeleteObject: deleteObject,
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  ListParts: listParts,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
};

function listBuckets({ buckets }: Call): Answer {
  const listed = buckets
    .all()
    .map(({ name, createdAt }) => tree("Bucket", [tag("Name", name), tag("CreationDate", createdAt.toISOString())]));
  return { status: 200, body: document("ListAllMyBucketsResult", [tree("Buckets", listed)]) };
}

function createBucket({ buckets, bucket, region, body }: Call): Answer {
  const root = parse(body.toString());
  const wanted = (root && texts(root, "LocationConstraint")[0]) ?? "us-east-1";
  if (wanted !== region)
    throw refusal("InvalidRequest", `The ${wanted} location constraint is incompatible for the region ${region}.`);
  // In the first region, and only there, a bucket of one's own may be made again.
  if (!buckets.has(bucket)) buckets.create(bucket);
  else if (region !== "us-east-1") throw refusal("BucketAlreadyOwnedByYou", undefined, { BucketName: bucket });
  return { status: 200, headers: { location: `/${bucket}` } };
}

function deleteObjects({ buckets, bucket: name, body, header }: Call): Answer {
  const bucket = buckets.of(name);
  if (!verified(header, body) && header("content-md5") === undefined)
    throw refusal("InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  const root = parse(body.toString());
  const objects = root?.children.filter((child) => child.name === "Object") ?? [];
  if (root?.name !== "Delete" || objects.length === 0 || objects.length > keysPerRemoval) throw refusal("MalformedXML");
  const keys = objects.map((object) => {
    const strange = object.children.find((child) => child.name !== "Key");
    if (strange) throw refusal("NotImplemented", `The stand-in does not know ${strange.name} of DeleteObjects.`);
    const [key = ""] = texts(object, "Key");
    if (key === "") throw refusal("MalformedXML");
    return key;
  });
  for (const key of keys) bucket.remove(key);
  const isQuiet = texts(root, "Quiet")[0] === "true";
  const told = isQuiet ? [] : keys.map((key) => tree("Deleted", [tag("Key", key)]));
  return { status: 200, body: document("DeleteResult", told) };
}
