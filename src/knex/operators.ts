import { invalidArgument } from "../errors.ts";
import { isRaw } from "./arguments.ts";
import { unsupported } from "./refusals.ts";
import type { Dialect } from "../sql/dialect.ts";

const shared = ["=", "<", ">", "<=", ">=", "<>", "!=", "like", "not like", "ilike", "not ilike", "||"];

/**
 * The operators that knex writes and a warehouse has. Redshift has POSIX matching with regard to case only, and operators on bits;
 * Snowflake has functions for these (AWS documentation, "Pattern-matching conditions" and "Mathematical operator symbols"; Snowflake
 * documentation, "Query operators" and "String functions (regular expressions)").
 */
const operators = {
  redshift: new Set([...shared, "similar to", "not similar to", "~", "!~", "&", "|", "#", "<<", ">>", "^"]),
  snowflake: new Set([...shared, "rlike", "not rlike", "regexp", "not regexp"]),
} as const;

/** @throws `UNSUPPORTED` for an operator that the warehouse lacks; `INVALID_ARGUMENT` where there is none. */
export function checkOperator(operator: unknown, dialect: Dialect): void {
  if (isRaw(operator)) return;
  if (typeof operator !== "string") {
    throw invalidArgument("A comparison needs a column, an operator that is a text, and a value: pass all three.");
  }
  if (operators[dialect.name].has(operator.toLowerCase())) return;
  // Nothing else of the caller's goes into a message.
  const isOperator = /^(?:[^\w\s'"]{1,3}|[a-z ]{1,16})$/i.test(operator);
  throw unsupported(
    isOperator ? `operator ${operator} here` : "operator of this name",
    "the warehouse has none such; write the condition in its own SQL, with knex.raw()",
  );
}
