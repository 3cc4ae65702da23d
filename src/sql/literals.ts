import type { Bind } from "../values/parameters.ts";
import type { Dialect } from "./dialect.ts";

/** Writes a text in quotes. A backslash escapes on both warehouses, whatever a setting says (amazon-redshift-jdbc-driver: "unconditional"). */
export function textLiteral(text: string): string {
  return `'${text.replace(/['\\]/g, (mark) => (mark === "'" ? "''" : "\\\\"))}'`;
}

/** Writes a value into SQL, for where a warehouse takes no placeholders, such as a column's default. */
export function bindLiteral(bind: Bind, dialect: Dialect): string {
  // A function: in a text for replace() a dollar sign would have a meaning.
  return dialect.placeholder(1, bind).replace(/\$1|\?/, () => written(bind, dialect));
}

/**
 * Gives the dialect with every value written into the text, for the statements that take no binds but hold a query. A value has the type that
 * it would be sent with, and stays one operand whatever stands beside it.
 */
export function inlining(dialect: Dialect): Dialect {
  return { ...dialect, maxBinds: Infinity, placeholder: (_index, bind) => operand(bind, dialect) };
}

function operand(bind: Bind, dialect: Dialect): string {
  const literal = bindLiteral(bind, dialect);
  switch (bind.kind) {
    case "float":
      return `${textLiteral(floatText(bind.value, dialect))}::float`;
    case "timestamp":
      // What has no conversion around it is sent with its type.
      return literal.startsWith("'") ? `${literal}::timestamptz` : literal;
    case "integer":
      // Behind a minus sign another one would begin a comment.
      return literal.startsWith("-") ? `(${lowest.get(literal) ?? literal})` : literal;
    default:
      return literal;
  }
}

/** The lowest number of a type: what stands behind the minus sign is read first, and is one too many for the type. */
const lowest: ReadonlyMap<string, string> = new Map([
  ["-2147483648", "-2147483647 - 1"],
  ["-9223372036854775808", "-9223372036854775807 - 1"],
]);

/** Writes a float as the server reads it. */
function floatText(value: number, { infinity }: Dialect): string {
  return Object.is(value, -0) ? "-0" : String(value).replace("Infinity", infinity);
}

function written(bind: Bind, dialect: Dialect): string {
  switch (bind.kind) {
    case "null":
      return "NULL";
    case "integer":
    case "boolean":
      return String(bind.value);
    case "float":
      return Number.isFinite(bind.value) ? String(bind.value) : `${textLiteral(floatText(bind.value, dialect))}::float`;
    case "binary":
      return textLiteral(Buffer.from(bind.value).toString("hex"));
    case "text":
    case "timestamp":
    case "json":
      return textLiteral(bind.value);
  }
}
