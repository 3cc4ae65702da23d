const namespace = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

// S3 writes what XML cannot hold as a character reference all the same; a carriage return would be read as a newline.
const isUnwritable = (code: number): boolean => (code < 32 && code !== 10) || code === 127 || code >= 0xfffe;

const escaped = (text: string): string =>
  text.replace(/[&<>"\p{Cc}\ufffe\uffff]/gu, (one) => {
    const code = one.charCodeAt(0);
    return names[one] ?? (isUnwritable(code) ? `&#x${code.toString(16)};` : one);
  });

/** Writes an element with a text. */
export const tag = (name: string, text: string | number | boolean): string =>
  `<${name}>${escaped(String(text))}</${name}>`;

/** Writes an element with elements. */
export const tree = (name: string, children: readonly string[]): string => `<${name}>${children.join("")}</${name}>`;

/** Writes a document whose root is in the namespace given, S3's own by default. */
export const document = (root: string, children: readonly string[], xmlns = namespace): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${xmlns}>${children.join("")}</${root}>`;

/** Is an element that was read: its text where it has one, and its children in order. */
export interface Element {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Element[];
}

interface Growing extends Element {
  text: string;
  readonly children: Growing[];
}

const token =
  /<\?[^]*?\?>|<!--[^]*?-->|<(?<close>\/?)(?<name>[\w:.-]+)(?:\s[^<>]*?)?(?<empty>\/?)>|(?<text>[^<]+)|(?<stray><)/g;

/** Reads the little XML that requests hold: elements and texts, attributes skipped. Gives undefined for what is not well-formed. */
export function parse(xml: string): Element | undefined {
  const top: Growing = { name: "", text: "", children: [] };
  const open: Growing[] = [top];
  for (const { groups = {} } of xml.replace(/\r\n?/g, "\n").matchAll(token)) {
    const current = open.at(-1) ?? top;
    if (groups.stray !== undefined) return undefined;
    if (groups.text !== undefined) current.text += unescaped(groups.text);
    else if (groups.close === "/") {
      if (open.length === 1 || open.pop()?.name !== groups.name) return undefined;
    } else if (groups.name !== undefined) {
      const element: Growing = { name: groups.name, text: "", children: [] };
      current.children.push(element);
      if (groups.empty !== "/") open.push(element);
    }
  }
  return open.length === 1 && top.children.length === 1 ? top.children[0] : undefined;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex?: string, decimal?: string, name = "") =>
    hex !== undefined || decimal !== undefined
      ? String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16))
      : (entities[name as string] ?? all),
  );

/** Gives the texts of an element's children of that name. */
export const texts = (element: Element, name: string): string[] =>
  element.children.filter((child) => child.name === name).map((child) => child.text);
