import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import type { PostgresAddress } from "../postgres.ts";
import { readFrame } from "./handshake.ts";
import { parseError, Refused } from "./errors.ts";
import { cstring, frame, int32 } from "./frames.ts";
import { md5Answer, scram, type Scram } from "./passwords.ts";

/** Is a session of PostgreSQL, logged in and idle. */
export interface Upstream {
  readonly socket: Socket;
  readonly pid: number;
  /** The body of BackendKeyData: what a CancelRequest must repeat. */
  readonly key: Buffer;
  /** ParameterStatus, as PostgreSQL reported it. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Logs in to PostgreSQL as its superuser and becomes `role`; `settings` go into the startup packet. Throws a
 * {@link Refused} with PostgreSQL's words when it refuses.
 */
export async function logIn(
  address: PostgresAddress,
  role: string,
  settings: ReadonlyMap<string, string>,
): Promise<Upstream> {
  const socket = createConnection({ host: address.host, port: address.port, noDelay: true });
  try {
    await once(socket, "connect");
    const fields = [["user", address.user], ["database", address.database], ...settings].flat();
    const body = Buffer.concat([int32(196_608), ...fields.map(cstring), Buffer.from([0])]);
    socket.write(Buffer.concat([int32(body.length + 4), body]));
    await authenticate(socket, address);
    const parameters = new Map<string, string>();
    const key = await untilReady(socket, parameters);
    socket.write(frame("Q", cstring(`set session authorization "${role.replaceAll('"', '""')}"`)));
    await untilReady(socket, parameters);
    return { socket, pid: key.readInt32BE(0), key, parameters };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function authenticate(socket: Socket, { user, password }: PostgresAddress): Promise<void> {
  let exchange: Scram | undefined;
  for (;;) {
    const { type, body } = await readFrame(socket);
    if (type === "E") throw new Refused(parseError(body));
    switch (body.readInt32BE(0)) {
      case 0:
        return;
      case 3:
        socket.write(frame("p", cstring(password)));
        break;
      case 5:
        socket.write(frame("p", cstring(md5Answer(user, password, body.subarray(4)))));
        break;
      case 10: {
        exchange = scram(password);
        const first = Buffer.from(exchange.first);
        socket.write(frame("p", cstring("SCRAM-SHA-256"), int32(first.length), first));
        break;
      }
      case 11:
        socket.write(frame("p", Buffer.from(exchange?.final(body.toString("utf8", 4)) ?? "")));
        break;
      case 12:
        break;
      default:
        throw new Error(`PostgreSQL asks for authentication ${body.readInt32BE(0)}, which the stand-in does not know.`);
    }
  }
}

/** Reads to ReadyForQuery; gives the body of BackendKeyData where it passed by. */
async function untilReady(socket: Socket, parameters: Map<string, string>): Promise<Buffer> {
  let key = Buffer.alloc(0);
  for (;;) {
    const { type, body } = await readFrame(socket);
    if (type === "Z") return key;
    if (type === "E") throw new Refused({ ...parseError(body), severity: "FATAL" });
    if (type === "K") key = Buffer.from(body);
    if (type === "S") {
      const [name = "", value = ""] = body.toString("utf8").split("\0");
      parameters.set(name, value);
    }
  }
}
