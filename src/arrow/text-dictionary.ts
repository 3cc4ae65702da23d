import { WarehouseError } from "../errors.ts";
import type { VariableVector } from "../columns/vectors.ts";

/** Arrow's offsets of a text column are signed 32-bit numbers. */
const mostBytes = 2 ** 31 - 1;
const firstEntries = 256;
const firstBytes = 4_096;

/**
 * Distinct texts, numbered from 0 in the order in which they came. They are found by their bytes in a hash table with open addresses:
 * no string is made. It grows with what is distinct, up to 2 GiB of text.
 */
export class TextDictionary {
  /** How many texts there are. */
  size = 0;
  readonly #column: string;
  readonly #mostBytes: number;
  #bytes: Uint8Array = new Uint8Array(firstBytes);
  /** Text i is `bytes[offsets[i]..offsets[i + 1])`. */
  #offsets = new Int32Array(firstEntries + 1);
  #hashes = new Int32Array(firstEntries);
  /** A text's number plus one where its hash leads, or the next place behind that is free; 0 is free. At most half are taken. */
  #slots = new Int32Array(2 * firstEntries);

  /**
   * @param column - the name of the column, for errors.
   * @param most - how many bytes of text there may be.
   */
  constructor(column: string, most = mostBytes) {
    this.#column = column;
    this.#mostBytes = most;
  }

  /**
   * Gives the number of each cell's text, 0 where the cell is NULL, and takes the texts that are new.
   *
   * @throws `INVALID_VALUE` when the texts have become too many for offsets of 32 bits.
   */
  encode(vector: VariableVector): Int32Array {
    const { length, nulls, validity, offsets, values } = vector;
    const numbers = new Int32Array(length);
    const bits = nulls === 0 ? undefined : validity;
    let start = offsets[0] ?? 0;
    for (let cell = 0; cell < length; cell++) {
      const end = offsets[cell + 1] ?? 0;
      // A NULL is no text; the empty slice of one would be the empty text.
      if (bits === undefined || (((bits[cell >> 3] ?? 0) >> (cell & 7)) & 1) === 1) {
        numbers[cell] = this.#numberOf(values, start, end);
      }
      start = end;
    }
    return numbers;
  }

  /** Gives a copy of the texts from a number on, as Arrow lays them out. */
  from(first: number): { readonly offsets: Int32Array; readonly values: Uint8Array } {
    const begin = this.#offsets[first] ?? 0;
    const offsets = this.#offsets.slice(first, this.size + 1);
    if (begin > 0) for (let index = 0; index < offsets.length; index++) offsets[index] = (offsets[index] ?? 0) - begin;
    return { offsets, values: this.#bytes.slice(begin, this.#offsets[this.size]) };
  }

  #numberOf(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const slots = this.#slots;
    const last = slots.length - 1;
    let slot = hash & last;
    for (;;) {
      const number = (slots[slot] ?? 0) - 1;
      if (number < 0) break;
      if (this.#hashes[number] === hash && this.#equals(number, bytes, start, end)) return number;
      slot = (slot + 1) & last;
    }
    const number = this.#append(hash, bytes, start, end);
    slots[slot] = number + 1;
    if (this.size === this.#hashes.length) this.#growEntries();
    return number;
  }

  #equals(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#bytes;
    let at = this.#offsets[number] ?? 0;
    if ((this.#offsets[number + 1] ?? 0) - at !== end - start) return false;
    for (let position = start; position < end; position++, at++) if (own[at] !== bytes[position]) return false;
    return true;
  }

  #append(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const number = this.size;
    const used = this.#offsets[number] ?? 0;
    const needed = used + end - start;
    if (needed > this.#mostBytes) {
      throw new WarehouseError(
        "INVALID_VALUE",
        `The distinct texts of column "${this.#column}" take more than the ${this.#mostBytes} bytes that a dictionary holds; leave it out of { dictionary }.`,
        // Whether the statement that gave the texts has changed anything is not known here.
        { phase: "fetch", path: [this.#column] },
      );
    }
    if (needed > this.#bytes.length) this.#growBytes(needed);
    this.#bytes.set(bytes.subarray(start, end), used);
    this.#offsets[number + 1] = needed;
    this.#hashes[number] = hash;
    this.size++;
    return number;
  }

  #growBytes(needed: number): void {
    const more = new Uint8Array(Math.max(needed, Math.min(2 * this.#bytes.length, this.#mostBytes)));
    more.set(this.#bytes);
    this.#bytes = more;
  }

  #growEntries(): void {
    const entries = 2 * this.#hashes.length;
    const hashes = new Int32Array(entries);
    hashes.set(this.#hashes);
    const offsets = new Int32Array(entries + 1);
    offsets.set(this.#offsets);
    const slots = new Int32Array(2 * entries);
    const last = slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = (hashes[number] ?? 0) & last;
      while (slots[slot] !== 0) slot = (slot + 1) & last;
      slots[slot] = number + 1;
    }
    [this.#hashes, this.#offsets, this.#slots] = [hashes, offsets, slots];
  }
}

/** Mixes four bytes at a time, as MurmurHash3 does. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    hash = mixed(hash, word);
  }
  let rest = 0;
  for (; at < end; at++) rest = (rest << 8) | (bytes[at] ?? 0);
  hash = mixed(hash, rest);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function mixed(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const joined = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((joined << 13) | (joined >>> 19), 5) + 0xe6546b64) | 0;
}
