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
