/**
 * Makes a statement that gives a hundred thousand rows, in no order.
 *
 * @param columns - expressions of `n`, from 0 on.
 */
export function manyRows(columns = "n"): string {
  const digits = Array.from({ length: 10 }, (_, digit) => `select ${digit} as d`).join(" union all ");
  return `with t as (${digits}),
    m as (select a.d * 10000 + b.d * 1000 + c.d * 100 + e.d * 10 + f.d as n
      from t a cross join t b cross join t c cross join t e cross join t f)
    select ${columns} from m`;
}

/** Reads an iterable to its end. */
export async function collected<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}
