import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { likePattern } from "../src/catalog/like.ts";
import { schemaName, tableName } from "../src/catalog/names.ts";
import { sql } from "../src/sql/tag.ts";

const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error;
const plain = (name: string) => ({ name, exact: false });
const exact = (name: string) => ({ name, exact: true });

describe("the name of a table", () => {
  it.each([
    ["events", undefined, plain("events")],
    ["raw.events", plain("raw"), plain("events")],
    ['"My.Schema".t', exact("My.Schema"), plain("t")],
    ['raw."a""b.c"', plain("raw"), exact('a"b.c')],
    ["My Schema.büro 🎉", plain("My Schema"), plain("büro 🎉")],
    ['a"b.it"s', plain('a"b'), plain('it"s')],
  ])("%s falls into parts at the points outside quotes", (text, schema, table) => {
    expect(tableName(text)).toEqual({ schema, table });
  });

  it.each(["", ".", "a.", ".a", "a..b", "a.b.c", '"a', '"a"b', 'a."b', '""', '"a".""', 7, undefined, null, {}, "a\0"])(
    "%j is refused",
    (given) => {
      expect(() => tableName(given)).toThrow(invalid);
    },
  );

  it("is taken from sql.id, by the name rule or exactly, and from no other fragment", () => {
    expect(tableName(sql.id("a.b", "c"))).toEqual({ schema: plain("a.b"), table: plain("c") });
    expect(tableName(sql.id.exact("events"))).toEqual({ schema: undefined, table: exact("events") });
    for (const fragment of [sql`select ${1}`, sql.raw("t"), sql.empty, sql.id("a", "b", "c"), sql`${sql.id("a")} b`]) {
      expect(() => tableName(fragment)).toThrow(invalid);
    }
  });

  it("can be any at all in quotes", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\0"));
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(name, name, (schema, table) => {
        expect(tableName(`${quoted(schema)}.${quoted(table)}`)).toEqual({ schema: exact(schema), table: exact(table) });
      }),
    );
  });
});

describe("the name of a schema", () => {
  it("is the whole text, points and quotes included", () => {
    expect(schemaName('a.b "c"')).toEqual(plain('a.b "c"'));
    expect(schemaName(sql.id.exact("raw"))).toEqual(exact("raw"));
  });

  it.each(["", 7, null, sql.id("a", "b"), sql.raw("a")])("is one name: %j is refused", (given) => {
    expect(() => schemaName(given)).toThrow(invalid);
  });
});

describe("a LIKE pattern", () => {
  it.each([
    ["event%", "events", true],
    ["event%", "Events", false],
    ["event_", "events", true],
    ["event_", "event", false],
    ["_", "🎉", true],
    ["a\\_b", "a_b", true],
    ["a\\_b", "axb", false],
    ["100\\%", "100%", true],
    ["\\\\%", "\\x", true],
    ["", "", true],
    ["%%", "", true],
    ["%a%b%", "xxaxxbxx", true],
    ["%ab", "aab", true],
  ])("%s says of %s: %s", (pattern, name, verdict) => {
    expect(likePattern(pattern).matches(name)).toBe(verdict);
  });

  it.each([7, null, {}, "a\\"])("%j is refused", (given) => {
    expect(() => likePattern(given)).toThrow(invalid);
  });

  const piece = fc.constantFrom("%", "_", "\\%", "\\_", "\\\\", "\\a", "a", "A", "b", "é", "🎉", ".", "'");
  const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
  const name = fc.string({ unit: fc.constantFrom("a", "A", "b", "é", "🎉", ".", "'", "%", "_", "\\"), maxLength: 8 });

  it("matches what the same regular expression matches", () => {
    fc.assert(
      fc.property(pattern, name, (like, text) => {
        const steps = like.match(/\\.|./gsu) ?? [];
        const escaped = (step: string) => step.replace(/^\\(?=.)/s, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        const source = steps.map((step) => (step === "%" ? ".*" : step === "_" ? "." : escaped(step))).join("");
        expect(likePattern(like).matches(text)).toBe(new RegExp(`^${source}$`, "su").test(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it("matches nothing that its loose form does not match, which escapes nothing", () => {
    fc.assert(
      fc.property(pattern, name, (like, text) => {
        const strict = likePattern(like);
        expect(strict.loose).not.toContain("\\");
        if (strict.matches(text)) expect(likePattern(strict.loose).matches(text)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes no time to speak of, however it is written", () => {
    const started = performance.now();
    expect(likePattern("%a".repeat(60) + "b").matches("a".repeat(255))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
