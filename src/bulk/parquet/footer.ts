const magic = Buffer.from("PAR1");

/** The kinds of Thrift's compact protocol (thrift.apache.org, "Thrift Compact protocol encoding"). */
const kinds = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  struct: 12,
};

/**
 * Reads how many rows the footer of a Parquet file counts (parquet.thrift: `FileMetaData`, whose third field is `num_rows`).
 *
 * @param tail - the end of the file, the whole footer in it.
 * @returns `undefined` where that is no footer.
 */
export function rowsInFooter(tail: Buffer): number | undefined {
  const end = tail.length - 8;
  if (end < 0 || !tail.subarray(end + 4).equals(magic)) return undefined;
  const start = end - tail.readUInt32LE(end);
  if (start < 0) return undefined;
  const reader = compactReader(tail.subarray(start, end));
  for (let field = reader.field(0); field.kind !== 0; field = reader.field(field.id)) {
    if (field.id === 3 && field.kind === kinds.i64) return reader.integer();
    reader.skip(field.kind);
  }
  return undefined;
}

interface CompactReader {
  /** Reads the head of the next field; the kind 0 is the end of a struct. */
  field(before: number): { readonly id: number; readonly kind: number };
  integer(): number;
  skip(kind: number): void;
}

function compactReader(bytes: Buffer): CompactReader {
  let at = 0;
  const byte = () => bytes[at++] ?? 0;
  const unsigned = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const part = byte();
      value += (part & 0x7f) * factor;
      if (part < 0x80) return value;
    }
  };
  const integer = () => {
    const zigzag = unsigned();
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  };
  const field = (before: number) => {
    const head = byte();
    const kind = head & 0x0f;
    if (kind === 0) return { id: 0, kind };
    return { id: head >> 4 === 0 ? integer() : before + (head >> 4), kind };
  };
  const skip = (kind: number): void => {
    switch (kind) {
      case kinds.true:
      case kinds.false:
        return;
      case kinds.byte:
        at += 1;
        return;
      case kinds.double:
        at += 8;
        return;
      case kinds.binary: {
        const length = unsigned();
        at += length;
        return;
      }
      case kinds.list:
      case kinds.set: {
        const head = byte();
        const count = head >> 4 === 15 ? unsigned() : head >> 4;
        // In a list a boolean takes a byte.
        const of = (head & 0x0f) <= kinds.false ? kinds.byte : head & 0x0f;
        for (let index = 0; index < count; index++) skip(of);
        return;
      }
      case kinds.struct:
        for (let inner = field(0); inner.kind !== 0; inner = field(inner.id)) skip(inner.kind);
        return;
      default:
        unsigned();
    }
  };
  return { field, integer, skip };
}
