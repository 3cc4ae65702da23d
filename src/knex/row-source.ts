import { types } from "node:util";
import { invalidArgument } from "../errors.ts";
import { isJson, jsonText, type Json } from "../values/json.ts";
import type { QueryCompiler } from "./types.ts";

/** Tells whether a value was made by `sql.json()`. */
export function holdsJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && isJson(value);
}

/**
 * Writes rows as a query on Snowflake, whose VALUES takes no PARSE_JSON: JSON goes in as text, and is parsed outside.
 *
 * @throws `INVALID_ARGUMENT` for rows that do not have the same columns, since a query has no DEFAULT; and for a column that has JSON in
 *   some rows and another value in others.
 */
export function rowSource(compiler: QueryCompiler, columns: readonly string[], rows: readonly unknown[][]): string {
  const { client, builder, bindingsHolder, formatter } = compiler;
  const documents = columns.map((name, index) =>
    isDocument(
      name,
      rows.map((row) => row[index]),
    ),
  );
  const items = columns.map((name, index) => {
    const column = `column${index + 1}`;
    return `${documents[index] === true ? `parse_json(${column})` : column} as ${formatter.wrap(name)}`;
  });
  const lists = alike(rows, columns).map((row) => {
    const cells = columns.map((_, index) => {
      const value = row[index];
      return client.parameter(holdsJson(value) ? jsonText(value) : value, builder, bindingsHolder);
    });
    return `(${cells.join(", ")})`;
  });
  return `select ${items.join(", ")} from values ${lists.join(", ")}`;
}

function isDocument(name: string, values: readonly unknown[]): boolean {
  if (values.includes(undefined)) {
    throw invalidArgument(
      `Every row needs a value for "${name}": with JSON or onConflict(), Snowflake has no DEFAULT.`,
    );
  }
  const given = values.filter((value) => value !== null);
  if (!given.some(holdsJson)) return false;
  if (!given.every(holdsJson)) throw invalidArgument(`Column "${name}" is given sql.json(…) in some rows only.`);
  return true;
}

/**
 * Gives a column's values in one kind where some are numbers and others texts, which is how exact decimals come out: Snowflake would bring a
 * column of VALUES to one type of its own choice, and round. A text becomes whatever its column is.
 */
export function alike(rows: readonly unknown[][], columns: readonly string[]): unknown[][] {
  const isNumber = (value: unknown) => typeof value === "number" || typeof value === "bigint";
  const mixed = columns.map((_, index) => {
    const values = rows.map((row) => row[index]);
    return values.some(isNumber) && values.some((value) => typeof value === "string");
  });
  return rows.map((row) =>
    columns.map((_, index) => (mixed[index] === true && isNumber(row[index]) ? String(row[index]) : row[index])),
  );
}

/** Refuses rows that would conflict with each other: MERGE looks at the table alone, and would insert both. @throws `INVALID_ARGUMENT`. */
export function refuseTwins(keys: readonly string[], columns: readonly string[], rows: readonly unknown[][]): void {
  const seen = new Set<string>();
  const places = keys.map((key) => {
    const place = columns.indexOf(key);
    if (place < 0) throw invalidArgument(`onConflict("${key}") needs that column in the rows.`);
    return place;
  });
  for (const row of rows) {
    const values = places.map((place) => row[place]);
    // As in SQL, NULL is like nothing.
    if (values.includes(null)) continue;
    const twin = values.map(comparable).join("\0");
    if (seen.has(twin)) throw invalidArgument(`Two of the rows to insert have the same ${keys.join(", ")}.`);
    seen.add(twin);
  }
}

function comparable(value: unknown): string {
  if (types.isDate(value)) return value.toISOString();
  return JSON.stringify(types.isUint8Array(value) ? [...value] : String(value));
}
