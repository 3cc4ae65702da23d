import type { Decode } from "../../src/values/types.ts";

/** Decodes one cell that lies between the bytes of others. */
export function decodeCell(decode: Decode, cell: string): unknown {
  const bytes = Buffer.from(`9${cell}9`);
  return decode(bytes, 1, bytes.length - 1);
}
