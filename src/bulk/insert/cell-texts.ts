import { types } from "node:util";
import { dateText, timestampText, timeText } from "./moments.ts";
import { decimalText, floatText, integerText, kindOf, type CellText } from "./numbers.ts";
import { refusal } from "./refusal.ts";
import { isJson, Json, jsonText } from "../../values/json.ts";
import type { Dialect } from "../../sql/dialect.ts";
import type { Column } from "../../values/types.ts";

/** Chooses what writes the cells of a column, by the column's type and by nothing else. */
export function cellTextOf(column: Column, dialect: Dialect): CellText {
  switch (column.type) {
    case "integer":
      return integerText(column);
    case "decimal":
      return decimalText(column);
    case "float":
      return floatText(column, dialect);
    case "boolean":
      return booleanText;
    case "text":
      return characters(column, dialect);
    case "interval":
      return wellFormed(dialect);
    case "date":
      return dateText();
    case "time":
    case "timetz":
      return timeText(column, sizeOf(column) ?? dialect.secondDigits);
    case "timestamp":
    case "timestamptz":
      return timestampText(column, sizeOf(column) ?? dialect.secondDigits);
    case "json":
      return documentText(column);
    case "binary":
      return binaryText;
  }
}

/** Gives what a type has in parentheses: the length of a text, or the digits of a second. */
function sizeOf({ nativeType }: Column): number | undefined {
  const [, size] = /\((\d+)\)$/.exec(nativeType) ?? [];
  return size === undefined ? undefined : Number(size);
}

const booleanText: CellText = (value) => {
  if (typeof value !== "boolean") throw refusal(`${kindOf(value)}; true or false is meant`);
  return String(value);
};

function wellFormed({ allowsNul }: Dialect): CellText {
  return (value) => {
    if (typeof value !== "string") {
      throw refusal(`${kindOf(value)}; a string is meant: say String(value), or JSON.stringify(value) for a document`);
    }
    if (/\p{Surrogate}/u.test(value)) throw refusal("holds half a surrogate pair, which no warehouse can store");
    if (!allowsNul && value.includes("\0"))
      throw refusal("holds a NUL character, which this warehouse cannot store in text");
    return value;
  };
}

const lengths = {
  bytes: (text: string) => Buffer.byteLength(text),
  characters: (text: string) => text.length - (text.match(/[\ud800-\udbff]/g)?.length ?? 0),
} as const;

/** Writes texts. */
function characters(column: Column, dialect: Dialect): CellText {
  const { nativeType } = column;
  const { lengthUnit } = dialect;
  const checked = wellFormed(dialect);
  const lengthOf = lengths[lengthUnit];
  const most = /^(?:VAR)?CHAR/.test(nativeType) ? (sizeOf(column) ?? Infinity) : Infinity;
  const surelyFits = lengthUnit === "bytes" ? Math.floor(most / 3) : most;
  return (value) => {
    const text = checked(value);
    if (text.length <= surelyFits || lengthOf(text) <= most) return text;
    throw refusal(`is longer than the ${most} ${lengthUnit} of ${nativeType}`);
  };
}

const binaryText: CellText = (value) => {
  if (!types.isUint8Array(value)) throw refusal(`${kindOf(value)}; bytes are meant: a Uint8Array`);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex");
};

/** Writes JSON. Snowflake would put what is no array into an array of one, so an ARRAY gets arrays only, and an OBJECT objects. */
function documentText({ nativeType }: Column): CellText {
  return (value) => {
    const text =
      typeof value === "object" && value !== null && isJson(value) ? jsonText(value) : jsonText(new Json(value));
    const first = /[^ \t\r\n]/.exec(text)?.[0];
    if (nativeType === "ARRAY" && first !== "[") throw refusal("is no array, and the column takes nothing else");
    if (nativeType === "OBJECT" && first !== "{") throw refusal("is no object, and the column takes nothing else");
    return text;
  };
}
