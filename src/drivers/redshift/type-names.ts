import type { Field } from "./types.ts";

/** A column as the catalog's views describe it: its type by name. */
export interface CatalogField {
  readonly name: string;
  readonly type: string;
  readonly length: number | undefined;
  readonly precision: number | undefined;
  readonly scale: number | undefined;
}

/** The names that a type goes by: PostgreSQL's, Redshift's own, and those that outside catalogs have from Hive. */
const oids: ReadonlyMap<string, number> = new Map(
  (
    [
      [16, "boolean, bool"],
      [18, '"char"'],
      [19, "name"],
      [20, "bigint, int8, long"],
      [21, "smallint, int2, tinyint"],
      [23, "integer, int, int4"],
      [25, "text"],
      [26, "oid"],
      [700, "real, float4"],
      [701, "double precision, double, float, float8"],
      [702, "abstime"],
      [1042, "character, char, nchar, bpchar"],
      [1043, "character varying, varchar, nvarchar, string"],
      [1082, "date"],
      [1083, "time without time zone, time"],
      [1114, "timestamp without time zone, timestamp"],
      [1184, "timestamp with time zone, timestamptz"],
      [1186, "interval"],
      [1188, "interval year to month"],
      [1190, "interval day to second"],
      [1266, "time with time zone, timetz"],
      [1700, "numeric, decimal"],
      [2935, "hllsketch"],
      [3000, "geometry"],
      [3001, "geography"],
      [4000, "super"],
      [6551, "binary varying, varbyte, varbinary, binary"],
    ] as const
  ).flatMap(([oid, names]) => names.split(", ").map((name) => [name, oid] as const)),
);

const numeric = 1700;
const sized = new Set([1042, 1043, 6551]);

/**
 * Says of a catalog's column what a RowDescription would say, so that both are described alike; `dataTypeID` is `undefined` for a type
 * that is none of the server's own. What stands in brackets behind the type's name goes before what stands in columns of its own.
 */
export function catalogField(column: CatalogField): Omit<Field, "dataTypeID"> & {
  readonly dataTypeID: number | undefined;
  readonly length: number | undefined;
} {
  const { name } = column;
  const [, brackets] = /\(([\d\s,]*)\)/.exec(column.type) ?? [];
  const [first, second] = (brackets ?? "").split(",").map((digits) => (/\d/.test(digits) ? Number(digits) : undefined));
  const bare = column.type.replace(/\s*\([\d\s,]*\)/, "").trim();
  const dataTypeID = oids.get(bare.toLowerCase());
  if (dataTypeID === numeric) {
    const precision = first ?? column.precision;
    const scale = (first === undefined ? column.scale : second) ?? 0;
    const dataTypeModifier = precision === undefined ? -1 : ((precision << 16) | scale) + 4;
    return { name, dataTypeID, dataTypeModifier, length: undefined };
  }
  if (dataTypeID === undefined || !sized.has(dataTypeID))
    return { name, dataTypeID, dataTypeModifier: -1, length: undefined };
  const length = first ?? column.length;
  return { name, dataTypeID, dataTypeModifier: length === undefined ? -1 : length + 4, length };
}

/** Tells a type of an outside catalog that holds others. */
export function isNested(type: string): boolean {
  return /^\s*(?:array|map|struct)\b/i.test(type);
}
