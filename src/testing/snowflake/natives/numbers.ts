import { divisionByZero, notNumeric, outOfRange } from "../errors.ts";
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
import type { Decimal, Rounding } from "../types/decimals.ts";
import { native } from "./native.ts";
import type { Native } from "./native.ts";

function realToFixed(value: number, precision: number, scale: number): bigint {
  const read = readDecimal(String(value));
  if (read === undefined) throw notNumeric(realText(value));
  return fit(read, precision, scale, realText(value));
}

const roundings: Readonly<Record<string, Rounding>> = { ROUND: "half away", FLOOR: "down", CEIL: "up", TRUNC: "cut" };

function roundReal(way: string, value: number, places: bigint): number {
  const read = readDecimal(String(value));
  return read === undefined ? value : Number(writeDecimal(rescale(read, Number(places), roundings[way])));
}

const limit = 10n ** 38n;

const within38 = ({ unscaled, scale }: Decimal): bigint => {
  if (unscaled < limit && unscaled > -limit) return unscaled;
  throw outOfRange("FIXED[SB16](38,0)", writeDecimal({ unscaled, scale }));
};

/**
 * Exact arithmetic that DuckDB's decimals do not offer. Numbers come in as text and go out as their digits without the point, at the scale
 * that was asked for: DuckDB is slow to read decimals from text.
 */
export const numberNatives: readonly Native[] = [
  native("sf_to_fixed", ["VARCHAR", "INTEGER", "INTEGER"], "HUGEINT", (text, precision, scale) =>
    fit(decimal(text), precision, scale, text),
  ),
  native("sf_real_fixed", ["DOUBLE", "INTEGER", "INTEGER"], "HUGEINT", realToFixed),
  native("sf_divide", ["VARCHAR", "VARCHAR", "INTEGER"], "HUGEINT", (a, b, scale) =>
    within38(divide(decimal(a), decimal(b), scale)),
  ),
  native("sf_multiply", ["VARCHAR", "VARCHAR", "INTEGER"], "HUGEINT", (a, b, scale) =>
    within38(multiply(decimal(a), decimal(b), scale)),
  ),
  native(
    "sf_mod",
    ["VARCHAR", "VARCHAR", "INTEGER"],
    "HUGEINT",
    (a, b, scale) => rescale(remainder(decimal(a), decimal(b)), scale).unscaled,
  ),
  native("sf_round", ["VARCHAR", "VARCHAR", "BIGINT", "INTEGER"], "HUGEINT", (way, value, places, scale) =>
    within38(rescale(rescale(decimal(value), Number(places), roundings[way]), scale)),
  ),
  native("sf_to_real", ["VARCHAR"], "DOUBLE", (text) => {
    const read = readReal(text);
    if (read === undefined) throw notNumeric(text);
    return read;
  }),
  native("sf_real_text", ["DOUBLE"], "VARCHAR", realText),
  native("sf_round_real", ["VARCHAR", "DOUBLE", "BIGINT"], "DOUBLE", roundReal),
  native("sf_real_divide", ["DOUBLE", "DOUBLE"], "DOUBLE", (a, b) => {
    if (b === 0) throw divisionByZero();
    return a / b;
  }),
];
