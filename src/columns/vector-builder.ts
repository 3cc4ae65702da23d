import type { Cells } from "./cells.ts";
import type { ColumnVector } from "./vectors.ts";
import type { CellBytes, Column } from "../values/types.ts";

/** Where the cells of one column are written, and what becomes of them. */
export interface Storage {
  /** Makes room for so many cells. */
  reserve(cells: number): void;
  /** Decodes a cell into its place. @throws `INVALID_VALUE`. */
  write(cells: CellBytes, start: number, end: number, at: number): void;
  /** Leaves a place to a NULL; without it nothing needs to be done. */
  skip?(at: number): void;
  /** Looks at cells that have been written together; without it each was looked at by itself. */
  check?(from: number, to: number): { readonly at: number; readonly error: Error } | undefined;
  /** Gives what has been written of so many cells, and begins anew without any room: there may be no other batch. */
  take(cells: number): Stored;
}

/** A vector's own part. */
export type Stored = DistributiveOmit<ColumnVector, "column" | "length" | "nulls" | "validity">;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Builds one column of a result, batch by batch. */
export class VectorBuilder {
  readonly column: Column;
  /** How many cells there are. After `append` has thrown it is the place of the cell that could not be written. */
  length = 0;
  readonly #storage: Storage;
  #room = 0;
  /** How many cells a batch is expected to have: what the one before had, and some more. */
  #expected = firstRoom;
  #nulls = 0;
  #validity: Uint8Array | undefined;

  constructor(column: Column, storage: Storage) {
    this.column = column;
    this.#storage = storage;
  }

  /** Adds the cells of one column and some rows. */
  append(cells: Cells, column: number, from: number, to: number): void {
    this.#reserve(this.length + to - from);
    const storage = this.#storage;
    const { places } = cells;
    const step = 2 * cells.columns;
    let at = this.length;
    try {
      for (let row = from, place = from * step + 2 * column; row < to; row++, place += step, at++) {
        const end = places[place + 1] ?? -1;
        if (end < 0) this.#skip(at);
        else storage.write(cells, places[place] ?? 0, end, at);
      }
    } finally {
      this.length = at;
    }
    const bad = storage.check?.(at - (to - from), at);
    if (bad === undefined) return;
    this.length = bad.at;
    throw bad.error;
  }

  take(): ColumnVector {
    const { column, length } = this;
    const vector = {
      column,
      length,
      nulls: this.#nulls,
      validity: this.#validity?.subarray(0, Math.ceil(length / 8)),
      ...this.#storage.take(length),
    };
    this.#expected = Math.min(this.#room, length + (length >> 4));
    this.#room = 0;
    this.length = 0;
    this.#nulls = 0;
    this.#validity = undefined;
    return vector;
  }

  #reserve(cells: number): void {
    if (cells <= this.#room) return;
    this.#room = Math.max(cells, 2 * this.#room, this.#expected);
    this.#storage.reserve(this.#room);
    // Whether a NULL comes again or not.
    if (this.#validity !== undefined) this.#validity = bitmap(this.#room, this.#validity);
  }

  #skip(at: number): void {
    this.#nulls++;
    this.#validity ??= bitmap(this.#room);
    this.#validity[at >> 3] = (this.#validity[at >> 3] ?? 0) & ~(1 << (at & 7));
    this.#storage.skip?.(at);
  }
}

/** Room for the cells of a small result, which has one batch. */
const firstRoom = 256;

/** Makes a bitmap for so many cells, none of them NULL but those that were. */
function bitmap(cells: number, before?: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(cells / 8)).fill(0xff);
  if (before !== undefined) bits.set(before);
  return bits;
}
