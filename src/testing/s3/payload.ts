import type { Authenticated } from "./authentication.ts";
import { refusal } from "./errors.ts";
import { chunkSignature, sha256, trailerSignature } from "./signature.ts";

/** Is a request's body without its framing. */
export interface Payload {
  readonly bytes: Buffer;
  /** The headers that came after the body, by their lower-case names. */
  readonly trailers: ReadonlyMap<string, string>;
}

/** Every chunk of a body but the last has at least so many bytes (S3, "InvalidChunkSizeError"). */
const leastChunkBytes = 8192;

/** What `x-amz-content-sha256` says of a body in chunks. */
const framings: Readonly<Record<string, { readonly isSigned: boolean; readonly hasTrailers: boolean }>> = {
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": { isSigned: true, hasTrailers: false },
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": { isSigned: true, hasTrailers: true },
  "STREAMING-UNSIGNED-PAYLOAD-TRAILER": { isSigned: false, hasTrailers: true },
};

/** Takes a body out of its framing and holds it against what was signed for it. */
export function payloadOf(
  raw: Buffer,
  authenticated: Authenticated,
  header: (name: string) => string | undefined,
): Payload {
  const { payload } = authenticated;
  const framing = framings[payload];
  if (framing) {
    const announced = framing.hasTrailers ? named(header("x-amz-trailer")) : [];
    const length = header("x-amz-decoded-content-length");
    const made = unframed(raw, framing.isSigned ? authenticated : undefined);
    if (String(made.bytes.length) !== length) throw refusal("IncompleteBody");
    if (announced.some((name) => !made.trailers.has(name)) || announced.length !== made.trailers.size)
      throw refusal("MalformedTrailerError");
    return made;
  }
  if (payload.startsWith("STREAMING-")) throw refusal("NotImplemented", `The stand-in does not read ${payload}.`);
  if (payload !== "UNSIGNED-PAYLOAD" && payload !== sha256(raw))
    throw refusal("XAmzContentSHA256Mismatch", undefined, {
      ClientComputedContentSHA256: payload,
      S3ComputedContentSHA256: sha256(raw),
    });
  return { bytes: raw, trailers: new Map() };
}

const named = (list = ""): string[] =>
  list
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");

/** Reads `aws-chunked`: lines of a chunk's size in hex, each followed by the chunk, then trailers. */
function unframed(raw: Buffer, authenticated: Authenticated | undefined): Payload {
  const chunks: Buffer[] = [];
  let previous = authenticated?.signature ?? "";
  let at = 0;
  for (;;) {
    const end = raw.indexOf("\r\n", at);
    const line = /^([0-9a-f]+)(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(raw.toString("latin1", at, end));
    if (end < 0 || !line) throw refusal("IncompleteBody");
    const size = parseInt(line[1] ?? "", 16);
    at = end + 2;
    const data = raw.subarray(at, at + size);
    if (authenticated) {
      const right = chunkSignature(authenticated.with, previous, data);
      if (right !== line[2]) throw refusal("SignatureDoesNotMatch");
      previous = right;
    }
    if (size === 0) break;
    if (data.length < size || raw.toString("latin1", at + size, at + size + 2) !== "\r\n")
      throw refusal("IncompleteBody");
    at += size + 2;
    chunks.push(data);
  }
  if (chunks.slice(0, -1).some((chunk) => chunk.length < leastChunkBytes)) throw refusal("InvalidChunkSizeError");
  return { bytes: Buffer.concat(chunks), trailers: trailersOf(raw.toString("latin1", at), authenticated, previous) };
}

function trailersOf(text: string, authenticated: Authenticated | undefined, previous: string): Map<string, string> {
  const trailers = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line === "") continue;
    const [, name, value] = /^([^:\s]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw refusal("MalformedTrailerError");
    trailers.set(name.toLowerCase(), value);
  }
  if (!authenticated || trailers.size === 0) return trailers;
  const signature = trailers.get("x-amz-trailer-signature");
  trailers.delete("x-amz-trailer-signature");
  const lines = [...trailers].map(([name, value]) => `${name}:${value}\n`).join("");
  if (signature !== trailerSignature(authenticated.with, previous, lines)) throw refusal("SignatureDoesNotMatch");
  return trailers;
}
