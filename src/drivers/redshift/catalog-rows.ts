import { catalogField, isNested } from "./type-names.ts";
import { columnOf } from "./types.ts";
import { nameIn, numberIn, textIn } from "../../sql/catalog.ts";
import type { CatalogRow, NativeColumn, NativeSchema, NativeTable, TableKind } from "../../sql/catalog.ts";
import type { Column } from "../../values/types.ts";

/** Reads what a schema of `svv_all_schemas` is. */
export function schemaKindIn(row: CatalogRow): NativeSchema["kind"] {
  const type = nameIn(row, "schema_type").toLowerCase();
  return type === "external" || type === "shared" ? type : "local";
}

/** Reads a table of `svv_all_tables`. */
export function tableIn(row: CatalogRow): NativeTable {
  const nativeKind = nameIn(row, "table_type").trim();
  return {
    nativeSchema: nameIn(row, "schema_name"),
    nativeName: nameIn(row, "table_name"),
    kind: tableKind(nativeKind.toUpperCase()),
    nativeKind,
    comment: textIn(row, "remarks"),
    rowCount: undefined,
    bytes: undefined,
  };
}

function tableKind(word: string): TableKind {
  if (word.startsWith("EXTERNAL")) return "external table";
  if (word.startsWith("SHARED")) return "shared table";
  if (word.endsWith("VIEW")) return word.startsWith("MATERIALIZED") ? "materialized view" : "view";
  return "table";
}

/** Describes a column of `svv_all_columns` or `svv_columns`. */
export function columnIn(row: CatalogRow): Omit<NativeColumn, "distKey" | "sortKey"> {
  const nullable = textIn(row, "is_nullable")?.trim().toUpperCase();
  const field = catalogField({
    name: nameIn(row, "column_name"),
    type: nameIn(row, "data_type"),
    length: numberIn(row, "character_maximum_length"),
    precision: numberIn(row, "numeric_precision"),
    scale: numberIn(row, "numeric_scale"),
  });
  return {
    ...described(field, nameIn(row, "data_type")),
    length: field.length,
    nullable: nullable === undefined || nullable === "" ? undefined : nullable.startsWith("Y") || nullable === "TRUE",
    default: textIn(row, "column_default"),
    comment: textIn(row, "remarks"),
  };
}

function described(field: ReturnType<typeof catalogField>, type: string): Column {
  if (field.dataTypeID !== undefined) return columnOf({ ...field, dataTypeID: field.dataTypeID });
  const { name } = field;
  return { name, nativeName: name, type: isNested(type) ? "json" : "text", nativeType: type.toUpperCase() };
}

/** Reads the keys of `svv_redshift_columns`. In an interleaved sort key the places have either sign by turns (AWS documentation, "SVV_REDSHIFT_COLUMNS"). */
export function keysIn(row: CatalogRow | undefined): Pick<NativeColumn, "distKey" | "sortKey"> {
  if (row === undefined) return { distKey: undefined, sortKey: undefined };
  const sortKey = Math.abs(numberIn(row, "sortkey") ?? 0);
  return { distKey: row.distkey === true || row.distkey === "t", sortKey: sortKey === 0 ? undefined : sortKey };
}
