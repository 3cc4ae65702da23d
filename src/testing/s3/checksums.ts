import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { refusal } from "./errors.ts";

/** The checksums that S3 takes besides Content-MD5 (user guide, "Checking object integrity"). */
export type ChecksumAlgorithm = "crc32" | "crc32c" | "crc64nvme" | "sha1" | "sha256";

/** Is a checksum as S3 keeps it with an object, in base64. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  /** COMPOSITE is a checksum of the parts' checksums, written with a dash and their number. */
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

const hash = (name: string) => (bytes: Uint8Array) => createHash(name).update(bytes).digest();

const algorithms: Readonly<Record<ChecksumAlgorithm, (bytes: Uint8Array) => Buffer>> = {
  crc32: (bytes) => bigEndian(crc32(bytes)),
  crc32c: (bytes) => bigEndian(crc32c(bytes)),
  crc64nvme: (bytes) => {
    const made = Buffer.alloc(8);
    made.writeBigUInt64BE(crc64nvme(bytes));
    return made;
  },
  sha1: hash("sha1"),
  sha256: hash("sha256"),
};

const names = Object.keys(algorithms) as ChecksumAlgorithm[]; // The record has no other keys.

/** Computes a checksum of whole bytes. */
export const checksum = (algorithm: ChecksumAlgorithm, bytes: Uint8Array): Checksum => ({
  algorithm,
  value: algorithms[algorithm](bytes).toString("base64"),
  type: "FULL_OBJECT",
});

/** Computes the checksum of an upload's parts from theirs, or of the whole. */
export function partsChecksum(algorithm: ChecksumAlgorithm, parts: readonly Checksum[]): Checksum {
  const all = Buffer.concat(parts.map((part) => Buffer.from(part.value, "base64")));
  return { algorithm, value: `${checksum(algorithm, all).value}-${parts.length}`, type: "COMPOSITE" };
}

/** Reads the name of an algorithm, in any case; undefined where S3 has none of that name. */
export const algorithmOf = (name: string | undefined): ChecksumAlgorithm | undefined =>
  names.find((known) => known === name?.toLowerCase());

/**
 * Holds a body against what the request says of it, in headers and trailers.
 * @returns The checksum that was said and is right, if one was; throws BadDigest, InvalidDigest or InvalidRequest.
 */
export function verified(said: (name: string) => string | undefined, bytes: Uint8Array): Checksum | undefined {
  const md5 = said("content-md5");
  if (md5 !== undefined) {
    if (!isDigest(md5, 16)) throw refusal("InvalidDigest");
    if (hash("md5")(bytes).toString("base64") !== md5) throw refusal("BadDigest");
  }
  const given = names.filter((name) => said(`x-amz-checksum-${name}`) !== undefined);
  if (given.length > 1) throw refusal("InvalidRequest", "Expecting a single x-amz-checksum- header.");
  const [algorithm] = given;
  if (algorithm === undefined) {
    if (said("x-amz-sdk-checksum-algorithm") === undefined) return undefined;
    throw refusal(
      "InvalidRequest",
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
  const right = checksum(algorithm, bytes);
  const value = said(`x-amz-checksum-${algorithm}`) ?? "";
  if (!isDigest(value, Buffer.from(right.value, "base64").length))
    throw refusal("InvalidRequest", `Value for x-amz-checksum-${algorithm} header is invalid.`);
  if (value !== right.value)
    throw refusal("BadDigest", `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`);
  return right;
}

const isDigest = (text: string, length: number): boolean => {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === length && bytes.toString("base64") === text;
};

/** Writes a checksum as the headers of an answer. */
export const checksumHeaders = (made: Checksum | undefined): Readonly<Record<string, string>> =>
  made === undefined ? {} : { [`x-amz-checksum-${made.algorithm}`]: made.value, "x-amz-checksum-type": made.type };

/** The element of an answer that holds a checksum, for example `ChecksumCRC32`. */
export const checksumElement = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm.toUpperCase()}`;

function bigEndian(value: number): Buffer {
  const made = Buffer.alloc(4);
  made.writeUInt32BE(value);
  return made;
}

// Both polynomials are written with their bits reversed, as both sums take the lowest bit first.
const castagnoli = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (castagnoli[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return ~sum >>> 0;
}

const nvme = BigUint64Array.from({ length: 256 }, (_, byte) => {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
  return value;
});

function crc64nvme(bytes: Uint8Array): bigint {
  let sum = 0xffffffffffffffffn;
  for (const byte of bytes) sum = (nvme[Number(sum & 0xffn) ^ byte] ?? 0n) ^ (sum >> 8n);
  return sum ^ 0xffffffffffffffffn;
}
