const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;

const nothing = Buffer.alloc(0);

/** What is told of the cells of a result, one after the other: a builder of rows, or of columns. */
export interface CellSink {
  /** Begins a row. */
  start(): void;
  /** Takes a cell of the row: `bytes[start..end)`. A cell that is never told is null. */
  cell(column: number, bytes: Buffer, start: number, end: number): void;
  /** Ends the row, which took so many bytes. */
  end(bytes: number): void;
  /** How many ended rows wait to be taken, and how many bytes they took. */
  readonly length: number;
  readonly bytes: number;
}

interface Cell {
  readonly bytes: Buffer;
  readonly start: number;
  end: number;
}

/**
 * Reads rows of cells, `["a",null],["b","c"]`, straight from their bytes, which come in pieces cut anywhere: no cell becomes a
 * string before its column's decoder wants one, none is decoded twice, and none is looked at again when it goes on in another
 * piece.
 */
export class RowScanner {
  /** How many rows have been read. */
  rows = 0;
  readonly #columns: number;
  #bytes: Buffer = nothing;
  #position = 0;
  #end = 0;
  /** How many bytes of the rows lie before `#bytes`. */
  #before = 0;
  /** Where the row that has begun starts, counted over all pieces. */
  #rowStart: number | undefined;
  #column = 0;
  /** The cell that began in an earlier piece: its parts so far, without its opening quote. */
  #parts: Buffer[] = [];
  #within: "string" | "literal" | undefined;
  /** In the string that has begun: whether there was an escape, and whether the next byte belongs to one. */
  #escaped = false;
  #escapes = false;

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** Goes on with the next piece. The one before must have been read to its end; no more is kept of it than a cell's beginning. */
  feed(bytes: Buffer, start = 0, end = bytes.length): void {
    this.#before += this.#position - start;
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  /**
   * Reads until the sink holds so many rows or bytes. Returns false when that needs another piece.
   *
   * @throws an `Error` for what is no row, and what the sink throws.
   */
  read(sink: CellSink, maxRows: number, maxBytes = Infinity): boolean {
    while (sink.length < maxRows && sink.bytes < maxBytes) {
      if (!this.#row(sink)) {
        // What is kept of the piece is in #parts; the rest of a large answer need not wait for the next one.
        this.#bytes = nothing;
        this.#before += this.#position;
        this.#position = this.#end = 0;
        return false;
      }
    }
    return true;
  }

  /** Ends a part of the result, which rows do not cross. @throws an `Error` where a row is cut short. */
  endPart(): void {
    if (this.#rowStart !== undefined) throw this.#damaged();
  }

  /** Reads a row to its end, or to the end of the piece and returns false. */
  #row(sink: CellSink): boolean {
    if (this.#rowStart === undefined) {
      if (!this.#skip()) return false;
      if (this.#bytes[this.#position] !== openBracket) throw this.#damaged();
      this.#rowStart = this.#before + this.#position++;
      this.#column = 0;
      sink.start();
    }
    for (;;) {
      if (this.#within === undefined) {
        if (!this.#skip()) return false;
        const byte = this.#bytes[this.#position];
        if (byte === closeBracket) break;
        if (byte === quote) this.#position++;
        this.#within = byte === quote ? "string" : "literal";
      }
      if (!(this.#within === "string" ? this.#string(sink) : this.#literal(sink))) return false;
      this.#within = undefined;
      this.#column++;
    }
    this.#position++;
    if (this.#column !== this.#columns) throw this.#damaged();
    sink.end(this.#before + this.#position - this.#rowStart);
    this.#rowStart = undefined;
    this.rows++;
    return true;
  }

  #string(sink: CellSink): boolean {
    const bytes = this.#bytes;
    const limit = this.#end;
    const start = this.#position;
    let end = start;
    if (this.#escapes && end < limit) {
      this.#escapes = false;
      end++;
    }
    while (end < limit && bytes[end] !== quote) {
      if (bytes[end] === backslash) {
        this.#escaped = true;
        end++;
      }
      end++;
    }
    if (end >= limit) {
      // A backslash at the very end has stepped over the end: its other half comes with the next piece.
      if (end > limit) this.#escapes = true;
      return this.#cut(start);
    }
    this.#position = end + 1;
    const cell = this.#whole(start, end);
    if (this.#escaped) {
      this.#escaped = false;
      const text = this.#unescaped(cell);
      sink.cell(this.#column, text, 0, text.length);
    } else sink.cell(this.#column, cell.bytes, cell.start, cell.end);
    return true;
  }

  /** `null`, or a number or boolean that some servers send without quotes. */
  #literal(sink: CellSink): boolean {
    const bytes = this.#bytes;
    const start = this.#position;
    let end = start;
    while (end < this.#end && bytes[end] !== comma && bytes[end] !== closeBracket) end++;
    if (end >= this.#end) return this.#cut(start);
    this.#position = end;
    const cell = this.#whole(start, end);
    while (cell.end > cell.start && (cell.bytes[cell.end - 1] ?? 0) <= 0x20) cell.end--;
    if (!isNull(cell)) sink.cell(this.#column, cell.bytes, cell.start, cell.end);
    return true;
  }

  /** Keeps what a cell has in this piece. Returns false: the cell goes on in the next one. */
  #cut(start: number): false {
    if (start < this.#end) this.#parts.push(this.#bytes.subarray(start, this.#end));
    this.#position = this.#end;
    return false;
  }

  /** Gives the whole of a cell that ends in this piece, as bytes of its own where it began in another. */
  #whole(start: number, end: number): Cell {
    if (this.#parts.length === 0) return { bytes: this.#bytes, start, end };
    const bytes = Buffer.concat([...this.#parts, this.#bytes.subarray(start, end)]);
    this.#parts = [];
    return { bytes, start: 0, end: bytes.length };
  }

  #unescaped({ bytes, start, end }: Cell): Buffer {
    try {
      return Buffer.from(JSON.parse(`"${bytes.toString("utf8", start, end)}"`) as string);
    } catch {
      throw this.#damaged();
    }
  }

  /** Steps over what separates rows and cells. Returns false at the end of the piece. */
  #skip(): boolean {
    const bytes = this.#bytes;
    const limit = this.#end;
    let position = this.#position;
    for (; position < limit; position++) {
      const byte = bytes[position] ?? 0;
      if (byte !== comma && byte > 0x20) break;
    }
    this.#position = position;
    return position < limit;
  }

  #damaged(): Error {
    return new Error(`the rows cannot be read at byte ${this.#before + this.#position}: they are cut short or damaged`);
  }
}

function isNull({ bytes, start, end }: Cell): boolean {
  return end - start === 4 && bytes.toString("latin1", start, end) === "null";
}
