import { toBind } from "../values/parameters.ts";
import { BindWriter, checked, type BoundText } from "./bound-text.ts";
import type { Dialect } from "./dialect.ts";
import { closesAt, InList, listBinds } from "./in-list.ts";
import { Lexer } from "./lexer.ts";
import { parameterSource, type Parameters } from "./parameter-source.ts";
import { placeholderStyle, styleError, type PlaceholderStyle } from "./placeholder-style.ts";

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
export function bindParameters(text: string, params: Parameters | undefined, dialect: Dialect): BoundText {
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
    const { value, where } = source.take(placeholder, lexer.start);
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

  while (lexer.next()) {
    if (lexer.kind === "placeholder") {
      const found = placeholderStyle(text, lexer.start);
      if (style === undefined ? !source.styles.includes(found) : found !== style) throw styleError(text, dialect);
      style = found;
      output += text.slice(copied, lexer.start) + replacement(text.slice(lexer.start, lexer.end));
      copied = lexer.end;
    }
    list.see(lexer);
  }
  source.checkAllUsed();
  return checked(output + text.slice(copied), writer.binds, dialect);
}
