import { arrowMoment } from "./arrow-moments.ts";
import { bitAt, pointed, textOf, wideInteger } from "./exact-values.ts";
import { refusal } from "./refusal.ts";
import { jsonOf } from "../../values/json.ts";

/** What is used of a type of apache-arrow's: the numbers are those of Arrow's own format (Schema.fbs). */
export interface ArrowType {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly unit?: number;
  readonly timezone?: string | null;
  readonly byteWidth?: number;
  readonly listSize?: number;
  readonly children?: readonly ArrowField[] | null;
  readonly dictionary?: ArrowType;
  readonly indices?: ArrowType;
}

/** What is used of a field. */
export interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  readonly metadata?: ReadonlyMap<string, string>;
}

/** What is used of a column's memory. A slice has moved `values` and `valueOffsets` to its beginning, but neither the bits nor a list's children. */
export interface ArrowData {
  readonly offset: number;
  readonly length: number;
  readonly values: ArrayBufferView;
  readonly valueOffsets: Int32Array | BigInt64Array;
  readonly nullBitmap?: Uint8Array | null;
  readonly children: readonly ArrowData[];
  readonly dictionary?: { readonly data: readonly ArrowData[] };
}

/** Gives a cell as a value that holds it exactly: `null`, or what the rows of a query have. */
export type ReadArrow = (row: number) => unknown;

/** Metadata by which text is told to be JSON: ours, and that of the canonical extension type. */
const jsonMarks = [
  ["peak-warehouse:type", "json"],
  ["ARROW:extension:name", "arrow.json"],
] as const;

/** Makes the reader of a column. @throws a refusal at the first cell, for types that no column of a warehouse holds. */
export function arrowReader(field: ArrowField, data: ArrowData): ReadArrow {
  const read = reader(field.type, data);
  const isNested = [12, 13, 16, 17].includes(field.type.typeId);
  const isDocument = jsonMarks.some(([key, mark]) => field.metadata?.get(key) === mark);
  if (!isDocument || isNested) return read;
  return (row) => {
    const value = read(row);
    return typeof value === "string" ? jsonOf(value) : value;
  };
}

function reader(type: ArrowType, data: ArrowData): ReadArrow {
  const { nullBitmap, offset } = data;
  const present = presentReader(type, data);
  if (nullBitmap === null || nullBitmap === undefined || nullBitmap.length === 0) return present;
  return (row) => (bitAt(nullBitmap, offset + row) ? present(row) : null);
}

function presentReader(type: ArrowType, data: ArrowData): ReadArrow {
  switch (type.typeId) {
    case 1:
      return () => null;
    case 2:
      return (row) => numbers(data)[row];
    case 3:
      return type.precision === 0 ? (row) => halfFloat(Number(numbers(data)[row])) : (row) => numbers(data)[row];
    case 4:
    case 19:
      return (row) => bytes(data).subarray(...bounds(data, row));
    case 5:
    case 20:
      return (row) => textOf(bytes(data), ...bounds(data, row));
    case 6:
      return (row) => bitAt(bytes(data), data.offset + row);
    case 7: {
      const words = (type.bitWidth ?? 128) / 32;
      const { scale = 0 } = type;
      return (row) => pointed(wideInteger(words32(data), words * row, words), scale);
    }
    case 8:
    case 9:
    case 10:
      return arrowMoment(type, numbers(data));
    case 15: {
      const { byteWidth = 0 } = type;
      return (row) => bytes(data).subarray(byteWidth * row, byteWidth * (row + 1));
    }
    case 12:
    case 16:
    case 13:
    case 17:
      return nestedReader(type, data);
    case -1:
      return dictionaryReader(type, data);
    default:
      return () => {
        throw refusal("is of a type of Arrow that no column of a warehouse holds: cast it first");
      };
  }
}

function dictionaryReader({ dictionary: type }: ArrowType, { values, dictionary }: ArrowData): ReadArrow {
  const indices = values as unknown as ArrayLike<number | bigint>;
  if (type === undefined || dictionary === undefined) throw refusal("is of a dictionary that is not there");
  const chunks = dictionary.data.map((data) => ({ length: data.length, read: reader(type, data) }));
  return (row) => {
    let at = Number(indices[row]);
    for (const { length, read } of chunks) {
      if (at < length) return read(at);
      at -= length;
    }
    throw refusal("is beyond its dictionary");
  };
}

/** Reads lists, structs and maps as what JSON has for them. */
function nestedReader(type: ArrowType, data: ArrowData): ReadArrow {
  const fields = type.children ?? [];
  const children = fields.map((field, at) => ({ name: field.name, read: childReader(field, data.children[at]) }));
  const [first] = children;
  if (type.typeId === 13) {
    return (row) => Object.fromEntries(children.map(({ name, read }) => [name, read(row)]));
  }
  const range = (row: number): [number, number] => {
    const { listSize = 0 } = type;
    return type.typeId === 16 ? [listSize * row, listSize * (row + 1)] : bounds(data, row);
  };
  const items = (row: number) => {
    const [start, end] = range(row);
    return Array.from({ length: end - start }, (_, at) => first?.read(start + at));
  };
  if (type.typeId !== 17) return items;
  // A map's entries are structs of a key and a value, whatever those are called.
  return (row) => Object.fromEntries(items(row).map((entry) => mapEntry(Object.values(entry as object))));
}

function mapEntry([key, value]: readonly unknown[]): [string, unknown] {
  if (typeof key !== "string") throw refusal("is a map whose keys are no texts, which JSON cannot hold");
  return [key, value];
}

function childReader(field: ArrowField, data: ArrowData | undefined): ReadArrow {
  if (data === undefined) throw refusal("is of a nested type whose memory is not there");
  return arrowReader(field, data);
}

const numbers = ({ values }: ArrowData) => values as unknown as ArrayLike<number | bigint>;

function bytes({ values }: ArrowData): Uint8Array {
  return values instanceof Uint8Array ? values : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function words32({ values }: ArrowData): Uint32Array {
  return values instanceof Uint32Array
    ? values
    : new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
}

function bounds({ valueOffsets }: ArrowData, row: number): [number, number] {
  return [Number(valueOffsets[row]), Number(valueOffsets[row + 1])];
}

function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits >> 15 === 0 ? 1 : -1;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
