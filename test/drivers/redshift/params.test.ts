import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wireParameter } from "../../../src/drivers/redshift/params.ts";
import { redshift } from "../../../src/drivers/redshift/dialect.ts";
import { Json } from "../../../src/values/json.ts";
import { toBind } from "../../../src/values/parameters.ts";

const sent = (value: unknown) => wireParameter(toBind(value, "parameter 1"));

describe("a parameter for Redshift", () => {
  it.each([
    [null, 0, null],
    [2_147_483_647, 23, "2147483647"],
    [-2_147_483_648, 23, "-2147483648"],
    [2_147_483_648, 20, "2147483648"],
    [Number.MAX_SAFE_INTEGER, 20, "9007199254740991"],
    [2n ** 63n - 1n, 20, "9223372036854775807"],
    [-(2n ** 63n), 20, "-9223372036854775808"],
    [2n ** 63n, 1700, "9223372036854775808"],
    [10n ** 38n - 1n, 1700, "9".repeat(38)],
    [0.1, 701, "0.1"],
    [-0, 701, "-0"],
    [1e21, 701, "1e+21"],
    [NaN, 701, "NaN"],
    [-Infinity, 701, "-Infinity"],
    [true, 16, "t"],
    [false, 16, "f"],
    ["2024-01-02", 0, "2024-01-02"],
    [new Date(0), 1184, "1970-01-01T00:00:00.000+00:00"],
    [Uint8Array.of(0, 255), 1043, "00ff"],
    [new Json({ a: [1n] }), 1043, '{"a":[1]}'],
  ])("%s goes with type %i as %s", (value, oid, text) => {
    expect(sent(value)).toEqual({ oid, text });
  });

  it("says the same double again when it is read", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(Number(sent(value).text)).toBe(value);
      }),
    );
  });

  it("has the conversion around its placeholder that its text needs", () => {
    const placeholder = (value: unknown) => redshift.placeholder(3, toBind(value, "parameter 3"));
    expect(placeholder(Uint8Array.of(1))).toBe("FROM_HEX($3)");
    expect(placeholder(new Json(1))).toBe("JSON_PARSE($3)");
    for (const value of [null, 1, 1.5, "a", true, new Date(0)]) expect(placeholder(value)).toBe("$3");
  });
});
