import { invalidArgument, WarehouseError } from "../errors.ts";
import type { Clause, QueryCompiler } from "./types.ts";

/** Makes the error for what knex can say and a warehouse cannot do. */
export function unsupported(what: string, instead: string): WarehouseError {
  return new WarehouseError("UNSUPPORTED", `peak-warehouse does not support knex's ${what}: ${instead}.`);
}

type Written = Pick<QueryCompiler, "method" | "single" | "grouped">;

/** What a statement cannot have, though knex would leave it out of the text without a word. */
const ignored: Readonly<Record<string, readonly string[]>> = {
  update: ["join", "group", "having", "qualify", "order", "union", "limit", "offset"],
  delete: ["join", "group", "having", "qualify", "order", "union", "limit", "offset"],
  truncate: ["where", "join", "group", "having", "order", "union", "limit", "offset"],
};

/** Refuses what neither warehouse has, before any of it is written. @throws `UNSUPPORTED`. */
export function refuseUnknown(query: Written): void {
  const refusal = refusalOf(query);
  if (refusal !== undefined) throw refusal;
}

function refusalOf({ method, single, grouped }: Written): WarehouseError | undefined {
  const some = (grouping: string, test: (clause: Clause) => boolean) => grouped[grouping]?.some(test) === true;
  const isJson = ({ type }: Clause) => type !== undefined && /json/i.test(type);
  if (single.returning !== undefined) return unsupported("returning()", "select the rows afterwards");
  if (single.lock !== undefined || single.waitMode !== undefined) {
    return unsupported("row locks (forUpdate() and its kin)", "neither warehouse locks rows for a reader");
  }
  if (single.only === true) return unsupported("{ only: true }", "neither warehouse has inherited tables");
  if (some("with", ({ materialized }) => materialized !== undefined)) {
    return unsupported("withMaterialized()", "use with(); the server decides");
  }
  if (some("columns", ({ distinctOn }) => distinctOn === true)) {
    return unsupported("distinctOn()", "number the rows with rowNumber() and keep the first of each");
  }
  if (some("columns", isJson) || some("where", isJson) || some("join", joinsByJson)) {
    return unsupported("JSON methods", "write the warehouse's own paths with knex.raw()");
  }
  const verb = method === "del" ? "delete" : method;
  const clause = ignored[verb]?.find((name) => (grouped[name]?.length ?? 0) > 0 || isGiven(single[name]));
  if (clause === undefined) return undefined;
  const message = `Aborted query compilation: \`${clause}\` has no effect on a \`${verb}\` statement: put it into a subquery.`;
  return new WarehouseError("UNSUPPORTED", message);

  function joinsByJson({ clauses }: Clause): boolean {
    return Array.isArray(clauses) && (clauses as Clause[]).some(isJson);
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Makes the error for a value that is undefined. */
export function undefinedBinding(complaint: string): WarehouseError {
  return invalidArgument(`${complaint}: pass null where NULL is meant.`);
}

/** What knex complains of, as far as it can be told without the statement, and what makes ours of it. */
const complaints: readonly [RegExp, (complaint: string) => WarehouseError][] = [
  [/^Undefined binding\(s\) detected[^]*?(?= query: |$)/, undefinedBinding],
  [
    /^Expected \d+ bindings, saw \d+/,
    (complaint) => invalidArgument(`${complaint}: each ? needs a value, and each value a ?; \\? is a question mark.`),
  ],
  [
    /^Empty \.update\(\) call detected/,
    (complaint) => invalidArgument(`${complaint}: it needs a column whose value is not undefined.`),
  ],
];

/**
 * Compiles, and makes knex's complaints ours. knex writes the whole statement into some, with every literal that is in it.
 *
 * @throws `INVALID_ARGUMENT` for values that are undefined, missing or too many, and for an update of nothing; else whatever `compile`
 *   throws, as it is.
 */
export function compiling<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (WarehouseError.is(error) || !(error instanceof Error)) throw error;
    for (const [pattern, refusal] of complaints) {
      const complaint = pattern.exec(error.message);
      if (complaint !== null) throw refusal(complaint[0]);
    }
    throw error;
  }
}
