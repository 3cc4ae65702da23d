import { cellTextOf } from "./cell-texts.ts";
import { invalidArgument } from "../../errors.ts";
import type { CellText } from "./numbers.ts";
import type { Dialect } from "../../sql/dialect.ts";
import type { Column } from "../../values/types.ts";

/** A column that rows are inserted into. */
export interface Target {
  /** As the caller names it. */
  readonly key: string;
  readonly column: Column;
  readonly text: CellText;
}

/**
 * Finds a table's columns by the names that a caller has for them, by the one name rule. A name as rows carry it comes first, also where two
 * columns differ in nothing but their case.
 *
 * @param keys - `undefined` for all the table's columns, in their order.
 * @throws `INVALID_ARGUMENT` for a name that no column has, and for two of the same column.
 */
export function targetsOf(
  keys: readonly string[] | undefined,
  table: readonly Column[],
  dialect: Dialect,
): readonly Target[] {
  const chosen = (keys ?? table.map(({ name }) => name)).map((key) => ({
    key,
    column: columnNamed(key, table, dialect),
  }));
  const unknown = chosen.filter(({ column }) => column === undefined).map(({ key }) => key);
  if (unknown.length > 0) throw noColumns(unknown, table);
  const seen = new Map<Column, string>();
  return chosen.flatMap(({ key, column }) => {
    if (column === undefined) return [];
    const before = seen.get(column);
    if (before !== undefined) {
      throw invalidArgument(`${quoted(before)} and ${quoted(key)} name the same column, ${quoted(column.nativeName)}.`);
    }
    seen.set(column, key);
    return [{ key, column, text: cellTextOf(column, dialect) }];
  });
}

function columnNamed(key: string, table: readonly Column[], dialect: Dialect): Column | undefined {
  const carried = table.find(({ name }) => name === key);
  if (carried !== undefined || key === "") return carried;
  const written = dialect.exactIdentifier(dialect.nativeName(key));
  return table.find(({ nativeName }) => dialect.exactIdentifier(nativeName) === written);
}

function noColumns(unknown: readonly string[], table: readonly Column[]) {
  const [first = ""] = unknown;
  const names = table.map(({ name }) => name);
  const near = names.filter((name) => isNear(first.toLowerCase(), name.toLowerCase()));
  const listed = near.length > 0 ? near : names;
  const told = listed.slice(0, 10).map(quoted).join(", ") + (listed.length > 10 ? ", …" : "");
  return invalidArgument(
    `The table has no column ${unknown.slice(0, 10).map(quoted).join(", ")}${unknown.length > 10 ? ", …" : ""}; ${near.length > 0 ? `is one of these meant: ${told}?` : `it has: ${told}`}`,
  );
}

const quoted = (name: string) => JSON.stringify(name);

/** Tells names that are two letters apart at most, or one within the other. */
function isNear(one: string, other: string): boolean {
  if (one.length > 2 && (other.includes(one) || (other.length > 2 && one.includes(other)))) return true;
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
  }
  return (row[other.length] ?? 0) <= Math.min(2, Math.floor(one.length / 2));
}
