import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createJournal } from "../../src/testing/journal.ts";
import { tokenize } from "../../src/testing/redshift/sql/lexer.ts";
import { translate } from "../../src/testing/redshift/sql/translate.ts";

const mode = { caseSensitive: false, numericTypes: new Set(["numeric_10_2"]) };

const kinds = (sql: string): string[] =>
  tokenize(sql).map(({ kind, start, end }) => `${kind} ${sql.slice(start, end)}`);

const translated = (sql: string): string => translate(Buffer.from(sql), mode).text.toString("utf8");

/** Pieces of SQL that mean something to the lexer, in any order. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom("'", '"', "\\", "--", "\n", "/*", "*/", "$$", "$t$", "$1", "e'", "E", ";", "(", ")", ",", "."),
      fc.constantFrom(
        "create table t",
        "encode",
        "distkey",
        "identity(1,1)",
        "select",
        "values",
        "returning",
        "sysdate",
      ),
      fc.constantFrom("é", "日本", "\u{1f600}", " ", "1.5e-3", "1..2", "A1", "set query_group"),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 20 },
  )
  .map((pieces) => pieces.join(""));

describe("tokenize", () => {
  test("finds tokens in order, none of them empty, and never leaves the text", () => {
    fc.assert(
      fc.property(text, (sql) => {
        let at = 0;
        for (const { start, end } of tokenize(sql)) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
        expect(at).toBeLessThanOrEqual(sql.length);
      }),
    );
  });

  test("reads the value out of any string that was escaped for Redshift", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        const literal = `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
        expect(kinds(`(${literal})`)).toEqual(["symbol (", `string ${literal}`, "symbol )"]);
      }),
    );
  });

  test("tells words, strings, parameters and comments apart where they touch", () => {
    expect(kinds(`a$1b $1::int'x\\'y'E'z'"q""r"$t$ ' $t$-- ' \n/* /* */ ' */1.5e3`)).toEqual([
      "word a$1b",
      "parameter $1",
      "symbol :",
      "symbol :",
      "word int",
      "string 'x\\'y'",
      "escape E'z'",
      'quoted "q""r"',
      "dollar $t$ ' $t$",
      "number 1.5e3",
    ]);
  });
});

describe("translate", () => {
  test("returns a text untouched, as the same bytes, where nothing is Redshift's own", () => {
    const source = Buffer.from(`select 'a\\'b', "c", $1::text /* é */ from t -- \xff\n where x = $$y$$;`, "latin1");
    expect(translate(source, mode).text).toBe(source);
  });

  test("never throws, and maps every position into the text it came from", () => {
    fc.assert(
      fc.property(text, (sql) => {
        const result = translate(Buffer.from(sql), mode);
        if (result.refusal) return;
        const length = result.text.toString("utf8").length;
        for (let at = 1; at <= length; at += 3) {
          expect(result.position(at)).toBeGreaterThanOrEqual(1);
          expect(result.position(at)).toBeLessThanOrEqual(sql.length + 1);
        }
      }),
    );
  });

  test("changes what is Redshift's own, and not one byte around it", () => {
    expect(translated("create  table T ( a  VARCHAR( MAX )  ENCODE lzo , b int ) DISTSTYLE  EVEN -- é")).toBe(
      "create  table T ( a  VARCHAR( 65535 )   , b int )  -- é",
    );
    expect(translated('SELECT  NVL ("A" , \'B\')  FROM "Größe"')).toBe('SELECT  coalesce ("a" , \'B\')  FROM "größe"');
  });
});

describe("createJournal", () => {
  test("forgets the oldest statements when they become many or long, and goes on counting", () => {
    const journal = createJournal<{ sql: string; params?: (string | string[])[] }>();
    for (let at = 1; at <= 10_005; at++) expect(journal.add({ sql: String(at) })).toBe(at);
    expect(journal.entries()).toHaveLength(10_000);
    expect(journal.entries()[0]?.sql).toBe("6");
    journal.add({ sql: "x", params: [["y".repeat(32 * 1024 * 1024 - 20)], "y".repeat(10)] });
    expect(journal.entries().map(({ sql }) => sql)).toEqual(["10005", "x"]);
  });
});
