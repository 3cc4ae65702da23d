import * as arrow from "apache-arrow";

/** Gives the cells of a column as a test can compare them: decimals as whole numbers in decimal digits, moments with every digit. */
export function cellsOf(batches: readonly arrow.RecordBatch[], column: number): unknown[] {
  return batches.flatMap(({ data }) => {
    const child = data.children[column]!;
    const vector = new arrow.Vector([child]);
    return Array.from({ length: child.length }, (_, index) => {
      if (!vector.isValid(index)) return null;
      // `get` would give milliseconds, or throw where they are too many.
      if (arrow.DataType.isTimestamp(child.type)) return (child.values as BigInt64Array)[index];
      const cell: unknown = vector.get(index);
      return arrow.DataType.isDecimal(child.type) ? signed(cell as Uint32Array) : cell;
    });
  });
}

function signed(words: Uint32Array): string {
  const unsigned = words.reduceRight((number, word) => (number << 32n) | BigInt(word), 0n);
  return BigInt.asIntN(128, unsigned).toString();
}
