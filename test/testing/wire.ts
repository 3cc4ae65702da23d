import { createHash } from "node:crypto";
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** Sends a startup packet by hand and gives the first frame of the answer with the open socket. */
async function begin({ host, port, database }: Address, user: string): Promise<[Socket, Buffer]> {
  const socket = createConnection(port, host);
  const startup = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`, "latin1");
  socket.write(Buffer.concat([int32(startup.length + 4), startup]));
  const [challenge] = (await once(socket, "data")) as [Buffer];
  return [socket, challenge];
}

/** Sends an answer to the challenge; gives `R0`, or the severity, SQLSTATE and words of the refusal. */
async function answer(socket: Socket, type: string, body: Buffer): Promise<string> {
  socket.write(Buffer.concat([Buffer.from(type), int32(body.length + 4), body]));
  const [reply] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  if (reply.toString("latin1", 0, 1) === "R") return `R${reply.readInt32BE(5)}`;
  const fields = new Map(
    reply
      .toString("utf8", 5)
      .split("\0")
      .map((field) => [field[0], field.slice(1)]),
  );
  return `${fields.get("S")} ${fields.get("C")} ${fields.get("M")}`;
}

/** Gives the authentication code that the server asks a user for. */
export async function askedCode(address: Address, user: string): Promise<number> {
  const [socket, challenge] = await begin(address, user);
  socket.destroy();
  return challenge.readInt32BE(5);
}

/** Logs in with authentication code 14: the token of an identity provider, with a zero byte at its end or without. */
export async function tokenLogin(address: Address, user: string, token: string): Promise<string> {
  const [socket] = await begin(address, user);
  return await answer(socket, "i", Buffer.from(token));
}

/**
 * Logs in with authentication code 13 by hand, since no client on npm knows it; written from the description in Amazon's
 * drivers, apart from the stand-in's own code.
 */
export async function digestLogin(address: Address, user: string, password: string): Promise<string> {
  const [socket, challenge] = await begin(address, user);
  if (challenge.readInt32BE(5) !== 13) throw new Error("The server does not ask for a digest.");
  const saltLength = challenge.readInt32BE(13);
  const salt = challenge.subarray(17, 17 + saltLength);
  const nonce = challenge.subarray(21 + saltLength, 21 + saltLength + challenge.readInt32BE(17 + saltLength));
  const clientNonce = Buffer.from("1763800000000");
  const inner = createHash("sha256").update(Buffer.from(password, "utf8")).update(salt).digest();
  const digest = createHash("sha256").update(inner).update(nonce).update(clientNonce).digest();
  const body = Buffer.concat([int32(32), digest, int32(clientNonce.length), clientNonce]);
  return await answer(socket, "d", body);
}

/** Is a session whose messages are written by hand. */
export interface RawSession {
  /** Sends messages in one piece. */
  send(...messages: readonly Buffer[]): void;
  /** Reads messages up to one of this type; gives each as its letter, with the tag, or the SQLSTATE and words, behind it. */
  until(type: string): Promise<string[]>;
  /** Stops and goes on reading the socket. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Logs in with a password in clear text. */
export async function rawSession(address: Address, user: string, password: string): Promise<RawSession> {
  const [socket] = await begin(address, user);
  const found: string[] = [];
  let rest = Buffer.alloc(0);
  let arrived: () => void = () => undefined;
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const end = 1 + rest.readInt32BE(1);
      found.push(spoken(rest.toString("latin1", 0, 1), rest.subarray(5, end)));
      rest = rest.subarray(end);
    }
    arrived();
  });
  socket.on("error", () => undefined).on("close", () => arrived());
  const until = async (type: string): Promise<string[]> => {
    for (;;) {
      const at = found.findIndex((one) => one.startsWith(type));
      if (at >= 0) return found.splice(0, at + 1);
      if (socket.destroyed) return [...found.splice(0), "closed"];
      await new Promise<void>((resolve) => (arrived = resolve));
    }
  };
  socket.write(message("p", text(password)));
  await until("Z");
  return {
    until,
    send: (...messages) => socket.write(Buffer.concat(messages)),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.destroy(),
  };
}

function spoken(type: string, body: Buffer): string {
  const fields = body.toString("utf8").split("\0");
  if (type === "C") return `C ${fields[0]}`;
  if (type !== "E") return type === "Z" ? `Z ${fields[0]}` : type;
  const field = (letter: string): string => fields.find((one) => one.startsWith(letter))?.slice(1) ?? "";
  return ["E", field("C"), field("M"), field("D")].filter((part) => part !== "").join(" ");
}

const message = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
};
const text = (value: string): Buffer => Buffer.from(`${value}\0`);

/** Messages of a client, for {@link RawSession.send}. */
export const say = {
  query: (sql: string) => message("Q", text(sql)),
  parse: (name: string, sql: string) => message("P", text(name), text(sql), Buffer.alloc(2)),
  bind: (portal: string, name: string) => message("B", text(portal), text(name), Buffer.alloc(6)),
  execute: (portal: string, rows = 0) => message("E", text(portal), int32(rows)),
  describe: (kind: "S" | "P", name: string) => message("D", Buffer.from(kind), text(name)),
  close: (kind: "S" | "P", name: string) => message("C", Buffer.from(kind), text(name)),
  flush: () => message("H"),
  sync: () => message("S"),
};
