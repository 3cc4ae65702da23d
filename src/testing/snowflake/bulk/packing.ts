import { promisify } from "node:util";
import {
  brotliCompress,
  brotliDecompress,
  constants,
  deflate,
  deflateRaw,
  gunzip,
  gzip,
  inflate,
  inflateRaw,
} from "node:zlib";
import { unsupported } from "../errors.ts";
import type { Compression } from "./formats.ts";

type Way = Exclude<Compression, "AUTO" | "SNAPPY">;

const packers: Readonly<Record<Way, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  GZIP: (bytes) => promisify(gzip)(bytes, { level: 6 }),
  // The highest quality, the default, is a hundred times slower.
  BROTLI: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  DEFLATE: (bytes) => promisify(deflate)(bytes),
  RAW_DEFLATE: (bytes) => promisify(deflateRaw)(bytes),
  NONE: (bytes) => Promise.resolve(bytes),
};

const unpackers: Readonly<Record<Way, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  GZIP: (bytes) => promisify(gunzip)(bytes),
  BROTLI: (bytes) => promisify(brotliDecompress)(bytes),
  DEFLATE: (bytes) => promisify(inflate)(bytes),
  RAW_DEFLATE: (bytes) => promisify(inflateRaw)(bytes),
  NONE: (bytes) => Promise.resolve(bytes),
};

const endings: Readonly<Record<Way, string>> = {
  GZIP: ".gz",
  BROTLI: ".br",
  DEFLATE: ".deflate",
  RAW_DEFLATE: ".raw_deflate",
  NONE: "",
};

const textWay = (compression: Compression): Way =>
  compression === "AUTO" || compression === "SNAPPY" ? "GZIP" : compression;

/** Packs the text of a file. */
export const packed = (bytes: Uint8Array, compression: Compression): Promise<Uint8Array> =>
  packers[textWay(compression)](bytes);

/** The ending that the names of packed text files get. */
export const ending = (compression: Compression): string => endings[textWay(compression)];

/** Unpacks the text of a file; AUTO goes by its name. Throws 0A000 for names of packings the stand-in lacks, zlib's error for bytes that are not packed so. */
export function unpacked(bytes: Uint8Array, compression: Compression, name: string): Promise<Uint8Array> {
  if (compression !== "AUTO" && compression !== "SNAPPY") return unpackers[compression](bytes);
  const [, foreign] = /\.(bz2|zst|lzo|snappy)$/i.exec(name) ?? [];
  if (foreign !== undefined) throw unsupported(`Reading a .${foreign.toLowerCase()} file`);
  const ways = ["GZIP", "BROTLI", "RAW_DEFLATE", "DEFLATE"] as const;
  const way = ways.find((one) => name.toLowerCase().endsWith(endings[one]));
  return unpackers[way ?? "NONE"](bytes);
}
