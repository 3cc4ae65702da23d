import type { RowBuilder } from "../../columns/rows.ts";

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;

/**
 * Reads rows of cells, `["a",null],["b","c"]`, straight from their bytes: no cell becomes a string before its column's decoder
 * wants one.
 */
export class RowScanner {
  readonly #bytes: Buffer;
  readonly #end: number;
  #position: number;
  /** How many rows have been read. */
  rows = 0;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  /** Reads at most so many rows. Returns false once there are no more. @throws an `Error` for what is no row. */
  read(builder: RowBuilder, columns: number, maxRows: number): boolean {
    for (let row = 0; row < maxRows; row++) {
      this.#skip();
      if (this.#position >= this.#end) return false;
      this.#row(builder, columns);
      this.rows++;
    }
    return true;
  }

  #row(builder: RowBuilder, columns: number): void {
    const bytes = this.#bytes;
    if (bytes[this.#position] !== openBracket) throw this.#damaged();
    const start = this.#position++;
    builder.start();
    for (let column = 0; ; column++) {
      this.#skip();
      // What lies behind the end is not the rows', though it may look like theirs.
      if (this.#position >= this.#end) throw this.#damaged();
      const byte = bytes[this.#position];
      if (byte === closeBracket) {
        this.#position++;
        if (column !== columns) throw this.#damaged();
        builder.end(this.#position - start);
        return;
      }
      if (byte === quote) this.#string(builder, column);
      else this.#literal(builder, column);
    }
  }

  #string(builder: RowBuilder, column: number): void {
    const bytes = this.#bytes;
    const start = this.#position + 1;
    let end = start;
    let escaped = false;
    while (end < this.#end && bytes[end] !== quote) {
      if (bytes[end] === backslash) {
        escaped = true;
        end++;
      }
      end++;
    }
    if (end >= this.#end) throw this.#damaged();
    this.#position = end + 1;
    if (escaped) {
      const text = this.#unescaped(start - 1, end + 1);
      builder.cell(column, text, 0, text.length);
    } else builder.cell(column, bytes, start, end);
  }

  #unescaped(start: number, end: number): Buffer {
    try {
      return Buffer.from(JSON.parse(this.#bytes.toString("utf8", start, end)) as string);
    } catch {
      throw this.#damaged();
    }
  }

  /** `null`, or a number or boolean that some servers send without quotes. */
  #literal(builder: RowBuilder, column: number): void {
    const bytes = this.#bytes;
    const start = this.#position;
    let end = start;
    while (end < this.#end && bytes[end] !== comma && bytes[end] !== closeBracket) end++;
    if (end >= this.#end) throw this.#damaged();
    this.#position = end;
    while (end > start && (bytes[end - 1] ?? 0) <= 0x20) end--;
    if (bytes.toString("latin1", start, end) !== "null") builder.cell(column, bytes, start, end);
  }

  #skip(): void {
    const bytes = this.#bytes;
    let byte = bytes[this.#position];
    while (this.#position < this.#end && (byte === comma || (byte !== undefined && byte <= 0x20))) {
      this.#position++;
      byte = bytes[this.#position];
    }
  }

  #damaged(): Error {
    return new Error(`the rows cannot be read at byte ${this.#position}: they are cut short or damaged`);
  }
}
