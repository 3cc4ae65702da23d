import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import { tokens } from "../../src/sql/lexer.ts";
import { corpus } from "./corpus.ts";
import { sqlSoup } from "./soup.ts";

const dialects: readonly Dialect[] = [redshift, snowflake];

function list(text: string, dialect: Dialect): string[] {
  return [...tokens(text, dialect.lexis)]
    .filter(({ kind }) => kind !== "whitespace")
    .map(({ kind, start, end, closed }) => `${kind}${closed ? "" : " (open)"} ${text.slice(start, end)}`);
}

function placeholders(text: string, dialect: Dialect): string[] {
  return [...tokens(text, dialect.lexis)]
    .filter(({ kind }) => kind === "placeholder")
    .map(({ start, end }) => text.slice(start, end));
}

describe.each(dialects)("the lexer on $name", (dialect) => {
  it("gives every character to exactly one token", () => {
    fc.assert(
      fc.property(sqlSoup, (text) => {
        let at = 0;
        for (const { start, end } of tokens(text, dialect.lexis)) {
          expect(start).toBe(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
        expect(at).toBe(text.length);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(corpus.filter(({ on }) => on === dialect.name || on === "both"))("reads $sql", (sample) => {
    expect(placeholders(sample.sql, dialect)).toEqual(sample.placeholders);
    expect([...tokens(sample.sql, dialect.lexis)].every(({ closed }) => closed)).toBe(true);
  });

  it("never finds a placeholder inside quotes and comments", () => {
    const inside = fc.string({ unit: fc.constantFrom("?", ":a", "$1", " ", "x", "\n", "/", "-") });
    const quotes: readonly ((text: string) => string)[] = [
      (text) => `'${text}'`,
      (text) => `"${text}"`,
      (text) => `$$${text}$$`,
      (text) => `/*${text.replaceAll("/", "")}*/`,
      (text) => `--${text.replaceAll("\n", "")}\n`,
    ];
    fc.assert(
      fc.property(inside, fc.constantFrom(...quotes), (text, quote) => {
        expect(placeholders(`a = ${quote(text)} and b=?`, dialect)).toEqual(["?"]);
      }),
      { numRuns: 1000 },
    );
  });

  it("takes a backslash as an escape in strings and not in names", () => {
    expect(list("'a\\'b' \"c\\\" 'd\\\\'", dialect)).toEqual(["string 'a\\'b'", 'identifier "c\\"', "string 'd\\\\'"]);
  });

  it("marks what runs into the end of the text", () => {
    expect(list("'a ?", dialect)).toEqual(["string (open) 'a ?"]);
    expect(list("'a\\", dialect)).toEqual(["string (open) 'a\\"]);
    expect(list('"a""', dialect)).toEqual(['identifier (open) "a""']);
    expect(list("/* a", dialect)).toEqual(["comment (open) /* a"]);
    expect(list("$$ a $", dialect)).toEqual(["string (open) $$ a $"]);
    expect(list("-- a", dialect)).toEqual(["comment -- a"]);
  });

  it("takes a colon for a placeholder only where no operand is right before it", () => {
    expect(placeholders("a:b 1:b (x):b [x]:b {x}:b 'x':b \"x\":b $1:b ::b :=b : b", dialect)).toEqual(["$1"]);
    expect(placeholders("=:a (:b ,:c [:d {:e -:f :g", dialect)).toEqual([":a", ":b", ":c", ":d", ":e", ":f", ":g"]);
  });

  it("keeps names with dollar signs and letters of any language whole", () => {
    expect(list("a$1 größe$ _x t.$1", dialect)).toEqual([
      "word a$1",
      "word größe$",
      "word _x",
      "word t",
      "punctuation .",
      "word $1",
    ]);
  });

  it("skips a byte order mark as whitespace", () => {
    expect(list("\uFEFFselect", dialect)).toEqual(["word select"]);
  });

  it("reads a megabyte in well under a second", () => {
    const text = "select 'some text', \"a\", 1.5e10, f(x)::int /* c */, ?\n".repeat(20_000);
    const before = performance.now();
    expect(placeholders(text, dialect)).toHaveLength(20_000);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

describe("the lexer", () => {
  it("knows // as a comment on Snowflake only", () => {
    expect(list("1 // x", snowflake)).toEqual(["number 1", "comment // x"]);
    expect(list("1 // x", redshift)).toEqual(["number 1", "punctuation /", "punctuation /", "word x"]);
  });

  it("nests block comments on Redshift only", () => {
    expect(list("/* a /* b */ c */", redshift)).toEqual(["comment /* a /* b */ c */"]);
    expect(list("/* a /* b */ c", snowflake)).toEqual(["comment /* a /* b */", "word c"]);
  });

  it("knows tagged dollar quotes on Redshift and session variables on Snowflake", () => {
    expect(list("$t$ ? $$ $t$", redshift)).toEqual(["string $t$ ? $$ $t$"]);
    expect(list("$t ?", snowflake)).toEqual(["word $t", "placeholder ?"]);
    expect(list("$t ?", redshift)).toEqual(["punctuation $", "word t", "placeholder ?"]);
  });

  it("keeps stages and local paths whole on Snowflake", () => {
    expect(list('ls @~/a//b?c; put FILE:///x/*.csv @"a b"/c(d', snowflake)).toEqual([
      "word ls",
      "location @~/a//b?c",
      "punctuation ;",
      "word put",
      "location FILE:///x/*.csv",
      'location @"a b"/c',
      "punctuation (",
      "word d",
    ]);
    expect(list("@s/* ? */", snowflake)).toEqual(["location @s", "comment /* ? */"]);
  });
});
