import {
  booleanStorage,
  decimalStorage,
  floatStorage,
  int16Storage,
  int32Storage,
  int64Words,
  integerWords,
  type ReadNumber,
  type WriteWords,
} from "./fixed-storage.ts";
import { binaryStorage, rewrittenStorage, textStorage } from "./variable-storage.ts";
import { integerDigits, plainDecoder, readDecimal, readInt32 } from "../values/decode.ts";
import type { Storage } from "./vector-builder.ts";
import type { TimeUnit } from "./vectors.ts";
import type { Column, Decode, PlainType, ValuePolicy } from "../values/types.ts";

/** How the cells of one column are decoded: into values, for rows, or into the storage of a vector. */
export interface CellReader {
  readonly value: Decode;
  storage(options: StorageOptions): Storage;
}

/** What a caller may say about how columns are stored. */
export interface StorageOptions {
  /**
   * What times and timestamps count; a value that this cannot hold exactly is `INVALID_VALUE`. Default: `"microsecond"`, or `"nanosecond"` where the column
   * has more than six digits behind the second.
   */
  readonly timeUnit?: TimeUnit | undefined;
}

/** Makes the reader of a column that both warehouses write in the same way. */
export function plainReader(column: Column, type: PlainType, policy: ValuePolicy): CellReader {
  return { value: plainDecoder(type, policy), storage: () => plainStorage(column, type, policy) };
}

function plainStorage(column: Column, type: PlainType, policy: ValuePolicy): Storage {
  switch (type) {
    case "integer":
      return policy.integers === "string" ? rewrittenStorage(integerDigits) : integerStorage(column);
    case "decimal":
      if (policy.decimals === "number") return floatStorage(readDecimal);
      return fixedPointStorage(column);
    case "float":
      return floatStorage();
    case "boolean":
      return booleanStorage();
    case "json":
      return textStorage("json");
    case "binary":
      return binaryStorage();
    case "text":
    case "interval":
      return textStorage("utf8");
  }
}

/** Stores integers in the width that their column has. */
export function integerStorage(
  column: Column,
  read: ReadNumber = readInt32,
  write: WriteWords = integerWords,
): Storage {
  const { nativeType, precision = Infinity } = column;
  if (nativeType === "SMALLINT" || precision <= 4) return int16Storage(read);
  if (nativeType === "INTEGER" || precision <= 9) return int32Storage(read);
  return int64Words(write, (values) => ({ layout: "int64", values }));
}

/** A number whose scale nobody knows, or that 128 bits cannot hold, stays text. */
function fixedPointStorage(column: Column): Storage {
  const point = fixedPointOf(column);
  return point === undefined ? textStorage("utf8") : decimalStorage(point.precision, point.scale);
}

/** Gives precision and scale of a column whose decimals fit into 128 bits, and nothing for any other. */
export function fixedPointOf({ precision, scale }: Column): { precision: number; scale: number } | undefined {
  return precision === undefined || scale === undefined || precision > 38 ? undefined : { precision, scale };
}
