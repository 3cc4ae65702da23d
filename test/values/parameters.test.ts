import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WarehouseError } from "../../src/errors.ts";
import { isJson, Json, jsonText } from "../../src/values/json.ts";
import { toBind } from "../../src/values/parameters.ts";

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (WarehouseError.is(error) && error.code === "INVALID_ARGUMENT") {
      expect(inspect(error).replaceAll(/^ {4}at .*$/gm, "")).not.toContain("s3cret");
      return error.message;
    }
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a parameter", () => {
  it.each<[unknown, string, unknown]>([
    [0, "integer", 0],
    [Number.MAX_SAFE_INTEGER, "integer", Number.MAX_SAFE_INTEGER],
    [Number.MIN_SAFE_INTEGER, "integer", Number.MIN_SAFE_INTEGER],
    [2 ** 53, "float", 2 ** 53],
    [-0, "float", -0],
    [1.5, "float", 1.5],
    [NaN, "float", NaN],
    [-Infinity, "float", -Infinity],
    [10n ** 38n - 1n, "integer", 10n ** 38n - 1n],
    [1n - 10n ** 38n, "integer", 1n - 10n ** 38n],
    [true, "boolean", true],
    ["", "text", ""],
    ["NaN 😀 \0", "text", "NaN 😀 \0"],
    [new Date("2024-01-02T03:04:05.123Z"), "timestamp", "2024-01-02T03:04:05.123+00:00"],
    [new Date("0001-01-01T00:00:00Z"), "timestamp", "0001-01-01T00:00:00.000+00:00"],
    [new Date("9999-12-31T23:59:59.999Z"), "timestamp", "9999-12-31T23:59:59.999+00:00"],
    [runInNewContext("new Date(0)"), "timestamp", "1970-01-01T00:00:00.000+00:00"],
    [Uint8Array.of(0, 255), "binary", Uint8Array.of(0, 255)],
    [Buffer.from("ab"), "binary", Buffer.from("ab")],
    [new Json([1, "a"]), "json", '[1,"a"]'],
  ])("%s is sent exactly, as %s", (value, kind, sent) => {
    const bind = toBind(value, "parameter 1");
    expect(bind.kind).toBe(kind);
    expect(bind.kind === "null" ? null : bind.value).toEqual(sent);
  });

  it("is SQL NULL for null", () => {
    expect(toBind(null, "parameter 1")).toEqual({ kind: "null" });
  });

  it.each<[string, unknown, RegExp]>([
    ["undefined", undefined, /undefined: pass null/],
    ["a function", () => "s3cret", /function/],
    ["a symbol", Symbol("s3cret"), /symbol/],
    ["half a surrogate pair", "s3cret\udc00", /surrogate/],
    ["an integer of 39 digits", 10n ** 38n, /38 digits/],
    ["a negative integer of 39 digits", -(10n ** 38n), /38 digits/],
    ["an invalid Date", new Date(NaN), /invalid Date/],
    ["a Date before the year 1", new Date("0000-12-31T00:00:00Z"), /years 1 to 9999/],
    ["a Date after the year 9999", new Date("+010000-01-01T00:00:00Z"), /years 1 to 9999/],
    ["an array", ["s3cret"], /only inside IN/],
    ["a plain object", { s3cret: "s3cret" }, /sql\.json\(value\)/],
    ["an object with a toString", { toString: () => "s3cret" }, /sql\.json\(value\)/],
    [
      "an object that lies about itself",
      { constructor: { name: "s3cret" }, [Symbol.toStringTag]: "s3cret" },
      /sql\.json/,
    ],
    ["a Map", new Map([["s3cret", 1]]), /Map/],
    ["a Set", new Set(["s3cret"]), /Set/],
    ["a promise", Promise.resolve("s3cret"), /await/],
    ["a boxed string", Object("s3cret"), /boxed/],
    ["an ArrayBuffer", new ArrayBuffer(1), /Uint8Array/],
    ["another typed array", new Float64Array(1), /Uint8Array/],
  ])("is refused for %s, naming the parameter and not the value", (_, value, message) => {
    const said = refusal(() => toBind(value, "parameter :day"));
    expect(said).toMatch(message);
    expect(said).toMatch(/^parameter :day /);
  });
});

describe("a value sent as JSON", () => {
  it("is what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonText(new Json(value))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("keeps every digit of a bigint", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n - 10n ** 38n, max: 10n ** 38n - 1n }), fc.string(), (number, text) => {
        expect(jsonText(new Json({ a: [number], b: text, c: `bigint ${number}` }))).toBe(
          `{"a":[${number}],"b":${JSON.stringify(text)},"c":"bigint ${number}"}`,
        );
      }),
    );
    expect(jsonText(new Json(12345678901234567890n))).toBe("12345678901234567890");
  });

  it("is fixed when it is made", () => {
    const value = { a: 1 };
    const json = new Json(value);
    value.a = 2;
    expect(jsonText(json)).toBe('{"a":1}');
  });

  it("leaves properties without a value out, as everyone expects", () => {
    expect(jsonText(new Json({ a: undefined, b: 1, d: new Date(0) }))).toBe('{"b":1,"d":"1970-01-01T00:00:00.000Z"}');
  });

  it.each<[string, unknown, RegExp]>([
    ["undefined", undefined, /needs a value/],
    ["a function", () => 1, /needs a value/],
    ["NaN", { a: NaN }, /NaN/],
    ["an infinity", [Infinity], /infinity/],
    ["undefined in an array", [undefined], /undefined in an array/],
    ["an invalid Date", { a: new Date(NaN) }, /invalid Date/],
    ["a Map", { a: new Map() }, /Map/],
    ["bytes", { a: Uint8Array.of(1) }, /binary/],
    ["a bigint of 39 digits", [10n ** 38n], /38 digits/],
    ["a toJSON that throws", { toJSON: () => JSON.parse("s3cret") as unknown }, /toJSON/],
  ])("is refused for %s", (_, value, message) => {
    expect(refusal(() => new Json(value))).toMatch(message);
  });

  it("is refused for a cycle, without naming a property", () => {
    const cycle: Record<string, unknown> = {};
    cycle.s3cret = cycle;
    expect(refusal(() => new Json(cycle))).toMatch(/cycle/);
  });

  it("is known also when another copy of the package made it", () => {
    const foreign = Object.defineProperty({}, Symbol.for("peak-warehouse.Json"), { value: "[1]" });
    expect(isJson(foreign)).toBe(true);
    expect(toBind(foreign, "parameter 1")).toEqual({ kind: "json", value: "[1]" });
  });
});
