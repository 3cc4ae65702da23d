import { createHash, createHmac } from "node:crypto";

/** Is a request as Signature Version 4 sees it. */
export interface Signable {
  readonly method: string;
  /** As the request has it, escaped. */
  readonly path: string;
  /** Unescaped. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Is what a signature was made with, from which those of a body's chunks go on. */
export interface SigningKey {
  readonly key: Buffer;
  /** For example `20130524T000000Z`. */
  readonly date: string;
  /** For example `20130524/us-east-1/s3/aws4_request`. */
  readonly scope: string;
}

/** The only algorithm: the one with elliptic curves is for access points of several regions. */
export const algorithm = "AWS4-HMAC-SHA256";

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** Hashes to lower-case hex. */
export const sha256 = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Escapes as AWS does: all but letters, digits and `-._~`. */
export const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** Writes the canonical request (S3 API reference, "Authenticating Requests: Using the Authorization Header"). */
export function canonicalRequest(request: Signable, signedHeaders: readonly string[], payload: string): string {
  const path = decodeURIComponent(request.path).split("/").map(percentEncoded).join("/");
  const query = request.query
    .map(([name, value]) => [percentEncoded(name), percentEncoded(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const headers = signedHeaders.map((name) => `${name}:${headerText(request.headers[name])}\n`);
  return [request.method, path, query.join("&"), headers.join(""), signedHeaders.join(";"), payload].join("\n");
}

const headerText = (value: string | readonly string[] = ""): string =>
  (typeof value === "string" ? value : value.join(",")).trim().replace(/ +/g, " ");

/** Derives the key of a day, region and service from the secret. */
export function signingKey(secretAccessKey: string, date: string, scope: string): SigningKey {
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return { key: Buffer.from(key), date, scope };
}

/** Writes what is signed for a request. */
export const stringToSign = ({ date, scope }: SigningKey, canonical: string): string =>
  [algorithm, date, scope, sha256(canonical)].join("\n");

/** Signs a text, to lower-case hex. */
export const signed = ({ key }: SigningKey, text: string): string => hmac(key, text).toString("hex");

/** Signs a chunk of a body; each signature takes in the one before ("Transferring Payload in Multiple Chunks"). */
export const chunkSignature = (with_: SigningKey, previous: string, data: Uint8Array): string =>
  signed(with_, [`${algorithm}-PAYLOAD`, with_.date, with_.scope, previous, sha256(""), sha256(data)].join("\n"));

/** Signs the trailers of a body, written as `name:value` lines. */
export const trailerSignature = (with_: SigningKey, previous: string, trailers: string): string =>
  signed(with_, [`${algorithm}-TRAILER`, with_.date, with_.scope, previous, sha256(trailers)].join("\n"));
