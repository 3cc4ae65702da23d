import type { Bind } from "../../values/parameters.ts";

/** A parameter as the wire has it: a type and text. */
export interface WireParameter {
  readonly oid: number;
  readonly text: string | null;
}

/** The server works the type out from the context: the official drivers' way for text. */
export const unspecified = 0;
const boolean = 16;
const bigint = 20;
const integer = 23;
const doublePrecision = 701;
export const varchar = 1043;
const timestamptz = 1184;
const numeric = 1700;

/**
 * Turns a bind into its wire form.
 *
 * Numbers carry the narrowest type that holds them, so that `substring(x, ?)` and `dateadd(day, ?, d)`, which want an INTEGER,
 * find one; text is left to the server, so that `'2024-01-02'` compares with a DATE.
 */
export function wireParameter(bind: Bind): WireParameter {
  switch (bind.kind) {
    case "null":
      return { oid: unspecified, text: null };
    case "integer":
      return { oid: integerOid(bind.value), text: String(bind.value) };
    case "float":
      return { oid: doublePrecision, text: Object.is(bind.value, -0) ? "-0" : String(bind.value) };
    case "boolean":
      return { oid: boolean, text: bind.value ? "t" : "f" };
    case "text":
      return { oid: unspecified, text: bind.value };
    case "timestamp":
      return { oid: timestamptz, text: bind.value };
    case "binary":
      // The dialect's placeholder is FROM_HEX($n).
      return { oid: varchar, text: Buffer.from(bind.value).toString("hex") };
    case "json":
      // The dialect's placeholder is JSON_PARSE($n).
      return { oid: varchar, text: bind.value };
  }
}

function integerOid(value: number | bigint): number {
  if (value >= -2_147_483_648 && value <= 2_147_483_647) return integer;
  const wide = BigInt(value);
  return BigInt.asIntN(64, wide) === wide ? bigint : numeric;
}
