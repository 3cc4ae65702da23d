import { columnName } from "./names.ts";
import { foldNames } from "../../sql/dialect.ts";
import type { RowType } from "./result.ts";
import type { Column, ColumnType } from "../../values/types.ts";

/**
 * Snowflake's wire types, by the names in `rowtype`. Vectors, geography, geometry and DECFLOAT come as text, and so is read what a
 * newer server may add.
 */
const types = new Map<string, readonly [ColumnType, string]>([
  ["real", ["float", "FLOAT"]],
  ["text", ["text", "VARCHAR"]],
  ["boolean", ["boolean", "BOOLEAN"]],
  ["date", ["date", "DATE"]],
  ["time", ["time", "TIME"]],
  ["timestamp_ntz", ["timestamp", "TIMESTAMP_NTZ"]],
  ["timestamp_ltz", ["timestamptz", "TIMESTAMP_LTZ"]],
  ["timestamp_tz", ["timestamptz", "TIMESTAMP_TZ"]],
  ["binary", ["binary", "BINARY"]],
  ["variant", ["json", "VARIANT"]],
  ["object", ["json", "OBJECT"]],
  ["array", ["json", "ARRAY"]],
  ["map", ["json", "MAP"]],
]);

/** Describes the columns of a result, their names by the one name rule. */
export function columnsOf(rowtype: readonly RowType[]): Column[] {
  const names = foldNames(
    rowtype.map(({ name }) => name),
    { columnName },
  );
  return rowtype.map((described, index) => ({
    name: names[index] ?? described.name,
    nativeName: described.name,
    ...typeOf(described),
  }));
}

function typeOf({ type, precision, scale, length }: RowType): Omit<Column, "name" | "nativeName"> {
  const wireType = type.toLowerCase();
  if (wireType === "fixed") {
    const digits = scale ?? 0;
    const nativeType = `NUMBER(${precision ?? 38},${digits})`;
    return { type: digits === 0 ? "integer" : "decimal", nativeType, precision: precision ?? 38, scale: digits };
  }
  const [columnType, nativeName] = types.get(wireType) ?? ["text", type.toUpperCase()];
  const size =
    columnType === "text" || columnType === "binary" ? length : wireType.startsWith("time") ? scale : undefined;
  return { type: columnType, nativeType: size === undefined || size === null ? nativeName : `${nativeName}(${size})` };
}
