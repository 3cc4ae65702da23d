import type { Bind } from "../../values/parameters.ts";

/** What the SDK takes for a bind: it sends a whole number as FIXED, another one as REAL, a boolean as BOOLEAN and text as TEXT. */
export type SdkBind = string | number | boolean | null;

/**
 * Turns a bind into what the SDK sends exactly. Left to itself it would send NaN as `"null"`, bytes as JSON, and fail on a
 * bigint (snowflake-sdk 3.3); the dialect's placeholder converts the text back.
 */
export function sdkBind(bind: Bind): SdkBind {
  switch (bind.kind) {
    case "null":
      return null;
    case "integer":
      return Number.isSafeInteger(Number(bind.value)) ? Number(bind.value) : String(bind.value);
    case "float":
      return floatBind(bind.value);
    case "boolean":
    case "text":
    case "timestamp":
    case "json":
      return bind.value;
    case "binary":
      return Buffer.from(bind.value).toString("hex");
  }
}

function floatBind(value: number): SdkBind {
  if (Number.isFinite(value)) {
    // Without a fraction it would go as FIXED, which knows neither an exponent nor a negative zero.
    if (!Number.isInteger(value)) return value;
    return Object.is(value, -0) ? "-0" : String(value);
  }
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "inf" : "-inf";
}
