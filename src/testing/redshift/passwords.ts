import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** Computes PostgreSQL's md5 answer: `"md5" + md5(md5(password + user) + salt)` in hex. */
export function md5Answer(user: string, password: string, salt: Buffer): string {
  const inner = createHash("md5").update(`${password}${user}`).digest("hex");
  return `md5${createHash("md5").update(inner).update(salt).digest("hex")}`;
}

/** Is one SCRAM-SHA-256 login (RFC 5802, RFC 7677), without channel binding. */
export interface Scram {
  readonly first: string;
  /** Answers the server's first message. */
  final(serverFirst: string): string;
}

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** Begins a login; PostgreSQL takes the user from the startup packet, so it is left empty here. */
export function scram(password: string): Scram {
  const nonce = randomBytes(18).toString("base64");
  const bare = `n=,r=${nonce}`;
  return {
    first: `n,,${bare}`,
    final(serverFirst) {
      const fields = new Map(serverFirst.split(",").map((field) => [field[0], field.slice(2)]));
      const salt = Buffer.from(fields.get("s") ?? "", "base64");
      const salted = pbkdf2Sync(password, salt, Number(fields.get("i")), 32, "sha256");
      const withoutProof = `c=biws,r=${fields.get("r") ?? ""}`;
      const clientKey = hmac(salted, "Client Key");
      const storedKey = createHash("sha256").update(clientKey).digest();
      const signature = hmac(storedKey, `${bare},${serverFirst},${withoutProof}`);
      const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature.readUInt8(at)));
      return `${withoutProof},p=${proof.toString("base64")}`;
    },
  };
}
