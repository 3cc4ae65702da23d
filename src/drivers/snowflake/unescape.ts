const backslash = 0x5c;

/** What stands behind a backslash, and what it means: by RFC 8259 §7, nothing else may. */
const meanings = new Uint8Array(128);
for (const [escape, meaning] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"]) {
  if (escape !== undefined && meaning !== undefined) meanings[escape.charCodeAt(0)] = meaning.charCodeAt(0);
}

/**
 * Replaces the escapes of a JSON string in place: what they stand for is never longer. A half of a surrogate pair without the other
 * becomes the replacement character, as it does wherever JavaScript writes UTF-8.
 *
 * @returns where the string ends now, or −1 for an escape that is none.
 */
export function unescapeInPlace(bytes: Buffer, start: number, end: number): number {
  let from = start;
  let to = start;
  while (from < end) {
    const byte = bytes[from++] ?? 0;
    if (byte !== backslash) {
      bytes[to++] = byte;
      continue;
    }
    const escape = bytes[from++] ?? 0;
    const meaning = meanings[escape] ?? 0;
    if (meaning !== 0) {
      bytes[to++] = meaning;
      continue;
    }
    let code = escape === 0x75 ? codeUnit(bytes, from, end) : -1;
    if (code < 0) return -1;
    from += 4;
    if (isHighSurrogate(code) && bytes[from] === backslash && bytes[from + 1] === 0x75) {
      const low = codeUnit(bytes, from + 2, end);
      if (isLowSurrogate(low)) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        from += 6;
      }
    }
    to = writeUtf8(bytes, to, code);
  }
  return to;
}

/** Reads the four hexadecimal digits of `\u`; −1 where there are none. */
function codeUnit(bytes: Buffer, start: number, end: number): number {
  if (start + 4 > end) return -1;
  let code = 0;
  for (let position = start; position < start + 4; position++) {
    const byte = bytes[position] ?? 0;
    const letter = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) code = code * 16 + byte - 0x30;
    else if (letter >= 0x61 && letter <= 0x66) code = code * 16 + letter - 0x61 + 10;
    else return -1;
  }
  return code;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function writeUtf8(bytes: Buffer, to: number, code: number): number {
  if (isHighSurrogate(code) || isLowSurrogate(code)) return writeUtf8(bytes, to, 0xfffd);
  let at = to;
  if (code < 0x80) bytes[at++] = code;
  else if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6);
  else if (code < 0x10000) bytes[at++] = 0xe0 | (code >> 12);
  else bytes[at++] = 0xf0 | (code >> 18);
  if (code >= 0x10000) bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
  if (code >= 0x800) bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
  if (code >= 0x80) bytes[at++] = 0x80 | (code & 0x3f);
  return at;
}
