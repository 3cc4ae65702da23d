import { bareHex, compactJson } from "../cells.ts";
import type { Column } from "../columns.ts";
import { beyondStandIn, refusal } from "./failures.ts";

/** Is a column of what is unloaded. */
export interface OutputColumn {
  readonly name: string;
  readonly kind: Kind;
  /** What the manifest calls its type. */
  readonly base: string;
  readonly precision?: number;
  readonly scale?: number;
  /** Whether its values are asked for in binary form, since their text would not be exact. */
  readonly binary: boolean;
  /** Gives the text of a value. */
  text(bytes: Buffer): string;
}

type Kind = "boolean" | "integer" | "float" | "decimal" | "date" | "timestamp" | "text" | "json" | "bytes" | "other";

const utf8 = (bytes: Buffer): string => bytes.toString("utf8");

/** By OID of PostgreSQL's. */
const kinds: ReadonlyMap<number, readonly [Kind, string]> = new Map([
  [16, ["boolean", "boolean"]],
  [21, ["integer", "smallint"]],
  [23, ["integer", "integer"]],
  [20, ["integer", "bigint"]],
  [26, ["integer", "oid"]],
  [700, ["float", "real"]],
  [701, ["float", "double precision"]],
  [1700, ["decimal", "numeric"]],
  [1082, ["date", "date"]],
  [1114, ["timestamp", "timestamp without time zone"]],
  [1184, ["timestamp", "timestamp with time zone"]],
  [25, ["text", "character varying"]],
  [1043, ["text", "character varying"]],
  [1042, ["text", "character"]],
  [18, ["text", "character"]],
  [19, ["text", "character varying"]],
  [705, ["text", "character varying"]],
  [3802, ["json", "super"]],
  [17, ["bytes", "varbyte"]],
]);

const binaryTypes = new Set([700, 701, 1082, 1114, 1184]);

/** Whether a column is asked for in binary form: Parquet holds exact floats and moments, while their texts follow the session. */
export const isBinary = ({ type }: Pick<Column, "type">): boolean => binaryTypes.has(type);

/** Describes a column for its files; `exact` where {@link isBinary} was asked for. */
export function outputColumn(column: Column, exact: boolean): OutputColumn {
  const [kind, base] = kinds.get(column.type) ?? (["other", "other"] as const);
  const binary = exact && isBinary(column);
  const precise = kind === "decimal" && column.modifier >= 4;
  return {
    name: column.name,
    kind,
    base,
    binary,
    ...(precise && { precision: ((column.modifier - 4) >> 16) & 0xffff, scale: (column.modifier - 4) & 0xffff }),
    text: binary ? binaryText(column.type) : kind === "json" ? json : kind === "bytes" ? hex : utf8,
  };
}

const json = (bytes: Buffer): string => utf8(compactJson(bytes));
const hex = (bytes: Buffer): string => utf8(bareHex(bytes));

function binaryText(type: number): (bytes: Buffer) => string {
  if (type === 700) return (bytes) => String(bytes.readFloatBE());
  if (type === 701) return (bytes) => String(bytes.readDoubleBE());
  if (type === 1082) return (bytes) => new Date(epochMs + bytes.readInt32BE() * 86_400_000).toISOString().slice(0, 10);
  // The instant of a timestamp with a zone, as a timestamp without one, is that of UTC.
  return (bytes) => {
    const micros = bytes.readBigInt64BE();
    const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
    const iso = new Date(epochMs + Number((micros - fraction) / 1000n)).toISOString();
    const digits = String(fraction).padStart(6, "0").replace(/0+$/, "");
    return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${digits === "" ? "" : `.${digits}`}`;
  };
}

/** PostgreSQL's, in that of JavaScript. */
const epochMs = Date.UTC(2000, 0, 1);

/** Gives DuckDB's type for a column of a Parquet file. */
export function parquetType({ name, kind, base, precision, scale }: OutputColumn): string {
  switch (kind) {
    case "boolean":
      return "BOOLEAN";
    case "integer":
      return base === "oid" ? "BIGINT" : base.toUpperCase();
    case "float":
      return base === "real" ? "FLOAT" : "DOUBLE";
    case "decimal":
      if (precision === undefined || scale === undefined) {
        throw beyondStandIn(
          `UNLOAD to PARQUET of column "${name}", a NUMERIC whose precision is not known without a cast,`,
        );
      }
      return `DECIMAL(${precision},${scale})`;
    case "date":
      return "DATE";
    case "timestamp":
      return "TIMESTAMP";
    case "text":
    case "json":
      return "VARCHAR";
    case "bytes":
      throw refusal(`UNLOAD of VARBYTE column "${name}" is only supported for text and CSV`);
    case "other":
      throw beyondStandIn(`UNLOAD to PARQUET of the type of column "${name}"`);
  }
}
