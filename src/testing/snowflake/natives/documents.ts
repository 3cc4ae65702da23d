import { failedVariantCast, notJson, SnowflakeError } from "../errors.ts";
import { readDecimal, fit } from "../types/decimals.ts";
import { compact, floatText, isNumber, pretty, readDocument, sorted, typeOf } from "../types/documents.ts";
import type { Document } from "../types/documents.ts";
import { native, nullTaking } from "./native.ts";
import type { Native } from "./native.ts";

function member(document: Document, step: string): Document | undefined {
  if (document instanceof Map) return document.get(step);
  return undefined;
}

function element(document: Document, index: number): Document | undefined {
  return Array.isArray(document) ? document[index] : undefined;
}

const stored = (value: Document | undefined): string | null => (value === undefined ? null : compact(value));

function scalarText(value: Document): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value;
  if (isNumber(value) && value.number.includes("e")) return String(Number(value.number));
  return compact(value);
}

function fixedDigits(text: string, precision: number, scale: number): bigint | null {
  const value = readDocument(text);
  const plain = typeof value === "boolean" ? (value ? "1" : "0") : scalarText(value);
  if (plain === null) return null;
  const read = value !== null && typeof value === "object" && !isNumber(value) ? undefined : readDecimal(plain);
  if (read === undefined) throw failedVariantCast(text, "FIXED");
  return fit(read, precision, scale, plain);
}

function realOf(text: string): number | null {
  const value = readDocument(text);
  if (value === null) return null;
  const plain = scalarText(value) ?? "";
  const number = typeof value === "string" && /^-?(inf|nan)/i.test(plain) ? Number.NaN : Number(plain);
  if ((typeof value === "object" && !isNumber(value)) || (Number.isNaN(number) && !/^nan$/i.test(plain)))
    throw failedVariantCast(text, "REAL");
  return number;
}

function booleanOf(text: string): boolean | null {
  const value = readDocument(text);
  if (value === null || typeof value === "boolean") return value;
  if (isNumber(value)) return Number(value.number) !== 0;
  if (value === "true" || value === "false") return value === "true";
  throw failedVariantCast(text, "BOOLEAN");
}

// A constructor's arguments arrive as one JSON list: [key, value, key, value, …], NULL as SQL's NULL.
function construct(list: string, keepNull: boolean): string {
  const items = readDocument(list);
  if (!Array.isArray(items)) throw notJson("a list was expected");
  const members: [string, Document][] = [];
  for (let i = 0; i + 1 < items.length; i += 2) {
    const key = items[i];
    const [isNull, value] = boxed(items[i + 1]);
    if (typeof key !== "string" || (isNull && !keepNull)) continue;
    if (members.some(([other]) => other === key))
      throw new SnowflakeError("100069", "22P02", `Duplicate field key '${key}'`);
    members.push([key, value]);
  }
  return compact(sorted(members));
}

// SQL values inside a list are wrapped: [value] is a value, [] is SQL's NULL.
function boxed(item: Document | undefined): readonly [boolean, Document] {
  return Array.isArray(item) && item.length === 1 ? [false, item[0] ?? null] : [true, null];
}

function items(text: string): Document[] {
  const value = readDocument(text);
  return Array.isArray(value) ? value : [value];
}

let sequence = 0;

// SEQ is a number that the rows of one input share and no other input has.
function flatten(text: string, path: string, outer: boolean, recursive: boolean, mode: string): string {
  const rows: (string | null)[][] = [];
  const seq = String((sequence += 1));
  const visit = (value: Document, at: string): void => {
    if (Array.isArray(value) && mode !== "OBJECT")
      value.forEach((item, i) => {
        row(null, `${at}[${i}]`, i, item, value);
      });
    else if (value instanceof Map && mode !== "ARRAY")
      for (const [key, item] of value) row(key, at === "" ? key : `${at}.${key}`, null, item, value);
  };
  const row = (key: string | null, at: string, index: number | null, value: Document, parent: Document): void => {
    rows.push([key, at, index === null ? null : String(index), compact(value), compact(parent), seq]);
    if (recursive) visit(value, at);
  };
  const root =
    path === ""
      ? readDocument(text)
      : path.split(".").reduce<Document>((at, key) => member(at, key) ?? null, readDocument(text));
  visit(root, path);
  if (outer && rows.length === 0) rows.push([null, path, null, null, compact(root), seq]);
  return JSON.stringify(rows);
}

/** Documents: reading, writing, taking apart, casting. A document is stored as compact JSON text. */
export const documentNatives: readonly Native[] = [
  native("sf_parse_json", ["VARCHAR"], "VARCHAR", (text) => (text.trim() === "" ? null : compact(readDocument(text)))),
  native("sf_pretty", ["VARCHAR"], "VARCHAR", (text) => (/^[[{]/.test(text) ? pretty(readDocument(text)) : text)),
  native("sf_text_document", ["VARCHAR"], "VARCHAR", (text) => JSON.stringify(text)),
  native("sf_real_document", ["DOUBLE"], "VARCHAR", (value) =>
    Number.isFinite(value) ? floatText(value) : JSON.stringify(String(value)),
  ),
  native("sf_fixed_document", ["VARCHAR"], "VARCHAR", (text) => compact(readDocument(text.replace(/^(-?)\./, "$10.")))),
  native("sf_document_text", ["VARCHAR"], "VARCHAR", (text) => scalarText(readDocument(text))),
  native("sf_document_fixed", ["VARCHAR", "INTEGER", "INTEGER"], "HUGEINT", fixedDigits),
  native("sf_document_real", ["VARCHAR"], "DOUBLE", realOf),
  native("sf_document_boolean", ["VARCHAR"], "BOOLEAN", booleanOf),
  native("sf_member", ["VARCHAR", "VARCHAR"], "VARCHAR", (text, key) => stored(member(readDocument(text), key))),
  native("sf_member_ignoring_case", ["VARCHAR", "VARCHAR"], "VARCHAR", (text, key) => {
    const value = readDocument(text);
    const found = value instanceof Map ? [...value].find(([name]) => name.toLowerCase() === key.toLowerCase()) : undefined; // prettier-ignore
    return stored(found?.[1]);
  }),
  native("sf_element", ["VARCHAR", "BIGINT"], "VARCHAR", (text, index) =>
    stored(element(readDocument(text), Number(index))),
  ),
  native("sf_typeof", ["VARCHAR"], "VARCHAR", (text) => typeOf(readDocument(text))),
  native("sf_array_size", ["VARCHAR"], "BIGINT", (text) => {
    const value = readDocument(text);
    return Array.isArray(value) ? BigInt(value.length) : null;
  }),
  native("sf_object_keys", ["VARCHAR"], "VARCHAR", (text) => {
    const value = readDocument(text);
    return value instanceof Map ? compact([...value.keys()]) : null;
  }),
  native("sf_object_construct", ["VARCHAR", "BOOLEAN"], "VARCHAR", construct),
  native(
    "sf_array_construct",
    ["VARCHAR", "BOOLEAN"],
    "VARCHAR",
    (list, keepNull) =>
    compact(items(list).map(boxed).filter(([isNull]) => keepNull || !isNull).map(([, value]) => value)), // prettier-ignore
  ),
  native("sf_array_contains", ["VARCHAR", "VARCHAR"], "BOOLEAN", (value, list) =>
    items(list).some((item) => compact(item) === value),
  ),
  native("sf_array_append", ["VARCHAR", "VARCHAR"], "VARCHAR", (list, value) =>
    compact([...items(list), readDocument(value)]),
  ),
  native("sf_array_cat", ["VARCHAR", "VARCHAR"], "VARCHAR", (a, b) => compact([...items(a), ...items(b)])),
  native("sf_array_to_string", ["VARCHAR", "VARCHAR"], "VARCHAR", (list, separator) =>
    items(list)
      .map((item) => scalarText(item) ?? "")
      .join(separator),
  ),
  native("sf_split", ["VARCHAR", "VARCHAR"], "VARCHAR", (text, separator) =>
    compact(separator === "" ? [text] : text.split(separator)),
  ),
  native("sf_to_array", ["VARCHAR"], "VARCHAR", (text) => (text === "null" ? null : compact(items(text)))),
  native("sf_to_object", ["VARCHAR"], "VARCHAR", (text) => {
    const value = readDocument(text);
    if (value !== null && !(value instanceof Map)) throw failedVariantCast(text, "OBJECT");
    return value === null ? null : text;
  }),
  native("sf_flatten", ["VARCHAR", "VARCHAR", "BOOLEAN", "BOOLEAN", "VARCHAR"], "VARCHAR", flatten, true),
  nullTaking("sf_box", ["VARCHAR"], "VARCHAR", (text) => (text === null ? "[]" : `[${text}]`)),
];
