import { invalidArgument, WarehouseError } from "./errors.ts";
import { checkLimits } from "./limits.ts";
import { checkOptions } from "./options.ts";
import { isFragment, renderFragment } from "./sql/fragment.ts";
import { bindParameters } from "./sql/placeholders.ts";
import { firstKeyword, holdsSeveralStatements, splitStatements } from "./sql/statements.ts";
import { oneOf, valuePolicy } from "./values/decode.ts";
import { checkSchema } from "./typed-rows.ts";
import type { Reading, Statement } from "./driver.ts";
import type { BoundText } from "./sql/bound-text.ts";
import type { Dialect } from "./sql/dialect.ts";
import type { Parameters } from "./sql/parameter-source.ts";
import type { QueryOptions, ScriptOptions } from "./queryable.ts";
import type { Decoding } from "./values/types.ts";

const knownOptions: Readonly<Record<keyof QueryOptions, true>> = {
  signal: true,
  timeoutMs: true,
  integers: true,
  decimals: true,
  timestamps: true,
  rowMode: true,
  maxRows: true,
  maxBytes: true,
  decoding: true,
  schema: true,
};

/** Checks what a query may be told. @throws `INVALID_ARGUMENT` for options that do not exist or make no sense. */
export function checkedOptions(given: QueryOptions | undefined): QueryOptions {
  const options = checkOptions<QueryOptions>(given, knownOptions, "A query");
  checkLimits(options);
  checkSchema(options.schema);
  return options;
}

/** Checks what a script may be told. @throws as {@link checkedOptions}. */
export function checkedScriptOptions(given: ScriptOptions | undefined): ScriptOptions {
  const options = checkedOptions(given);
  if (options.schema === undefined) return options;
  throw invalidArgument("A script has several results, and so no schema: parse each where it is used.");
}

/**
 * Reads the arguments of a verb that takes a statement: a text, its parameters and options, or a fragment and options.
 *
 * @throws `INVALID_ARGUMENT` for what cannot be sent.
 */
export function readArguments<Options>(
  source: unknown,
  second: unknown,
  third: Options | undefined,
  dialect: Dialect,
  checkedOptions: (given: Options | undefined) => Options,
): { bound: BoundText; options: Options } {
  if (isFragment(source)) {
    if (third !== undefined || Array.isArray(second)) {
      throw invalidArgument("A statement made by sql`…` carries its values: pass the options as the second argument.");
    }
    // With a fragment the second argument is the options.
    const options = checkedOptions(second as Options | undefined);
    return { bound: readingValues(() => renderFragment(source, dialect)), options };
  }
  if (typeof source !== "string") {
    throw invalidArgument("The statement must be a string, or made by sql`…`.");
  }
  const options = checkedOptions(third);
  return { bound: readingValues(() => bindParameters(source, second as Parameters | undefined, dialect)), options };
}

/** A getter, a proxy or a `toJSON` of the caller's may throw anything while its value is read. */
function readingValues(read: () => BoundText): BoundText {
  try {
    return read();
  } catch (error) {
    if (WarehouseError.is(error)) throw error;
    throw invalidArgument("The parameters cannot be read: one of them throws an error, which is the cause.", error);
  }
}

/** Makes the statement that a call asks for. @throws `INVALID_ARGUMENT` for words that its options do not have. */
export function statementOf(bound: BoundText, options: QueryOptions, defaults: Reading): Statement {
  return {
    ...bound,
    values: valuePolicy(options, defaults.values),
    rowMode: oneOf("rowMode", options.rowMode, ["object", "array"]) ?? "object",
    decoding: decodingOf(options.decoding) ?? defaults.decoding,
  };
}

/** Gives what reads the cells. @throws `INVALID_ARGUMENT` for a word that is none. */
export function decodingOf(decoding: Decoding | undefined): Decoding | undefined {
  return oneOf("decoding", decoding, ["fast", "driver"]);
}

/** @throws `INVALID_ARGUMENT` for a text that does not hold one statement. */
export function checkSingle(text: string, dialect: Dialect): void {
  if (firstKeyword(text, dialect) === undefined && splitStatements(text, dialect).length === 0) {
    throw invalidArgument("The text holds no statement.");
  }
  if (holdsSeveralStatements(text, dialect)) {
    throw invalidArgument("The text holds several statements, and one is run at a time: run them with script().");
  }
}
