/**
 * Takes JSON apart without reading its numbers: a number of JavaScript's is not exact. Texts may be Latin-1, one character a byte: only
 * ASCII has a meaning.
 */

const blank = /\s*/y;

/** Gives where the blanks at a place end. */
export function pastBlanks(text: string, at: number): number {
  blank.lastIndex = at;
  blank.test(text);
  return blank.lastIndex;
}

/** Gives where the value that begins at a place ends; the end of the text where it is not closed. */
export function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== "{" && first !== "[") {
    let at = start;
    while (at < text.length && !/[\s,\]}]/.test(text[at] ?? "")) at++;
    return at;
  }
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return at + 1;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** Gives the members of an object, each value as it is written; the text must be valid. */
export function members(object: string): [key: string, value: string][] {
  const found: [string, string][] = [];
  let at = pastBlanks(object, 1);
  while (object[at] === '"') {
    const keyEnd = endOfString(object, at);
    const value = pastBlanks(object, pastBlanks(object, keyEnd) + 1);
    const end = endOfValue(object, value);
    // The key of a valid object is a string.
    found.push([JSON.parse(object.slice(at, keyEnd)) as string, object.slice(value, end)]);
    at = pastBlanks(object, pastBlanks(object, end) + 1);
  }
  return found;
}

/** Gives the elements of an array as they are written; the text must be valid. */
export function elements(array: string): string[] {
  const found: string[] = [];
  let at = pastBlanks(array, 1);
  while (at < array.length && array[at] !== "]") {
    const end = endOfValue(array, at);
    found.push(array.slice(at, end));
    at = pastBlanks(array, pastBlanks(array, end) + 1);
  }
  return found;
}
