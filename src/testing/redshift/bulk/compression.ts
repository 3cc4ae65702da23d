import * as zlib from "node:zlib";
import { beyondStandIn } from "./failures.ts";
import type { Compression } from "./unload-command.ts";

/** zlib of Node.js 22.15 and later; the types are those of Node.js 20. */
const zstd = zlib as { readonly zstdCompressSync?: Codec; readonly zstdDecompressSync?: Codec };
type Codec = (bytes: Uint8Array) => Buffer;

/** Gives what compresses; pieces that are compressed one by one make a whole when joined, in both formats. */
export function compressor(compression: Compression | undefined): Codec {
  switch (compression) {
    case undefined:
      return (bytes) => Buffer.from(bytes);
    case "gzip":
      return (bytes) => zlib.gzipSync(bytes, { level: 1 });
    case "zstd":
      return zstd.zstdCompressSync ?? missing();
  }
}

/** Gives what undoes a compression. */
export function decompressor(compression: Compression | undefined): Codec {
  switch (compression) {
    case undefined:
      return (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    case "gzip":
      return (bytes) => zlib.gunzipSync(bytes);
    case "zstd":
      return zstd.zstdDecompressSync ?? missing();
  }
}

function missing(): never {
  throw beyondStandIn("ZSTD on a Node.js before 22.15");
}
