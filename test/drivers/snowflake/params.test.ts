import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snowflake } from "../../../src/drivers/snowflake/dialect.ts";
import { sdkBind } from "../../../src/drivers/snowflake/params.ts";
import { Json } from "../../../src/values/json.ts";
import { toBind } from "../../../src/values/parameters.ts";

function sent(value: unknown) {
  const bind = toBind(value, "parameter 1");
  return { placeholder: snowflake.placeholder(1, bind), bind: sdkBind(bind) };
}

describe("a parameter for Snowflake", () => {
  it.each([
    [null, "?", null],
    [7, "?", 7],
    [Number.MIN_SAFE_INTEGER, "?", Number.MIN_SAFE_INTEGER],
    [7n, "?", 7],
    [2n ** 53n, "TO_NUMBER(?, 38, 0)", "9007199254740992"],
    [2n ** 53n + 1n, "TO_NUMBER(?, 38, 0)", "9007199254740993"],
    [1n - 10n ** 38n, "TO_NUMBER(?, 38, 0)", `-${"9".repeat(38)}`],
    [0.1, "?", 0.1],
    [1e-7, "?", 1e-7],
    [1e21, "TO_DOUBLE(?)", "1e+21"],
    [2 ** 53, "TO_DOUBLE(?)", "9007199254740992"],
    [Number.MAX_VALUE, "TO_DOUBLE(?)", "1.7976931348623157e+308"],
    [-0, "TO_DOUBLE(?)", "-0"],
    [NaN, "TO_DOUBLE(?)", "NaN"],
    [Infinity, "TO_DOUBLE(?)", "inf"],
    [-Infinity, "TO_DOUBLE(?)", "-inf"],
    [true, "?", true],
    ["", "?", ""],
    [new Date(0), "TO_TIMESTAMP_TZ(?)", "1970-01-01T00:00:00.000+00:00"],
    [Uint8Array.of(0, 255), "TO_BINARY(?, 'HEX')", "00ff"],
    [new Json({ a: [1n] }), "PARSE_JSON(?)", '{"a":[1]}'],
  ])("%s goes through %s as %s", (value, placeholder, bind) => {
    expect(sent(value)).toEqual({ placeholder, bind });
  });

  it("that is a number is sent as a number only where the SDK's type for it is the bind's own", () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer(), fc.double().map(Math.trunc)), (value) => {
        const { placeholder, bind } = sent(value);
        if (typeof bind === "string") {
          expect(placeholder).toBe("TO_DOUBLE(?)");
          const words: Record<string, number> = { inf: Infinity, "-inf": -Infinity };
          expect(words[bind] ?? Number(bind)).toBe(value);
          return;
        }
        // The SDK sends FIXED, written as a string, for what has no fraction, and FIXED takes digits only.
        expect(bind).toBe(value);
        if (Number.isInteger(bind)) expect(String(bind)).toMatch(/^-?\d+$/);
      }),
    );
  });
});
