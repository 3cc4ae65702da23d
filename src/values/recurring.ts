import type { CellBytes, Decode } from "./types.ts";

/** A longer text seldom recurs, and costs more to compare. */
const longestBytes = 24;
const slots = 256;
/** How many cells go by before anything is kept. */
const few = 64;
/** After so many cells it is looked at whether texts recur at all. */
const trial = 2_048;

interface Memory {
  readonly texts: (string | undefined)[];
  readonly bytes: Uint8Array;
  readonly lengths: Uint8Array;
}

/**
 * Makes a decoder give the same string for the same bytes, as long as texts recur in the column: it saves making a string, and keeping
 * another copy of it. Where fewer than half of the cells do, it stops looking, and forgets.
 */
export function recurring(decode: (cells: CellBytes, start: number, end: number) => string): Decode {
  let memory: Memory | undefined;
  let looked = 0;
  let met = 0;
  let worthwhile = true;

  return (cells, start, end) => {
    const length = end - start;
    if (!worthwhile || length > longestBytes) return decode(cells, start, end);
    looked++;
    // Small results pay nothing for it.
    if (memory === undefined && looked < few) return decode(cells, start, end);
    memory ??= { texts: [], bytes: new Uint8Array(slots * longestBytes), lengths: new Uint8Array(slots) };
    const { texts, lengths, bytes: kept } = memory;
    const { bytes } = cells;
    let hash = length;
    for (let position = start; position < end; position++) hash = (Math.imul(hash, 31) + (bytes[position] ?? 0)) | 0;
    const slot = (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (slots - 1);
    const first = slot * longestBytes;
    const known = texts[slot];
    if (looked >= trial) {
      worthwhile = met >= trial / 2;
      looked = met = 0;
      if (!worthwhile) memory = undefined;
    }
    if (known !== undefined && lengths[slot] === length && isEqual(kept, first, bytes, start, end)) {
      met++;
      return known;
    }
    const value = decode(cells, start, end);
    texts[slot] = value;
    lengths[slot] = length;
    for (let at = 0; at < length; at++) kept[first + at] = bytes[start + at] ?? 0;
    return value;
  };
}

function isEqual(kept: Uint8Array, first: number, bytes: Buffer, start: number, end: number): boolean {
  for (let at = first, position = start; position < end; at++, position++) {
    if (kept[at] !== bytes[position]) return false;
  }
  return true;
}
