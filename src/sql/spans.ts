/*
 * Where the pieces of SQL text end. Offsets are of UTF-16 units; the functions that look for a closing mark give -1 where it
 * is missing.
 */

/** Blanks and line ends. */
export const space = 1;
/** `0` to `9`. */
export const digit = 2;
/** What an unquoted name may begin with. */
export const nameStart = 4;
/** What an unquoted name may go on with. */
export const namePart = 8;
/** As {@link namePart}, but without the dollar sign. */
export const tagPart = 16;
/** What an operand may end with. */
export const operandEnd = 32;

/** The traits of the ASCII characters. All others are letters, as in PostgreSQL's own lexer, except the byte order mark. */
const traits = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[ \t\n\r\f\v]/.test(character)) return space;
  if (/[0-9]/.test(character)) return digit | namePart | tagPart | operandEnd;
  if (/[A-Za-z_]/.test(character)) return nameStart | namePart | tagPart | operandEnd;
  if (character === "$") return namePart | operandEnd;
  return /[)\]}'"?]/.test(character) ? operandEnd : 0;
});
const letterTraits = nameStart | namePart | tagPart | operandEnd;

/** Gives the traits of a UTF-16 unit as bits; NaN, which `charCodeAt` gives outside the text, has none. */
export function traitsOf(code: number): number {
  return traits[code] ?? (code === 0xfeff ? space : code >= 128 ? letterTraits : 0);
}

/** Gives the end of a run of characters that have a trait, `from` itself where there are none. */
export function endOf(text: string, from: number, trait: number): number {
  let at = from;
  while ((traitsOf(text.charCodeAt(at)) & trait) !== 0) at++;
  return at;
}

/** Reads `1`, `1.`, `1.5`, `.5` and an exponent behind any of them. */
export function numberEnd(text: string, from: number): number {
  let at = endOf(text, from, digit);
  if (text.charCodeAt(at) === 0x2e) at = endOf(text, at + 1, digit);
  if ((text.charCodeAt(at) | 0x20) !== 0x65) return at;
  const sign = text.charCodeAt(at + 1);
  const exponent = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
  return (traitsOf(text.charCodeAt(exponent)) & digit) === 0 ? at : endOf(text, exponent, digit);
}

/** Gives the end of a `'…'` whose opening quote is right before `from`. */
export function stringEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x27) {
      if (text.charCodeAt(at + 1) !== 0x27) return at + 1;
      at++;
    }
  }
  return -1;
}

/** Gives the end of a `"…"` whose opening quote is right before `from`. */
export function identifierEnd(text: string, from: number): number {
  let close = text.indexOf('"', from);
  while (close !== -1 && text.charCodeAt(close + 1) === 0x22) close = text.indexOf('"', close + 2);
  return close === -1 ? -1 : close + 1;
}

/** Gives the end of a block comment whose opening mark is right before `from`. */
export function commentEnd(text: string, from: number, nested: boolean): number {
  if (!nested) {
    const close = text.indexOf("*/", from);
    return close === -1 ? -1 : close + 2;
  }
  let depth = 1;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = from;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return -1;
}

/** Gives where the line ends, its line end left out. */
export function lineEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== 0x0a && text.charCodeAt(at) !== 0x0d) at++;
  return at;
}

/** Gives the end of a stage's name and path, which may hold quoted names: `@db."My stage"/2024/`. */
export function stageEnd(text: string, from: number): number {
  return matchEnd(/(?:"(?:[^"]|"")*"|(?!\/\*)[^\s;,()'"])*/y, text, from);
}

/** Gives the end of a local path, in which stars are wildcards: `file:///tmp/*.csv`. */
export function pathEnd(text: string, from: number): number {
  return matchEnd(/[^\s;,()'"]*/y, text, from);
}

/** The expression must match the empty text too: one that fails forgets where it began. */
function matchEnd(sticky: RegExp, text: string, from: number): number {
  sticky.lastIndex = from;
  sticky.test(text);
  return sticky.lastIndex;
}

/** Tells whether a character of a text can be part of a name or a number. */
export function isNamePart(text: string, at: number): boolean {
  return (traitsOf(text.charCodeAt(at)) & namePart) !== 0;
}
