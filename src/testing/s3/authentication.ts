import { refusal } from "./errors.ts";
import {
  algorithm,
  canonicalRequest,
  signed,
  signingKey,
  stringToSign,
  type Signable,
  type SigningKey,
} from "./signature.ts";

/** Is who may ask, and where. */
export interface Account {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** Is a signature that was found right. */
export interface Authenticated {
  readonly with: SigningKey;
  readonly signature: string;
  /** What was signed for the body: its hash, `UNSIGNED-PAYLOAD` or one of the `STREAMING-` words. */
  readonly payload: string;
}

/** What a request says of its signature. */
interface Claim {
  readonly accessKeyId: string;
  readonly scope: string;
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly payload: string;
}

/** A clock may be wrong by so much (S3, "RequestTimeTooSkewed"). */
const skewMs = 15 * 60_000;
/** A presigned URL lives no longer than a week (S3 API reference, "X-Amz-Expires"). */
const longestExpirySeconds = 604_800;

/**
 * Checks who asks: Signature Version 4, in the Authorization header or in the query.
 * @returns What the signatures of the body's chunks go on from; throws AccessDenied, SignatureDoesNotMatch and their kin.
 */
export function authenticate(request: Signable, account: Account, now: number): Authenticated {
  const isPresigned = request.query.some(([name]) => name === "X-Amz-Algorithm");
  const claim = isPresigned ? queryClaim(request, now) : headerClaim(request, now);
  if (claim.accessKeyId !== account.accessKeyId)
    throw refusal("InvalidAccessKeyId", undefined, { AWSAccessKeyId: claim.accessKeyId });
  checkScope(claim, account, isPresigned ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed");
  if (request.headers["x-amz-security-token"] !== undefined) throw refusal("InvalidToken");
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === "host" || name.startsWith("x-amz-")) && !claim.signedHeaders.includes(name),
  );
  if (unsigned.length > 0)
    throw refusal("AccessDenied", "There were headers present in the request which were not signed", {
      HeadersNotSigned: unsigned.join(", "),
    });
  const key = signingKey(account.secretAccessKey, claim.date, claim.scope);
  const query = request.query.filter(([name]) => name !== "X-Amz-Signature");
  const canonical = canonicalRequest({ ...request, query }, claim.signedHeaders, claim.payload);
  const text = stringToSign(key, canonical);
  if (signed(key, text) !== claim.signature)
    throw refusal("SignatureDoesNotMatch", undefined, {
      AWSAccessKeyId: claim.accessKeyId,
      StringToSign: text,
      SignatureProvided: claim.signature,
      CanonicalRequest: canonical,
    });
  return { with: key, signature: claim.signature, payload: claim.payload };
}

function headerClaim({ headers }: Signable, now: number): Claim {
  const authorization = one(headers.authorization);
  if (authorization === undefined) throw refusal("AccessDenied");
  if (!authorization.startsWith(`${algorithm} `))
    throw refusal(
      "InvalidRequest",
      `The authorization mechanism you have provided is not supported. Please use ${algorithm}.`,
    );
  const field = (name: string): string => {
    const value = new RegExp(`[ ,]${name}=([^, ]+)`).exec(authorization)?.[1];
    if (value !== undefined) return value;
    throw refusal("AuthorizationHeaderMalformed", `The authorization header is malformed; missing ${name}.`);
  };
  const payload = one(headers["x-amz-content-sha256"]);
  if (payload === undefined)
    throw refusal("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  const date = one(headers["x-amz-date"]) ?? "";
  const at = timeOf(date);
  if (at === undefined) throw refusal("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
  if (Math.abs(at - now) > skewMs)
    throw refusal("RequestTimeTooSkewed", undefined, {
      RequestTime: date,
      ServerTime: new Date(now).toISOString(),
      MaxAllowedSkewMilliseconds: String(skewMs),
    });
  const signedHeaders = field("SignedHeaders").split(";");
  return { ...credential(field("Credential")), date, signedHeaders, signature: field("Signature"), payload };
}

function queryClaim({ query, headers }: Signable, now: number): Claim {
  const malformed = (message: string) => refusal("AuthorizationQueryParametersError", message);
  const field = (name: string): string => {
    const value = query.find(([known]) => known === name)?.[1];
    if (value !== undefined) return value;
    throw malformed(
      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    );
  };
  if (field("X-Amz-Algorithm") !== algorithm) throw malformed(`X-Amz-Algorithm only supports "${algorithm}"`);
  const date = field("X-Amz-Date");
  const from = timeOf(date);
  if (from === undefined) throw malformed(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`);
  const seconds = Number(field("X-Amz-Expires"));
  if (!Number.isInteger(seconds)) throw malformed("X-Amz-Expires should be a number");
  if (seconds < 0) throw malformed("X-Amz-Expires must be non-negative");
  if (seconds > longestExpirySeconds)
    throw malformed(
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    );
  const until = from + seconds * 1000;
  if (now > until)
    throw refusal("AccessDenied", "Request has expired", {
      "X-Amz-Expires": String(seconds),
      Expires: new Date(until).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
  if (from - now > skewMs) throw refusal("AccessDenied", "Request is not valid yet");
  return {
    ...credential(field("X-Amz-Credential")),
    date,
    signedHeaders: field("X-Amz-SignedHeaders").split(";"),
    signature: field("X-Amz-Signature"),
    payload:
      one(headers["x-amz-content-sha256"]) ??
      query.find(([name]) => name === "X-Amz-Content-Sha256")?.[1] ??
      "UNSIGNED-PAYLOAD",
  };
}

function credential(text: string): Pick<Claim, "accessKeyId" | "scope"> {
  const [accessKeyId = "", ...scope] = text.split("/");
  return { accessKeyId, scope: scope.join("/") };
}

function checkScope(
  { scope, date }: Claim,
  { region }: Account,
  code: "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError",
): void {
  const [day, where, service, end] = scope.split("/");
  const wrong = (message: string, details?: Readonly<Record<string, string>>) => refusal(code, message, details);
  if (day !== date.slice(0, 8))
    throw wrong(
      `Invalid credential date "${day ?? ""}". This date is not the same as X-Amz-Date: "${date.slice(0, 8)}".`,
    );
  if (where !== region)
    throw wrong(`The authorization header is malformed; the region '${where ?? ""}' is wrong; expecting '${region}'`, {
      Region: region,
    });
  if (service !== "s3")
    throw wrong(
      `The authorization header is malformed; incorrect service "${service ?? ""}". This endpoint belongs to "s3".`,
    );
  if (end !== "aws4_request")
    throw wrong(
      `The authorization header is malformed; incorrect terminal "${end ?? ""}". This endpoint uses "aws4_request".`,
    );
}

function timeOf(date: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const at = Date.parse(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}Z`);
  return Number.isNaN(at) ? undefined : at;
}

const one = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === "object" ? value[0] : value;
