import { invalidArgument, WarehouseError } from "./errors.ts";
import { checkDictionary } from "./arrow/index.ts";
import { statementOptions } from "./call.ts";
import { checkLimits } from "./limits.ts";
import { checkOptions } from "./options.ts";
import { isFragment, renderFragment } from "./sql/fragment.ts";
import { inlining } from "./sql/literals.ts";
import { readQuery, type BuiltQuery } from "./knex/texts.ts";
import { bindParameters } from "./sql/placeholders.ts";
import { firstKeyword, holdsSeveralStatements, splitStatements } from "./sql/statements.ts";
import { oneOf, valuePolicy } from "./values/decode.ts";
import { checkSchema } from "./typed-rows.ts";
import { rowsOf, type Shape } from "./columns/shape.ts";
import type { Batch } from "./columns/batch.ts";
import type { Reading, Statement } from "./driver.ts";
import type { BoundText } from "./sql/bound-text.ts";
import type { Dialect } from "./sql/dialect.ts";
import type { QueryParameters } from "./sql/parameter-source.ts";
import type { ArrowOptions, BatchOptions, QueryOptions, ReadingOptions, ScriptOptions } from "./queryable.ts";
import type { Decoding, RowMode } from "./values/types.ts";

const readingOptions: Readonly<Record<keyof ReadingOptions, true>> = {
  ...statementOptions,
  integers: true,
  decimals: true,
  timestamps: true,
  maxRows: true,
  maxBytes: true,
  decoding: true,
};
const queryOptions: Readonly<Record<keyof QueryOptions, true>> = { ...readingOptions, rowMode: true, schema: true };
const batchOptions: Readonly<Record<keyof BatchOptions, true>> = {
  ...readingOptions,
  batchRows: true,
  batchBytes: true,
  timeUnit: true,
};
const arrowOptions: Readonly<Record<keyof ArrowOptions, true>> = { ...batchOptions, dictionary: true };

/** Checks what a query may be told. @throws `INVALID_ARGUMENT` for options that do not exist or make no sense. */
export function checkedOptions(given: QueryOptions | undefined): QueryOptions {
  const options = checkOptions<QueryOptions>(given, queryOptions, "A query");
  checkLimits(options);
  checkSchema(options.schema);
  return options;
}

/** Checks what a call for columns may be told. @throws as {@link checkedOptions}. */
export function checkedBatchOptions(given: BatchOptions | undefined): BatchOptions {
  return checkedColumns(checkOptions<BatchOptions>(given, batchOptions, "batches()"));
}

/** Checks what a call for Arrow may be told. @throws as {@link checkedOptions}. */
export function checkedArrowOptions(given: ArrowOptions | undefined): ArrowOptions {
  const options = checkedColumns(checkOptions<ArrowOptions>(given, arrowOptions, "A call for Arrow"));
  checkDictionary(options.dictionary);
  return options;
}

function checkedColumns<T extends BatchOptions>(options: T): T {
  checkLimits(options);
  oneOf("timeUnit", options.timeUnit, ["microsecond", "nanosecond"]);
  for (const name of ["batchRows", "batchBytes"] as const) {
    const { [name]: size = 1 } = options;
    if (!Number.isSafeInteger(size) || size < 1) throw invalidArgument(`${name} must be a whole number from 1 on.`);
  }
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
  return {
    bound: readingValues(() => bindParameters(source, second as QueryParameters | undefined, dialect)),
    options,
  };
}

/**
 * Writes one query with its values in it, for a statement that holds a query and takes no binds.
 *
 * @param source - a text, what `` sql`…` `` makes, or a query of knex.
 * @returns the query, without a semicolon behind it.
 * @throws `INVALID_ARGUMENT` for what is not one query, and as {@link readArguments}.
 */
export function writtenQuery(source: unknown, params: QueryParameters | undefined, dialect: Dialect): string {
  const { text } = readingValues(() => boundText(source, params, inlining(dialect)));
  checkSingle(text, dialect);
  if (!queries.has(firstKeyword(text, dialect) ?? "")) {
    throw invalidArgument("What is to be written out must be a query: SELECT, or WITH and SELECT.");
  }
  return splitStatements(text, dialect)[0]?.text ?? text;
}

const queries = new Set(["SELECT", "WITH"]);

/** Reads one statement with its parameters, in whatever form it is. @throws as {@link readArguments}. */
export function boundQuery(source: unknown, params: QueryParameters | undefined, dialect: Dialect): BoundText {
  const bound = readingValues(() => boundText(source, params, dialect));
  checkSingle(bound.text, dialect);
  return bound;
}

/** Reads a query with its parameters, in whatever form it is. */
function boundText(source: unknown, params: QueryParameters | undefined, dialect: Dialect): BoundText {
  if (typeof source === "string") return bindParameters(source, params, dialect);
  if (params !== undefined) throw invalidArgument("params are for a text: any other query carries its values.");
  if (isFragment(source)) return renderFragment(source, dialect);
  if (isBuilder(source)) return bindParameters(...readQuery(source.toSQL()), dialect);
  throw invalidArgument("The query must be a string, made by sql`…`, or a query of db.knex.");
}

/** Tells a query that knex builds. */
function isBuilder(source: unknown): source is { toSQL(): BuiltQuery } {
  return typeof source === "object" && source !== null && "toSQL" in source && typeof source.toSQL === "function";
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

/** Makes the statement that a call for rows asks for. @throws as {@link statementOf}. */
export function rowStatement(bound: BoundText, options: QueryOptions, defaults: Reading): Statement {
  return statementOf(bound, options, defaults, rowsOf[rowModeOf(options)]);
}

/** Makes the statement that a call asks for. @throws `INVALID_ARGUMENT` for words that its options do not have. */
export function statementOf<B extends Batch>(
  bound: BoundText,
  options: ReadingOptions,
  defaults: Reading,
  shape: Shape<B>,
): Statement<B> {
  return {
    text: bound.text,
    binds: bound.binds,
    values: valuePolicy(options, defaults.values),
    shape,
    decoding: decodingOf(options.decoding) ?? defaults.decoding,
  };
}

/** Gives what a row is to be. @throws `INVALID_ARGUMENT` for a word that is none. */
function rowModeOf({ rowMode }: QueryOptions): RowMode {
  return oneOf("rowMode", rowMode, ["object", "array"]) ?? "object";
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
