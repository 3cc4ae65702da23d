import { isUtf8 } from "node:buffer";
import { binaryBytes, notUtf8, writeBinary } from "../values/decode.ts";
import { invalidValue } from "../values/invalid.ts";
import type { Storage } from "./vector-builder.ts";
import type { VariableVector } from "./vectors.ts";
import type { CellBytes } from "../values/types.ts";

/** Bytes that grow as cells are written behind each other. */
interface Heap {
  bytes: Buffer;
  used: number;
  /** How many there will be, as far as the batch before tells. */
  expected: number;
}

/** Writes a cell behind what has been written. @throws `INVALID_VALUE`. */
type WriteBytes = (cells: CellBytes, start: number, end: number, heap: Heap) => void;

const firstBytes = 1_024;
/** Offsets are signed numbers of 32 bits, as Arrow has them. */
const mostBytes = 2 ** 31 - 1;
const tooManyBytes =
  "the cells of the batch take more than the 2 GiB that one column holds; pass a smaller { batchBytes }";
/** A loop copies fewer bytes sooner than a call does. */
const shortBytes = 80;

/** Stores texts as they were sent, once they have been found to be UTF-8. */
export function textStorage(layout: "utf8" | "json"): Storage {
  const heap = emptyHeap();
  const storage = variableStorage(layout, copyText, heap);
  return {
    ...storage,
    check(from, to) {
      const isWhole = (start: number, end: number) =>
        isUtf8(heap.bytes.subarray(storage.offsetOf(start), storage.offsetOf(end)));
      if (isWhole(from, to)) return undefined;
      let at = from;
      while (isWhole(at, at + 1)) at++;
      return { at, error: invalidValue(notUtf8) };
    },
  };
}

/** Stores texts that are rewritten on their way, such as intervals and times with a zone. */
export function rewrittenStorage(rewrite: (cells: CellBytes, start: number, end: number) => string): Storage {
  return variableStorage("utf8", (cells, start, end, heap) => {
    const text = rewrite(cells, start, end);
    const room = 3 * text.length;
    makeRoom(heap, room);
    heap.used += heap.bytes.write(text, heap.used, room, "utf8");
  });
}

/** Stores the bytes that hexadecimal text stands for. */
export function binaryStorage(): Storage {
  return variableStorage("binary", ({ bytes }, start, end, heap) => {
    const length = binaryBytes(bytes, start, end);
    makeRoom(heap, length);
    writeBinary(bytes, start, end, heap.bytes, heap.used);
    heap.used += length;
  });
}

function variableStorage(
  layout: VariableVector["layout"],
  write: WriteBytes,
  heap = emptyHeap(),
): Storage & { offsetOf(at: number): number } {
  let offsets = new Int32Array(1);
  return {
    reserve(cells) {
      const more = new Int32Array(cells + 1);
      more.set(offsets);
      offsets = more;
    },
    write(cells, start, end, at) {
      write(cells, start, end, heap);
      offsets[at + 1] = heap.used;
    },
    skip(at) {
      offsets[at + 1] = heap.used;
    },
    offsetOf: (at) => offsets[at] ?? 0,
    take(cells) {
      const taken = {
        layout,
        offsets: offsets.subarray(0, cells + 1),
        values: new Uint8Array(heap.bytes.buffer, heap.bytes.byteOffset, heap.used),
      };
      offsets = new Int32Array(1);
      heap.expected = heap.used + (heap.used >> 4);
      heap.bytes = Buffer.allocUnsafeSlow(0);
      heap.used = 0;
      return taken;
    },
  };
}

function emptyHeap(): Heap {
  return { bytes: Buffer.allocUnsafeSlow(0), used: 0, expected: firstBytes };
}

const copyText: WriteBytes = ({ bytes }, start, end, heap) => {
  // Behind the cell before, what is none by itself could seem to be the rest of a character.
  if (((bytes[start] ?? 0) & 0xc0) === 0x80 && end > start) throw invalidValue(notUtf8);
  makeRoom(heap, end - start);
  const into = heap.bytes;
  let used = heap.used;
  if (end - start > shortBytes) used += bytes.copy(into, used, start, end);
  else for (let position = start; position < end; position++, used++) into[used] = bytes[position] ?? 0;
  heap.used = used;
};

function makeRoom(heap: Heap, bytes: number): void {
  const needed = heap.used + bytes;
  if (needed <= heap.bytes.length) return;
  if (needed > mostBytes) throw invalidValue(tooManyBytes);
  const more = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(mostBytes, 2 * heap.bytes.length), heap.expected));
  heap.bytes.copy(more, 0, 0, heap.used);
  heap.bytes = more;
}
