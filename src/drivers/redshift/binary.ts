import { float64Words, int64Words, momentWords, type WriteWords } from "../../columns/fixed-storage.ts";
import { integerStorage, type StorageOptions } from "../../columns/reader.ts";
import { invalidValue } from "../../values/invalid.ts";
import { highWord, lowWord } from "../../values/words.ts";
import type { Storage } from "../../columns/vector-builder.ts";
import type { Moment } from "../../values/moment.ts";
import type { CellBytes, Column, ValuePolicy } from "../../values/types.ts";

/**
 * The types whose cells are asked for in PostgreSQL's binary form where columns are built of them, which saves the server writing digits and
 * us reading them: SMALLINT, INTEGER, BIGINT, DOUBLE PRECISION, TIMESTAMP and TIMESTAMPTZ. Amazon's own Python driver asks for these, too
 * (amazon-redshift-python-driver). REAL stays text: its digits are what rows give, and its binary form widened to a double has others.
 */
const integerOids = new Set([20, 21, 23]);
const otherOids = new Set([701, 1114, 1184]);

/** Tells whether a column's cells are better had in binary form; integers are not where they are to be given as their digits. */
export function paysInBinary(oid: number, { integers }: ValuePolicy): boolean {
  return otherOids.has(oid) || (integerOids.has(oid) && integers !== "string");
}

/** Makes what stores a column whose cells come in binary form. */
export function binaryStorageOf(column: Column, { timeUnit = "microsecond" }: StorageOptions): Storage {
  const { type } = column;
  switch (type) {
    case "integer":
      return integerStorage(column, column.nativeType === "SMALLINT" ? readInt16 : readInt32, writeWords);
    case "float":
      return float64Words(writeWords);
    default: {
      const zone = type === "timestamptz" ? "UTC" : undefined;
      const write = timeUnit === "microsecond" ? writeMicroseconds : momentWords(readMicroseconds, timeUnit);
      return int64Words(write, (values) => ({ layout: "timestamp", values, unit: timeUnit, zone }));
    }
  }
}

/** SMALLINT. */
function readInt16(bytes: Buffer, start: number, end: number): number {
  if (end - start !== 2) throw wrongLength();
  return (((bytes[start] ?? 0) << 24) >> 16) | (bytes[start + 1] ?? 0);
}

/** INTEGER. */
function readInt32(bytes: Buffer, start: number, end: number): number {
  if (end - start !== 4) throw wrongLength();
  return int32At(bytes, start);
}

/** BIGINT and DOUBLE PRECISION: eight bytes, the highest first. */
const writeWords: WriteWords = ({ bytes }, start, end, words, at) => {
  if (end - start !== 8) throw wrongLength();
  words[2 * at + highWord] = int32At(bytes, start);
  words[2 * at + lowWord] = int32At(bytes, start + 4);
};

/** From 1970-01-01 to 2000-01-01, in microseconds, and its halves. */
const epochMicroseconds = 946_684_800_000_000;
const epochHigh = Math.floor(epochMicroseconds / 2 ** 32);
const epochLow = epochMicroseconds % 2 ** 32;

/** Timestamps count microseconds from 2000-01-01. */
const writeMicroseconds: WriteWords = ({ bytes }, start, end, words, at) => {
  if (end - start !== 8) throw wrongLength();
  const high = int32At(bytes, start);
  // The counts before infinity do not fit after the shift.
  if (high > 0x7fff_ffff - epochHigh - 1 || high === -0x8000_0000) throw notCounted(bytes, start);
  const low = (int32At(bytes, start + 4) >>> 0) + epochLow;
  words[2 * at + lowWord] = low | 0;
  words[2 * at + highWord] = high + epochHigh + (low >= 2 ** 32 ? 1 : 0);
};

function readMicroseconds({ bytes }: CellBytes, start: number, end: number, into: Moment): void {
  if (end - start !== 8) throw wrongLength();
  const high = int32At(bytes, start);
  if (high === 0x7fff_ffff || high === -0x8000_0000) throw notCounted(bytes, start);
  const micros = (BigInt(high) << 32n) + BigInt(int32At(bytes, start + 4) >>> 0) + BigInt(epochMicroseconds);
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  into.seconds = Number((micros - rest) / 1_000_000n);
  into.nanos = Number(rest) * 1_000;
}

function int32At(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

function wrongLength() {
  return invalidValue("the server sent a binary cell of a length that its type does not have");
}

/** The largest number stands for infinity, the smallest for what lies before all times. */
function notCounted(bytes: Buffer, start: number) {
  const [high, low] = [int32At(bytes, start), int32At(bytes, start + 4)];
  const isInfinite = (high === 0x7fff_ffff && low === -1) || (high === -0x8000_0000 && low === 0);
  const what = isInfinite ? "infinite" : "too far from 1970 for 64 bits";
  return invalidValue(`the timestamp is ${what}; cast the column to VARCHAR to read it`);
}
