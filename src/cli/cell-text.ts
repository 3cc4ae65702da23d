const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** What would move the cursor, steer the terminal or turn the direction of what follows. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const steering = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Makes a text safe to show in one line of a terminal. */
export function cellText(text: string): string {
  return text.replace(steering, escaped);
}

/** Makes lines, with their tabs, safe to show on a terminal. JSON stays the same JSON. */
export function linesText(text: string): string {
  return text.replace(steering, (character) => (/[\n\t]/.test(character) ? character : escaped(character)));
}

function escaped(character: string): string {
  return escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Writes a value as a table shows it; `undefined` for NULL. */
export function shownValue(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string") return cellText(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex");
  // What remains are numbers and booleans.
  return typeof value === "object" ? cellText(JSON.stringify(value)) : `${value as number | bigint | boolean}`;
}
