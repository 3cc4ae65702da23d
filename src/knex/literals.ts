import { toBind, type Bind } from "../values/parameters.ts";
import type { Dialect } from "../sql/dialect.ts";

/**
 * Writes a value into SQL, for where a warehouse takes no placeholders, such as a column's default, and for `toString()`.
 *
 * @throws `INVALID_ARGUMENT` for what cannot be sent as a value either.
 */
export function literal(value: unknown, dialect: Dialect): string {
  if (Array.isArray(value)) return value.map((element) => literal(element, dialect)).join(", ");
  const bind = toBind(value ?? null, "A value");
  const placeholder = dialect.placeholder(1, bind);
  // A function: in a text for replace() a dollar sign would have a meaning.
  return placeholder.replace(/\$1|\?/, () => written(bind));
}

/** Writes a text in quotes. A backslash escapes on both warehouses, whatever a setting says (facts/redshift.md §4). */
export function textLiteral(text: string): string {
  return `'${text.replace(/['\\]/g, (mark) => (mark === "'" ? "''" : "\\\\"))}'`;
}

function written(bind: Bind): string {
  switch (bind.kind) {
    case "null":
      return "NULL";
    case "integer":
    case "boolean":
      return String(bind.value);
    case "float":
      return Number.isFinite(bind.value) ? String(bind.value) : `${textLiteral(String(bind.value))}::float`;
    case "binary":
      return textLiteral(Buffer.from(bind.value).toString("hex"));
    case "text":
    case "timestamp":
    case "json":
      return textLiteral(bind.value);
  }
}
