import { refusal } from "./failures.ts";
import { elements, endOfValue, members, pastBlanks } from "./json-text.ts";
import type { BrokenRecord } from "./records.ts";

/** Is a JSON value of a file: an object or an array. */
export interface JsonRecord {
  readonly line: number;
  readonly raw: string;
}

/** Splits a file, of one character a byte, into its outermost values. After a broken one it goes on with the next line. */
export function* jsonRecords(text: string): Generator<JsonRecord | BrokenRecord> {
  let line = 1;
  let counted = 0;
  for (let at = pastBlanks(text, 0); at < text.length;) {
    for (
      let newline = text.indexOf("\n", counted);
      newline >= 0 && newline < at;
      newline = text.indexOf("\n", counted)
    ) {
      counted = newline + 1;
      line++;
    }
    const end = endOfValue(text, at);
    const raw = text.slice(at, end);
    const wrong = fault(raw);
    if (wrong === undefined) {
      yield { line, raw };
      at = pastBlanks(text, end);
    } else {
      const next = text.indexOf("\n", at);
      yield { line, raw: text.slice(at, next < 0 ? text.length : next), code: 1224, reason: wrong };
      at = next < 0 ? text.length : pastBlanks(text, next);
    }
  }
}

function fault(raw: string): string | undefined {
  if (!raw.startsWith("{") && !raw.startsWith("[")) return "Invalid JSON: an object or an array is expected";
  try {
    JSON.parse(raw);
    return undefined;
  } catch {
    return "Invalid JSON: the record cannot be parsed";
  }
}

/** Gives the values of a record for the columns, each as it is written; undefined where there is none. */
export type Shredder = (raw: string) => readonly (string | undefined)[];

/** Takes the members by the columns' names; names are given as UTF-8 of one character a byte. */
export function byName(columns: readonly string[], ignoreCase: boolean): Shredder {
  const key = (name: string): string => (ignoreCase ? name.toLowerCase() : name);
  return (raw) => {
    if (!raw.startsWith("{")) return columns.map(() => undefined);
    const values = new Map(members(raw).map(([name, value]) => [key(name), value] as const));
    return columns.map((column) => values.get(key(column)));
  };
}

/** Takes what the paths of a JSONPaths file point at, a path a column. */
export function byPaths(file: string, columns: number): Shredder {
  const paths = parsePaths(file);
  if (paths.length !== columns) {
    const count = `JSONPath size: ${paths.length}, Number of columns in table or column list: ${columns}`;
    throw refusal(`Number of jsonpaths and the number of columns should match. ${count}`, "XX000");
  }
  return (raw) => paths.map((path) => path.reduce<string | undefined>(follow, raw));
}

function follow(value: string | undefined, step: string | number): string | undefined {
  if (typeof step === "number") return value?.startsWith("[") ? elements(value)[step] : undefined;
  if (!value?.startsWith("{")) return undefined;
  return members(value).findLast(([name]) => name === step)?.[1];
}

function parsePaths(file: string): (string | number)[][] {
  const wrong = (path: unknown) => refusal(`Invalid JSONPath format: ${String(path)}`, "XX000");
  let parsed: unknown;
  try {
    parsed = JSON.parse(file);
  } catch {
    throw wrong("the file is not JSON");
  }
  const paths = typeof parsed === "object" && parsed !== null && "jsonpaths" in parsed ? parsed.jsonpaths : undefined;
  if (!Array.isArray(paths)) throw wrong("the file has no list jsonpaths");
  return paths.map((path: unknown) => {
    if (typeof path !== "string" || !/^\$(?:\.[^.[\]'"]+|\['[^']+'\]|\["[^"]+"\]|\[\d+\])*$/.test(path))
      throw wrong(path);
    return [...path.matchAll(/\.([^.[\]]+)|\['([^']+)'\]|\["([^"]+)"\]|\[(\d+)\]/g)].map(
      ([, plain, single, double, index]) => (index === undefined ? (plain ?? single ?? double ?? "") : Number(index)),
    );
  });
}
