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
