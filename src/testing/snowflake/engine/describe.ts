import { shown as shownName } from "../binder/names.ts";
import { unknownObject } from "../errors.ts";
import type { Name } from "../sql/ast.ts";
import type { Statement } from "../sql/statement-ast.ts";
import { maxTextLength, typeName } from "../types/types.ts";
import type { SqlType } from "../types/types.ts";
import { shown, table } from "./answers.ts";
import type { PlainCell } from "./answers.ts";
import { defaultText } from "./catalog.ts";
import type { CatalogObject, ObjectColumn } from "./catalog.ts";
import { fullName, sourceOf } from "./run.ts";
import type { Answer, Run } from "./run.ts";

const { text } = shown;

/** Gives the columns of a table, a view, or a view of INFORMATION_SCHEMA; undefined for anything else. */
export function columnsOf(path: readonly Name[], run: Run): readonly ObjectColumn[] | undefined {
  if (path.at(-2) === "INFORMATION_SCHEMA") {
    const source = sourceOf(path, run);
    return source?.t === "table" ? source.columns : undefined;
  }
  const found = run.account.catalog.find(fullName(path, run.session), run.session.temporary);
  return found === undefined || found.t === "sequence" ? undefined : found.columns;
}

/** Runs DESCRIBE TABLE and DESCRIBE VIEW. */
export function describe({ path }: Extract<Statement, { t: "describe" }>, run: Run): Answer {
  const columns = columnsOf(path, run);
  if (columns === undefined) throw unknownObject("Table", shownName(path));
  const rows = columns.map((column) => [
    column.name,
    typeName(column.type),
    "COLUMN",
    column.nullable ? "Y" : "N",
    defaultText(column),
    "N",
    "N",
    null,
    null,
    column.comment ?? null,
  ]);
  const names = [
    "name",
    "type",
    "kind",
    "null?",
    "default",
    "primary key",
    "unique key",
    "check",
    "expression",
    "comment",
  ];
  return table(0x4500, names.map((name) => [name, text] as const), rows); // prettier-ignore
}

/** The columns of SHOW COLUMNS. */
export const shownColumns = [
  "table_name",
  "schema_name",
  "column_name",
  "data_type",
  "null?",
  "default",
  "kind",
  "expression",
  "comment",
  "database_name",
  "autoincrement",
].map((name) => [name, text] as const);

/** Writes a column as SHOW COLUMNS does; `path` is the table's. */
export function shownColumn(column: ObjectColumn, [database, schema, name]: readonly [Name, Name, Name]): PlainCell[] {
  const { type, nullable, identity, comment } = column;
  return [
    name,
    schema,
    column.name,
    typeJson(type, nullable),
    nullable ? "true" : "NOT_NULL",
    defaultText(column) ?? "",
    "COLUMN",
    "",
    comment ?? "",
    database,
    identity === undefined ? "" : "IDENTITY",
  ];
}

/** Tells what has columns to show. */
export const hasColumns = ({ t }: CatalogObject): boolean => t !== "sequence";

// SHOW COLUMNS describes each type as JSON.
function typeJson({ kind, precision, scale, length }: SqlType, nullable: boolean): string {
  const described = kind === "text" || kind === "binary" ? { length, byteLength: kind === "text" ? Math.min(maxTextLength, length * 4) : length } : kind === "fixed" ? { precision, scale } : scale > 0 ? { precision: 0, scale } : {}; // prettier-ignore
  return JSON.stringify({ type: kind.toUpperCase(), ...described, nullable, ...(kind === "text" && { fixed: false }) });
}
