import { createHash, randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { readFrame } from "./handshake.ts";
import { fatal } from "./errors.ts";
import { frame, int32 } from "./frames.ts";
import { md5Answer } from "./passwords.ts";

/**
 * How a user logs in: with a password in one of three ways, with an identity provider's token (the password is then
 * the token), or as told by a code of our choice that no client knows.
 */
export type AuthenticationMethod = "md5" | "cleartext" | "sha256" | "idp" | number;

/** Is a user of the stand-in. */
export interface RedshiftAccount {
  readonly password: string;
  /** Default `md5`. */
  readonly auth?: AuthenticationMethod;
}

/**
 * Asks the client for proof of its password, as a cluster does. An unknown user is asked like any other. Throws a
 * `Refused` with SQLSTATE 28000, the one that Redshift has where newer servers say 28P01.
 */
export async function authenticate(socket: Socket, user: string, account: RedshiftAccount | undefined): Promise<void> {
  const accepted = await proves(socket, user, account?.password ?? randomBytes(16).toString("hex"), account?.auth);
  if (!account || !accepted) throw fatal("28000", `password authentication failed for user "${user}"`);
}

async function proves(
  socket: Socket,
  user: string,
  password: string,
  method: AuthenticationMethod = "md5",
): Promise<boolean> {
  switch (method) {
    case "cleartext":
      return (await ask(socket, 3)).toString("utf8") === `${password}\0`;
    case "md5": {
      const salt = randomBytes(4);
      return (await ask(socket, 5, salt)).toString("utf8") === `${md5Answer(user, password, salt)}\0`;
    }
    case "sha256":
      return await provesDigest(socket, password);
    case "idp":
      // Amazon's JDBC driver ends the token with a zero byte that the length counts; its Python driver does not.
      return (await ask(socket, 14)).toString("utf8").replace(/\0$/, "") === password;
    default:
      await ask(socket, method);
      return false;
  }
}

/** Code 13: `sha256(sha256(password + salt) + serverNonce + clientNonce)`, with algorithm 0 (Amazon's JDBC driver). */
async function provesDigest(socket: Socket, password: string): Promise<boolean> {
  const salt = randomBytes(16);
  const nonce = randomBytes(16);
  const answer = await ask(socket, 13, int32(0), int32(salt.length), salt, int32(nonce.length), nonce);
  if (answer.length < 40 || answer.readInt32BE(0) !== 32) return false;
  const clientNonce = answer.subarray(40, 40 + answer.readInt32BE(36));
  const inner = createHash("sha256").update(password).update(salt).digest();
  const expected = createHash("sha256").update(inner).update(nonce).update(clientNonce).digest();
  return answer.subarray(4, 36).equals(expected);
}

async function ask(socket: Socket, method: number, ...data: readonly Buffer[]): Promise<Buffer> {
  socket.write(frame("R", int32(method), ...data));
  const { body } = await readFrame(socket);
  return body;
}
