import { Cells } from "../../columns/cells.ts";
import { unescapeInPlace } from "./unescape.ts";

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const space = 0x20;
/** `null`, as its four bytes in one number. */
const nullWord = 0x6e756c6c;

// What the next byte belongs to.
const betweenRows = 0;
const betweenCells = 1;
const inString = 2;
const behindBackslash = 3;
/** In `null`, or in a number or boolean that some servers send without quotes. */
const inLiteral = 4;

const nothing = Buffer.alloc(0);

/** So many bytes are scanned before they are decoded, at most milliseconds of work; longer rows are scanned whole. */
const defaultStepBytes = 64 * 1024;
/** Places are 32-bit numbers. */
const maxBytes = 2 ** 31 - 1;

/**
 * Finds the cells of rows, `["a",null],["b","c"]`, in bytes that come in pieces cut anywhere. No byte is looked at twice, and none is copied
 * but those of a row that goes on in another piece. Escapes are replaced where they stand: the pieces must be the scanner's own.
 */
export class RowScanner {
  /** How many rows have been found. */
  rows = 0;
  readonly #cells: Cells;
  readonly #stepBytes: number;
  #bytes: Buffer = nothing;
  #position = 0;
  #end = 0;
  /** How many bytes of the rows lie before `#bytes`. */
  #before = 0;
  #state: number = betweenRows;
  /** The row that has begun: where it did in `#bytes`, what it has in earlier pieces, and how many bytes that is. */
  #rowStart = 0;
  #kept: Buffer = nothing;
  #keptBytes = 0;
  /** Among the places of the cells: where those of that row begin, and where its next ones go. */
  #rowPlace = 0;
  #place = 0;
  /** The last four bytes of the literal that has begun. */
  #word = 0;
  /** The places of cells with escapes. */
  #escaped: number[] = [];

  constructor(columns: number, stepBytes = defaultStepBytes) {
    this.#cells = new Cells(columns);
    this.#stepBytes = stepBytes;
  }

  /** Goes on with the next piece. The one before must have been read to its end; no more is kept of it than a row's beginning. */
  feed(bytes: Buffer, start = 0, end = bytes.length): void {
    this.#before += this.#position - start;
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    if (end > maxBytes) throw this.#damaged(start);
  }

  /**
   * Gives the cells of the next rows, which are good until more are read; `undefined` when that needs another piece.
   *
   * @throws an `Error` for what is no row.
   */
  read(): Cells | undefined {
    while (this.#position < this.#end) {
      if (this.#state === betweenRows) this.#findRows();
      else this.#endCutRow();
      this.#unescape();
      const { rows } = this.#cells;
      this.rows += rows;
      if (rows > 0) return this.#cells;
    }
    // The rest of a large answer need not wait for the next piece.
    this.#before += this.#position;
    this.#bytes = nothing;
    this.#position = this.#end = 0;
    return undefined;
  }

  /** Ends a part of the result, which rows do not cross. @throws an `Error` where a row is cut short. */
  endPart(): void {
    if (this.#state !== betweenRows) throw this.#damaged(this.#position);
  }

  /** Finds rows that lie in this piece whole, and keeps the beginning of the one that does not. */
  #findRows(): void {
    const cells = this.#cells;
    cells.restart(this.#bytes, this.#position);
    this.#rowPlace = 0;
    this.#place = 0;
    this.#scan(0, cells.maxRows, this.#position + this.#stepBytes);
    if (this.#state === betweenRows) return;
    const rowStart = this.#rowStart;
    const { places } = cells;
    for (let place = this.#rowPlace; place < this.#place + 2; place++) {
      if (places[place] !== -1) places[place] = (places[place] ?? 0) - rowStart;
    }
    this.#keep(rowStart);
  }

  /** Goes on with the row that was cut. Its cells' places count from its beginning. */
  #endCutRow(): void {
    const cells = this.#cells;
    const start = this.#position;
    const rowPlace = this.#rowPlace;
    cells.places.copyWithin(0, rowPlace, this.#place + 2);
    this.#escaped = this.#escaped.map((place) => place - rowPlace);
    this.#rowPlace = 0;
    this.#place -= rowPlace;
    this.#rowStart = start - this.#keptBytes;
    cells.restart(this.#bytes, start);
    this.#scan(this.#rowStart, 1, 0);
    this.#keep(start);
    if (this.#state !== betweenRows) return;
    const rowBytes = this.#keptBytes;
    cells.restart(this.#kept, 0);
    cells.endRow(rowBytes, rowBytes);
    this.#kept = nothing;
    this.#keptBytes = 0;
  }

  /**
   * Finds cells, until there are so many rows, or a row's end is that far, or the piece ends. This is where the time goes: one loop, on
   * variables of its own.
   *
   * @param origin - what places count from.
   */
  #scan(origin: number, maxRows: number, enough: number): void {
    const cells = this.#cells;
    const bytes = this.#bytes;
    const escaped = this.#escaped;
    const { places } = cells;
    const placesEach = 2 * cells.columns;
    let limit = this.#end;
    let position = this.#position;
    let state = this.#state;
    let place = this.#place;
    let rowPlace = this.#rowPlace;
    let rowStart = this.#rowStart;
    let word = this.#word;

    while (position < limit) {
      let byte = bytes[position++] ?? 0;
      switch (state) {
        case inString:
          while (byte !== quote && byte !== backslash && position < limit) byte = bytes[position++] ?? 0;
          if (byte === quote) {
            places[place + 1] = position - 1 - origin;
            place += 2;
            state = betweenCells;
          } else if (byte === backslash) {
            if (escaped.at(-1) !== place) escaped.push(place);
            state = behindBackslash;
          }
          break;
        case behindBackslash:
          state = inString;
          break;
        case betweenCells:
          if (byte === quote) {
            places[place] = position - origin;
            state = inString;
          } else if (byte === closeBracket) {
            if (place - rowPlace !== placesEach) throw this.#damaged(position);
            cells.endRow(position, position - rowStart);
            rowPlace = place;
            state = betweenRows;
            if (cells.rows === maxRows || position >= enough) limit = position;
          } else if (byte > space && byte !== comma) {
            places[place] = position - 1 - origin;
            places[place + 1] = position - origin;
            word = byte;
            state = inLiteral;
          }
          break;
        case inLiteral:
          if (byte === comma || byte === closeBracket) {
            const length = (places[place + 1] ?? 0) - (places[place] ?? 0);
            if (word === nullWord && length === 4) places[place + 1] = -1;
            place += 2;
            state = betweenCells;
            position--;
          } else if (byte > space) {
            places[place + 1] = position - origin;
            word = (word << 8) | byte;
          }
          break;
        default:
          if (byte === openBracket) {
            rowStart = position - 1;
            state = betweenCells;
          } else if (byte > space && byte !== comma) throw this.#damaged(position);
      }
    }
    this.#position = position;
    this.#state = state;
    this.#place = place;
    this.#rowPlace = rowPlace;
    this.#rowStart = rowStart;
    this.#word = word;
  }

  /** Keeps what the row has in this piece, from `start` on. */
  #keep(start: number): void {
    const bytes = this.#keptBytes + this.#position - start;
    if (bytes > maxBytes) throw this.#damaged(this.#position);
    if (bytes > this.#kept.length) {
      // Twice as much each time: a row of many pieces is not copied once for each.
      const more = Buffer.allocUnsafe(Math.max(bytes, 2 * this.#kept.length));
      this.#kept.copy(more, 0, 0, this.#keptBytes);
      this.#kept = more;
    }
    this.#bytes.copy(this.#kept, this.#keptBytes, start, this.#position);
    this.#keptBytes = bytes;
  }

  /** Replaces the escapes in the rows that are whole. */
  #unescape(): void {
    if (this.#escaped.length === 0) return;
    const { bytes, places } = this.#cells;
    const isWhole = (place: number) => place < this.#rowPlace;
    for (const place of this.#escaped.filter(isWhole)) {
      const end = unescapeInPlace(bytes, places[place] ?? 0, places[place + 1] ?? 0);
      if (end < 0) throw this.#damaged(this.#position);
      places[place + 1] = end;
    }
    this.#escaped = this.#escaped.filter((place) => !isWhole(place));
  }

  #damaged(position: number): Error {
    return new Error(`the rows cannot be read at byte ${this.#before + position}: they are cut short or damaged`);
  }
}
