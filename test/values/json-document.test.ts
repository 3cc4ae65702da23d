import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJsonDocument } from "../../src/values/json-document.ts";

/** Texts of what is written with escapes, for the most part. */
const text = fc.string({
  unit: fc.constantFrom("\\", '"', "\n", "\u0000", ":", " ", "a", "1", "é", "_", "😀"),
  maxLength: 4,
});
const key = fc.oneof(text, fc.constantFrom("__proto__", "constructor", "1", "0"));

const { document } = fc.letrec((tie) => ({
  document: fc.oneof(
    { depthSize: "small" },
    text,
    fc.integer(),
    fc.constantFrom(null, true),
    fc.array(tie("document"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("document")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries) as unknown),
  ),
}));

describe("a JSON document", () => {
  it("has the keys that were written, whatever keys were read before", () => {
    // Node 24 gives the second the key of the first: nodejs/node#63785.
    expect(parseJsonDocument(String.raw`{"h":[],"\\":0}`)).toEqual({ h: [], "\\": 0 });
    expect(parseJsonDocument(String.raw`{"h":1,"\"":2}`)).toEqual({ h: 1, '"': 2 });
  });

  it("is read as it was written, spaced or not", () => {
    fc.assert(
      fc.property(document, fc.constantFrom(undefined, 1, "\t"), (value, space) => {
        expect(JSON.stringify(parseJsonDocument(JSON.stringify(value, undefined, space)))).toBe(JSON.stringify(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps the place of a key's first value and the last value, however the key is written", () => {
    const read = parseJsonDocument(String.raw`{"\u0061":1,"b":2,"a":3,"\u0062":4,"a":5}`) as object;
    expect(Object.entries(read)).toEqual([
      ["a", 5],
      ["b", 4],
    ]);
  });

  it("may be nested deeper than the stack, and megabytes long", () => {
    const depth = 200_000;
    const deep = `${'{"\\n":['.repeat(depth)}${"]}".repeat(depth)}`;
    let inner = parseJsonDocument(deep);
    let met = 0;
    for (; inner !== undefined; met += 1) inner = (inner as { readonly "\n": readonly unknown[] })["\n"][0];
    expect(met).toBe(depth);
    const long = { '"': "\\".repeat(3_000_000) + '"\n'.repeat(1_000_000) };
    expect(parseJsonDocument(JSON.stringify(long))).toEqual(long);
  });

  it.each(['{"\\n":1', '{"\\x":1}', '{"\n\\n":1}', '{"\\n" 1}', '["\\n":1]', '{"\\n":1}}', '"\\', '{"\\'])(
    "is not %j",
    (source) => {
      expect(() => parseJsonDocument(source)).toThrow(SyntaxError);
    },
  );
});
