import { invalidArgument, WarehouseError } from "./errors.ts";
import { through } from "./through.ts";
import type { Call } from "./call.ts";
import type { Execution } from "./driver.ts";

/**
 * A schema of zod, valibot, arktype or any other library that keeps to Standard Schema (version 1, standardschema.dev). The part of
 * its interface that is needed here; no library is.
 */
export interface RowSchema<Input = unknown, Output = Input> {
  /** The interface that such libraries have in common. */
  readonly "~standard": {
    readonly version: 1;
    /** The library's name. */
    readonly vendor: string;
    /** Parses a row, or tells what is wrong with it. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** The types of a row before and after; never there when a program runs. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a {@link RowSchema} gives for one row: the parsed row, or what is wrong with it. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a row. */
export interface SchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where: the column's name, and what lies within. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The type of what a schema makes of a row. */
export type RowOf<Schema extends RowSchema> = NonNullable<Schema["~standard"]["types"]>["output"];

/** @throws `INVALID_ARGUMENT` for what is no schema. */
export function checkSchema(schema: unknown): void {
  // arktype's schemas are functions.
  const standard = (schema as Partial<RowSchema> | null | undefined)?.["~standard"];
  if (schema === undefined || typeof standard?.validate === "function") return;
  throw invalidArgument("schema must be a Standard Schema, such as one of zod, valibot or arktype.");
}

/**
 * Makes an execution whose rows a schema has parsed, batch by batch. The first row that it refuses stops the statement; those before it are
 * given first.
 */
export function parsed(execution: Execution, schema: RowSchema, call: Call): Execution {
  let read = 0;
  let refused: { readonly error: unknown } | undefined;
  return through(execution, async () => {
    const batch = refused === undefined ? await execution.next() : undefined;
    const rows: unknown[] = [];
    for (const row of batch?.rows ?? []) {
      try {
        const value = rowOf(row, read++, schema);
        rows.push(isPromise(value) ? await call.race(value) : value);
      } catch (error) {
        refused = { error };
        void execution.cancel();
        break;
      }
    }
    if (refused !== undefined && rows.length === 0) throw refused.error;
    return batch && { ...batch, rows, length: rows.length };
  });
}

/** Gives what the schema makes of a row. Not async: most schemas answer at once, and rows are many. */
function rowOf(row: unknown, index: number, schema: RowSchema): unknown {
  let result: ReturnType<RowSchema["~standard"]["validate"]>;
  try {
    result = schema["~standard"].validate(row);
  } catch (error) {
    throw broken(index, error);
  }
  if (!isPromise(result)) return accepted(result, index);
  return Promise.resolve(result).then(
    (late) => accepted(late, index),
    (error: unknown) => Promise.reject(broken(index, error)),
  );
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  // By its shape: a library may have its own.
  return typeof (value as Partial<Promise<T>> | null | undefined)?.then === "function";
}

function accepted(result: SchemaResult<unknown> | null | undefined, index: number): unknown {
  if (typeof result !== "object" || result === null) throw broken(index, new TypeError("validate() gave no result"));
  if (result.issues === undefined) return result.value;
  throw invalidRow(index, result.issues[0]);
}

function broken(index: number, error: unknown): WarehouseError {
  return new WarehouseError("INVALID_ROW", `Row ${index + 1}: the schema threw an error, which is the cause.`, {
    phase: "fetch",
    rowIndex: index,
    cause: error,
  });
}

function invalidRow(index: number, issue: SchemaIssue | undefined): WarehouseError {
  const path = issue?.path?.map((step) => (typeof step === "object" ? step.key : step)) ?? [];
  const where = path.length === 0 ? "" : `, ${path.map(String).join(".")}`;
  return new WarehouseError("INVALID_ROW", `Row ${index + 1}${where}: ${issue?.message ?? "refused by the schema"}`, {
    phase: "fetch",
    rowIndex: index,
    path,
  });
}
