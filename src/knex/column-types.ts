import { invalidArgument } from "../errors.ts";
import { unsupported } from "./refusals.ts";

/** Writes a column's type from what the builder was told behind the column's name. */
type ColumnType = string | ((...told: unknown[]) => string);

/** The types of a warehouse, by knex's words for them in lower case. What is missing is refused. */
type ColumnTypes = Readonly<Record<string, ColumnType>>;

const shared: ColumnTypes = {
  bool: "boolean",
  date: "date",
  time: "time",
  double: "double precision",
  decimal: (precision, scale) => {
    if (precision === null) throw unsupported("decimal() of any precision", "name a precision and a scale");
    return `decimal(${whole(precision, 8)}, ${whole(scale, 2)})`;
  },
  char: (length) => `char(${whole(length, 1)})`,
  varchar: (length) => `varchar(${whole(length, 255)})`,
  enu: (values, options) => {
    if (named(options).useNative === true) throw unsupported("native enums", "leave useNative out");
    const longest = Array.isArray(values) ? Math.max(...values.map((value) => Buffer.byteLength(String(value)))) : 0;
    return `varchar(${Math.max(255, longest)})`;
  },
  geometry: "geometry",
  geography: "geography",
  specifictype: (type) => String(type),
};

/** Redshift's. Lengths of text are bytes. VARBYTE holds 1,024,000 bytes, VARCHAR(MAX) 65,535 (AWS documentation, "Data types"). */
const redshiftTypes: ColumnTypes = {
  ...shared,
  ...every(["tinyint", "smallint"], "smallint"),
  ...every(["mediumint", "int", "integer"], "integer"),
  ...every(["biginteger"], "bigint"),
  ...every(["floating", "real"], "real"),
  ...every(["text", "tinytext", "mediumtext", "longtext"], "varchar(max)"),
  ...every(["json", "jsonb"], "super"),
  ...every(["binary", "varbinary"], (length) => `varbyte(${whole(length, 1_024_000)})`),
  ...every(["tinyblob", "blob", "mediumblob", "longblob"], "varbyte(1024000)"),
  ...every(["datetime", "timestamp"], (...told) => {
    const { zoned, precision } = moment(told);
    if (precision !== undefined && precision !== 6)
      throw unsupported("precision of timestamps", "Redshift keeps microseconds");
    return zoned ? "timestamptz" : "timestamp";
  }),
  uuid: (options) => (named(options).useBinaryUuid === true ? "varbyte(16)" : "char(36)"),
  increments: "integer identity(1,1)",
  bigincrements: "bigint identity(1,1)",
};

/** Snowflake's, where every whole number is NUMBER(38,0) and every text as long as it likes. */
const snowflakeTypes: ColumnTypes = {
  ...shared,
  ...every(["tinyint", "smallint", "mediumint", "int", "integer", "biginteger"], "integer"),
  ...every(["floating", "real"], "float"),
  ...every(["text", "tinytext", "mediumtext", "longtext"], "varchar"),
  ...every(["json", "jsonb"], "variant"),
  ...every(["binary", "varbinary"], (length) => (length === undefined ? "binary" : `binary(${whole(length, 0)})`)),
  ...every(["tinyblob", "blob", "mediumblob", "longblob"], "binary"),
  ...every(["datetime", "timestamp"], (...told) => {
    const { zoned, precision } = moment(told);
    return `${zoned ? "timestamp_tz" : "timestamp_ntz"}${precision === undefined ? "" : `(${precision})`}`;
  }),
  uuid: (options) => (named(options).useBinaryUuid === true ? "binary(16)" : "char(36)"),
  ...every(["increments", "bigincrements"], "integer autoincrement"),
};

/** The types of both warehouses. */
export const columnTypes = { redshift: redshiftTypes, snowflake: snowflakeTypes } as const;

function every(words: readonly string[], type: ColumnType): ColumnTypes {
  return Object.fromEntries(words.map((word) => [word, type]));
}

/** knex takes `(withoutZone, precision)` and `({ useTz, precision })`; a moment has a zone by default. */
function moment([first, second]: readonly unknown[]): { zoned: boolean; precision: number | undefined } {
  const { useTz = true, precision = second } = typeof first === "object" ? named(first) : { useTz: first !== true };
  return { zoned: useTz !== false, precision: isNothing(precision) ? undefined : whole(precision, 0) };
}

function named(options: unknown): Readonly<Record<string, unknown>> {
  // Whatever it is, reading a property of it gives a value or undefined.
  return isNothing(options) ? {} : (options as Readonly<Record<string, unknown>>);
}

function whole(given: unknown, fallback: number): number {
  if (isNothing(given)) return fallback;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 0)
    throw invalidArgument("The length or precision of a column must be a whole number.");
  return number;
}

function isNothing(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}
