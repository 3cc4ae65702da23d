import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  answerAuthentication,
  authenticator,
  UnsupportedAuthentication,
} from "../../../src/drivers/redshift/digest.ts";

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function request(code: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat([int32(code), ...parts]);
  return Buffer.concat([Buffer.from("R"), int32(4 + body.length), body]);
}

const digestRequest = (algorithm: number, salt: Buffer, nonce: Buffer) =>
  request(13, int32(algorithm), int32(salt.length), salt, int32(nonce.length), nonce);

const sha256 = (...parts: (Buffer | string)[]) =>
  createHash("sha256")
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest();

describe("Redshift's digest authentication", () => {
  it("answers with the hash that the server computes, for any password and salt", () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
    vi.spyOn(Date, "now").mockReturnValue(1_700_000_000_123);
    try {
      fc.assert(
        fc.property(fc.string({ unit: "grapheme" }), bytes, bytes, (password, salt, nonce) => {
          const answer = answerAuthentication(digestRequest(0, salt, nonce), password);
          const clientNonce = "1700000000123";
          const digest = sha256(sha256(password, salt), nonce, clientNonce);
          const body = Buffer.concat([int32(32), digest, int32(clientNonce.length), Buffer.from(clientNonce)]);
          expect(answer).toEqual(Buffer.concat([Buffer.from("d"), int32(4 + body.length), body]));
        }),
      );
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("leaves to pg what pg knows", () => {
    for (const code of [0, 3, 5, 10, 11, 12]) expect(answerAuthentication(request(code), "password")).toBeUndefined();
  });

  it("lets SASL go its way, and refuses a step that comes out of order", () => {
    const inOrder = authenticator("password");
    for (const code of [10, 11, 12, 0]) expect(inOrder(request(code))).toBeUndefined();
    for (const codes of [[11], [12], [10, 12], [10, 11, 11], [3, 11]]) {
      const answer = authenticator("password");
      expect(() => codes.map((code) => answer(request(code)))).toThrow("SASL exchange that it did not begin");
    }
  });

  it("says what it cannot answer", () => {
    expect(() => answerAuthentication(request(14), "")).toThrow(UnsupportedAuthentication);
    expect(() => answerAuthentication(request(7), "")).toThrow("authentication 7");
    const otherAlgorithm = digestRequest(1, Buffer.alloc(4), Buffer.alloc(4));
    expect(() => answerAuthentication(otherAlgorithm, "")).toThrow("digest algorithm 1");
  });

  it("refuses a request that is cut short or lies about its lengths", () => {
    const whole = digestRequest(0, Buffer.from("salt"), Buffer.from("nonce"));
    for (let bytes = 5; bytes < whole.length; bytes++) {
      expect(() => answerAuthentication(whole.subarray(0, bytes), "password")).toThrow(/cut short/);
    }
    for (const length of [-1, -2_147_483_648, 2_147_483_647, 1_000]) {
      expect(() => answerAuthentication(request(13, int32(0), int32(length)), "password")).toThrow(/cut short/);
    }
  });
});
