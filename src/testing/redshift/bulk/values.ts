import { parseMoment, type MomentFormats } from "./moments.ts";
import type { CopyOptions } from "./copy-command.ts";
import type { TargetColumn } from "./target.ts";

/** Says why a value, or a line, is refused: the code and words of `sys_load_error_detail` (AWS documentation, "Load error reference"). */
export class Unloadable extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Turns the text of a field into what PostgreSQL reads for the column, or null; throws {@link Unloadable}. */
export type ValueReader = (text: string) => string | null;

/** Makes the reader of a column's fields. What is NULL by its text has been found before. */
export function valueReader(column: TargetColumn, options: CopyOptions): ValueReader {
  const read = typedReader(column, options);
  const character = column.kind === "char" || column.kind === "varchar";
  const { emptyAsNull, blanksAsNull } = options;
  return (text) => {
    // Only characters can be empty.
    if (text === "" && (emptyAsNull || !character)) return null;
    if (character && blanksAsNull && /^\s+$/.test(text)) return null;
    return read(text);
  };
}

function typedReader(column: TargetColumn, options: CopyOptions): ValueReader {
  const formats: MomentFormats = { date: options.dateFormat ?? "default", time: options.timeFormat ?? "default" };
  switch (column.kind) {
    case "smallint":
      return integer("Short", 15n);
    case "integer":
      return integer("Integer", 31n);
    case "bigint":
      return integer("Long", 63n);
    case "numeric":
      return numeric(column.precision ?? 18, column.scale ?? 0, options.roundDecimals ?? false);
    case "real":
      return float("Float", 3.402_823_466_385_288_6e38);
    case "double":
      return float("Double", Number.MAX_VALUE);
    case "boolean":
      return boolean;
    case "date":
    case "time":
    case "timestamp":
    case "timestamptz":
      return moment(column.kind, formats);
    case "char":
    case "varchar":
      return characters(column, options);
    case "super":
      return json;
    case "varbyte":
      return bytes;
  }
}

function integer(type: string, bits: bigint): ValueReader {
  const least = -(2n ** bits);
  const most = 2n ** bits - 1n;
  return (text) => {
    checkDigits(text, /^[+-]?\d+$/, /^[+-]?\d*/, type);
    const value = BigInt(text.replace("+", ""));
    if (value < least || value > most) throw new Unloadable(1207, `Overflow (${type} valid range ${least} to ${most})`);
    return String(value);
  };
}

/** Points at the first character that does not belong: `Invalid digit, Value 'x', Pos 0, Type: Integer`. */
function checkDigits(text: string, whole: RegExp, good: RegExp, type: string): void {
  if (whole.test(text)) return;
  const position = good.exec(text)?.[0].length ?? 0;
  throw new Unloadable(1207, `Invalid digit, Value '${text[position] ?? ""}', Pos ${position}, Type: ${type}`);
}

/**
 * Digits beyond the scale are cut off, or, with ROUNDEC, round the value (AWS documentation, ROUNDEC); too many before the point are an
 * overflow.
 */
function numeric(precision: number, scale: number, round: boolean): ValueReader {
  return (text) => {
    checkDigits(text, /^[+-]?(?:\d+\.?\d*|\.\d+)$/, /^[+-]?\d*(?:\.\d*)?/, "Decimal");
    const [, sign = "", whole = "", fraction = ""] = /^([+-]?)(\d*)\.?(\d*)$/.exec(text) ?? [];
    const kept = BigInt(`0${whole}${fraction.slice(0, scale).padEnd(scale, "0")}`);
    const unscaled = kept + (round && (fraction[scale] ?? "0") >= "5" ? 1n : 0n);
    if (unscaled >= 10n ** BigInt(precision)) throw new Unloadable(1207, `Overflow for NUMERIC(${precision},${scale})`);
    const digits = String(unscaled).padStart(scale + 1, "0");
    const point = digits.length - scale;
    return `${sign === "-" ? "-" : ""}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ""}`;
  };
}

function float(type: string, most: number): ValueReader {
  return (text) => {
    if (/^(?:nan|[+-]?inf(?:inity)?)$/i.test(text)) return text;
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) {
      const position = /^[+-]?\d*(?:\.\d*)?/.exec(text)?.[0].length ?? 0;
      throw new Unloadable(1208, `Invalid digit, Value '${text[position] ?? ""}', Pos ${position}, Type: ${type}`);
    }
    if (Math.abs(Number(text)) > most) throw new Unloadable(1208, `Overflow for ${type}`);
    return text;
  };
}

const truths = new Map([
  ...["t", "true", "1", "y", "yes"].map((word) => [word, "t"] as const),
  ...["f", "false", "0", "n", "no"].map((word) => [word, "f"] as const),
]);

function boolean(text: string): string {
  const truth = truths.get(text.toLowerCase());
  if (truth === undefined) throw new Unloadable(1210, "Unknown boolean format");
  return truth;
}

function moment(kind: "date" | "time" | "timestamp" | "timestamptz", formats: MomentFormats): ValueReader {
  return (text) => {
    const parsed = parseMoment(kind, text, formats);
    if (parsed !== undefined) return parsed;
    if (kind === "date") {
      const words = text.length < 10 ? "Invalid Date Format - length must be 10 or more" : "Invalid Date Format";
      throw new Unloadable(1205, words);
    }
    const format = formats.time === "auto" ? "auto" : "YYYY-MM-DD HH24:MI:SS";
    throw new Unloadable(1206, `Invalid timestamp format or value [${format}]`);
  };
}

/** Lengths are counted in bytes (AWS documentation, "Character types"). */
function characters(
  { kind, length = 65_535 }: TargetColumn,
  { truncateColumns, trimBlanks }: CopyOptions,
): ValueReader {
  return (given) => {
    const text = trimBlanks && kind === "varchar" ? given.trimEnd() : given;
    if (text.includes("\0")) throw new Unloadable(1220, "String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: 00 (error 1)"); // prettier-ignore
    if (kind === "char" && Buffer.byteLength(text) > text.length) throw multibyte(text);
    if (Buffer.byteLength(text) <= length) return text;
    if (truncateColumns) return truncated(text, length);
    throw new Unloadable(1204, `${kind === "char" ? "Char" : "String"} length exceeds DDL length`);
  };
}

function multibyte(text: string): Unloadable {
  const character = Array.from(text).find((one) => one > "\x7f") ?? "";
  const sequence = [...Buffer.from(character)].map((byte) => byte.toString(16)).join(" ");
  const hint = "Multibyte character not supported for CHAR (Hint: Try using VARCHAR)";
  return new Unloadable(1220, `${hint}. Invalid char: ${sequence}`);
}

/** Cuts before the character that would pass the length. */
function truncated(text: string, length: number): string {
  let bytes = 0;
  let result = "";
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > length) break;
    result += character;
  }
  return result;
}

function json(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    throw new Unloadable(1224, "Invalid JSON value for SUPER");
  }
  if (text.includes("\\u0000")) throw new Unloadable(1224, "Invalid JSON value for SUPER: NUL character");
  return text;
}

function bytes(text: string): string {
  if (!/^(?:[\da-f]{2})*$/i.test(text)) throw new Unloadable(1219, "Invalid hexadecimal digit for VARBYTE");
  return `\\x${text}`;
}
