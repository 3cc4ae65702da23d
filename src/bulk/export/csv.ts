import { readBoolean } from "../../values/decode.ts";
import {
  writeBoolean,
  writeDecimal,
  writeFloat,
  writeHex,
  writeInteger,
  writeMoment,
  writeText,
  type WriteCell,
} from "./cell-text.ts";
import { TextOutput } from "./text-output.ts";
import type { CsvForm } from "../../bulk-engine.ts";
import type { CellReader } from "../../columns/reader.ts";
import type { Column } from "../../values/types.ts";
import type { TextForm } from "./text-batches.ts";

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Writes CSV as RFC 4180 has it, but for line ends of one character, as the warehouses write them: what holds a quote, the delimiter or a line
 * end is quoted, and so is a cell that would read as NULL.
 *
 * Ours, since the common writers (csv-stringify, fast-csv, papaparse, d3-dsv) cannot tell NULL from the empty text.
 */
export function csvForm({ header, delimiter, nullAs }: CsvForm): TextForm {
  const between = Buffer.from(delimiter);
  const nothing = Buffer.from(nullAs);
  const text = quoting(writeText, between, nothing);
  return {
    head(columns) {
      const out = new TextOutput(1_024);
      if (!header) return out.take();
      for (const [index, { name }] of columns.entries()) {
        if (index > 0) out.copy(between, 0, between.length);
        const bytes = Buffer.from(name);
        text({ bytes, ascii: () => name }, 0, bytes.length, out);
      }
      out.byte(lineFeed);
      return out.take();
    },
    before: (columns) => columns.map((_, index) => (index === 0 ? Buffer.alloc(0) : between)),
    after: Buffer.from("\n"),
    nothing,
    writer: (column, reader) => (isText(column) ? text : plain(writerOf(column, reader), between, nothing)),
  };
}

function isText({ type }: Column): boolean {
  return type === "text" || type === "json" || type === "interval";
}

function writerOf({ type }: Column, reader: CellReader): WriteCell {
  switch (type) {
    case "integer":
      return writeInteger;
    case "decimal":
      return writeDecimal;
    case "float":
      return writeFloat;
    case "boolean":
      return writeBoolean(readBoolean);
    case "binary":
      return writeHex;
    case "text":
    case "json":
    case "interval":
      return writeText;
    case "date":
    case "time":
    case "timetz":
    case "timestamp":
    case "timestamptz":
      return writeMoment(reader);
  }
}

/** Numbers and moments hold nothing that is quoted, unless the caller's own delimiter or word for NULL is made of what they hold. */
function plain(write: WriteCell, between: Buffer, nothing: Buffer): WriteCell {
  const own = /^[\w+.: -]*$/;
  const isMistakable = own.test(between.toString()) || (nothing.length > 0 && own.test(nothing.toString()));
  // Bytes may be none at all, which is the empty text.
  return isMistakable || write === writeHex ? quoting(write, between, nothing) : write;
}

/** Writes a cell, and puts it into quotes where it would be read as something else. */
function quoting(write: WriteCell, between: Buffer, nothing: Buffer): WriteCell {
  const special = new Uint8Array(256);
  for (const byte of [quote, lineFeed, carriageReturn, ...between]) special[byte] = 1;
  return (cells, start, end, out) => {
    const from = out.used;
    write(cells, start, end, out);
    const { bytes, used } = out;
    for (let position = from; position < used; position++) {
      if (special[bytes[position] ?? 0] === 0) continue;
      quoteFrom(out, from);
      return;
    }
    if (used - from === nothing.length && nothing.compare(bytes, from, used) === 0) quoteFrom(out, from);
  };
}

/** Puts what has been written from a place on into quotes, and doubles those in it. */
function quoteFrom(out: TextOutput, from: number): void {
  let quotes = 2;
  for (let position = from; position < out.used; position++) if (out.bytes[position] === quote) quotes++;
  out.reserve(quotes);
  const { bytes } = out;
  let target = out.used + quotes;
  let source = out.used;
  out.used = target;
  bytes[--target] = quote;
  while (source > from) {
    const byte = bytes[--source] ?? 0;
    bytes[--target] = byte;
    if (byte === quote) bytes[--target] = quote;
  }
  bytes[from] = quote;
}
