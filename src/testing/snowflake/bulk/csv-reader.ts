import type { CsvFormat } from "./formats.ts";

/** What is wrong with a record; `at` is the offset in the text, `field` counts from 0. */
interface Problem {
  readonly message: string;
  readonly code: string;
  readonly at: number;
  readonly field: number;
}

/** One record of delimited text. */
interface CsvRecord {
  readonly fields: readonly (string | null)[];
  /** The offset at which each field begins. */
  readonly starts: readonly number[];
  readonly start: number;
  /** Behind its last character, before the delimiter. */
  readonly end: number;
  readonly problem: Problem | undefined;
}

/** Delimited text taken apart. */
export interface CsvText {
  readonly records: readonly CsvRecord[];
  /** The names in the first record, with PARSE_HEADER. */
  readonly header: readonly string[] | undefined;
}

/** Takes delimited text apart. What does not follow the format becomes a record with a problem; reading goes on with the next. */
export function csvText(text: string, format: CsvFormat): CsvText {
  const records: CsvRecord[] = [];
  let at = format.skipByteOrderMark && text.startsWith("\uFEFF") ? 1 : 0;
  for (let line = 0; line < format.skipHeader && at < text.length; line++) at = afterDelimiter(text, at, format);
  let header: readonly string[] | undefined;
  while (at < text.length) {
    const record = csvRecordAt(text, at, format);
    at = afterDelimiter(text, record.end, format);
    if (format.parseHeader && header === undefined) header = record.fields.map((field) => field ?? "");
    else if (!format.skipBlankLines || record.end > record.start) records.push(record);
  }
  return { records, header };
}

/** Finds the next delimiter of records, whatever stands before it, and the offset behind it. */
function afterDelimiter(text: string, from: number, { recordDelimiter }: CsvFormat): number {
  const found = recordDelimiter === undefined ? -1 : text.indexOf(recordDelimiter, from);
  return found < 0 ? text.length : found + (recordDelimiter ?? "").length;
}

function csvRecordAt(text: string, start: number, format: CsvFormat): CsvRecord {
  const fields: (string | null)[] = [];
  const starts: number[] = [];
  let at = start;
  for (;;) {
    starts.push(at);
    const field = fieldAt(text, at, format);
    if (field.problem !== undefined) {
      const end = endOfRecord(text, field.end, format);
      return { fields, starts, start, end, problem: { ...field.problem, field: fields.length } };
    }
    fields.push(field.value);
    at = field.end;
    if (format.fieldDelimiter === undefined || !text.startsWith(format.fieldDelimiter, at)) break;
    at += format.fieldDelimiter.length;
  }
  return { fields, starts, start, end: at, problem: undefined };
}

interface Field {
  readonly value: string | null;
  readonly end: number;
  readonly problem?: Omit<Problem, "field">;
}

/** Tells whether a record ends here. A line feed as delimiter means any line end. */
const endsRecord = (text: string, at: number, { recordDelimiter }: CsvFormat): boolean =>
  at >= text.length ||
  (recordDelimiter !== undefined &&
    (text.startsWith(recordDelimiter, at) || (recordDelimiter === "\n" && text.startsWith("\r\n", at))));

function endOfRecord(text: string, from: number, format: CsvFormat): number {
  let at = from;
  while (!endsRecord(text, at, format)) at += 1;
  return at;
}

function fieldAt(text: string, start: number, format: CsvFormat): Field {
  const { enclosedBy, trimSpace } = format;
  let at = start;
  if (trimSpace) while (/[ \t]/.test(text[at] ?? "")) at += 1;
  if (enclosedBy !== undefined && text[at] === enclosedBy) return enclosedField(text, at + 1, enclosedBy, format);
  return bareField(text, start, format);
}

function enclosedField(text: string, from: number, by: string, format: CsvFormat): Field {
  const { escape, fieldDelimiter, trimSpace, nullIf } = format;
  let value = "";
  let at = from;
  for (;;) {
    const character = text[at];
    if (character === undefined) return broken("End of file reached while an enclosed field was not closed", "100068", at); // prettier-ignore
    if (character === escape && escape !== by) {
      value += meant(text[at + 1] ?? "");
      at += 2;
    } else if (character !== by) {
      value += character;
      at += 1;
    } else if (text[at + 1] === by) {
      value += by;
      at += 2;
    } else break;
  }
  at += 1;
  if (trimSpace) while (/[ \t]/.test(text[at] ?? "")) at += 1;
  const closed = (fieldDelimiter !== undefined && text.startsWith(fieldDelimiter, at)) || endsRecord(text, at, format);
  if (!closed) return broken(`Found character '${text[at] ?? ""}' instead of field delimiter '${fieldDelimiter ?? ""}'`, "100066", at); // prettier-ignore
  return { value: nullIf.includes(value) ? null : value, end: at };
}

const broken = (message: string, code: string, at: number): Field => ({
  value: null,
  end: at,
  problem: { message, code, at },
});

function bareField(text: string, start: number, format: CsvFormat): Field {
  const { escape, escapeUnenclosed, fieldDelimiter, trimSpace, nullIf, emptyFieldAsNull } = format;
  const mark = escapeUnenclosed ?? escape;
  let at = start;
  let escapes = false;
  while (!endsRecord(text, at, format) && (fieldDelimiter === undefined || !text.startsWith(fieldDelimiter, at))) {
    const isEscape = text[at] === mark;
    escapes ||= isEscape;
    at += isEscape ? 2 : 1;
  }
  at = Math.min(at, text.length);
  const raw = text.slice(start, at);
  const bare = trimSpace ? raw.trim() : raw;
  if (nullIf.includes(bare) || (bare === "" && emptyFieldAsNull)) return { value: null, end: at };
  return { value: escapes && mark !== undefined ? resolved(bare, mark) : bare, end: at };
}

const sequences: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "0": "\0" };
const meant = (character: string): string => sequences[character] ?? character;

function resolved(text: string, mark: string): string {
  let value = "";
  for (let at = 0; at < text.length; at++) {
    const isEscape = text[at] === mark;
    if (isEscape) at += 1;
    const character = text[at] ?? "";
    value += isEscape ? meant(character) : character;
  }
  return value;
}
