import { invalidArgument, type WarehouseError } from "../errors.ts";
import type { PlaceholderStyle } from "./placeholder-style.ts";

/**
 * The values of a statement: an array for `?` and `$1`, a plain object for `:name`. What each is sent as:
 *
 * - `null`: NULL.
 * - a whole number, or a bigint: an integer, exact to 38 digits.
 * - any other number: a float, NaN and ±Infinity included.
 * - a boolean: itself.
 * - a string: text, of which the server makes a date, a decimal or a timestamp where one is due.
 * - a `Date`: an instant with its offset.
 * - a `Uint8Array`: bytes.
 * - `sql.json(value)`: JSON.
 * - an array: a list, only by itself inside `in (?)`.
 */
export type QueryParameters = readonly unknown[] | Readonly<Record<string, unknown>>;

/** A parameter that a placeholder asks for. */
interface Parameter {
  readonly value: unknown;
  /** How a message calls it. */
  readonly where: string;
}

/** Hands out parameters and knows which ones nobody asked for. */
export interface ParameterSource {
  readonly styles: readonly PlaceholderStyle[];
  /** Gives the parameter for a placeholder; `undefined` where there is none. */
  take(placeholder: string): Parameter | undefined;
  /** Makes the error for the placeholder, at `start`, that was asked for last and has no parameter. */
  missing(placeholder: string, start: number): WarehouseError;
  /** @throws `INVALID_ARGUMENT` naming the first parameter that was not taken. */
  checkAllUsed(): void;
}

/** The options of `query`, `stream`, `batches` and `arrow`, which people put where the parameters belong. */
const optionNames = new Set(
  "signal timeoutMs rowMode integers decimals timestamps maxRows maxBytes decoding tag schema batchRows batchBytes timeUnit dictionary".split(
    " ",
  ),
);

/** @throws `INVALID_ARGUMENT` for what is neither an array nor a plain object. */
export function parameterSource(params: unknown): ParameterSource {
  if (Array.isArray(params)) return positional(params);
  if (isPlainObject(params)) return named(params);
  throw invalidArgument("The parameters must be an array, for ? and $1, or a plain object, for :name.");
}

/** Objects of other realms, such as a test runner's, have another Object.prototype; but no prototype has one behind it. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function positional(values: readonly unknown[]): ParameterSource {
  let marks = 0;
  let taken: Set<number> | undefined;
  return {
    styles: ["?", "$1"],
    take(placeholder) {
      const number = placeholder === "?" ? ++marks : Number(placeholder.slice(1));
      if (placeholder !== "?") (taken ??= new Set()).add(number);
      if (number === 0 || number > values.length) return undefined;
      return { value: values[number - 1], where: `parameter ${number}` };
    },
    missing(placeholder, start) {
      const which = placeholder === "?" ? `? number ${marks}` : placeholder;
      return invalidArgument(`${which} (character ${start + 1}) has no value: ${values.length} were given.`);
    },
    checkAllUsed() {
      let unused = marks + 1;
      while (taken?.has(unused) === true) unused++;
      if (unused <= values.length) throw surplus(`parameter ${unused}`, taken === undefined && marks === 0);
    },
  };
}

function named(values: Readonly<Record<string, unknown>>): ParameterSource {
  const taken = new Set<string>();
  const unused = () => Object.keys(values).filter((name) => !taken.has(name));
  return {
    styles: [":name"],
    take(placeholder) {
      const name = placeholder.slice(1);
      taken.add(name);
      return Object.hasOwn(values, name) ? { value: values[name], where: `parameter ${placeholder}` } : undefined;
    },
    missing(placeholder, start) {
      const hint = optionHint([placeholder.slice(1), ...unused()]);
      return invalidArgument(`${placeholder} (character ${start + 1}) has no value.${hint}`);
    },
    checkAllUsed() {
      const names = unused();
      const [first] = names;
      if (first !== undefined) throw surplus(`parameter "${first}"`, taken.size === 0, optionHint(names));
    },
  };
}

function surplus(which: string, noPlaceholders: boolean, hint = ""): WarehouseError {
  const reason = noPlaceholders ? ": the statement has no placeholder outside quotes and comments" : "";
  return invalidArgument(`${which} is not used${reason}.${hint}`);
}

function optionHint(names: readonly string[]): string {
  const option = names.find((name) => optionNames.has(name));
  return option === undefined ? "" : ` If ${option} is meant as an option: options are the third argument.`;
}
