import { fixedPointOf } from "../columns/reader.ts";
import { invalidArgument } from "../errors.ts";
import { TextDictionary } from "./text-dictionary.ts";
import type { Data, Utf8, Vector } from "apache-arrow";
import type { Encoder } from "./encoder.ts";
import type { Arrow } from "./library.ts";
import type { Column, ColumnType } from "../values/types.ts";

/** Which columns of text are given as a dictionary and numbers into it. */
type DictionaryOption = boolean | readonly string[];

/** @throws `INVALID_ARGUMENT` for what is no {@link DictionaryOption}. */
export function checkDictionary(option: unknown): void {
  if (option === undefined || typeof option === "boolean") return;
  if (Array.isArray(option) && option.every((name) => typeof name === "string")) return;
  throw invalidArgument("dictionary must be true, false, or an array with the names of text columns.");
}

/** Types of columns that are never stored as text; integers are where their digits are asked for. */
const neverText = new Set<ColumnType>(["float", "boolean", "date", "time", "timestamp", "timestamptz", "binary"]);

/**
 * Tells of each column whether it is to be encoded.
 *
 * @throws `INVALID_ARGUMENT` for a name that no column has, and for that of a column which can hold no text.
 */
export function chosenColumns(columns: readonly Column[], option: DictionaryOption = false): readonly boolean[] {
  if (typeof option === "boolean") return columns.map(({ type }) => option && type === "text");
  const names = new Set(columns.map(({ name }) => name));
  const unknown = option.find((name) => !names.has(name));
  if (unknown !== undefined) {
    throw invalidArgument(
      `dictionary names ${JSON.stringify(unknown)}, and the result has no such column; it has ${[...names].map((name) => JSON.stringify(name)).join(", ")}.`,
    );
  }
  return columns.map((column) => {
    const isChosen = option.includes(column.name);
    const isNeverText = neverText.has(column.type) || (column.type === "decimal" && fixedPointOf(column) !== undefined);
    if (isChosen && isNeverText) throw invalidArgument(noText(column));
    return isChosen;
  });
}

function noText({ name, type }: Column): string {
  return `dictionary names ${JSON.stringify(name)}, and that column holds no text but ${type}.`;
}

/**
 * Makes what encodes a column of text, with one dictionary that grows. Each batch's dictionary begins with the chunks of the one before,
 * so an IPC stream holds each text once; the unified one has a single chunk, for readers that know no deltas.
 */
export function dictionaryEncoder(arrow: Arrow, column: Column): Encoder {
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
  const texts = new TextDictionary(column.name);
  const chunks: Data<Utf8>[] = [];
  let told = 0;
  let dictionary: Vector<Utf8> | undefined;
  let whole: Vector<Utf8> | undefined;

  const chunk = (first: number) => {
    const { offsets, values } = texts.from(first);
    return arrow.makeData({ type: type.dictionary, length: texts.size - first, valueOffsets: offsets, data: values });
  };

  /** The first chunk is there from the beginning, also where it is empty: by it the writer knows that a dictionary has grown. */
  const grown = () => {
    if (dictionary === undefined || texts.size > told) {
      chunks.push(chunk(told));
      told = texts.size;
      dictionary = new arrow.Vector(chunks.slice());
    }
    return dictionary;
  };

  return {
    encode(vector) {
      if (vector.layout !== "utf8" && vector.layout !== "json") throw invalidArgument(noText(column));
      const data = texts.encode(vector);
      const { length, nulls, validity } = vector;
      return arrow.makeData({ type, length, nullCount: nulls, nullBitmap: validity, data, dictionary: grown() });
    },
    unified(data) {
      if (chunks.length < 2) return data;
      if (whole === undefined || whole.length < texts.size) whole = new arrow.Vector([chunk(0)]);
      return new arrow.Data(type, 0, data.length, data.nullCount, data, [], whole);
    },
  };
}
