import { refusal } from "./failures.ts";
import type { OutputColumn } from "./output-columns.ts";
import type { UnloadOptions } from "./unload-command.ts";

/** Writes a row, its values as text, as a line with its end. */
type Line = (values: readonly (string | null)[]) => string;

/** Is how lines are written. */
export interface Lines {
  readonly line: Line;
  /** The line of the columns' names, where one is wanted. */
  readonly header: string;
}

/** Makes the lines of delimited text, CSV or JSON (AWS documentation, "UNLOAD", parameters). */
export function textLines(options: UnloadOptions, columns: readonly OutputColumn[]): Lines {
  if (options.format === "json") return { line: jsonLine(columns), header: "" };
  const { delimiter = options.format === "csv" ? "," : "|", nullAs = "" } = options;
  const field = options.format === "csv" ? csvField(delimiter) : delimitedField(delimiter, options);
  const joined = (fields: readonly string[]): string => `${fields.join(delimiter)}\n`;
  const texts = columns.map(({ kind }) => kind === "text" || kind === "json");
  return {
    line: (values) => joined(values.map((value, at) => (value === null ? nullAs : field(value, texts[at] ?? true)))),
    header: options.header ? joined(columns.map(({ name }) => field(name, true))) : "",
  };
}

type Field = (text: string, isText: boolean) => string;

function csvField(delimiter: string): Field {
  return (text) => (text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
}

function delimitedField(delimiter: string, { escape, addQuotes }: UnloadOptions): Field {
  const special = new Set(["\n", "\r", "\\", delimiter, ...(addQuotes ? ['"', "'"] : [])]);
  const escaped: Field = (text, isText) =>
    isText ? Array.from(text, (character) => (special.has(character) ? `\\${character}` : character)).join("") : text;
  const field: Field = escape ? escaped : (text) => text;
  return addQuotes ? (text, isText) => `"${field(text, isText)}"` : field;
}

/** An object a line; booleans are `t` and `f`, NULL is null, SUPER is nested. */
function jsonLine(columns: readonly OutputColumn[]): Line {
  const keys = columns.map(({ name }) => JSON.stringify(name));
  const writers = columns.map(jsonValue);
  return (values) => {
    const members = values.map(
      (value, at) => `${keys[at] ?? ""}:${value === null ? "null" : (writers[at]?.(value) ?? "")}`,
    );
    return `{${members.join(",")}}\n`;
  };
}

function jsonValue({ name, kind }: OutputColumn): (text: string) => string {
  switch (kind) {
    case "integer":
    case "decimal":
    case "json":
      return (text) => text;
    case "float":
      return (text) => {
        if (/^-?[\d.]/.test(text)) return text;
        throw refusal(`UNLOAD to JSON: column "${name}" holds ${text}, which JSON cannot write`);
      };
    case "bytes":
      throw refusal(`UNLOAD of VARBYTE column "${name}" is only supported for text and CSV`);
    default:
      return (text) => JSON.stringify(text);
  }
}
