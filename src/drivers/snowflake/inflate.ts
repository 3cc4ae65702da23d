import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

/** How much is unpacked at a time: some milliseconds of reading rows. */
const pieceBytes = 256 * 1024;

/**
 * Unpacks a gzipped body piece by piece, in zlib's own thread and never more than a piece or two ahead of who asks. What has been unpacked is
 * taken out of `packed`, so that a body goes as its rows come.
 *
 * @throws what zlib says of a body that is cut or damaged.
 */
export async function* inflated(packed: Buffer[]): AsyncGenerator<Buffer, undefined> {
  const gunzip = createGunzip({ chunkSize: pieceBytes });
  const source = Readable.from(emptying(packed), { highWaterMark: 1 });
  source.pipe(gunzip);
  try {
    // Without an encoding the stream gives buffers.
    for await (const piece of gunzip) yield piece as Buffer;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

/** Gives the pieces of a body that is not packed, and takes them out as `inflated` does. */
export function* emptying(pieces: Buffer[]): Generator<Buffer, undefined> {
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) yield piece;
}

/**
 * Unpacks a body once for its checksum alone, so that no row of a damaged one is ever given.
 *
 * @throws what zlib says of a body that is cut or damaged.
 */
export async function checkPacked(packed: readonly Buffer[]): Promise<void> {
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  await pipeline(Readable.from(packed), createGunzip({ chunkSize: pieceBytes }), nowhere);
}
