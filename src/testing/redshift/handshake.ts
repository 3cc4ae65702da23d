import type { Socket } from "node:net";

/**
 * Reads exactly `bytes` bytes of a socket that is not flowing yet. Rejects when the peer closes before that.
 * Handshakes are read with it; afterwards the stream is given to a frame reader.
 */
export function readBytes(socket: Socket, bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const closed = new Error("The peer closed the connection during the handshake.");
    const settle = (finish: () => void): void => {
      socket.off("readable", look).off("error", fail).off("close", end);
      finish();
    };
    const end = (): void => settle(() => reject(closed));
    const fail = (error: Error): void => settle(() => reject(error));
    const look = (): void => {
      const chunk = socket.read(bytes) as Buffer | null; // No encoding is set, so chunks are Buffers.
      if (chunk?.length === bytes) settle(() => resolve(chunk));
      else if (chunk !== null || socket.readableEnded) end();
    };
    socket.on("readable", look).on("error", fail).on("close", end);
    if (socket.destroyed) end();
    else look();
  });
}

/** Reads one frame of a socket that is not flowing yet, as its one-letter type and its body. */
export async function readFrame(socket: Socket): Promise<{ readonly type: string; readonly body: Buffer }> {
  const header = await readBytes(socket, 5);
  const size = header.readInt32BE(1) - 4;
  if (size < 0 || size > 1 << 20) throw new Error(`A handshake frame of ${size} bytes is out of bounds.`);
  return {
    type: String.fromCharCode(header.readUInt8(0)),
    body: size === 0 ? Buffer.alloc(0) : await readBytes(socket, size),
  };
}
