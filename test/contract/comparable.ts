import { parseJsonDocument } from "../../src/values/json-document.ts";
import { DataType, TimeUnit, type Field } from "apache-arrow";
import { pointed } from "../columns/reading.ts";
import type { Column, ColumnVector } from "peak-warehouse";

/** Gives a row's value in the form in which cells are compared: moments count nanoseconds, dates days, and bytes are hexadecimal. */
export function rowCell({ type }: Column, value: unknown): unknown {
  if (value === null) return null;
  switch (type) {
    case "date":
      return Number(nanosOf(`${text(value)}T00:00:00`) / nanosPerDay);
    case "time":
      return nanosOf(`1970-01-01T${text(value)}`);
    case "timestamp":
    case "timestamptz":
      return nanosOf(text(value));
    case "binary":
      return hexOf(value);
    default:
      return value;
  }
}

/** Gives in that form what a vector's reader says of a cell. */
export function vectorCell(vector: ColumnVector, cell: unknown): unknown {
  if (cell === null) return null;
  switch (vector.layout) {
    case "time":
    case "timestamp":
      return count(cell) * (vector.unit === "microsecond" ? 1_000n : 1n);
    case "json":
      return parseJsonDocument(text(cell));
    case "binary":
      return hexOf(cell);
    default:
      return cell;
  }
}

/** Gives in that form what apache-arrow says of a cell. */
export function arrowCell({ type, metadata }: Field, cell: unknown): unknown {
  if (cell === null) return null;
  if (DataType.isInt(type)) return BigInt(cell as number | bigint);
  if (DataType.isDecimal(type)) return pointed(BigInt(text(cell)), type.scale);
  if (DataType.isDate(type)) return Number(cell) / msPerDay;
  if (DataType.isTime(type) || DataType.isTimestamp(type)) {
    return count(cell) * (type.unit === TimeUnit.MICROSECOND ? 1_000n : 1n);
  }
  if (DataType.isBinary(type)) return hexOf(cell);
  return metadata.get("peak-warehouse:type") === "json" ? parseJsonDocument(text(cell)) : cell;
}

const msPerDay = 86_400_000;
const nanosPerDay = 86_400_000_000_000n;

const moment = /^([-+]?\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([-+])(\d\d):(\d\d))?$/;

/** Counts the nanoseconds from 1970 to an ISO timestamp. */
function nanosOf(iso: string): bigint {
  const match = moment.exec(iso);
  if (match === null) throw new Error(`${iso} is not ISO 8601`);
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1, 7).map(Number);
  const midnight = new Date(0);
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  midnight.setUTCFullYear(year, month - 1, day);
  const offsetMinutes = (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0)) * (match[8] === "-" ? -1 : 1);
  const ofDay = hours * 3_600 + (minutes - offsetMinutes) * 60 + seconds;
  return (
    (BigInt(midnight.getTime() / 1_000) + BigInt(ofDay)) * 1_000_000_000n + BigInt((match[7] ?? "").padEnd(9, "0"))
  );
}

function text(cell: unknown): string {
  if (typeof cell !== "string") throw new Error("the cell is no text");
  return cell;
}

function count(cell: unknown): bigint {
  if (typeof cell !== "bigint") throw new Error("the cell counts nothing");
  return cell;
}

function hexOf(bytes: unknown): string {
  if (!(bytes instanceof Uint8Array)) throw new Error("the cell holds no bytes");
  return Buffer.from(bytes).toString("hex");
}
