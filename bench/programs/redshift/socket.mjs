import { Buffer } from "node:buffer";
import { Socket } from "node:net";
import pg from "pg";

/** What a single read takes at most, as libuv reads. */
const bufferBytes = 64 * 1024;
/** ReadyForQuery, outside of a transaction. */
const ready = Buffer.from("Z\0\0\0\x05I", "latin1");
/** Enough for the end of a result: CommandComplete and ReadyForQuery. */
const tailBytes = 64;

/**
 * Reads a result's bytes into one buffer, again and again, and looks at none of them but the last: no client of the wire can be faster. `pg`
 * logs in; then the socket is ours.
 */
async function open(server, request) {
  let take;
  const buffer = Buffer.allocUnsafe(bufferBytes);
  const socket = new Socket({
    onread: {
      buffer,
      callback: (bytes) => {
        if (take === undefined) socket.emit("data", Buffer.from(buffer.subarray(0, bytes)));
        else take(buffer, bytes);
        return true;
      },
    },
  });
  const client = new pg.Client({ ...server, stream: () => socket });
  await client.connect();
  return {
    run: ({ sql }) =>
      new Promise((resolve, reject) => {
        const tail = Buffer.alloc(tailBytes);
        let read = 0;
        take = (bytes, length) => {
          read += length;
          keepEnd(tail, bytes, length);
          const ended = endOf(tail);
          if (ended === undefined) return;
          take = undefined;
          if (ended.error === undefined) resolve({ ...ended, bytes: read });
          else reject(new Error(ended.error));
        };
        socket.once("error", reject);
        socket.write(request(sql));
      }),
    close: () => client.end(),
  };
}

function keepEnd(tail, bytes, length) {
  const kept = Math.min(length, tail.length);
  tail.copyWithin(0, kept);
  bytes.copy(tail, tail.length - kept, length - kept, length);
}

/** Reads the server's own count behind the rows. The bytes are not looked at, so there is no sum but this. */
function endOf(tail) {
  if (!tail.subarray(-ready.length).equals(ready)) return undefined;
  const text = tail.toString("latin1", 0, tail.length - ready.length);
  const count = /SELECT (\d+)\0$/.exec(text)?.[1];
  return count === undefined ? { error: `the server said ${JSON.stringify(text)}` } : { count: Number(count) };
}

const message = (type, ...parts) => {
  const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(`${part}\0`) : part)));
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const int16 = (...numbers) => Buffer.from(numbers.flatMap((number) => [number >> 8, number & 255]));

const asText = (sql) => message("Q", sql);
/** The unnamed statement, all of its columns in binary. */
const asBinary = (sql) =>
  Buffer.concat([
    message("P", "", sql, int16(0)),
    message("B", "", "", int16(0), int16(0), int16(1, 1)),
    message("E", "", Buffer.alloc(4)),
    message("S"),
  ]);

export const variants = {
  text: (server) => open(server, asText),
  binary: (server) => open(server, asBinary),
};
