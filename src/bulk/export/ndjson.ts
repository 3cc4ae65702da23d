import { readBoolean, utf8 } from "../../values/decode.ts";
import { invalidValue } from "../../values/invalid.ts";
import {
  writeBoolean,
  writeDecimal,
  writeFloat,
  writeHex,
  writeInteger,
  writeMoment,
  type WriteCell,
} from "./cell-text.ts";
import type { CellReader } from "../../columns/reader.ts";
import type { Column } from "../../values/types.ts";
import type { TextForm } from "./text-batches.ts";

/** Which numbers are written as JSON's own. */
export interface JsonNumbers {
  readonly integers: "number" | "string";
  readonly decimals: "number" | "string";
}

const quote = 0x22;
const backslash = 0x5c;
const space = 0x20;
const firstLetter = 0x41;

/** Writes one JSON object a line. Numbers keep all their digits, whether or not a reader of JSON does. */
export function ndjsonForm(numbers: JsonNumbers): TextForm {
  return {
    head: () => Buffer.alloc(0),
    before: (columns) =>
      columns.map(({ name }, index) => Buffer.from(`${index === 0 ? "{" : ","}${JSON.stringify(name)}:`)),
    after: Buffer.from("}\n"),
    nothing: Buffer.from("null"),
    writer: (column, reader) => writerOf(column, reader, numbers),
  };
}

function writerOf({ type }: Column, reader: CellReader, { integers, decimals }: JsonNumbers): WriteCell {
  switch (type) {
    case "integer":
      return integers === "number" ? writeInteger : inQuotes(writeInteger);
    case "decimal":
      return decimals === "number" ? writeDecimal : inQuotes(writeDecimal);
    case "float":
      return writeJsonFloat;
    case "boolean":
      return writeBoolean(readBoolean);
    case "json":
      return writeDocument;
    case "binary":
      return inQuotes(writeHex);
    case "text":
    case "interval":
      return writeJsonText;
    case "date":
    case "time":
    case "timetz":
    case "timestamp":
    case "timestamptz":
      return inQuotes(writeMoment(reader));
  }
}

/** Writes what needs no escape as a string. */
function inQuotes(write: WriteCell): WriteCell {
  return (cells, start, end, out) => {
    out.byte(quote);
    write(cells, start, end, out);
    out.byte(quote);
  };
}

/** JSON has no word for what is no finite number: it gets one as a string. */
const writeJsonFloat: WriteCell = (cells, start, end, out) => {
  const from = out.used;
  writeFloat(cells, start, end, out);
  // A number ends in a digit.
  if ((out.bytes[out.used - 1] ?? 0) < firstLetter) return;
  const word = out.bytes.toString("latin1", from, out.used);
  out.used = from;
  out.ascii(`"${word}"`);
};

/** Copies JSON, in one line: between its tokens it may have others, and within them it has none. */
const writeDocument: WriteCell = (cells, start, end, out) => {
  try {
    JSON.parse(utf8(cells, start, end));
  } catch (error) {
    // No cause: the engine's message quotes the document.
    if (error instanceof SyntaxError) throw invalidValue("the server sent something that is not JSON");
    throw error;
  }
  const from = out.used;
  out.copy(cells.bytes, start, end);
  const { bytes, used } = out;
  for (let position = from; position < used; position++) {
    const byte = bytes[position];
    if (byte === 0x0a || byte === 0x0d) bytes[position] = space;
  }
};

/** Copies text as a string of JSON. */
const writeJsonText: WriteCell = ({ bytes }, start, end, out) => {
  out.byte(quote);
  let copied = start;
  for (let position = start; position < end; position++) {
    const byte = bytes[position] ?? 0;
    if (byte >= space && byte !== quote && byte !== backslash) continue;
    out.copy(bytes, copied, position);
    out.ascii(escapes[byte] ?? "");
    copied = position + 1;
  }
  out.copy(bytes, copied, end);
  out.byte(quote);
};

/** How each character is written that cannot stand for itself. */
const escapes: readonly string[] = Array.from({ length: backslash + 1 }, (_, code) =>
  JSON.stringify(String.fromCharCode(code)).slice(1, -1),
);
