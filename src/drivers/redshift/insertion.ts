import { redshift as dialect } from "./dialect.ts";
import { nullParameter, parameterWriter } from "./bind.ts";
import { unspecified, varchar } from "./params.ts";
import type { Cell, Insertion, RowWriter } from "../../bulk-engine.ts";
import type { Column } from "../../values/types.ts";

/**
 * The most bytes that the values of one statement have. Redshift tells a limit for the text alone, 16 MB; that of both together is well
 * below what it takes.
 */
const maxBytes = 8 * 1024 * 1024;

/** How Redshift inserts rows: many in one INSERT, whose values the server reads as the types of their columns. */
export const insertion: Insertion = {
  writer(table, columns, batchRows) {
    const mostRows = Math.min(batchRows, Math.max(1, Math.floor(dialect.maxBinds / columns.length)));
    const begin = `INSERT INTO ${table} (${columns.map(({ nativeName }) => dialect.exactIdentifier(nativeName)).join(", ")}) VALUES `;
    const types = columns.map((column) => (conversionOf(column) === undefined ? unspecified : varchar));
    const textOf = remembered((rows) => begin + valuesText(columns, rows));
    const typesOf = remembered((rows) => Array.from({ length: rows }, () => types).flat());
    return rowWriter(mostRows, (rows, values) => ({
      text: textOf(rows),
      bindRows: { form: "wire", types: typesOf(rows), values, isRepeated: rows === mostRows },
    }));
  },
  isStageable: ({ nativeType }) => stageable.test(nativeType),
};

/** Without documents and bytes, which a COPY would have to convert, and without times of day and intervals, which it does not take from Parquet. */
const stageable =
  /^(?:SMALLINT|INTEGER|BIGINT|REAL|DOUBLE PRECISION|BOOLEAN|DATE|TIMESTAMP|TIMESTAMPTZ|TEXT|NUMERIC\(.*|CHAR\(.*|VARCHAR\(.*)$/;

type Finish = (rows: number, values: Uint8Array) => ReturnType<RowWriter["take"]>;

function rowWriter(mostRows: number, finish: Finish): RowWriter {
  const values = parameterWriter();
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    get bytes() {
      return values.length;
    },
    get isFull() {
      return rows >= mostRows;
    },
    add(cells) {
      const before = values.length;
      for (const cell of cells) writeCell(values, cell);
      if (rows > 0 && values.length > maxBytes) {
        values.cut(before);
        return false;
      }
      rows++;
      return true;
    },
    take() {
      const statement = finish(rows, values.take());
      rows = 0;
      return statement;
    },
  };
}

function writeCell(values: ReturnType<typeof parameterWriter>, cell: Cell): void {
  if (cell === null) values.number(nullParameter);
  else values.text(cell);
}

function valuesText(columns: readonly Column[], rows: number): string {
  let index = 0;
  const row = () =>
    columns.map((column) => {
      index++;
      const conversion = conversionOf(column);
      return conversion === undefined ? `$${index}` : `${conversion}($${index})`;
    });
  return Array.from({ length: rows }, () => `(${row().join(", ")})`).join(", ");
}

/** What makes a value of a text where the server does not by itself. */
function conversionOf({ type }: Column): string | undefined {
  if (type === "json") return "JSON_PARSE";
  return type === "binary" ? "FROM_HEX" : undefined;
}

/** Keeps the last result: most statements of an insert have as many rows as the one before. */
function remembered<T>(make: (rows: number) => T): (rows: number) => T {
  let last: { readonly rows: number; readonly made: T } | undefined;
  return (rows) => {
    if (last?.rows !== rows) last = { rows, made: make(rows) };
    return last.made;
  };
}
