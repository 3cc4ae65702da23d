import type { Bound, Column, Context } from "../binder/bound.ts";
import { textOf } from "../binder/casts.ts";
import { SnowflakeError } from "../errors.ts";
import type { CsvFormat } from "./formats.ts";
import { withFormats } from "./text-context.ts";

/** Writes the texts that a CSV file holds for columns, as DuckDB expressions. */
export function csvTexts(columns: readonly Column[], format: CsvFormat, context: Context): string[] {
  const inner = withFormats(context, format.formats);
  const binary = { HEX: "hex", BASE64: "sf_base64", UTF8: "sf_utf8_text" }[format.formats.binary];
  return columns.map((column) => {
    const value: Bound = { sql: column.sql, type: column.type, nullable: column.nullable };
    return column.type.kind === "binary" ? `${binary}(${column.sql})` : textOf(value, inner);
  });
}

/** Makes the function that writes a row of texts as a record. Throws 100062 for an empty text that the format cannot tell from NULL. */
export function csvRecord(columns: readonly Column[], format: CsvFormat): (row: readonly (string | null)[]) => string {
  const { fieldDelimiter = "", recordDelimiter = "", nullIf, enclosedBy } = format;
  const isBare = columns.map(({ type }) => ["fixed", "real", "boolean"].includes(type.kind));
  const escaped = unenclosed(format);
  const field = (text: string | null, i: number): string => {
    if (text === null) return nullIf[0] ?? "";
    if (enclosedBy !== undefined && isBare[i] !== true) return enclosed(text, enclosedBy, format.escape);
    if (text === "" && format.emptyFieldAsNull && enclosedBy === undefined) throw emptyText();
    return isBare[i] === true ? text : escaped(text);
  };
  return (row) => row.map(field).join(fieldDelimiter) + recordDelimiter;
}

function enclosed(text: string, by: string, escape: string | undefined): string {
  if (escape === undefined || escape === by) return by + text.replaceAll(by, by + by) + by;
  return by + text.replaceAll(escape, escape + escape).replaceAll(by, escape + by) + by;
}

function unenclosed({
  escape,
  escapeUnenclosed,
  fieldDelimiter,
  recordDelimiter,
}: CsvFormat): (text: string) => string {
  const mark = escapeUnenclosed ?? escape;
  if (mark === undefined) return (text) => text;
  const special = [mark, fieldDelimiter, recordDelimiter, "\r"].filter((one) => one !== undefined);
  const pattern = new RegExp(special.map((one) => one.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"), "g");
  return (text) => text.replace(pattern, (found) => mark + found);
}

const emptyText = (): SnowflakeError =>
  new SnowflakeError(
    "100062",
    "22000",
    "Cannot unload empty string without file format option field_optionally_enclosed_by being specified.",
  );
