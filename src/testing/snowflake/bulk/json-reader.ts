import { SnowflakeError } from "../errors.ts";
import { compact, readDocument } from "../types/documents.ts";
import type { Document } from "../types/documents.ts";
import type { JsonFormat } from "./formats.ts";

/** One document of a file. */
interface JsonRecord {
  /** As compact JSON. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The documents of a file, up to the first that is broken. */
export interface JsonText {
  readonly records: readonly JsonRecord[];
  readonly problem:
    { readonly message: string; readonly code: string; readonly start: number; readonly end: number } | undefined;
}

/** Reads documents that stand one after another, with any blanks between; with STRIP_OUTER_ARRAY the items of arrays. */
export function jsonText(text: string, format: JsonFormat): JsonText {
  const records: JsonRecord[] = [];
  let at = format.skipByteOrderMark && text.startsWith("\uFEFF") ? 1 : 0;
  for (;;) {
    while (/\s/.test(text[at] ?? "")) at += 1;
    if (at >= text.length) return { records, problem: undefined };
    const start = at;
    at = endOfDocument(text, start);
    try {
      const document = readDocument(text.slice(start, at));
      const items = format.stripOuterArray && Array.isArray(document) ? document : [document];
      for (const item of items)
        records.push({ text: compact(format.stripNullValues ? withoutNulls(item) : item), start, end: at });
    } catch (error) {
      if (!(error instanceof SnowflakeError)) throw error;
      return { records, problem: { message: error.message, code: error.code, start, end: at } };
    }
  }
}

/** Finds the end of the document that starts here: where its brackets close, or the next blank. */
function endOfDocument(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const character = text[at] ?? "";
    if (character === '"') at = endOfString(text, at);
    else {
      if ("{[".includes(character)) depth += 1;
      if ("}]".includes(character)) depth -= 1;
      if (depth <= 0 && /\s/.test(character)) return at;
      at += 1;
      if (depth <= 0 && "}]".includes(character)) return at;
    }
  }
  return at;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return Math.min(at + 1, text.length);
}

// Members and items that are null are left out, at any depth.
function withoutNulls(value: Document): Document {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls);
  if (value instanceof Map)
    return new Map([...value].filter(([, member]) => member !== null).map(([key, member]) => [key, withoutNulls(member)])); // prettier-ignore
  return value;
}
