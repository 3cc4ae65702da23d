import type { CellFormat } from "./cells.ts";
import type { WireParameter } from "./params.ts";

const formatCodes: Readonly<Record<CellFormat, number>> = { text: 0, binary: 1 };

/**
 * Writes a Bind of the unnamed statement to the unnamed portal, with a format for each column of the result, which `pg`'s has one of for all:
 * `B`, length, portal, statement, formats of the parameters (none: text), the parameters, formats of the columns (protocol 3.0).
 */
export function bindMessage(parameters: readonly WireParameter[], formats: readonly CellFormat[]): Buffer {
  const texts = parameters.map(({ text }) => (text === null ? null : Buffer.from(text)));
  const textBytes = texts.reduce((sum, text) => sum + 4 + (text?.length ?? 0), 0);
  const message = Buffer.alloc(1 + 4 + 1 + 1 + 2 + 2 + textBytes + 2 + 2 * formats.length);
  let position = message.write("B", "latin1");
  position = message.writeInt32BE(message.length - 1, position);
  // Two empty names, and no formats: zeros, as the buffer has them.
  position = message.writeUInt16BE(texts.length, position + 4);
  for (const text of texts) {
    position = message.writeInt32BE(text?.length ?? -1, position);
    if (text !== null) position += text.copy(message, position);
  }
  position = message.writeUInt16BE(formats.length, position);
  for (const format of formats) position = message.writeUInt16BE(formatCodes[format], position);
  return message;
}

/** The length that stands for NULL. */
export const nullParameter = -1;

const firstBytes = 64 * 1024;
/** A loop writes a short text sooner than a call does. */
const shortText = 32;

/** Writes parameters as a Bind has them: each behind its length in four bytes. */
export interface ParameterWriter {
  readonly length: number;
  number(value: number): void;
  text(value: string): void;
  /** Takes back what was written from a length on. */
  cut(length: number): void;
  /** Gives what was written, and begins anew. */
  take(): Uint8Array;
}

/** Makes a writer whose memory grows as is needed, and is expected to be needed again. */
export function parameterWriter(): ParameterWriter {
  let bytes = Buffer.allocUnsafeSlow(firstBytes);
  let used = 0;

  const makeRoom = (more: number) => {
    if (used + more <= bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(used + more, 2 * bytes.length));
    bytes.copy(larger, 0, 0, used);
    bytes = larger;
  };

  /** Gives where the text ends, or −1 for one that is not of ASCII only. */
  const writeAscii = (value: string): number => {
    let end = used + 4;
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      if (code > 0x7f) return -1;
      bytes[end++] = code;
    }
    return end;
  };

  return {
    get length() {
      return used;
    },
    number(value) {
      makeRoom(4);
      used = bytes.writeInt32BE(value, used);
    },
    text(value) {
      makeRoom(4 + 3 * value.length);
      let end = value.length <= shortText ? writeAscii(value) : -1;
      if (end < 0) end = used + 4 + bytes.write(value, used + 4, "utf8");
      bytes.writeInt32BE(end - used - 4, used);
      used = end;
    },
    cut(length) {
      used = length;
    },
    take() {
      const taken = bytes.subarray(0, used);
      bytes = Buffer.allocUnsafeSlow(Math.max(firstBytes, used + (used >> 3)));
      used = 0;
      return taken;
    },
  };
}

/** Writes the Bind of a named statement to the unnamed portal, in pieces, for parameters that have been written. All texts, both ways. */
export function rowsBindMessage(name: string, count: number, values: Uint8Array): readonly Uint8Array[] {
  const header = Buffer.alloc(1 + 4 + 1 + name.length + 1 + 2 + 2);
  header.write("B", "latin1");
  // Behind the header: the values, and no formats of columns.
  header.writeInt32BE(header.length - 1 + values.length + 2, 1);
  header.write(name, 6, "latin1");
  header.writeUInt16BE(count, header.length - 2);
  return [header, values, Buffer.alloc(2)];
}
