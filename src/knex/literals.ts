import { bindLiteral } from "../sql/literals.ts";
import { toBind } from "../values/parameters.ts";
import type { Dialect } from "../sql/dialect.ts";

/**
 * Writes a value into SQL, for where a warehouse takes no placeholders, such as a column's default, and for `toString()`.
 *
 * @throws `INVALID_ARGUMENT` for what cannot be sent as a value either.
 */
export function literal(value: unknown, dialect: Dialect): string {
  if (Array.isArray(value)) return value.map((element) => literal(element, dialect)).join(", ");
  return bindLiteral(toBind(value ?? null, "A value"), dialect);
}
