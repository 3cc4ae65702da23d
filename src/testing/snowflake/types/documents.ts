import { notJson } from "../errors.ts";
import { canonical, readDecimal } from "./decimals.ts";

/** A number in a document, kept as text so that no digit is lost. */
export interface NumberText {
  readonly number: string;
}

/** A value inside VARIANT, OBJECT or ARRAY. */
export type Document = null | boolean | string | NumberText | Document[] | Map<string, Document>;

/** Tells whether a value is a number. */
export const isNumber = (value: Document): value is NumberText =>
  value !== null && typeof value === "object" && "number" in value;

const token =
  /[\s]*(?:([[\]{},:])|("(?:[^"\\\p{Cc}]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)\b)/uy;

/** Reads JSON; throws 100069 where the text is none. Members of objects come out sorted by key, as Snowflake keeps them. */
export function readDocument(text: string): Document {
  let at = 0;
  const next = (): RegExpExecArray => {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null)
      throw notJson(
        /^\s*$/.test(text.slice(at))
          ? `incomplete, pos ${text.length}`
          : `unknown keyword "${text.slice(at).trim().slice(0, 20)}", pos ${at + 1}`,
      );
    at = token.lastIndex;
    return match;
  };
  const value = (match: RegExpExecArray): Document => {
    const [, mark, quoted, number, word] = match;
    if (quoted !== undefined) return JSON.parse(quoted) as string;
    if (number !== undefined) return { number: canonicalNumber(number) };
    if (word !== undefined) return word === "null" ? null : word === "true";
    if (mark === "[") return list();
    if (mark === "{") return members();
    throw notJson(`misplaced ${mark ?? ""}, pos ${at}`);
  };
  const list = (): Document[] => {
    const items: Document[] = [];
    let match = next();
    if (match[1] === "]") return items;
    for (;;) {
      items.push(value(match));
      const after = next()[1];
      if (after === "]") return items;
      if (after !== ",") throw notJson(`missing comma, pos ${at}`);
      match = next();
    }
  };
  const members = (): Map<string, Document> => {
    const found: [string, Document][] = [];
    let match = next();
    if (match[1] === "}") return new Map();
    for (;;) {
      if (match[2] === undefined) throw notJson(`missing attribute name, pos ${at}`);
      const key = JSON.parse(match[2]) as string;
      if (next()[1] !== ":") throw notJson(`missing colon, pos ${at}`);
      if (found.some(([other]) => other === key)) throw notJson(`duplicate object attribute "${key}", pos ${at}`);
      found.push([key, value(next())]);
      const after = next()[1];
      if (after === "}") return sorted(found);
      if (after !== ",") throw notJson(`missing comma, pos ${at}`);
      match = next();
    }
  };
  const read = value(next());
  if (text.slice(at).trim() !== "") throw notJson(`more than one document in the input, pos ${at + 1}`);
  return read;
}

/** Makes an object of members, sorted by key; the last of equal keys wins. */
export const sorted = (members: readonly (readonly [string, Document])[]): Map<string, Document> =>
  new Map([...members].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

// Up to 38 digits stay exact; what has an exponent or more digits is a float in a document, written with 15 decimals.
function canonicalNumber(text: string): string {
  const read = /[eE]/.test(text) ? undefined : readDecimal(text);
  if (read !== undefined && text.replace(/\D/g, "").length <= 38) return canonical(read);
  return floatText(Number(text));
}

/** Writes a float as documents show it: `1.500000000000000e+00`. */
export function floatText(value: number): string {
  return value.toExponential(15).replace(/e([+-])(\d)$/, "e$10$2");
}

/** Writes a document without any blanks: how documents are stored, compared and cast to text. */
export function compact(value: Document): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (isNumber(value)) return value.number;
  if (Array.isArray(value)) return `[${value.map(compact).join(",")}]`;
  return `{${[...value].map(([key, member]) => `${JSON.stringify(key)}:${compact(member)}`).join(",")}}`;
}

/** Writes a document as result cells carry it: indented by two blanks. */
export function pretty(value: Document, indent = ""): string {
  if (value === null || typeof value !== "object" || isNumber(value)) return compact(value);
  const deeper = `${indent}  `;
  const isList = Array.isArray(value);
  const lines = isList
    ? value.map((item) => deeper + pretty(item, deeper))
    : [...value].map(([key, member]) => `${deeper}${JSON.stringify(key)}: ${pretty(member, deeper)}`);
  const [open, close] = isList ? "[]" : "{}";
  return lines.length === 0
    ? `${open ?? ""}${close ?? ""}`
    : `${open ?? ""}\n${lines.join(",\n")}\n${indent}${close ?? ""}`;
}

/** Names the type of a value inside a document as TYPEOF does. */
export function typeOf(value: Document): string {
  if (value === null) return "NULL_VALUE";
  if (typeof value === "boolean") return "BOOLEAN";
  if (typeof value === "string") return "VARCHAR";
  if (isNumber(value))
    return value.number.includes("e") ? "DOUBLE" : value.number.includes(".") ? "DECIMAL" : "INTEGER";
  return Array.isArray(value) ? "ARRAY" : "OBJECT";
}
