import { compilationError } from "../errors.ts";
import type { Name } from "../sql/ast.ts";
import type { Options, OptionValue } from "../sql/bulk-ast.ts";
import { placeOf } from "../sql/lexer.ts";

/** Reads options by their types. Each method throws 001008 for a value of another type, at its place in the text. */
export interface OptionReader {
  has(name: string): boolean;
  flag(name: string, otherwise: boolean): boolean;
  /** A text; `NONE` reads as undefined. */
  text(name: string, otherwise: string | undefined): string | undefined;
  /** A whole number within bounds. */
  whole(name: string, otherwise: number, least: number, most: number): number;
  /** One of these words, as a word or a string. */
  word<const T extends string>(name: string, words: readonly T[], otherwise: T): T;
  /** A word or a string as upper-case text. */
  anyWord(name: string): string | undefined;
  list(name: string, otherwise: readonly string[]): readonly string[];
  /** The path of an object. */
  path(name: string): readonly Name[] | undefined;
  nested(name: string): Options | undefined;
  refuse(name: string): Error;
}

const written = (value: OptionValue): string =>
  value.t === "name"
    ? value.path.join(".")
    : value.t === "string" || value.t === "number"
      ? String(value.value)
      : "(…)";

/** Reads options of a statement; `text` is the statement they point into. */
export function optionReader(options: Options, text: string): OptionReader {
  const valueOf = (name: string): OptionValue | undefined => options.get(name)?.value;
  const refuse = (name: string): Error => {
    const found = options.get(name);
    const at = placeOf(text, found?.start ?? 0);
    return compilationError("001008", "22023", `invalid value [${found === undefined ? "" : written(found.value)}] for parameter '${name}'`, at); // prettier-ignore
  };
  const anyWord = (name: string): string | undefined => {
    const value = valueOf(name);
    if (value === undefined) return undefined;
    if (value.t !== "name" && value.t !== "string") throw refuse(name);
    return written(value).toUpperCase();
  };
  return {
    has: (name) => options.has(name),
    anyWord,
    refuse,
    flag: (name, otherwise) => {
      const word = anyWord(name);
      if (word !== undefined && word !== "TRUE" && word !== "FALSE") throw refuse(name);
      return word === undefined ? otherwise : word === "TRUE";
    },
    text: (name, otherwise) => {
      const value = valueOf(name);
      if (value === undefined) return otherwise;
      if (value.t === "string") return value.value;
      if (value.t === "name" && value.path.join(".") === "NONE") return undefined;
      throw refuse(name);
    },
    whole: (name, otherwise, least, most) => {
      const value = valueOf(name);
      if (value === undefined) return otherwise;
      const number = value.t === "number" ? value.value : Number.NaN;
      if (!Number.isSafeInteger(number) || number < least || number > most) throw refuse(name);
      return number;
    },
    word: (name, words, otherwise) => {
      const word = anyWord(name);
      const found = words.find((one) => one === word);
      if (word !== undefined && found === undefined) throw refuse(name);
      return found ?? otherwise;
    },
    list: (name, otherwise) => {
      const value = valueOf(name);
      if (value === undefined) return otherwise;
      if (value.t === "string") return [value.value];
      if (value.t === "list") return value.items;
      throw refuse(name);
    },
    path: (name) => {
      const value = valueOf(name);
      if (value === undefined) return undefined;
      if (value.t === "name") return value.path;
      if (value.t === "string") return pathOf(value.value);
      throw refuse(name);
    },
    nested: (name) => {
      const value = valueOf(name);
      return value?.t === "options" ? value.options : undefined;
    },
  };
}

// A name inside a string folds as one outside does.
const pathOf = (text: string): Name[] =>
  [...text.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? (bare ?? "").trim().toUpperCase(),
  );
