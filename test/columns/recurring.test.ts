import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recurring } from "../../src/values/recurring.ts";
import { cellBytes } from "../drivers/cells.ts";
import type { CellBytes } from "../../src/values/types.ts";

const utf8 = ({ bytes }: CellBytes, start: number, end: number) => bytes.toString("utf8", start, end);

function decodedAll(texts: readonly string[]): unknown[] {
  const decode = recurring(utf8);
  return texts.map((text) => {
    const bytes = Buffer.from(`9${text}9`);
    return decode(cellBytes(bytes), 1, bytes.length - 1);
  });
}

describe("a decoder that remembers", () => {
  it("gives each cell its own text, however they recur and meet in its slots", () => {
    // Few texts over thousands of cells, so that it goes on remembering, and many, so that it gives up.
    const vocabulary = fc.uniqueArray(fc.string({ unit: "grapheme", maxLength: 30 }), { minLength: 1, maxLength: 600 });
    fc.assert(
      fc.property(vocabulary, fc.integer({ min: 1, max: 97 }), (texts, step) => {
        const cells = Array.from({ length: 3_000 }, (_, at) => texts[(at * step) % texts.length]!);
        expect(decodedAll(cells)).toEqual(cells);
      }),
      { numRuns: 30 },
    );
  });

  it("tells texts apart whose hashes are alike, and those of which one begins with the other", () => {
    // 31 * "A" + "a" is 31 * "B" + "B".
    const alike = ["Aa", "BB", "AaAa", "BBBB", "AaBB", "BBAa", "", "\0", "\0\0", "A", "AB"];
    const cells = Array.from({ length: 5_000 }, (_, at) => alike[(at * 7) % alike.length]!);
    expect(decodedAll(cells)).toEqual(cells);
  });
});
