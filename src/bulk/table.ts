import { invalidArgument } from "../errors.ts";
import { tableName } from "../catalog/names.ts";
import type { GivenName } from "../sql/catalog.ts";
import type { Dialect } from "../sql/dialect.ts";
import type { Fragment } from "../sql/fragment.ts";

/**
 * Writes a table's name, which is given as to `columns()`: `"table"`, `"schema.table"`, or what `sql.id(…)` gives.
 *
 * @throws `INVALID_ARGUMENT` for what is no name of a table.
 */
export function tableSql(given: string | Fragment, dialect: Dialect): string {
  const { schema, table } = tableName(given);
  const write = ({ name, exact }: GivenName) => dialect[exact ? "exactIdentifier" : "identifier"](name);
  return schema === undefined ? write(table) : `${write(schema)}.${write(table)}`;
}

/**
 * Checks the names of columns, which may be missing.
 *
 * @throws `INVALID_ARGUMENT` for what is no list of names, or an empty one.
 */
export function checkedColumns(given: readonly string[] | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const names: readonly unknown[] = given;
  const isList = Array.isArray(names) && names.length > 0;
  if (isList && names.every((name) => typeof name === "string" && name !== "")) return given;
  throw invalidArgument("columns must be an array of the names of columns.");
}
