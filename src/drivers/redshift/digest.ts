import { createHash } from "node:crypto";

/** Redshift's own authentication requests, besides PostgreSQL's (amazon-redshift-jdbc-driver, -python-driver). */
const digestRequest = 13;
const identityProviderRequest = 14;
const sha256Algorithm = 0;

/** What PostgreSQL's protocol asks for and `pg` answers: ok, cleartext, MD5, SASL and its two continuations. */
const understoodByPg = new Set([0, 3, 5, 10, 11, 12]);

/** What must come right before each step of SASL. `pg` would reach into an exchange that is not there. */
const saslSteps: ReadonlyMap<number, number> = new Map([
  [11, 10],
  [12, 11],
]);

/**
 * Makes what answers one connection's Authentication messages, one after the other, by {@link answerAuthentication}.
 *
 * @throws an `Error`, too, for a SASL exchange that is out of order.
 */
export function authenticator(password: string): (bytes: Buffer) => Buffer | undefined {
  let last: number | undefined;
  return (bytes) => {
    const request = int32At(bytes, 5);
    const before = saslSteps.get(request);
    if (before !== undefined && before !== last) {
      throw new Error("the server continues a SASL exchange that it did not begin");
    }
    last = request;
    return answerAuthentication(bytes, password);
  };
}

/**
 * Answers an Authentication message that `pg` does not know.
 *
 * @param bytes - the message from its type byte on: `R`, int32 length, int32 request, and for a digest int32 algorithm, salt and
 *   server nonce, each behind an int32 length.
 * @returns the message to send, or `undefined` where `pg` answers itself.
 * @throws an `Error` for a request that nobody here can answer.
 */
export function answerAuthentication(bytes: Buffer, password: string): Buffer | undefined {
  const request = int32At(bytes, 5);
  if (understoodByPg.has(request)) return undefined;
  if (request === digestRequest) return digestMessage(bytes, password);
  throw new UnsupportedAuthentication(
    request === identityProviderRequest
      ? "The server asks for an identity-provider token (authentication 14), which Peak's credentials do not carry."
      : `The server asks for authentication ${request}, which this driver does not know.`,
  );
}

/** The server wants a way to authenticate that this driver does not have. */
export class UnsupportedAuthentication extends Error {
  override readonly name = "UnsupportedAuthentication";
}

function digestMessage(bytes: Buffer, password: string): Buffer {
  const algorithm = int32At(bytes, 9);
  if (algorithm !== sha256Algorithm) {
    throw new UnsupportedAuthentication(
      `The server asks for digest algorithm ${algorithm}; only SHA-256 (0) is known.`,
    );
  }
  const salt = lengthPrefixed(bytes, 13);
  const serverNonce = lengthPrefixed(bytes, 13 + 4 + salt.length);
  // AWS's drivers use the time in milliseconds, as decimal text, for their own nonce.
  const clientNonce = Buffer.from(String(Date.now()), "latin1");
  const inner = createHash("sha256").update(password, "utf8").update(salt).digest();
  const digest = createHash("sha256").update(inner).update(serverNonce).update(clientNonce).digest();

  const length = 4 + 4 + digest.length + 4 + clientNonce.length;
  const message = Buffer.alloc(1 + length);
  message.write("d", 0, "latin1");
  message.writeInt32BE(length, 1);
  message.writeInt32BE(digest.length, 5);
  digest.copy(message, 9);
  message.writeInt32BE(clientNonce.length, 9 + digest.length);
  clientNonce.copy(message, 13 + digest.length);
  return message;
}

function lengthPrefixed(bytes: Buffer, position: number): Buffer {
  const start = position + 4;
  const end = start + int32At(bytes, position);
  if (end < start || end > bytes.length) throw cutShort();
  return bytes.subarray(start, end);
}

function int32At(bytes: Buffer, position: number): number {
  if (position + 4 > bytes.length) throw cutShort();
  return bytes.readInt32BE(position);
}

function cutShort(): Error {
  return new Error("the server's authentication request is cut short");
}
