import type { Column, ColumnType } from "../../values/types.ts";

/** What a RowDescription says of a column, as `pg` reads it. */
export interface Field {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
  /** The form in which its cells come; of a statement that has not been bound yet, always text. */
  readonly format?: "text" | "binary";
}

/**
 * Redshift's types by their OID (amazon-redshift-jdbc-driver and -python-driver agree). An OID that is not
 * here is sent as text like any other, and read as text.
 */
const types = new Map<number, readonly [ColumnType, string]>([
  [16, ["boolean", "BOOLEAN"]],
  [18, ["text", '"char"']],
  [19, ["text", "NAME"]],
  [20, ["integer", "BIGINT"]],
  [21, ["integer", "SMALLINT"]],
  [23, ["integer", "INTEGER"]],
  [25, ["text", "TEXT"]],
  [26, ["integer", "OID"]],
  [700, ["float", "REAL"]],
  [701, ["float", "DOUBLE PRECISION"]],
  [702, ["text", "ABSTIME"]],
  [705, ["text", "UNKNOWN"]],
  [1042, ["text", "CHAR"]],
  [1043, ["text", "VARCHAR"]],
  [1082, ["date", "DATE"]],
  [1083, ["time", "TIME"]],
  [1114, ["timestamp", "TIMESTAMP"]],
  [1184, ["timestamptz", "TIMESTAMPTZ"]],
  [1186, ["interval", "INTERVAL"]],
  [1188, ["interval", "INTERVAL YEAR TO MONTH"]],
  [1190, ["interval", "INTERVAL DAY TO SECOND"]],
  [1266, ["timetz", "TIMETZ"]],
  [2935, ["text", "HLLSKETCH"]],
  [3000, ["text", "GEOMETRY"]],
  [3001, ["text", "GEOGRAPHY"]],
  [3999, ["text", "GEOMETRY"]],
  [4000, ["json", "SUPER"]],
  [6551, ["binary", "VARBYTE"]],
]);

const numericOid = 1700;
const characterOids = new Set([1042, 1043]);

/** Describes a column by its RowDescription. */
export function columnOf(field: Field): Column {
  if (field.dataTypeID === numericOid) return numericColumn(field);
  const [type, nativeType] = types.get(field.dataTypeID) ?? ["text", `OID ${field.dataTypeID}`];
  const length =
    characterOids.has(field.dataTypeID) && field.dataTypeModifier >= 4 ? `(${field.dataTypeModifier - 4})` : "";
  return { name: field.name, nativeName: field.name, type, nativeType: nativeType + length };
}

/**
 * A NUMERIC's type modifier holds precision and scale. Without one the scale is unknown, and the value may have a fraction: it
 * is then a decimal.
 */
function numericColumn({ name, dataTypeModifier }: Field): Column {
  if (dataTypeModifier < 4) return { name, nativeName: name, type: "decimal", nativeType: "NUMERIC" };
  const precision = ((dataTypeModifier - 4) >> 16) & 0xffff;
  const scale = (dataTypeModifier - 4) & 0xffff;
  return {
    name,
    nativeName: name,
    type: scale === 0 ? "integer" : "decimal",
    nativeType: `NUMERIC(${precision},${scale})`,
    precision,
    scale,
  };
}
