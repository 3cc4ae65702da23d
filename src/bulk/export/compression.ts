import zlib from "node:zlib";
import { pipeline, Readable, type Transform } from "node:stream";
import { invalidArgument } from "../../errors.ts";
import type { PulledBytes } from "../../files/target.ts";

/** How a text file is compressed as a whole. */
export type TextCompression = "none" | "gzip" | "zstd";

const done = { done: true, value: undefined } as const;

/**
 * Makes what compresses the bytes of a file.
 *
 * @throws `INVALID_ARGUMENT` for Zstandard where Node has none: it came with Node 22.15.
 */
export function compressor(compression: TextCompression): (bytes: PulledBytes) => PulledBytes {
  switch (compression) {
    case "none":
      return (bytes) => bytes;
    case "gzip":
      return (bytes) => through(bytes, zlib.createGzip());
    case "zstd": {
      // The types are those of Node 20.
      const { createZstdCompress } = zlib as { createZstdCompress?: () => Transform };
      if (createZstdCompress === undefined) {
        throw invalidArgument('Zstandard needs Node 22.15 or later: choose the compression "gzip".');
      }
      return (bytes) => through(bytes, createZstdCompress());
    }
  }
}

function through(bytes: PulledBytes, zip: Transform): PulledBytes {
  const ended = new Promise<void>((resolve) => {
    // Whoever reads the compressed bytes is told of the error by them.
    pipeline(Readable.from(bytes), zip, () => {
      resolve();
    });
  });
  const chunks = zip[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  return {
    next: async () => chunks.next(),
    async return() {
      zip.destroy();
      await ended;
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
