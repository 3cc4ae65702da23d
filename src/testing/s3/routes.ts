/** The operations that the stand-in knows, by the names of the S3 API reference; `Unknown` is any other. */
export type S3Operation =
  | "ListBuckets"
  | "CreateBucket"
  | "HeadBucket"
  | "DeleteBucket"
  | "GetBucketLocation"
  | "ListObjectsV2"
  | "ListMultipartUploads"
  | "DeleteObjects"
  | "PutObject"
  | "CopyObject"
  | "GetObject"
  | "HeadObject"
  | "DeleteObject"
  | "CreateMultipartUpload"
  | "UploadPart"
  | "ListParts"
  | "CompleteMultipartUpload"
  | "AbortMultipartUpload"
  | "Unknown";

/** Tells how an operation is known by its request. */
export interface Route {
  readonly operation: S3Operation;
  readonly method: string;
  readonly level: "service" | "bucket" | "object";
  /** Parameters of the query that must be there. */
  readonly needs?: readonly string[];
  /** Those that may be. */
  readonly takes?: readonly string[];
  /** A header that must be there. */
  readonly header?: string;
}

const list = ["prefix", "delimiter", "max-keys", "continuation-token", "start-after", "encoding-type", "fetch-owner"];
const overrides = [
  "response-content-type",
  "response-content-language",
  "response-expires",
  "response-cache-control",
  "response-content-disposition",
  "response-content-encoding",
];
const parts = ["uploadId", "partNumber"];

/** The operations' requests; the first that fits is it. */
export const routes: readonly Route[] = [
  { operation: "ListBuckets", method: "GET", level: "service" },
  { operation: "CreateBucket", method: "PUT", level: "bucket" },
  { operation: "HeadBucket", method: "HEAD", level: "bucket" },
  { operation: "DeleteBucket", method: "DELETE", level: "bucket" },
  { operation: "GetBucketLocation", method: "GET", level: "bucket", needs: ["location"] },
  { operation: "ListObjectsV2", method: "GET", level: "bucket", needs: ["list-type"], takes: list },
  { operation: "ListMultipartUploads", method: "GET", level: "bucket", needs: ["uploads"], takes: ["prefix"] },
  { operation: "DeleteObjects", method: "POST", level: "bucket", needs: ["delete"] },
  { operation: "UploadPart", method: "PUT", level: "object", needs: parts },
  { operation: "CopyObject", method: "PUT", level: "object", header: "x-amz-copy-source" },
  { operation: "PutObject", method: "PUT", level: "object" },
  {
    operation: "ListParts",
    method: "GET",
    level: "object",
    needs: ["uploadId"],
    takes: ["max-parts", "part-number-marker"],
  },
  { operation: "GetObject", method: "GET", level: "object", takes: overrides },
  { operation: "HeadObject", method: "HEAD", level: "object", takes: overrides },
  { operation: "AbortMultipartUpload", method: "DELETE", level: "object", needs: ["uploadId"] },
  { operation: "DeleteObject", method: "DELETE", level: "object" },
  { operation: "CreateMultipartUpload", method: "POST", level: "object", needs: ["uploads"] },
  { operation: "CompleteMultipartUpload", method: "POST", level: "object", needs: ["uploadId"] },
];
