import type { CellBytes, Decode } from "../../src/values/types.ts";

/** Decodes one cell that lies between the bytes of others. */
export function decodeCell(decode: Decode, cell: string): unknown {
  const bytes = Buffer.from(`9${cell}9`);
  return decode(cellBytes(bytes), 1, bytes.length - 1);
}

/** Gives bytes as those of some cells. */
export function cellBytes(bytes: Buffer): CellBytes {
  return { bytes, ascii: (start, end) => bytes.toString("latin1", start, end) };
}
