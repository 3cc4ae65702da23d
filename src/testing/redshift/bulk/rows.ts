import type { CopyOptions } from "./copy-command.ts";
import { delimitedRecords, type Dialect } from "./delimited.ts";
import { jsonRecords, type Shredder } from "./json-records.ts";
import type { RawField, RawRecord } from "./records.ts";
import type { LoadFault } from "./load-errors.ts";
import type { TargetColumn } from "./target.ts";
import { Unloadable, valueReader, type ValueReader } from "./values.ts";

/** Is what a file holds: rows for PostgreSQL, and what could not be read. */
type Loaded = { readonly row: readonly (string | null)[] } | { readonly fault: Omit<LoadFault, "file"> };

/** Reads the content of a file, one character a byte. */
export type RowReader = (text: string) => Generator<Loaded>;

/** Makes the reader of delimited text or CSV. */
export function delimitedRows(columns: readonly TargetColumn[], options: CopyOptions): RowReader {
  const csv = options.format?.kind === "csv";
  const dialect: Dialect = {
    delimiter: options.delimiter ?? (csv ? "," : "|"),
    ...(csv && { quote: options.quote ?? '"' }),
    escape: options.escape ?? false,
    removeQuotes: options.removeQuotes ?? false,
    ignoreHeader: options.ignoreHeader ?? 0,
    ignoreBlankLines: options.ignoreBlankLines ?? false,
  };
  const read = fieldReaders(columns, options);
  const nullText = bytewise(options.nullAs ?? "\\N");
  return function* (text) {
    for (const record of delimitedRecords(text, dialect)) {
      if ("reason" in record) yield { fault: record };
      else yield row(record, columns, (at) => {
        const field = record.fields[at];
        if (field === undefined) return filled(columns[at], options);
        return field.text === nullText || field.bare === nullText ? null : (read[at]?.(field.text) ?? null);
      }, shape(record, columns.length, options)); // prettier-ignore
    }
  };
}

/** A column that is missing at the end is NULL, or empty where it can be (AWS documentation, FILLRECORD). */
const filled = (column: TargetColumn | undefined, { emptyAsNull }: CopyOptions): string | null =>
  column?.kind === "varchar" && !emptyAsNull ? "" : null;

function shape({ fields }: RawRecord, columns: number, { fillRecord }: CopyOptions): Unloadable | undefined {
  if (fields.length > columns) return new Unloadable(1202, "Extra column(s) found");
  if (fields.length < columns && !fillRecord) return new Unloadable(1214, "Delimiter not found");
  return undefined;
}

/** Makes the reader of JSON. */
export function jsonRows(columns: readonly TargetColumn[], options: CopyOptions, shred: Shredder): RowReader {
  const readers = columns.map((column) => valueReader(column, options));
  const decode = decoder(options);
  const whole = options.format?.kind === "json" && options.format.by === "noshred";
  return function* (text) {
    for (const record of jsonRecords(text)) {
      if ("reason" in record) {
        yield { fault: record };
        continue;
      }
      const values = whole ? [record.raw] : shred(record.raw);
      const fields = values.map((value = "null") => ({ text: value, bare: value, position: 0 }));
      yield row({ ...record, fields }, columns, (at) => {
        const value = values[at];
        if (value === undefined || value === "null") return null;
        const json = decode(value);
        const isText = json.startsWith('"') && columns[at]?.kind !== "super";
        const content = isText ? (JSON.parse(json) as string) : json; // A JSON text in quotes is a string.
        return content === options.nullAs ? null : (readers[at]?.(content) ?? null);
      });
    }
  };
}

function row(
  { line, raw, fields }: { line: number; raw: string; fields: readonly RawField[] },
  columns: readonly TargetColumn[],
  value: (at: number) => string | null,
  wrong?: Unloadable,
): Loaded {
  const fault = (error: Unloadable, at?: number): Loaded => {
    const field = at === undefined ? undefined : fields[at];
    const where =
      at === undefined ? {} : { column: columns[at], position: field?.position ?? 0, value: field?.text ?? "" };
    return { fault: { line, raw, code: error.code, reason: error.message, ...where } };
  };
  if (wrong) return fault(wrong);
  const values: (string | null)[] = [];
  for (const [at, column] of columns.entries()) {
    try {
      const one = value(at);
      if (one === null && column.notNull) return fault(new Unloadable(1213, "Missing data for not-null field"), at);
      values.push(one);
    } catch (error) {
      if (!(error instanceof Unloadable)) throw error;
      return fault(error, at);
    }
  }
  return { row: values };
}

/** Makes what reads the fields of columns as they stand in a file: bytes first, then values. */
function fieldReaders(columns: readonly TargetColumn[], options: CopyOptions): ValueReader[] {
  const decode = decoder(options);
  return columns.map((column) => {
    const read = valueReader(column, options);
    return (latin1) => read(decode(latin1));
  });
}

/** Writes a text with one character a byte of its UTF-8. */
export const bytewise = (text: string): string => Buffer.from(text).toString("latin1");

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads bytes as UTF-8; with ACCEPTINVCHARS, those that are none are replaced one by one. */
function decoder({ acceptInvalid }: CopyOptions): (latin1: string) => string {
  return (latin1) => {
    if (Buffer.byteLength(latin1) === latin1.length) return latin1;
    const bytes = Buffer.from(latin1, "latin1");
    try {
      return utf8.decode(bytes);
    } catch {
      if (acceptInvalid !== undefined) return replaced(latin1, acceptInvalid);
      const [bad = ""] = invalid.exec(latin1) ?? [];
      const hex = Buffer.from(bad, "latin1").toString("hex");
      throw new Unloadable(1220, `String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: ${hex} (error 3)`); // prettier-ignore
    }
  };
}

const valid = String.raw`[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}`; // prettier-ignore
const invalid = new RegExp(`(?<=^(?:${valid})*)[^]`);

function replaced(latin1: string, replacement: string): string {
  const parts = latin1.match(new RegExp(`(?:${valid})|[^]`, "g")) ?? [];
  const isValid = new RegExp(`^(?:${valid})$`);
  return Buffer.from(parts.map((part) => (isValid.test(part) ? part : replacement)).join(""), "latin1").toString(
    "utf8",
  );
}
