import { arrowReader, type ArrowData, type ArrowField, type ArrowType } from "./arrow-values.ts";
import { cellOf, type RowsOf } from "./cells.ts";
import { refusedRow } from "./refusal.ts";
import type { Target } from "./target.ts";

/** What is used of a `RecordBatch` of any copy of apache-arrow. */
export interface ArrowBatch {
  readonly schema: { readonly fields: readonly ArrowField[] };
  readonly data: ArrowData;
  readonly numRows: number;
}

/** What is used of a `Table`. */
interface ArrowTable {
  readonly schema: { readonly fields: readonly ArrowField[] };
  readonly batches: readonly ArrowBatch[];
  readonly numRows: number;
}

/** Tells a `RecordBatch` by its shape. */
export function isRecordBatch(piece: unknown): piece is ArrowBatch {
  return hasSchema(piece) && "data" in piece && hasChildren(piece.data);
}

/** Tells a `Table` by its shape. */
export function isArrowTable(source: unknown): source is ArrowTable {
  return hasSchema(source) && "batches" in source && Array.isArray(source.batches);
}

function hasSchema(value: unknown): value is { schema: { fields: readonly ArrowField[] }; numRows: number } {
  if (typeof value !== "object" || value === null) return false;
  const { schema, numRows } = value as { schema?: { fields?: unknown } | null; numRows?: unknown };
  return typeof numRows === "number" && typeof schema === "object" && Array.isArray(schema?.fields);
}

function hasChildren(data: unknown): boolean {
  return typeof data === "object" && data !== null && "children" in data && Array.isArray(data.children);
}

/** Reads record batches, each of whose columns is found by its place. */
export function arrowRows(targets: readonly Target[]): RowsOf {
  let types: readonly ArrowType[] | undefined;
  return (piece, rowIndex) => {
    if (!isRecordBatch(piece) || piece.schema.fields.length !== targets.length) {
      throw refusedRow("is in what is no RecordBatch of the same columns, as the first is", rowIndex);
    }
    const { fields } = piece.schema;
    types ??= fields.map(({ type }) => type);
    const readers = fields.map((field, at) => {
      const data = piece.data.children[at];
      if (data === undefined || field.type.typeId !== types?.[at]?.typeId) {
        throw refusedRow(
          `is in a RecordBatch whose column ${JSON.stringify(field.name)} is of another type than before`,
          rowIndex,
        );
      }
      return arrowReader(field, data);
    });
    return {
      length: piece.numRows,
      fill(row, into, index) {
        for (const [at, target] of targets.entries()) into[at] = cellOf(target, readers[at]?.(row), index);
      },
    };
  };
}
