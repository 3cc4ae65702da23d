import { invalidArgument } from "../errors.ts";
import { isQuery, isRaw } from "./arguments.ts";
import { isJson, jsonText, type Json } from "../values/json.ts";
import type { QueryCompiler } from "./types.ts";

/** Tells whether a value was made by `sql.json()`. */
export function holdsJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && isJson(value);
}

/** Tells whether a value is SQL of its own: a query, or knex's `raw()` and `ref()`. */
function isExpression(value: unknown): boolean {
  return isQuery(value) && !isDefault(value);
}

function isDefault(value: unknown): boolean {
  return value === undefined || (isQuery(value) && isRaw(value) && /^\s*default\s*$/i.test(value.sql));
}

/**
 * Tells whether rows go into Snowflake by a query only: VALUES there takes neither PARSE_JSON nor a query nor most functions. Where a column's
 * default is asked for, which no query has, the server decides.
 */
export function needsQuery(rows: readonly unknown[][]): boolean {
  const cells = rows.flatMap((row) => Array.from(row));
  return cells.some(holdsJson) || (cells.some(isExpression) && !cells.some(isDefault));
}

/**
 * Writes rows as a query on Snowflake: JSON goes into VALUES as text, and is parsed outside; rows with SQL of their own are a query each.
 *
 * @throws `INVALID_ARGUMENT` for rows that do not have the same columns, since a query has no DEFAULT; and for a column that has JSON in
 *   some rows and another value in others.
 */
export function rowSource(compiler: QueryCompiler, columns: readonly string[], rows: readonly unknown[][]): string {
  const { client, builder, bindingsHolder, formatter } = compiler;
  checkColumns(columns, rows);
  if (rows.some((row) => row.some(isExpression))) return unionSource(compiler, columns, rows);
  const documents = columns.map((_, index) => rows.some((row) => holdsJson(row[index])));
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

/** Every row is a query without a table, whose binds become PARSE_JSON as everywhere. */
function unionSource(compiler: QueryCompiler, columns: readonly string[], rows: readonly unknown[][]): string {
  const { client, builder, bindingsHolder, formatter } = compiler;
  const queries = alike(rows, columns).map((row) => {
    const cells = columns.map(
      (name, index) => `${client.parameter(row[index], builder, bindingsHolder)} as ${formatter.wrap(name)}`,
    );
    return `select ${cells.join(", ")}`;
  });
  return queries.join(" union all ");
}

function checkColumns(columns: readonly string[], rows: readonly unknown[][]): void {
  for (const [index, name] of columns.entries()) {
    const values = rows.map((row) => row[index]);
    if (values.some(isDefault)) {
      throw invalidArgument(
        `Every row needs a value for "${name}": with JSON or onConflict(), Snowflake has no DEFAULT.`,
      );
    }
    const given = values.filter((value) => value !== null && !isExpression(value));
    if (given.some(holdsJson) && !given.every(holdsJson)) {
      throw invalidArgument(`Column "${name}" is given sql.json(…) in some rows only.`);
    }
  }
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
