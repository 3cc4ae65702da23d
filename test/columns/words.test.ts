import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { built, columnOf } from "./building.ts";
import { cellOf, pointed } from "./reading.ts";
import { plainReader } from "../../src/columns/reader.ts";
import { cellReader } from "../../src/drivers/redshift/cells.ts";
import { standardPolicy } from "../../src/values/decode.ts";
import { readFloat } from "../../src/values/float.ts";
import { writeInt64, writeInteger } from "../../src/values/words.ts";
import type { Column } from "../../src/values/types.ts";

const least = -(2n ** 63n);
const most = 2n ** 63n - 1n;
const invalid = expect.objectContaining({ code: "INVALID_VALUE" }) as Error;

function int64(text: string): bigint | undefined {
  const values = new BigInt64Array(3).fill(7n);
  const bytes = Buffer.from(`9${text}9`);
  writeInteger(bytes, 1, bytes.length - 1, new Int32Array(values.buffer), 1);
  expect([values[0], values[2]]).toEqual([7n, 7n]);
  return values[1];
}

describe("an integer of 64 bits", () => {
  it("is the one that its digits say at every edge, and is refused beyond", () => {
    const edges = [0n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 10n ** 9n, 10n ** 18n, 2n ** 62n, most];
    for (const edge of edges) {
      for (let delta = -2n; delta <= 2n; delta++) {
        for (const value of [edge + delta, -edge - delta]) {
          if (value >= least && value <= most) expect(int64(String(value))).toBe(value);
          else expect(() => int64(String(value))).toThrow(invalid);
        }
      }
    }
    expect(int64(String(least))).toBe(least);
    for (const far of [least - 1n, 10n ** 19n, 2n ** 64n, 2n ** 64n + 1n, 10n ** 30n, -(10n ** 37n)]) {
      expect(() => int64(String(far))).toThrow(/integers: "string"/);
    }
  });

  it("is the one that its digits say, with zeros before them, too", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: least, max: most }), fc.nat(25), (value, zeros) => {
        const digits = String(value < 0n ? -value : value);
        expect(int64(`${value < 0n ? "-" : ""}${"0".repeat(zeros)}${digits}`)).toBe(value);
      }),
      { numRuns: 2_000 },
    );
    expect(int64("-0")).toBe(0n);
  });

  it.each(["", "-", "--1", "+1", "1.0", "1e3", " 1", "1 ", "0x1", "1_000", "12345678901234567890a", "a", ":", "/"])(
    "is not %j",
    (text) => expect(() => int64(text)).toThrow(invalid),
  );

  it("is the product and the sum that it is made of, for the counts of times", () => {
    const values = new BigInt64Array(1);
    const words = new Int32Array(values.buffer);
    const factors = fc.constantFrom(1e6, 1e9);
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.nat({ max: 2 ** 40 - 1 }),
        factors,
        fc.nat({ max: 1e6 - 1 }),
        (negative, high, factor, low) => {
          const size = BigInt(high) * BigInt(factor) + BigInt(low);
          const value = negative ? -size : size;
          const fits = value >= least && value <= most;
          expect(writeInt64(words, 0, negative, high, factor, low)).toBe(fits);
          if (fits) expect(values[0]).toBe(value);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("an integer in Redshift's binary form", () => {
  const bytesOf = { SMALLINT: 2, INTEGER: 4, BIGINT: 8 } as const;

  it.each(Object.entries(bytesOf))("has the bytes of its type, and no others: %s", (nativeType, bytes) => {
    const column = columnOf("integer", { nativeType });
    const reader = cellReader(column, standardPolicy, "binary");
    for (const length of [0, 1, 2, 3, 4, 5, 8, 9]) {
      const building = () => built(column, reader, [Buffer.alloc(length, 0xff)]);
      if (length === bytes) expect(cellOf(building()[0]?.columns[0])).toBe(-1n);
      else expect(building).toThrow(invalid);
    }
  });
});

describe("a decimal of 128 bits", () => {
  const decimal = (text: string, scale: number, precision = 38) => {
    const column: Column = columnOf("decimal", { precision, scale });
    const [batch] = built(column, plainReader(column, "decimal", standardPolicy), ["-1", text, "1"], { batchRows: 3 });
    const [vector] = batch!.columns;
    if (vector?.layout !== "decimal128") throw new Error("the column is stored as something else");
    return cellOf({ ...vector, length: 1, values: vector.values.subarray(4, 8) });
  };
  const bound = 10n ** 38n - 1n;

  it("has every digit, of up to 38, at any scale", () => {
    const wide = fc.oneof(fc.bigInt({ min: -bound, max: bound }), fc.bigInt({ min: -999n, max: 999n }));
    fc.assert(
      fc.property(wide, fc.nat(38), (unscaled, scale) => {
        expect(decimal(pointed(unscaled, scale), scale)).toBe(pointed(unscaled, scale));
      }),
      { numRuns: 1_000 },
    );
    for (const unscaled of [0n, 1n, -1n, bound, -bound, 2n ** 32n, -(2n ** 64n), 2n ** 96n, 10n ** 37n]) {
      for (const scale of [0, 1, 6, 7, 12, 37]) {
        expect(decimal(pointed(unscaled, scale), scale)).toBe(pointed(unscaled, scale));
      }
    }
  });

  it("is filled up to its scale, and may have zeros behind it", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
        fc.nat(10),
        fc.nat(12),
        (unscaled, digits, more) => {
          const text = pointed(unscaled, digits);
          const filled = pointed(unscaled * 10n ** BigInt(more), digits + more);
          expect(decimal(text, digits + more)).toBe(filled);
          expect(decimal(filled, digits)).toBe(text);
        },
      ),
    );
    expect(decimal("-0.00", 2)).toBe("0.00");
    expect(decimal("5.", 2)).toBe("5.00");
    expect(decimal("-.5", 2)).toBe("-0.50");
  });

  it("is refused where it would lose a digit, or has more than 128 bits", () => {
    expect(() => decimal("0.001", 2)).toThrow(/more than the 2 digits behind its point/);
    for (const wide of [2n ** 127n, -(2n ** 127n) - 1n, 10n ** 39n, 10n ** 60n]) {
      expect(() => decimal(String(wide), 0)).toThrow(/128 bits.*decimals: "number"/);
    }
    expect(() => decimal("1".repeat(30), 20)).toThrow(/128 bits/);
  });

  it.each(["", "-", ".", "-.", "1.2.3", "+1", "1e3", "NaN", " 1", "1,5"])("is not %j", (text) =>
    expect(() => decimal(text, 2)).toThrow(invalid),
  );
});

describe("a float", () => {
  const read = (text: string) => {
    const bytes = Buffer.from(`9${text}9`);
    return readFloat(bytes, 1, bytes.length - 1);
  };

  it("is what Number reads, for a hundred thousand texts of any digits and exponent", () => {
    // fast-check takes a second for what this does in a hundredth.
    let state = 20_261_205;
    const below = (bound: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return Math.floor(((state >>> 0) / 2 ** 32) * bound);
    };
    for (let count = 0; count < 100_000; count++) {
      const length = 1 + below(22);
      let digits = "";
      for (let at = 0; at < length; at++) digits += String(below(10));
      const point = below(length + 2);
      const exponent = count % 3 === 0 ? "" : `e${["", "+", "-"][below(3)]}${below(count % 3 === 1 ? 30 : 290)}`;
      const text = `${below(2) === 0 ? "-" : ""}${point > length ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`}${exponent}`;
      const value = read(text);
      if (!Object.is(value, Number(text))) throw new Error(`${text} was read as ${value}`);
    }
  });

  it("is the nearest one where its digits lie between two", () => {
    const halves = fc.tuple(fc.integer({ min: 2 ** 30, max: 2 ** 52 }), fc.integer({ min: 1, max: 10 }));
    fc.assert(
      fc.property(halves, fc.constantFrom(-1n, 0n, 1n), ([numerator, power], beside) => {
        // Halfway between two doubles, or the smallest step of 20 digits beside it: value = (2n + 1) / 2^(power + 1), in decimal.
        const scale = power + 1;
        const exact = (2n * BigInt(numerator) + 1n) * 5n ** BigInt(scale) + beside;
        const text = pointed(exact, scale);
        expect(read(text)).toBe(Number(text));
        expect(read(`-${text}`)).toBe(Number(`-${text}`));
      }),
      { numRuns: 2_000 },
    );
    for (const text of [
      "9007199254740993",
      "9007199254740992.5",
      "0.1000000000000000055511151231257827",
      "2.2250738585072011e-308",
      "8.5e22",
      "123456789012345678",
    ]) {
      expect(read(text)).toBe(Number(text));
    }
  });
});
