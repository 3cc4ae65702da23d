/**
 * Frames of PostgreSQL's wire protocol 3.0, which Redshift speaks: one type byte, a big-endian int32 length that counts
 * itself but not the type, then the body. (PostgreSQL documentation, "Frontend/Backend Protocol".)
 */

/** Encodes a big-endian int32. */
export function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}

/** Encodes text as UTF-8 with the zero byte that ends strings on the wire. */
export const cstring = (text: string): Buffer => Buffer.from(`${text}\0`);

/** Builds a frame of the given one-letter type. */
export function frame(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type, "latin1"), int32(body.length + 4), body]);
}

/** Gives the code of a one-letter frame type, to compare with {@link FrameSink.frame}. */
export const code = (type: string): number => type.charCodeAt(0);

/** Finds the zero byte that ends the string at `start`; throws when there is none. */
export function endOfString(bytes: Buffer, start: number): number {
  const end = bytes.indexOf(0, start);
  if (end < 0) throw new Error("A string on the wire has no end.");
  return end;
}

/** Takes what a {@link frameReader} finds, in the order of the stream. */
export interface FrameSink {
  /** Says whether the next frame, of this type and so many bytes, is to be handed over whole. */
  wants(type: number, bytes: number): boolean;
  /** Takes a wanted frame, its header included. */
  frame(type: number, frame: Buffer): void;
  /** Takes bytes of unwanted frames as they come, in pieces of any size. */
  bytes(piece: Buffer): void;
}

const headerBytes = 5;

/** Makes a function that splits a stream, chunk by chunk, for the sink; unwanted frames are neither copied nor held. */
export function frameReader(sink: FrameSink): (chunk: Buffer) => void {
  let passing = 0; // bytes still to come of an unwanted frame
  let held: Buffer[] = []; // the beginning of a frame whose rest is still to come
  let heldBytes = 0;
  let neededBytes = 0;

  function hold(rest: Buffer, needed: number): void {
    held = [rest];
    heldBytes = rest.length;
    neededBytes = needed;
  }

  function joined(chunk: Buffer): Buffer | undefined {
    if (held.length === 0) return chunk;
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < neededBytes) return undefined;
    const whole = Buffer.concat(held, heldBytes);
    held = [];
    return whole;
  }

  return (chunk) => {
    const bytes = joined(chunk);
    if (bytes === undefined) return;
    let run = 0; // where the unwanted bytes begin that were not handed over yet
    let at = 0;
    let needed = 0;
    while (at < bytes.length) {
      if (passing > 0) {
        const taken = Math.min(passing, bytes.length - at);
        passing -= taken;
        at += taken;
        continue;
      }
      needed = headerBytes;
      if (bytes.length - at < needed) break;
      const type = bytes.readUInt8(at);
      needed = 1 + bytes.readInt32BE(at + 1);
      if (needed < headerBytes) throw new Error(`A frame of type ${type} has length ${needed - 1}.`);
      if (!sink.wants(type, needed)) {
        passing = needed;
        continue;
      }
      if (bytes.length - at < needed) break;
      if (run < at) sink.bytes(bytes.subarray(run, at));
      sink.frame(type, bytes.subarray(at, at + needed));
      at += needed;
      run = at;
    }
    if (run < at) sink.bytes(bytes.subarray(run, at));
    if (at < bytes.length) hold(bytes.subarray(at), needed);
  };
}
