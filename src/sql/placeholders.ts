import { invalidArgument, type WarehouseError } from "../errors.ts";
import { toBind } from "../values/parameters.ts";
import { BindWriter, checked, type BoundText } from "./bound-text.ts";
import type { Dialect } from "./dialect.ts";
import { closesAt, InList, listBinds } from "./in-list.ts";
import { Lexer } from "./lexer.ts";
import { parameterSource, type QueryParameters } from "./parameter-source.ts";
import { mixedStyles, placeholderStyle, type PlaceholderStyle } from "./placeholder-style.ts";
import { isNamePart } from "./spans.ts";

/**
 * Turns `?`, `$1` or `:name` into the warehouse's own placeholders and the parameters into binds. Everything else in the
 * text stays as it is, byte for byte; without parameters (`undefined`) all of it does.
 *
 * An array that stands alone in `IN (…)` becomes a list. Where placeholders carry numbers, `$1` and `:name` keep theirs when
 * they come again.
 *
 * @throws `INVALID_ARGUMENT` for mixed styles, missing and surplus parameters, values that cannot be sent, and texts or
 * numbers of values beyond the warehouse's limits. No message holds a value.
 */
export function bindParameters(text: string, params: QueryParameters | undefined, dialect: Dialect): BoundText {
  if (params === undefined) return checked(text, [], dialect);
  const source = parameterSource(params);
  const writer = new BindWriter(dialect);
  const written = new Map<string, string>();
  const lexer = new Lexer(text, dialect.lexis);
  const list = new InList();
  let style: PlaceholderStyle | undefined;
  let output = "";
  let copied = 0;

  /** Gives the SQL that stands for the placeholder that the lexer has come to. */
  function replacement(placeholder: string): string {
    const parameter = source.take(placeholder);
    if (parameter === undefined) throw mixedStyles(text, dialect) ?? source.missing(placeholder, lexer.start);
    const { value, where } = parameter;
    if (!Array.isArray(value)) {
      return remembered(placeholder, () => writer.write(toBind(value, where), where));
    }
    // Outside IN the array itself goes to toBind, which refuses it.
    const isList = list.isOpen && closesAt(text, lexer.end, dialect.lexis);
    if (!isList) return writer.write(toBind(value, where), where);
    return remembered(placeholder, () => writer.writeList(listBinds(value, where), where));
  }

  function remembered(placeholder: string, write: () => string): string {
    const known = written.get(placeholder);
    if (known !== undefined) return known;
    const sql = write();
    if (dialect.numberedPlaceholders && placeholder !== "?") written.set(placeholder, sql);
    return sql;
  }

  function wrongStyle(found: PlaceholderStyle): WarehouseError {
    const placeholder = `${text.slice(lexer.start, lexer.end)} (character ${lexer.start + 1})`;
    const shape = found === ":name" ? "an object" : "an array";
    return mixedStyles(text, dialect) ?? invalidArgument(`${placeholder} needs its parameters in ${shape}.`);
  }

  while (lexer.next()) {
    if (lexer.kind === "placeholder") {
      const found = placeholderStyle(text, lexer.start);
      if (style !== found) {
        if (style !== undefined || !source.styles.includes(found)) throw wrongStyle(found);
        style = found;
      }
      const sql = replacement(text.slice(lexer.start, lexer.end));
      output += text.slice(copied, lexer.start) + apart(sql, text, lexer.start, lexer.end);
      copied = lexer.end;
    }
    list.see(lexer);
  }
  source.checkAllUsed();
  return checked(output + text.slice(copied), writer.binds, dialect);
}

/** Sets off by blanks what would grow together with its neighbours in the text: `between?and?`, `?1`. */
function apart(sql: string, text: string, start: number, end: number): string {
  const before = isNamePart(text, start - 1) && isNamePart(sql, 0) ? " " : "";
  const after = isNamePart(text, end) && isNamePart(sql, sql.length - 1) ? " " : "";
  return before + sql + after;
}
