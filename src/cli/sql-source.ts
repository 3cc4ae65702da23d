import { readFile } from "node:fs/promises";
import { addAbortSignal } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Command } from "commander";
import { repeated } from "./quantities.ts";
import { UsageError } from "./usage.ts";
import type { Ground } from "./ground.ts";
import type { QueryParameters } from "../index.ts";

/** The flags that tell what SQL is run, and with which values. */
export interface SqlFlags {
  readonly file?: string;
  readonly param?: readonly string[];
  readonly params?: string;
}

/** Gives a command the flags for its SQL. */
export function addSqlFlags(command: Command): Command {
  return command
    .option("-f, --file <path>", "the SQL is in this file")
    .option(
      "-p, --param <value>",
      "a value for the next ? or $n, or name=value for :name; text, as often as needed",
      repeated,
    )
    .option("--params <json>", "all values as a JSON array or object, with numbers, null and lists");
}

/** Gives the SQL: the argument, else the file's, else what standard input holds; `-` is standard input, too. @throws `UsageError`. */
export async function sqlText(
  given: string | undefined,
  { file }: SqlFlags,
  { stdin, signal }: Ground,
): Promise<string> {
  if (given !== undefined && file !== undefined)
    throw new UsageError("The SQL is given twice: as an argument and by --file.");
  if (given !== undefined && given !== "-") return given;
  if (file !== undefined && file !== "-") {
    const bytes = await readFile(file).catch((cause: unknown) => {
      throw new UsageError(`The SQL cannot be read: ${cause instanceof Error ? cause.message : file}.`, { cause });
    });
    return decoded(bytes);
  }
  if (given === undefined && file === undefined && stdin.isTTY) {
    throw new UsageError(
      'There is no SQL: pass it as an argument, by --file, or through a pipe. See "peak-warehouse query --help".',
    );
  }
  return decoded(await buffer(addAbortSignal(signal, stdin)));
}

/** Windows' editors begin a text with a mark, which goes, or write in another encoding, whose letters would be lost. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError("The SQL is not text in UTF-8: save it as that.", { cause });
  }
}

/** Tells the SQL and the target of a command whose arguments are `[sql] <target>`. @throws `UsageError`. */
export function sqlAndTarget(first: string, second: string | undefined, { file }: SqlFlags, target: string) {
  if (file !== undefined) {
    if (second !== undefined) throw new UsageError(`With --file there is one argument: the ${target}.`);
    return { sql: undefined, target: first };
  }
  if (second === undefined) throw new UsageError(`Two arguments are needed: the query, and the ${target}.`);
  return { sql: first, target: second };
}

/**
 * Gives the values for a statement's placeholders; `undefined` where none were given.
 *
 * @param isNamed - the statement's placeholders have names, so that each value has, too.
 * @throws `UsageError`.
 */
export function sqlParameters({ param, params }: SqlFlags, isNamed: boolean): QueryParameters | undefined {
  if (params !== undefined) {
    if (param !== undefined) throw new UsageError("--param and --params do not go together.");
    return readJson(params);
  }
  if (param === undefined || !isNamed) return param;
  return Object.fromEntries(
    param.map((pair) => {
      const equals = pair.indexOf("=");
      // The value is nobody's business.
      if (equals < 1) throw new UsageError("The statement's placeholders have names: write --param name=value.");
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

function readJson(text: string): QueryParameters {
  const value = parsed(text);
  if (typeof value !== "object" || value === null)
    throw new UsageError("--params must be JSON: an array for ? and $1, an object for :name.");
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g)) {
    if (!token.startsWith('"') && digitsOf(token) !== digitsOf(String(Number(token))))
      throw new UsageError("A number in --params has more digits than JavaScript's have: write it in quotes.");
  }
  // What is in it is checked where it is bound.
  return value as QueryParameters;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the values.
    return undefined;
  }
}

/** The digits of a number that count, wherever its point is. */
function digitsOf(number: string): string {
  return number
    .replace(/e.*$/i, "")
    .replace(/[-.]/g, "")
    .replace(/^0+|0+$/g, "");
}
