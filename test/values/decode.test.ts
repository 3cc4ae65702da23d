import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WarehouseError } from "../../src/errors.ts";
import { binary, boolean, decimal, float, integer, json, text, valuePolicy } from "../../src/values/decode.ts";
import { cellBytes } from "../drivers/cells.ts";
import type { Decode } from "../../src/values/types.ts";

const standard = valuePolicy({});

/** Decodes a cell that lies between other bytes, as cells do. */
function decoded(decode: Decode, cell: string | Uint8Array): unknown {
  const bytes = Buffer.from(cell);
  const around = Buffer.concat([Buffer.from("9"), bytes, Buffer.from("9")]);
  return decode(cellBytes(around), 1, 1 + bytes.length);
}

function expectInvalid(decode: Decode, cell: string | Uint8Array): void {
  expect(() => decoded(decode, cell)).toThrow(
    expect.objectContaining({ code: "INVALID_VALUE", phase: "fetch" }) as Error,
  );
}

const anyBytes = fc.uint8Array({ maxLength: 40 });
/** Bytes that look like a value until one looks closely. */
const nearlyNumbers = fc
  .array(fc.constantFrom(..."0123456789+-.eExX_ \t\n\0naNiIfFtyT:²\u00a0".split("")), { maxLength: 24 })
  .map((characters) => characters.join(""));
const hostile = fc.oneof(anyBytes, nearlyNumbers);

/** Decodes what may be anything: the value, or nothing where it was refused in the right way. */
function attempt(decode: Decode, cell: string | Uint8Array): { value: unknown } | undefined {
  try {
    return { value: decoded(decode, cell) };
  } catch (error) {
    if (WarehouseError.is(error) && error.code === "INVALID_VALUE") return undefined;
    throw error;
  }
}

const sourceOf = (cell: string | Uint8Array) => Buffer.from(cell).toString("latin1");

describe("an integer", () => {
  it("is the number that its digits say, or refused where a number would lose some", () => {
    const digits = fc.oneof(fc.bigInt(-(10n ** 38n), 10n ** 38n), fc.bigInt({ min: -(2n ** 55n), max: 2n ** 55n }));
    fc.assert(
      fc.property(digits, (value) => {
        const result = attempt(integer(standard), String(value));
        const isSafe = value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n;
        expect(result).toEqual(isSafe ? { value: Number(value) } : undefined);
        expect(decoded(integer(valuePolicy({ integers: "bigint" })), String(value))).toBe(value);
        expect(decoded(integer(valuePolicy({ integers: "string" })), String(value))).toBe(String(value));
      }),
    );
  });

  it.each([
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["-9007199254740991", Number.MIN_SAFE_INTEGER],
    ["999999999999999", 999999999999999],
    ["0000000000000000000012", 12],
    ["-0", 0],
    ["0", 0],
  ])("%s is %d", (cell, value) => {
    expect(decoded(integer(standard), cell)).toBe(value);
  });

  it.each(["9007199254740992", "-9007199254740992", "9007199254740993", "1".repeat(38)])(
    "%s names the option that would give it",
    (cell) => {
      expect(() => decoded(integer(standard), cell)).toThrow('integers: "bigint"');
    },
  );

  it.each(["", "-", "--1", "+1", "1.0", "1e3", " 1", "1 ", "0x10", "1_000", "²", "NaN"])("is not %j", (cell) => {
    for (const integers of ["number", "bigint", "string"] as const) {
      expectInvalid(integer(valuePolicy({ integers })), cell);
    }
  });

  it("is never made up from hostile bytes", () => {
    fc.assert(
      fc.property(hostile, (cell) => {
        const isInteger = /^-?\d+$/.test(sourceOf(cell));
        const bigint = attempt(integer(valuePolicy({ integers: "bigint" })), cell);
        expect(bigint).toEqual(isInteger ? { value: BigInt(sourceOf(cell)) } : undefined);
        const number = attempt(integer(standard), cell);
        if (number !== undefined) expect(BigInt(number.value as number)).toBe(bigint?.value);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a decimal", () => {
  it("keeps every digit as a string, and is the nearest double as a number", () => {
    const decimals = fc.tuple(fc.bigInt(-(10n ** 38n), 10n ** 38n), fc.nat(37)).map(([unscaled, scale]) => {
      const digits = String(unscaled)
        .replace("-", "")
        .padStart(scale + 1, "0");
      const point = digits.length - scale;
      return `${unscaled < 0n ? "-" : ""}${digits.slice(0, point)}${scale === 0 ? "" : "."}${digits.slice(point)}`;
    });
    fc.assert(
      fc.property(decimals, (cell) => {
        expect(decoded(decimal(standard), cell)).toBe(cell);
        expect(decoded(decimal(valuePolicy({ decimals: "number" })), cell)).toBe(Number(cell));
      }),
    );
  });

  it.each(["", " ", "-", ".", "1.2.3", "0x10", "1e400", " 1", "12 ", "1,5", "²", "true", "Infinity"])(
    "is not %j",
    (cell) => {
      for (const decimals of ["string", "number"] as const) expectInvalid(decimal(valuePolicy({ decimals })), cell);
    },
  );
});

describe("a float", () => {
  it("is the double that was written, to the last bit", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const written = Object.is(value, -0) ? "-0" : String(value);
        expect(decoded(float, written)).toBe(value);
        // Neither of these writes the sign of a zero.
        if (!Number.isFinite(value) || value === 0) return;
        expect(decoded(float, value.toExponential(16))).toBe(value);
        expect(decoded(float, value.toPrecision(17))).toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["NaN", NaN],
    ["nan", NaN],
    ["inf", Infinity],
    ["-inf", -Infinity],
    ["Infinity", Infinity],
    ["-Infinity", -Infinity],
    ["1e21", 1e21],
    ["1.7976931348623157e+308", Number.MAX_VALUE],
    ["4.94065645841247e-324", 5e-324],
    [".5", 0.5],
    ["-0", -0],
  ])("%s is %d", (cell, value) => {
    expect(decoded(float, cell)).toBe(value);
  });

  it.each(["", " ", "\n", "\u00a0", "0x10", "0b1", "0o7", " 1", "1 ", "1e", "e1", ".", "-", "1.2.3", "1_0", "1n"])(
    "is not %j",
    (cell) => {
      expectInvalid(float, Buffer.from(cell, "latin1"));
    },
  );

  it("is refused where it lies beyond every double, and does not become an infinity", () => {
    expectInvalid(float, "1e309");
    // The largest double with the 15 digits that an old server prints by default.
    expectInvalid(float, "-1.79769313486232e+308");
  });

  it("is never made up from hostile bytes", () => {
    const grammar = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
    const words = /^(nan|-?inf(inity)?)$/i;
    fc.assert(
      fc.property(hostile, (cell) => {
        const result = attempt(float, cell);
        if (result !== undefined) expect(sourceOf(cell)).toMatch(words.test(sourceOf(cell)) ? words : grammar);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a boolean", () => {
  it("is any of the two warehouses' words for it", () => {
    for (const cell of ["t", "1", "true", "TRUE", "True"]) expect(decoded(boolean, cell)).toBe(true);
    for (const cell of ["f", "0", "false", "FALSE", "False"]) expect(decoded(boolean, cell)).toBe(false);
  });

  it.each(["", "2", "yes", "tr", "true ", "01"])("is not %j", (cell) => {
    expectInvalid(boolean, cell);
  });
});

describe("bytes", () => {
  it("come back as they are, with and without PostgreSQL's mark, in either case", () => {
    fc.assert(
      fc.property(anyBytes, (value) => {
        const hex = Buffer.from(value).toString("hex");
        for (const cell of [hex, hex.toUpperCase(), `\\x${hex}`]) {
          const result = decoded(binary, cell);
          expect(result).toEqual(value);
          expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype);
        }
      }),
    );
  });

  it("own their memory", () => {
    expect((decoded(binary, "00ff") as Uint8Array).buffer.byteLength).toBe(2);
  });

  it.each(["0", "0g", "\\x0", "0x00", "00 11", "\\\\x00"])("are not %j", (cell) => {
    expectInvalid(binary, cell);
  });
});

describe("text", () => {
  it("comes back as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(decoded(text(), value)).toBe(value);
      }),
    );
    expect(decoded(text(), "\ufeffa\ufffd\0")).toBe("\ufeffa\ufffd\0");
  });

  it("is refused where it is not UTF-8, and does not get other characters", () => {
    expectInvalid(text(), Uint8Array.of(0x61, 0xff));
    // Half a character, of which the bytes that follow the cell must not become the other half.
    expectInvalid(text(), Uint8Array.of(0xc3));
    expectInvalid(json, Uint8Array.of(0x22, 0xff, 0x22));
  });
});

describe("JSON", () => {
  it("is the value that was written", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const written = JSON.stringify(value);
        const result = attempt(json, written);
        if (result === undefined) expect(written).toMatch(/\d{16}/);
        else expect(JSON.stringify(result.value)).toBe(written);
      }),
    );
  });

  it("refuses an integer that would lose digits, at any depth, and nothing else", () => {
    const wide = "12345678901234567890";
    for (const cell of [
      wide,
      `-${wide}`,
      `[1,${wide}]`,
      `{"a":{"b":[${wide}]}}`,
      `["\\"",${wide}]`,
      "9007199254740992",
    ]) {
      expectInvalid(json, cell);
    }
    expect(decoded(json, "9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
    expect(decoded(json, `{"${wide}":"${wide}","b\\"":"\\\\"}`)).toEqual({ [wide]: wide, 'b"': "\\" });
    expect(decoded(json, "0.12345678901234567")).toBe(Number("0.12345678901234567"));
    expect(decoded(json, "1.2345678901234567e20")).toBe(Number("1.2345678901234567e20"));
  });

  it("refuses a number beyond every double, and does not make it an infinity", () => {
    expectInvalid(json, "[1e400]");
    expectInvalid(json, "-1E+309");
    expect(decoded(json, '"1e400"')).toBe("1e400");
  });

  it("keeps a property named __proto__ an ordinary one", () => {
    const value = decoded(json, '{"__proto__":{"polluted":1},"constructor":2}') as object;
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("is looked through for wide integers also in texts of megabytes", () => {
    const long = "a\n".repeat(6_000_000);
    expect(decoded(json, JSON.stringify([long, "1234567890123456"]))).toEqual([long, "1234567890123456"]);
    expectInvalid(json, `[${JSON.stringify(long)},12345678901234567]`);
  });

  it.each(["", "undefined", "{a:1}", "NaN", "[1,]", "'a'", "1 2", "01"])("is not %j", (cell) => {
    expectInvalid(json, cell);
  });

  it("names the way out and quotes nothing of the document", () => {
    try {
      decoded(json, '{"s3cret": s3cret}');
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toContain("VARCHAR");
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("s3cret");
    }
  });
});

describe("the value policy", () => {
  it("takes what a call says, and the warehouse's for the rest", () => {
    const warehouse = valuePolicy({ integers: "bigint", timestamps: "date" });
    expect(valuePolicy({ decimals: "number", timestamps: "string" }, warehouse)).toEqual({
      integers: "bigint",
      decimals: "number",
      timestamps: "string",
    });
  });

  it.each([{ integers: "int" }, { decimals: "float" }, { timestamps: "moment" }, { integers: null }])(
    "refuses %j",
    (options) => {
      expect(() => valuePolicy(options as never)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error,
      );
    },
  );
});
