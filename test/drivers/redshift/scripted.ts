import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** A message of the server's: its type and its parts. */
function message(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

/** RowDescription: name and type of each column, and whether its cells come in binary form. */
export function rowDescription(...columns: readonly (readonly [name: string, oid: number, isBinary?: boolean])[]) {
  const fields = columns.map(([name, oid, isBinary = false]) =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      int32(0),
      int16(0),
      int32(oid),
      int16(-1),
      int32(-1),
      int16(isBinary ? 1 : 0),
    ]),
  );
  return message("T", int16(columns.length), ...fields);
}

/** DataRow. */
export function dataRow(...cells: readonly (Buffer | string)[]): Buffer {
  return message("D", int16(cells.length), ...cells.flatMap((cell) => [int32(Buffer.byteLength(cell)), cell]));
}

export const commandComplete = message("C", "SELECT\0");
export const ready = message("Z", "I");
export const noData = message("n");
export const parseComplete = message("1");
export const bindComplete = message("2");
export const parameterDescription = message("t", int16(0));

/** A server that lets everyone in and then answers by rote. */
export interface Scripted {
  readonly url: string;
  /** The types of the messages that have come, in their order. */
  readonly came: string[];
  close(): void;
}

/** Starts it. @param answer - what a message is answered with, by its type and how many of that type have come. */
export async function startScripted(answer: (type: string, count: number) => readonly Buffer[]): Promise<Scripted> {
  const came: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on("error", () => undefined));
    let waiting = Buffer.alloc(0);
    let isIn = false;
    socket.on("data", (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      for (let at = isIn ? 1 : 0; waiting.length >= at + 4; at = 1) {
        const end = at + waiting.readInt32BE(at);
        if (waiting.length < end) return;
        const [type, body] = [waiting.toString("latin1", 0, at), waiting.toString("latin1", at + 4, end)];
        waiting = waiting.subarray(end);
        if (type === "Q" && body.startsWith("SET ")) socket.write(Buffer.concat([message("C", "SET\0"), ready]));
        else if (isIn) {
          came.push(type);
          socket.write(Buffer.concat(answer(type, came.filter((other) => other === type).length)));
        } else {
          isIn = true;
          socket.write(Buffer.concat([message("R", int32(0)), message("K", int32(7), int32(9)), ready]));
        }
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgresql://user:password@127.0.0.1:${port}/peak`,
    came,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
