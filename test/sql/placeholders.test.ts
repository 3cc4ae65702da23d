import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import { WarehouseError } from "../../src/errors.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import { tokens } from "../../src/sql/lexer.ts";
import type { QueryParameters } from "../../src/sql/parameter-source.ts";
import { bindParameters } from "../../src/sql/placeholders.ts";
import { Json } from "../../src/values/json.ts";
import { sqlSoup } from "./soup.ts";

/** What a numbered placeholder would grow together with. */
const touches = /^[\w$\u0080-\uFEFE\uFF00-\uFFFF]$/;

const dialects: readonly Dialect[] = [redshift, snowflake];

/** The text and the bare values. */
function bound(text: string, params: QueryParameters | undefined, dialect: Dialect): [string, unknown[]] {
  const { text: sent, binds } = bindParameters(text, params, dialect);
  return [sent, binds.map((bind) => (bind.kind === "null" ? null : bind.value))];
}

function refusal(text: string, params: unknown, dialect: Dialect): string {
  try {
    bindParameters(text, params as QueryParameters, dialect);
  } catch (error) {
    if (WarehouseError.is(error) && error.code === "INVALID_ARGUMENT") return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("placeholders on Redshift", () => {
  it.each<[string, QueryParameters, string, unknown[]]>([
    ["a = ? and b = ?", [1, "x"], "a = $1 and b = $2", [1, "x"]],
    ["a = ? and b = ?", [1, 1], "a = $1 and b = $2", [1, 1]],
    ["a = $2 or b = $1 or c = $2", [1, 2], "a = $1 or b = $2 or c = $1", [2, 1]],
    ["a = :x and b = :y and c = :x", { x: 1, y: 2 }, "a = $1 and b = $2 and c = $1", [1, 2]],
    ["a in (?) and b = ?", [[1, 2, 3], 4], "a in ($1, $2, $3) and b = $4", [1, 2, 3, 4]],
    ["a in (:i) or b NOT IN ( /* x */ :i\n)", { i: [1, 2] }, "a in ($1, $2) or b NOT IN ( /* x */ $1, $2\n)", [1, 2]],
    ["a IN ($1) and b = $2", [["x"], 2], "a IN ($1) and b = $2", ["x", 2]],
    ["between?and?1", [1, 2], "between $1 and $2 1", [1, 2]],
    ["$?$", [1], "$ $1 $", [1]],
    ["a = ?::date", ["2024-01-01"], "a = $1::date", ["2024-01-01"]],
  ])("are numbered in the order of their first use: %s", (text, params, sent, values) => {
    expect(bound(text, params, redshift)).toEqual([sent, values]);
  });

  it("are written inside the conversion that the value needs", () => {
    const params = [new Date(0), Uint8Array.of(1), new Json({ a: 1 }), NaN, 2n ** 64n];
    expect(bindParameters("?, ?, ?, ?, ?", params, redshift)).toEqual({
      text: "$1, FROM_HEX($2), JSON_PARSE($3), $4, $5",
      binds: [
        { kind: "timestamp", value: "1970-01-01T00:00:00.000+00:00" },
        { kind: "binary", value: Uint8Array.of(1) },
        { kind: "json", value: '{"a":1}' },
        { kind: "float", value: NaN },
        { kind: "integer", value: 2n ** 64n },
      ],
    });
  });

  it("take no NUL, which ends the text on the wire", () => {
    expect(refusal("select ?", ["a\0b"], redshift)).toBe(
      "parameter 1 holds a NUL character, which Redshift cannot store in text.",
    );
    expect(refusal("select '\0'", undefined, redshift)).toContain("NUL");
    expect(bound("select ?", ["a\0b"], snowflake)).toEqual(["select ?", ["a\0b"]]);
  });
});

describe("placeholders on Snowflake", () => {
  it.each<[string, QueryParameters, string, unknown[]]>([
    ["a = ? and b = ?", [1, "x"], "a = ? and b = ?", [1, "x"]],
    ["a = $2 or b = $1 or c = $2", [1, 2], "a = ? or b = ? or c = ?", [2, 1, 2]],
    ["a = :x and b = :y and v:x = :x", { x: 1, y: 2 }, "a = ? and b = ? and v:x = ?", [1, 2, 1]],
    ["a in (:i) or b in (:i)", { i: [1, 2] }, "a in (?, ?) or b in (?, ?)", [1, 2, 1, 2]],
    ["between?and?", [1, NaN], "between?and TO_DOUBLE(?)", [1, NaN]],
    ["a = ?::NUMBER(10,2)", [1.5], "a = ?::NUMBER(10,2)", [1.5]],
    ["select t.$1 from @s t where t.$1 = ?", [1], "select t.$1 from @s t where t.$1 = ?", [1]],
  ])("are bound every time they come: %s", (text, params, sent, values) => {
    expect(bound(text, params, snowflake)).toEqual([sent, values]);
  });

  it("are written inside the conversion that the value needs", () => {
    const params = [new Date(0), Uint8Array.of(1), new Json(1), NaN, 1.5, 2n ** 53n, 2n ** 53n - 1n, -(2n ** 64n)];
    expect(bindParameters("?, ?, ?, ?, ?, ?, ?, ?", params, snowflake).text).toBe(
      "TO_TIMESTAMP_TZ(?), TO_BINARY(?, 'HEX'), PARSE_JSON(?), TO_DOUBLE(?), ?, TO_NUMBER(?, 38, 0), ?, TO_NUMBER(?, 38, 0)",
    );
  });

  it("say where to turn when $1 is a column of a stage", () => {
    expect(refusal("select $1 from @s where $2 = ?", [1], snowflake)).toMatch(
      /mixes \$1 \(character 8\) and \? \(character 30\).*sql`…` tag/,
    );
  });
});

describe.each(dialects)("parameters on $name", (dialect) => {
  it("that are undefined leave any text as it is", () => {
    fc.assert(
      fc.property(sqlSoup, (text) => {
        expect(bindParameters(text, undefined, dialect)).toEqual({ text, binds: [] });
      }),
    );
  });

  it("may be empty where the text has no placeholder", () => {
    expect(bound("select '?'", [], dialect)).toEqual(["select '?'", []]);
    expect(bound("select ':a'", {}, dialect)).toEqual(["select ':a'", []]);
  });

  it.each<[string, unknown, string | RegExp]>([
    [
      "a = ? and b = :b",
      [1],
      "The statement mixes ? (character 5) and :b (character 15): use one style of placeholder.",
    ],
    ["a = :b and b = $1", { b: 1 }, /mixes :b \(character 5\) and \$1 \(character 16\)/],
    ["a = :b", [1], ":b (character 5) needs its parameters in an object."],
    ["a = ?", { b: 1 }, "? (character 5) needs its parameters in an array."],
    ["a = :1", [1], ":1 (character 5) is not a placeholder here: write ?, $1 or :name."],
    ["a = ? and b = ?", [1], "? number 2 (character 15) has no value: 1 were given."],
    ["a = $3", [1, 2], "$3 (character 5) has no value: 2 were given."],
    ["a = $0", [1], /^\$0/],
    ["a = ?", [1, 2, 3], "parameter 2 is not used."],
    ["a = $1 or a = $3", [1, 2, 3], "parameter 2 is not used."],
    ["a = '?'", [1], "parameter 1 is not used: the statement has no placeholder outside quotes and comments."],
    ["a = :day", {}, ":day (character 5) has no value."],
    ["a = :day", { day: 1, night: 2 }, 'parameter "night" is not used.'],
    [
      "a = 1",
      { signal: 1 },
      /^parameter "signal" is not used.*If signal is meant as an option: options are the third argument\.$/,
    ],
    ["a = :day", { timeoutMs: 5 }, /^:day \(character 5\) has no value.*timeoutMs.*third argument/],
    ["a = 1", { rowMode: "array" }, /rowMode is meant as an option/],
    ["a = 1", { role: 1, warehouse: 2, stage: 3 }, /^parameter "role" is not used: [^.]*\.$/],
    ["a = :constructor", {}, /^:constructor .* has no value/],
    ["a = :__proto__", {}, /^:__proto__ .* has no value/],
    ["a in (?)", [[]], /^parameter 1 is an empty array/],
    ["a = ?", [[1]], /^parameter 1 is an array, which goes only inside IN/],
    ["a in (?, 5)", [[1]], /^parameter 1 is an array/],
    ["a in (f(?))", [[1]], /^parameter 1 is an array/],
    ["a in ?", [[1]], /^parameter 1 is an array/],
    ["a in (?)", [[1, [2]]], /^parameter 1, element 2, is an array/],
    ["a in (?)", [[1, undefined]], /^parameter 1, element 2, is undefined/],
    // A sparse array is what is tested here.
    // eslint-disable-next-line no-sparse-arrays
    ["a in (?)", [[1, , 3]], /^parameter 1, element 2, is undefined/],
    ["a = :d", { d: undefined }, /^parameter :d is undefined/],
    ["a = ?", "text", /must be an array.* or a plain object/],
    ["a = ?", null, /must be an array.* or a plain object/],
    ["a = ?", new Date(), /must be an array.* or a plain object/],
    ["a = ?", new Map(), /must be an array.* or a plain object/],
  ])("are refused with a reason: %s", (text, params, message) => {
    if (typeof message === "string") expect(refusal(text, params, dialect)).toBe(message);
    else expect(refusal(text, params, dialect)).toMatch(message);
  });

  it("are found as own properties, whatever their name", () => {
    const params = JSON.parse('{"__proto__": 1, "constructor": 2}') as Record<string, unknown>;
    expect(bound("a = :__proto__ or a = :constructor", params, dialect)[1]).toEqual([1, 2]);
    expect(bound("a = :x", Object.assign(Object.create(null), { x: 1 }) as QueryParameters, dialect)[1]).toEqual([1]);
  });

  it("are counted before anything is sent", () => {
    const ids = Array.from({ length: dialect.maxBinds + 1 }, (_, index) => index);
    expect(bindParameters("a in (?)", [ids.slice(1)], dialect).binds).toHaveLength(dialect.maxBinds);
    expect(refusal("a in (?)", [ids], dialect)).toBe(
      `The statement carries ${dialect.maxBinds + 1} values, and ${dialect.title} takes at most ${dialect.maxBinds} in one: ` +
        "split it, or load the values into a table first.",
    );
  });

  it("do not save a text that is too long, counted in bytes", () => {
    const long = `'${"é".repeat(dialect.maxStatementBytes / 2)}'`;
    expect(refusal(long, undefined, dialect)).toContain(`takes at most ${dialect.maxStatementBytes}`);
    expect(bindParameters(long.slice(2), undefined, dialect).text).toHaveLength(long.length - 2);
  });

  it("never become text, and leave everything around them as it was", () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom("'; drop table t; --", "\\'; drop", "$1", "?", ":a", "*/", "$$", "NULL"),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(sqlSoup, hostile), { maxLength: 5 }), sqlSoup, (pieces, rest) => {
        const text = pieces.map(([sql]) => sql).join("?") + rest;
        const marks = [...tokens(text, dialect.lexis)].filter(({ kind }) => kind === "placeholder");
        fc.pre(marks.every(({ start }) => text[start] === "?"));
        const values = marks.map((_, index) => `secret${index} ${pieces[index % pieces.length]?.[1] ?? ""}`);
        fc.pre(values.every((value) => !value.includes("\0")));
        const { text: sent, binds } = bindParameters(text, values, dialect);
        expect(binds).toEqual(values.map((value) => ({ kind: "text", value })));
        expect(sent).not.toContain("secret");
        let expected = "";
        let at = 0;
        for (const [index, { start, end }] of marks.entries()) {
          const mark = dialect.placeholder(index + 1, { kind: "null" });
          const before = mark !== "?" && touches.test(text.charAt(start - 1)) ? " " : "";
          const after = mark !== "?" && touches.test(text.charAt(end)) ? " " : "";
          expected += text.slice(at, start) + before + mark + after;
          at = end;
        }
        expect(sent).toBe(expected + text.slice(at));
      }),
      { numRuns: 1000 },
    );
  });

  it("never show in a refusal", () => {
    const unsendable = ["s3cret\ud800", { s3cret: "s3cret" }, Symbol("s3cret"), () => "s3cret", [["s3cret"]]];
    for (const value of unsendable) expect(refusal("a = ?", [value], dialect)).not.toContain("s3cret");
    try {
      bindParameters("a = ?", [{ s3cret: "s3cret" }], dialect);
    } catch (error) {
      expect(inspect(error, { depth: 9, showHidden: true }).replaceAll(/^ {4}at .*$/gm, "")).not.toContain("s3cret");
    }
  });
});
