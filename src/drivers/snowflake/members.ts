/** A value's place in JSON text: `bytes[start..end)`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Finds the value of a member of a JSON object without reading the others: as `JSON.parse`, the last of a name counts, however it
 * is escaped.
 *
 * @param start - where the object's opening brace is, white space before it allowed.
 */
export function findMember(bytes: Buffer, start: number, name: string): Span | undefined {
  let found: Span | undefined;
  let position = skipSpace(bytes, start);
  if (bytes[position] !== openBrace) return undefined;
  position = skipSpace(bytes, position + 1);
  while (bytes[position] === quote) {
    const keyEnd = stringEnd(bytes, position);
    const isNamed = isKey(bytes, position, keyEnd, name);
    const valueStart = skipSpace(bytes, skipSpace(bytes, keyEnd) + (bytes[skipSpace(bytes, keyEnd)] === colon ? 1 : 0));
    const valueEnd = skipValue(bytes, valueStart);
    if (isNamed) found = { start: valueStart, end: valueEnd };
    position = skipSpace(bytes, valueEnd);
    if (bytes[position] !== comma) break;
    position = skipSpace(bytes, position + 1);
  }
  return found;
}

/** Tells whether a JSON value is an array. */
export function isArray(bytes: Buffer, { start }: Span): boolean {
  return bytes[start] === openBracket;
}

function isKey(bytes: Buffer, start: number, end: number, name: string): boolean {
  const text = bytes.toString("utf8", start, end);
  return text === `"${name}"` || (text.includes("\\") && unescaped(text) === name);
}

function unescaped(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function skipValue(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === quote) return stringEnd(bytes, start);
  let position = start;
  if (first !== openBrace && first !== openBracket) {
    while (position < bytes.length && !isEnd(bytes[position])) position++;
    return position;
  }
  let depth = 0;
  while (position < bytes.length) {
    const byte = bytes[position];
    if (byte === quote) position = stringEnd(bytes, position);
    else {
      position++;
      if (byte === openBrace || byte === openBracket) depth++;
      else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return position;
    }
  }
  return position;
}

function isEnd(byte: number | undefined): boolean {
  return byte === comma || byte === closeBrace || byte === closeBracket || (byte !== undefined && byte <= 0x20);
}

/** The place behind a string's closing quote. */
function stringEnd(bytes: Buffer, start: number): number {
  let position = start + 1;
  while (position < bytes.length && bytes[position] !== quote) position += bytes[position] === backslash ? 2 : 1;
  return position + 1;
}

function skipSpace(bytes: Buffer, start: number): number {
  let position = start;
  while (position < bytes.length && (bytes[position] ?? 0) <= 0x20) position++;
  return position;
}
