import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import { foldNames, type Dialect } from "../../src/sql/dialect.ts";
import { tokens } from "../../src/sql/lexer.ts";

const dialects: readonly Dialect[] = [redshift, snowflake];
const names = fc.oneof(
  fc.string({ minLength: 1, maxLength: 30, unit: "grapheme" }),
  fc.stringMatching(/^[a-zA-Z_"][a-zA-Z0-9_$" ]{0,20}$/),
);

/** The name that a quoted identifier means to the server. */
const native = (identifier: string) => identifier.slice(1, -1).replaceAll('""', '"');

describe.each(dialects)("names on $name", (dialect) => {
  it("are one token of SQL, whatever is in them", () => {
    fc.assert(
      fc.property(names, (name) => {
        fc.pre(!name.includes("\0") && Buffer.byteLength(name) <= 127);
        for (const sql of [dialect.identifier(name), dialect.exactIdentifier(name)]) {
          expect([...tokens(`${sql} `, dialect.lexis)]).toMatchObject([
            { kind: "identifier", start: 0, end: sql.length, closed: true },
            { kind: "whitespace" },
          ]);
        }
        expect(native(dialect.exactIdentifier(name))).toBe(name);
      }),
      { numRuns: 1000 },
    );
  });

  it("that come out go in again and mean the same object", () => {
    fc.assert(
      fc.property(names, (name) => {
        fc.pre(!name.includes("\0") && Buffer.byteLength(name) <= 127);
        const object = native(dialect.identifier(name));
        const read = dialect.columnName(object);
        expect(native(dialect.identifier(read))).toBe(object);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(["", "a\0b", "a\ud800"])("are refused where they cannot be sent: %j", (name) => {
    expect(() => dialect.identifier(name)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error);
    expect(() => dialect.exactIdentifier(name)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error);
  });
});

describe("the name rule", () => {
  it("sends simple lower-case names to Snowflake in upper case, any other as it is", () => {
    expect(snowflake.identifier("events_2$")).toBe('"EVENTS_2$"');
    expect(snowflake.identifier("select")).toBe('"SELECT"');
    expect(snowflake.identifier("Events")).toBe('"Events"');
    expect(snowflake.identifier("größe")).toBe('"größe"');
    expect(snowflake.identifier("1a")).toBe('"1a"');
    expect(snowflake.columnName("EVENTS_2$")).toBe("events_2$");
    expect(snowflake.columnName("Events")).toBe("Events");
    expect(snowflake.columnName("COUNT(*)")).toBe("COUNT(*)");
  });

  it("counts bytes on Redshift and characters on Snowflake", () => {
    expect(redshift.identifier("é".repeat(63))).toHaveLength(65);
    expect(() => redshift.identifier("é".repeat(64))).toThrow("127 bytes");
    expect(snowflake.identifier("é".repeat(255))).toHaveLength(257);
    expect(() => snowflake.identifier("é".repeat(256))).toThrow("255 characters");
  });

  it("keeps names apart that would become equal", () => {
    expect(foldNames(["ID", "id", "A", "B_1"], snowflake)).toEqual(["ID", "id", "a", "b_1"]);
    expect(foldNames(["A", "A"], snowflake)).toEqual(["a", "a"]);
    expect(foldNames(["ID", "id"], redshift)).toEqual(["ID", "id"]);
    expect(foldNames(["__PROTO__", "CONSTRUCTOR"], snowflake)).toEqual(["__proto__", "constructor"]);
  });
});
