import { boolean, fixed, text, timestamp } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import type { Answer } from "./run.ts";

/** A cell of an answer that the stand-in writes itself. */
export type PlainCell = string | number | boolean | null;

const wire = (value: PlainCell): string | null =>
  value === null ? null : typeof value === "boolean" ? (value ? "1" : "0") : String(value);

/** Makes an answer from rows. */
export const table = (
  statementTypeId: number,
  columns: readonly (readonly [string, SqlType])[],
  rows: readonly (readonly PlainCell[])[],
): Answer => ({
  statementTypeId,
  columns: columns.map(([name, type]) => ({ name, type, nullable: true })),
  batches: [{ columns: columns.map((_, i) => rows.map((row) => wire(row[i] ?? null))), rowCount: rows.length }],
});

/** Makes the one-row answer of DDL and session statements: a column called status. */
export const status = (statementTypeId: number, message: string): Answer =>
  table(statementTypeId, [["status", text()]], [[message]]);

/** Makes the one-row answer of DML: counts of rows. */
export const counts = (statementTypeId: number, numbers: Readonly<Record<string, number>>): Answer =>
  table(statementTypeId, Object.keys(numbers).map((name) => [name, fixed(19, 0)] as const), [Object.values(numbers)]); // prettier-ignore

/** The types that SHOW's columns have. */
export const shown = { text: text(), number: fixed(18, 0), boolean, timestamp: timestamp("timestamp_ltz", 3) } as const;
