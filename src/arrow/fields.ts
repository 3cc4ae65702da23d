import type { DataType, Field } from "apache-arrow";
import type { Arrow } from "./library.ts";
import type { Column } from "../values/types.ts";

/** The keys of an Arrow field under which its column is described, by the names that a `Column` has. */
export const fieldKeys = {
  /** The kind of column, the same on both warehouses; it tells JSON from text. */
  type: "peak-warehouse:type",
  /** The warehouse's own name of the type. */
  nativeType: "peak-warehouse:nativeType",
  /** The name as the server sent it. */
  nativeName: "peak-warehouse:nativeName",
} as const;

/** Makes the field of a column: always nullable, since neither warehouse tells of a result's columns whether they can be NULL. */
export function fieldOf(arrow: Arrow, column: Column, type: DataType): Field {
  return new arrow.Field(
    column.name,
    type,
    true,
    new Map([
      [fieldKeys.type, column.type],
      [fieldKeys.nativeType, column.nativeType],
      [fieldKeys.nativeName, column.nativeName],
    ]),
  );
}
