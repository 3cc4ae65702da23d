import { document, tag } from "./xml.ts";

/** The codes that the stand-in answers on its own account, with the status and words of S3 (API reference, "Error responses"). */
const known = {
  AccessDenied: [403, "Access Denied"],
  AuthorizationHeaderMalformed: [400, "The authorization header that you provided is not valid."],
  AuthorizationQueryParametersError: [400, "The authorization query parameters that you provided are not valid."],
  BadDigest: [400, "The Content-MD5 you specified did not match what we received."],
  BucketAlreadyOwnedByYou: [409, "Your previous request to create the named bucket succeeded and you already own it."],
  BucketNotEmpty: [409, "The bucket you tried to delete is not empty."],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed size"],
  IncompleteBody: [400, "You did not provide the number of bytes specified by the Content-Length HTTP header"],
  InternalError: [500, "We encountered an internal error. Please try again."],
  InvalidAccessKeyId: [403, "The AWS Access Key Id you provided does not exist in our records."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidChunkSizeError: [403, "Only the last chunk is allowed to have a size less than 8192 bytes"],
  InvalidDigest: [400, "The Content-MD5 you specified was invalid."],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  ],
  InvalidPartOrder: [400, "The list of parts was not in ascending order. Parts must be ordered by part number."],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidRequest: [400, "Invalid Request"],
  InvalidToken: [400, "The provided token is malformed or otherwise invalid."],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, "Your key is too long"],
  MalformedTrailerError: [
    400,
    "The request contained trailing data that was not well-formed or did not conform to our published schema.",
  ],
  MalformedXML: [400, "The XML you provided was not well-formed or did not validate against our published schema"],
  NoSuchBucket: [404, "The specified bucket does not exist"],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchUpload: [
    404,
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
  ],
  NotImplemented: [501, "A header you provided implies functionality that is not implemented"],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold"],
  RequestTimeTooSkewed: [403, "The difference between the request time and the current time is too large."],
  ServiceUnavailable: [503, "Service is unable to handle request."],
  SignatureDoesNotMatch: [
    403,
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
  ],
  SlowDown: [503, "Please reduce your request rate."],
  XAmzContentSHA256Mismatch: [400, "The provided 'x-amz-content-sha256' header does not match what was computed."],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

/** A code whose status and words the stand-in knows. */
export type S3Code = keyof typeof known;

/** Refuses a request as S3 does. */
export class S3Refusal extends Error {
  readonly code: string;
  readonly status: number;
  /** Further elements of the answer, for example `BucketName`. */
  readonly details: Readonly<Record<string, string>>;

  constructor(code: string, status: number, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** Makes the refusal of a known code, with S3's own words where none are given. */
export function refusal(code: S3Code, message?: string, details?: Readonly<Record<string, string>>): S3Refusal {
  const [status, words] = known[code];
  return new S3Refusal(code, status, message ?? words, details);
}

/** Makes a refusal that a test asked for: of a known code, or any other with its status (500 where none is given). */
export function injectedRefusal(code: string, status?: number, message?: string): S3Refusal {
  const [knownStatus, words] = Object.hasOwn(known, code)
    ? known[code as S3Code]
    : [500, "A failure that the test asked for."]; // Just checked.
  return new S3Refusal(code, status ?? knownStatus, message ?? words);
}

/** Writes a refusal as the body of an answer. */
export function refusalBody({ code, message, details }: S3Refusal, resource: string, requestId: string): string {
  const children = [
    tag("Code", code),
    tag("Message", message),
    ...Object.entries(details).map(([name, value]) => tag(name, value)),
    tag("Resource", resource),
    tag("RequestId", requestId),
    tag("HostId", requestId),
  ];
  return document("Error", children, ""); // The only document in no namespace.
}
