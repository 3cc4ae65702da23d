import type { BrokenRecord, RawField, RawRecord } from "./records.ts";

/** Is how delimited text is written. */
export interface Dialect {
  readonly delimiter: string;
  /** A quote that encloses fields, and is doubled inside: CSV. */
  readonly quote?: string;
  /** A backslash takes the character after it as it is. */
  readonly escape: boolean;
  /** Quotes around a field are taken off, and keep a delimiter. */
  readonly removeQuotes: boolean;
  readonly ignoreHeader: number;
  readonly ignoreBlankLines: boolean;
}

/** Splits a text, of one character a byte, into its records. */
export function* delimitedRecords(text: string, dialect: Dialect): Generator<RawRecord | BrokenRecord> {
  let at = 0;
  let line = 1;
  for (let left = dialect.ignoreHeader; left > 0 && at < text.length; left--, line++) at = nextLine(text, at);
  while (at < text.length) {
    const record = readRecord(text, at, dialect);
    const raw = text.slice(at, record.end);
    if (raw !== "" || !dialect.ignoreBlankLines) {
      yield record.reason === undefined
        ? { line, raw, fields: record.fields }
        : { line, raw, code: 1216, reason: record.reason };
    }
    line += count(raw, "\n") + 1;
    at = record.next;
  }
}

interface Split {
  readonly fields: readonly RawField[];
  /** Where the record ends, and where the next begins. */
  readonly end: number;
  readonly next: number;
  readonly reason?: string;
}

const badQuote = "Invalid quote formatting for CSV";

function readRecord(text: string, start: number, dialect: Dialect): Split {
  const fields: RawField[] = [];
  let at = start;
  for (;;) {
    const field = readField(text, at, dialect);
    if (field === undefined) {
      const next = nextLine(text, at);
      return { fields, end: endOfLine(text, at), next, reason: badQuote };
    }
    fields.push({ text: field.text, bare: text.slice(at, field.end), position: at - start });
    at = field.end;
    if (text[at] === dialect.delimiter) {
      at++;
      continue;
    }
    return { fields, end: at, next: nextLine(text, at) };
  }
}

interface Field {
  readonly text: string;
  readonly end: number;
}

function readField(text: string, start: number, dialect: Dialect): Field | undefined {
  const first = text[start];
  if (dialect.quote !== undefined) return first === dialect.quote ? quotedField(text, start, dialect, first) : plain(text, start, dialect); // prettier-ignore
  if (dialect.removeQuotes && (first === '"' || first === "'")) {
    const end = closingQuote(text, start + 1, first, dialect.escape);
    if (end !== undefined && endsField(text, end + 1, dialect.delimiter)) {
      return { text: unescaped(text.slice(start + 1, end), dialect.escape), end: end + 1 };
    }
  }
  return plain(text, start, dialect);
}

/** A field of CSV in quotes, where the quote is doubled; undefined where it is not closed properly. */
function quotedField(text: string, start: number, { delimiter }: Dialect, quote: string): Field | undefined {
  let at = start + 1;
  for (;;) {
    at = text.indexOf(quote, at);
    if (at < 0) return undefined;
    if (text[at + 1] !== quote) break;
    at += 2;
  }
  if (!endsField(text, at + 1, delimiter)) return undefined;
  return { text: text.slice(start + 1, at).replaceAll(quote + quote, quote), end: at + 1 };
}

function plain(text: string, start: number, { delimiter, escape }: Dialect): Field {
  let at = start;
  while (at < text.length && text[at] !== delimiter && !isLineEnd(text, at)) at += escape && text[at] === "\\" ? 2 : 1;
  const end = Math.min(at, text.length);
  return { text: unescaped(text.slice(start, end), escape), end };
}

function closingQuote(text: string, from: number, quote: string, escape: boolean): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (escape && text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  return undefined;
}

const unescaped = (text: string, escape: boolean): string => (escape ? text.replace(/\\([^])/g, "$1") : text);

const isLineEnd = (text: string, at: number): boolean =>
  text[at] === "\n" || (text[at] === "\r" && text[at + 1] === "\n");

const endsField = (text: string, at: number, delimiter: string): boolean =>
  at >= text.length || text[at] === delimiter || isLineEnd(text, at);

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  if (end < 0) return text.length;
  return text[end - 1] === "\r" && end > at ? end - 1 : end;
}

function nextLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++;
  return found;
}
