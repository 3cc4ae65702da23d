/**
 * Parses JSON as `JSON.parse` does. V8 of Node 24 and 26 reads a key that has an escape as another one, `"\""` as `\`, after an object of
 * the same form had the key `\` (https://github.com/nodejs/node/issues/63785). So where a key has one, all are parsed in hexadecimal.
 *
 * @throws `SyntaxError` for what is not JSON.
 */
export function parseJsonDocument(source: string): unknown {
  const keys = source.includes("\\") ? keysOf(source) : [];
  if (!keys.some(({ start, end }) => source.slice(start, end).includes("\\"))) return JSON.parse(source);

  let coded = "";
  let taken = 0;
  for (const { start, end } of keys) {
    const name = JSON.parse(source.slice(start, end)) as string; // It is in quotes.
    coded += `${source.slice(taken, start)}"${codeOf(name)}"`;
    taken = end;
  }
  return withNames(JSON.parse(coded + source.slice(taken)));
}

// Begins with a letter, since objects put names that are numbers first.
const codeOf = (name: string): string => `k${Buffer.from(name, "utf16le").toString("hex")}`;
const nameOf = (code: string): string => Buffer.from(code.slice(1), "hex").toString("utf16le");

interface Key {
  /** Where its quotes are: at `start` and before `end`. */
  readonly start: number;
  readonly end: number;
}

/** Finds the keys of a JSON text; of a text that is none, anything that stands in quotes before a colon. */
function keysOf(source: string): Key[] {
  const keys: Key[] = [];
  const colon = /\s*:/y;
  let start = source.indexOf('"');
  while (start >= 0) {
    let close = source.indexOf('"', start + 1);
    while (close >= 0 && isEscaped(source, close)) close = source.indexOf('"', close + 1);
    if (close < 0) break;
    const end = close + 1;
    colon.lastIndex = end;
    if (colon.test(source)) keys.push({ start, end });
    start = source.indexOf('"', end);
  }
  return keys;
}

function isEscaped(source: string, at: number): boolean {
  let before = at;
  while (source[before - 1] === "\\") before -= 1;
  return (at - before) % 2 === 1;
}

/** Gives every object its own keys; without recursion, since a document may be nested deeper than the stack. */
function withNames(root: unknown): unknown {
  const top: Record<string, unknown> = { root };
  const holders: object[] = [top];
  for (const holder of holders) {
    for (const [key, value] of Object.entries(holder) as [string, unknown][]) {
      if (typeof value !== "object" || value === null) continue;
      const named = Array.isArray(value) ? value : entriesNamed(value);
      put(holder, key, named);
      holders.push(named);
    }
  }
  return top.root;
}

function entriesNamed(object: object): object {
  const named = {};
  for (const [code, value] of Object.entries(object)) put(named, nameOf(code), value);
  return named;
}

/** Sets a property of the object's own, also one named `__proto__`. */
function put(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
