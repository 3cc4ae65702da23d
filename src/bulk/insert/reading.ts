import { rowKindOf } from "./rows.ts";
import { targetsOf, type Target } from "./target.ts";
import { invalidArgument } from "../../errors.ts";
import type { Ask } from "../../bulk-engine.ts";
import type { Dialect } from "../../sql/dialect.ts";
import type { RowsOf } from "./cells.ts";
import type { RowSource } from "./row-source.ts";

/** What is to be inserted, checked. */
export interface InsertOrder {
  /** Ready to be put into SQL. */
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly batchRows: number;
}

/** How a source's rows become cells of a table. */
export interface Reading {
  readonly targets: readonly Target[];
  readonly rowsOf: RowsOf;
}

/**
 * Asks for the table's columns, and finds those that the rows have values for: objects and batches name them, and arrays go by what the caller
 * says.
 *
 * @throws `INVALID_ARGUMENT` for names that are no columns, and where the rows have others than the caller says; as `query`.
 */
export async function reading(source: RowSource, order: InsertOrder, ask: Ask, dialect: Dialect): Promise<Reading> {
  const kind = rowKindOf(source.first);
  const { columns: table } = await ask({ text: `SELECT * FROM ${order.table}`, describeOnly: true });
  const targets = targetsOf(kind.keys ?? order.columns, table, dialect);
  if (order.columns !== undefined && kind.keys !== undefined)
    checkSame(targets, targetsOf(order.columns, table, dialect));
  return { targets, rowsOf: kind.rowsOf(targets) };
}

function checkSame(found: readonly Target[], wanted: readonly Target[]): void {
  const missing = without(wanted, found);
  if (missing !== "") throw invalidArgument(`The rows have no value for ${missing}, which the option columns names.`);
  const superfluous = without(found, wanted);
  if (superfluous !== "")
    throw invalidArgument(`The rows have values for ${superfluous}, which the option columns does not name.`);
}

function without(targets: readonly Target[], others: readonly Target[]): string {
  return targets
    .filter(({ column }) => others.every((other) => other.column !== column))
    .map(({ key }) => JSON.stringify(key))
    .join(", ");
}
