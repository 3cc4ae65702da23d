import { bound } from "../binder/bound.ts";
import type { Bound, Column, Context, Relation } from "../binder/bound.ts";
import { cast } from "../binder/casts.ts";
import { bind } from "../binder/expressions.ts";
import { nullLiteral } from "../binder/literals.ts";
import type { Table, TableColumn } from "../engine/catalog.ts";
import { initialOf } from "../engine/targets.ts";
import { compilationError, unsupported } from "../errors.ts";
import type { Query, SelectItem } from "../sql/ast.ts";
import { literal, storageType } from "../types/storage.ts";
import { fixed, isSemiStructured, text, timestamp, variant } from "../types/types.ts";
import type { FileFormat } from "./formats.ts";
import type { Sheet } from "./sheets.ts";

/** How a column of the table gets its value from a sheet `s`. */
export interface Mapped {
  readonly column: TableColumn;
  /** The DuckDB expression, already of the column's type. */
  readonly sql: string;
  /** The field of delimited text it comes from, from 0. */
  readonly field: number | undefined;
  /** Whether it comes from the file at all: a default cannot fail because of a record. */
  readonly isRead: boolean;
}

/** How the columns of a table are found in a file. */
export interface Mapping {
  readonly table: Table;
  readonly targets: readonly TableColumn[];
  readonly query: Query | undefined;
  readonly match: "CASE_SENSITIVE" | "CASE_INSENSITIVE" | "NONE";
  readonly format: FileFormat;
  readonly truncate: boolean;
  readonly context: Context;
}

/** What a transformation can ask about the file. */
export interface FileFacts {
  readonly name: string;
  readonly etag: string;
  readonly lastModified: Date;
}

/** Checks a transformation, and that the format can fill the columns. Throws the compilation errors of the service. */
export function checkMapping({ targets, query, match, format }: Mapping): void {
  if (query !== undefined) {
    if (match !== "NONE") throw compilationError("001006", "22023", "MATCH_BY_COLUMN_NAME cannot be used with a COPY transformation."); // prettier-ignore
    const items = itemsOf(query);
    if (items.length !== targets.length)
      throw compilationError("002020", "21S01", `Insert value list does not match column list expecting ${targets.length} but got ${items.length}`); // prettier-ignore
    return;
  }
  if (format.type === "CSV") {
    if (format.parseHeader !== (match !== "NONE"))
      throw compilationError("001006", "22023", format.parseHeader ? "PARSE_HEADER is only allowed for CSV INFER_SCHEMA and MATCH_BY_COLUMN_NAME" : "MATCH_BY_COLUMN_NAME of a CSV file needs PARSE_HEADER = TRUE"); // prettier-ignore
    return;
  }
  const [only] = targets;
  if (match === "NONE" && !(targets.length === 1 && only !== undefined && isSemiStructured(only.type.kind)))
    throw compilationError("002211", "42601", `${format.type} file format can produce one and only one column of type variant, object, or array. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation.`); // prettier-ignore
}

/** Tells what a transformation selects. Throws for anything but a plain select from the stage. */
function itemsOf({ body, ctes, order, limit, offset }: Query): readonly SelectItem[] {
  const plain = ctes.length === 0 && order.length === 0 && limit === undefined && offset === undefined;
  const simple =
    body.t === "select" && !body.distinct && [body.where, body.group, body.having, body.qualify, body.top].every((one) => one === undefined); // prettier-ignore
  if (!plain || !simple)
    throw compilationError("002128", "42601", "COPY statement only supports simple SELECT from stage statements for import."); // prettier-ignore
  if (body.items.some(({ value }) => value.t === "star")) throw unsupported("SELECT * from a stage");
  return body.items;
}

/** Writes the value of every column of the table. */
export function mapped(mapping: Mapping, sheet: Sheet, facts: FileFacts): Mapped[] {
  const { table, targets, context } = mapping;
  const given = valuesOf(mapping, sheet, facts);
  return table.columns.map((column): Mapped => {
    const at = targets.indexOf(column);
    if (at < 0) {
      const initial = cast(initialOf(column, context), column.type, context, true);
      return { column, sql: initial, field: undefined, isRead: false };
    }
    return given[at] ?? { column, sql: `CAST(NULL AS ${storageType(column.type)})`, field: undefined, isRead: true };
  });
}

function valuesOf(mapping: Mapping, sheet: Sheet, facts: FileFacts): (Mapped | undefined)[] {
  const { targets, query, match, format } = mapping;
  if (query !== undefined) return transformed(query, mapping, sheet, facts);
  if (match === "NONE")
    return targets.map((column, i) => fromColumn(column, sheet.columns[i], format.type === "CSV" ? i : undefined, mapping)); // prettier-ignore
  return targets.map((column) => {
    const found = format.type === "JSON" ? member(column, match) : named(column, sheet, match);
    const field = format.type === "CSV" && found !== undefined ? sheet.columns.indexOf(found) : undefined;
    return fromColumn(column, found, field, mapping);
  });
}

/** Finds the member of a JSON document that is called as a column. */
const member = (column: TableColumn, match: Mapping["match"]): Column => ({
  name: column.name,
  type: variant,
  nullable: true,
  sql: `${match === "CASE_SENSITIVE" ? "sf_member" : "sf_member_ignoring_case"}(s.f1, ${literal(column.name)})`,
});

function named(column: TableColumn, { named: names }: Sheet, match: Mapping["match"]): Column | undefined {
  const exact = names?.get(column.name);
  if (exact !== undefined || match === "CASE_SENSITIVE") return exact;
  const wanted = column.name.toLowerCase();
  return [...(names ?? [])].find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function fromColumn(
  column: TableColumn,
  source: Column | undefined,
  field: number | undefined,
  { format, truncate, context }: Mapping,
): Mapped | undefined {
  if (source === undefined) return undefined;
  const value =
    format.type === "CSV" ? textValue(source, column, format.formats.binary) : bound(source.sql, source.type);
  return { column, sql: converted(value, column, truncate, context), field, isRead: true };
}

/** Reads a field as the column wants it: documents are JSON, bytes as BINARY_FORMAT says. */
function textValue({ sql }: Column, { type }: TableColumn, format: "HEX" | "BASE64" | "UTF8"): Bound {
  if (isSemiStructured(type.kind)) return bound(`sf_parse_json(${sql})`, variant);
  if (type.kind !== "binary") return bound(sql, text());
  return bound(`${{ HEX: "sf_from_hex", BASE64: "sf_from_base64", UTF8: "sf_utf8" }[format]}(${sql})`, type);
}

function converted(value: Bound, { type }: TableColumn, truncate: boolean, context: Context): string {
  try {
    return cast(value, type, context, !truncate);
  } catch (error) {
    if (value.type.kind === "text") throw error;
    // What SQL does not cast, a document does or does not by its content.
    return cast(bound(cast(value, variant, context), variant), type, context, !truncate);
  }
}

function transformed(query: Query, mapping: Mapping, sheet: Sheet, facts: FileFacts): Mapped[] {
  const { targets, truncate, context } = mapping;
  const alias = query.body.t === "select" && query.body.from?.t === "stage" ? query.body.from.alias.name : undefined;
  const relation: Relation = { name: alias, columns: sheet.columns, isOpenEnded: sheet.isOpenEnded };
  const scope = { relations: [relation, { name: alias, columns: metadata(facts, context) }] };
  return itemsOf(query).flatMap(({ value }, i) => {
    const column = targets[i];
    if (column === undefined) return [];
    const read = sheet.columns.length === 0 ? nullLiteral : bind(value, scope, context);
    return [{ column, sql: converted(read, column, truncate, context), field: undefined, isRead: true }];
  });
}

function metadata({ name, etag, lastModified }: FileFacts, { now }: Context): Column[] {
  const modified = BigInt(lastModified.getTime()) * 1_000_000n;
  const of = (key: string, type: Column["type"], sql: string): Column => ({ name: `METADATA$${key}`, type, nullable: false, sql }); // prettier-ignore
  return [
    of("FILENAME", text(), literal(name)),
    of("FILE_ROW_NUMBER", fixed(18, 0), "CAST(s.r AS DECIMAL(18,0))"),
    of("FILE_CONTENT_KEY", text(), literal(etag)),
    of("FILE_LAST_MODIFIED", timestamp("timestamp_ntz"), `CAST(${modified} AS HUGEINT)`),
    of("START_SCAN_TIME", timestamp("timestamp_ltz"), `CAST(${now} AS HUGEINT)`),
  ];
}
