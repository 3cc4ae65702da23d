import { readBoolean } from "../values/decode.ts";
import { readFloat } from "../values/float.ts";
import { invalidValue } from "../values/invalid.ts";
import { writeDecimal, writeInt64, writeInteger } from "../values/words.ts";
import type { Storage, Stored } from "./vector-builder.ts";
import type { TimeUnit } from "./vectors.ts";
import type { Moment, ReadMoment } from "../values/moment.ts";
import type { CellBytes } from "../values/types.ts";

/** Reads a cell as a number. @throws `INVALID_VALUE`. */
export type ReadNumber = (bytes: Buffer, start: number, end: number) => number;

/** Writes a cell of 64 bits as the two words of its place. @throws `INVALID_VALUE`. */
export type WriteWords = (cells: CellBytes, start: number, end: number, words: Int32Array, at: number) => void;

type NumberArray = Int16Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Stores doubles. */
export function floatStorage(read: ReadNumber = readFloat): Storage {
  return numberStorage(
    (length) => new Float64Array(length),
    read,
    (values) => ({ layout: "float64", values }),
  );
}

/** Stores integers of 16 bits. @param read - gives no others. */
export function int16Storage(read: ReadNumber): Storage {
  return numberStorage(
    (length) => new Int16Array(length),
    read,
    (values) => ({ layout: "int16", values }),
  );
}

/** Stores integers of 32 bits. @param read - gives no others. */
export function int32Storage(read: ReadNumber): Storage {
  return numberStorage(
    (length) => new Int32Array(length),
    read,
    (values) => ({ layout: "int32", values }),
  );
}

/** Stores days since 1970-01-01. @param read - gives no others than 32 bits hold. */
export function dateStorage(read: ReadNumber): Storage {
  return numberStorage(
    (length) => new Int32Array(length),
    read,
    (values) => ({ layout: "date", values }),
  );
}

function numberStorage<A extends NumberArray>(
  make: (length: number) => A,
  read: ReadNumber,
  stored: (values: A) => Stored,
): Storage {
  let values = make(0);
  return {
    reserve(cells) {
      const more = make(cells);
      more.set(values);
      values = more;
    },
    write({ bytes }, start, end, at) {
      values[at] = read(bytes, start, end);
    },
    take(cells) {
      // Both are of one kind.
      const taken = values.subarray(0, cells) as A;
      values = make(0);
      return stored(taken);
    },
  };
}

/** Stores 64-bit integers, which are written as two words each: a bigint for each would cost more than all the rest. */
export function int64Words(write: WriteWords, stored: (values: BigInt64Array) => Stored): Storage {
  return wordStorage<BigInt64Array<ArrayBuffer>>((length) => new BigInt64Array(length), write, stored);
}

/** Stores doubles by their two words. */
export function float64Words(write: WriteWords): Storage {
  return wordStorage<Float64Array<ArrayBuffer>>(
    (length) => new Float64Array(length),
    write,
    (values) => ({ layout: "float64", values }),
  );
}

function wordStorage<A extends BigInt64Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  make: (length: number) => A,
  write: WriteWords,
  stored: (values: A) => Stored,
): Storage {
  let values = make(0);
  let words = new Int32Array(values.buffer);
  const use = (array: A) => {
    values = array;
    words = new Int32Array(array.buffer);
  };
  return {
    reserve(cells) {
      const before = words;
      use(make(cells));
      words.set(before);
    },
    write(cells, start, end, at) {
      write(cells, start, end, words, at);
    },
    take(cells) {
      // Both are of one kind.
      const taken = values.subarray(0, cells) as A;
      use(make(0));
      return stored(taken);
    },
  };
}

/** Stores fixed-point numbers of a known scale. */
export function decimalStorage(precision: number, scale: number): Storage {
  let values = new Uint32Array(0);
  return {
    reserve(cells) {
      const more = new Uint32Array(4 * cells);
      more.set(values);
      values = more;
    },
    write({ bytes }, start, end, at) {
      writeDecimal(bytes, start, end, scale, values, at);
    },
    take(cells) {
      const taken = values.subarray(0, 4 * cells);
      values = new Uint32Array(0);
      return { layout: "decimal128", values: taken, precision, scale };
    },
  };
}

/** Stores booleans, a bit each. */
export function booleanStorage(): Storage {
  let values = new Uint8Array(0);
  return {
    reserve(cells) {
      const more = new Uint8Array(Math.ceil(cells / 8));
      more.set(values);
      values = more;
    },
    write({ bytes }, start, end, at) {
      if (readBoolean(bytes, start, end)) values[at >> 3] = (values[at >> 3] ?? 0) | (1 << (at & 7));
    },
    take(cells) {
      const taken = values.subarray(0, Math.ceil(cells / 8));
      values = new Uint8Array(0);
      return { layout: "boolean", values: taken };
    },
  };
}

/** Writes a decimal integer of any width into 64 bits. */
export const integerWords: WriteWords = ({ bytes }, start, end, words, at) =>
  writeInteger(bytes, start, end, words, at);

/** Makes what writes a moment as a count of its unit. */
export function momentWords(read: ReadMoment, unit: TimeUnit): WriteWords {
  const moment: Moment = { seconds: 0, nanos: 0 };
  const [perSecond, nanosEach] = unit === "microsecond" ? [1e6, 1e3] : [1e9, 1];
  return (cells, start, end, words, at) => {
    read(cells, start, end, moment);
    const { seconds, nanos } = moment;
    const fraction = nanos / nanosEach;
    if (!Number.isInteger(fraction)) {
      throw invalidValue(
        'the time has digits behind its microseconds; leave out { timeUnit: "microsecond" }, or cast the column to six digits of a second or to VARCHAR',
      );
    }
    const negative = seconds < 0;
    // Back from the second that is nearer to 1970.
    const borrow = negative && fraction > 0;
    const whole = borrow ? -seconds - 1 : Math.abs(seconds);
    if (!writeInt64(words, at, negative, whole, perSecond, borrow ? perSecond - fraction : fraction)) {
      throw invalidValue(
        'the time is too far from 1970 for nanoseconds in 64 bits; pass { timeUnit: "microsecond" }, and where it has more digits than those cast the column to six of them or to VARCHAR',
      );
    }
  };
}
