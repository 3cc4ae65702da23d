import { types } from "node:util";
import { invalidArgument } from "../errors.ts";
import { isQuery } from "./arguments.ts";
import { unsupported } from "./refusals.ts";

/** Refuses rows that would conflict with each other: MERGE looks at the table alone, and would insert both. @throws `INVALID_ARGUMENT`. */
export function refuseTwins(keys: readonly string[], columns: readonly string[], rows: readonly unknown[][]): void {
  const seen = new Set<string>();
  const places = keys.map((key) => {
    const place = columns.indexOf(key);
    if (place < 0) throw invalidArgument(`onConflict("${key}") needs that column in the rows.`);
    return place;
  });
  // Beside a number a text is one, too, whose digits say nothing of its value.
  const isNumeric = (place: number) => rows.some((row) => ["number", "bigint"].includes(typeof row[place]));
  const numeric = places.map(isNumeric);
  for (const row of rows) {
    const values = places.map((place) => row[place]);
    if (rows.length > 1 && values.some(isQuery)) {
      throw unsupported("onConflict() with SQL among several rows' keys", "send a MERGE with db.query()");
    }
    // As in SQL, NULL is like nothing.
    if (values.includes(null)) continue;
    const twin = values.map((value, index) => comparable(value, numeric[index] === true)).join("\0");
    if (seen.has(twin)) throw invalidArgument(`Two of the rows to insert have the same ${keys.join(", ")}.`);
    seen.add(twin);
  }
}

function comparable(value: unknown, isNumeric: boolean): string {
  if (types.isDate(value)) return value.toISOString();
  const number = isNumeric ? numeral(String(value)) : undefined;
  if (number !== undefined) return number;
  return JSON.stringify(types.isUint8Array(value) ? [...value] : String(value));
}

/** Writes a number so that equal ones are written alike, however many digits they have. */
function numeral(text: string): string | undefined {
  const parts = /^\s*([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:e([+-]?\d+))?\s*$/i.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = parts;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign === "-" ? "-" : ""}${significant}e${power}`;
}
