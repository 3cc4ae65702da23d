import { endOfString } from "./frames.ts";

/** Is a value that a client bound: text, bytes where it was sent in binary form, or null. */
export type BoundValue = string | Uint8Array | null;

/** Is a Bind message, as far as the stand-in reads it. */
export interface Bind {
  readonly portal: string;
  readonly statement: string;
  readonly params: readonly BoundValue[];
}

/** Decodes a Bind frame. */
export function parseBind(bytes: Buffer): Bind {
  const portalEnd = endOfString(bytes, 5);
  const statementEnd = endOfString(bytes, portalEnd + 1);
  let at = statementEnd + 1;
  const formats = Array.from({ length: bytes.readUInt16BE(at) }, (_, index) => bytes.readInt16BE(at + 2 + index * 2));
  at += 2 + formats.length * 2;
  const count = bytes.readUInt16BE(at);
  at += 2;
  const params: BoundValue[] = [];
  for (let index = 0; index < count; index++) {
    const length = bytes.readInt32BE(at);
    const value = bytes.subarray(at + 4, at + 4 + Math.max(length, 0));
    // One format stands for all values, none for text.
    const binary = (formats.length === 1 ? formats[0] : formats[index]) === 1;
    params.push(length < 0 ? null : binary ? Uint8Array.from(value) : value.toString("utf8"));
    at += 4 + value.length;
  }
  return {
    portal: bytes.toString("utf8", 5, portalEnd),
    statement: bytes.toString("utf8", portalEnd + 1, statementEnd),
    params,
  };
}
