import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGunzip, gunzip } from "node:zlib";
import { isError } from "../../errors.ts";

/** How much is unpacked at a time: some milliseconds of reading rows. */
const pieceBytes = 256 * 1024;

/** zlib takes no room that is empty or beyond the largest Buffer, 4 GiB on Node 20; half of that is more than any part is to take whole. */
const mostBytes = 2 ** 31 - 1;

const unpack = promisify<Buffer, { chunkSize: number; maxOutputLength: number }, Buffer>(gunzip);

/**
 * Unpacks a gzipped body as a whole, in zlib's own thread and in one go.
 *
 * @param roomBytes - the most that it may take; whatever the server has said of its size.
 * @returns `undefined` where it would take more.
 * @throws what zlib says of a body that is cut or damaged.
 */
export async function unpacked(packed: readonly Buffer[], roomBytes: number): Promise<Buffer | undefined> {
  const bytes = Buffer.concat(packed);
  // A body's last four bytes tell how long it will be (RFC 1952 §2.3.1), or lie: they only say how much memory to take at once.
  const length = bytes.length < 4 ? 0 : bytes.readUInt32LE(bytes.length - 4);
  const maxOutputLength = Math.min(Math.max(roomBytes, 1), mostBytes);
  if (length > maxOutputLength) return undefined;
  try {
    // With a byte to spare zlib has not to be asked whether there is more.
    return await unpack(bytes, { chunkSize: Math.max(length + 1, pieceBytes), maxOutputLength });
  } catch (error) {
    if (isError(error) && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw error;
  }
}

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
