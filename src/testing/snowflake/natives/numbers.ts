import { notNumeric, SnowflakeError } from "../errors.ts";
import {
  decimal,
  divide,
  fit,
  multiply,
  readDecimal,
  readReal,
  realText,
  remainder,
  rescale,
  writeDecimal,
} from "../types/decimals.ts";
import type { Rounding } from "../types/decimals.ts";
import { native } from "./native.ts";
import type { Native } from "./native.ts";

function realToFixed(value: number, precision: number, scale: number): string {
  const read = readDecimal(String(value));
  if (read === undefined) throw notNumeric(realText(value));
  return fit(read, precision, scale, realText(value));
}

const roundings: Readonly<Record<string, Rounding>> = { ROUND: "half away", FLOOR: "down", CEIL: "up", TRUNC: "cut" };

function roundReal(way: string, value: number, places: bigint): number {
  const read = readDecimal(String(value));
  return read === undefined ? value : Number(writeDecimal(rescale(read, Number(places), roundings[way])));
}

const within38 = (text: string): string => {
  if (text.replace(/\D/g, "").replace(/^0+/, "").length <= 38) return text;
  throw new SnowflakeError(
    "100046",
    "22003",
    `Number out of representable range: type FIXED[SB16](38,0), value ${text}`,
  );
};

/** Exact arithmetic that DuckDB's decimals do not offer; numbers travel as text. */
export const numberNatives: readonly Native[] = [
  native("sf_to_fixed", ["VARCHAR", "INTEGER", "INTEGER"], "VARCHAR", (text, precision, scale) =>
    fit(decimal(text), precision, scale, text),
  ),
  native("sf_real_fixed", ["DOUBLE", "INTEGER", "INTEGER"], "VARCHAR", realToFixed),
  native("sf_to_real", ["VARCHAR"], "DOUBLE", (text) => {
    const read = readReal(text);
    if (read === undefined) throw notNumeric(text);
    return read;
  }),
  native("sf_real_text", ["DOUBLE"], "VARCHAR", realText),
  native("sf_divide", ["VARCHAR", "VARCHAR", "INTEGER"], "VARCHAR", (a, b, scale) =>
    within38(writeDecimal(divide(decimal(a), decimal(b), scale))),
  ),
  native("sf_multiply", ["VARCHAR", "VARCHAR", "INTEGER"], "VARCHAR", (a, b, scale) =>
    within38(writeDecimal(multiply(decimal(a), decimal(b), scale))),
  ),
  native("sf_mod", ["VARCHAR", "VARCHAR"], "VARCHAR", (a, b) => writeDecimal(remainder(decimal(a), decimal(b)))),
  native("sf_round", ["VARCHAR", "VARCHAR", "BIGINT", "INTEGER"], "VARCHAR", (way, value, places, scale) =>
    within38(writeDecimal(rescale(rescale(decimal(value), Number(places), roundings[way]), scale))),
  ),
  native("sf_round_real", ["VARCHAR", "DOUBLE", "BIGINT"], "DOUBLE", roundReal),
  native("sf_real_divide", ["DOUBLE", "DOUBLE"], "DOUBLE", (a, b) => {
    if (b === 0) throw new SnowflakeError("100051", "22012", "Division by zero");
    return a / b;
  }),
];
