import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sql } from "peak-warehouse";
import { failure } from "../integration/opened.ts";
import { ground, type Tenant } from "./tenant.ts";

/** A piece of a select list: what is written for it in each style, and the value that comes out. */
interface Item {
  readonly kind: "value" | "literal";
  readonly text: string;
}

const hostile = [
  "'; drop table t; --",
  "?",
  ":p1",
  "$1",
  "$$",
  "\\",
  "\\'",
  "''",
  '"',
  "/*",
  "*/",
  "--",
  "//",
  "{}",
  "%s",
  "\u2028",
  "é",
  "𝄞",
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: "grapheme", maxLength: 6 })), { maxLength: 5 })
  .map((pieces) => pieces.join(""))
  .filter((joined) => !joined.includes("\0"));
const items = fc.array(fc.record({ kind: fc.constantFrom<Item["kind"]>("value", "literal"), text }), {
  minLength: 1,
  maxLength: 8,
});
/** What may stand between two tokens and means nothing. */
const gap = fc.constantFrom(" ", "\n", "/* ? :p1 $1 ' \" */", "-- ? ' :p1\n", "\t", "/**/ ");
const queries = fc.tuple(items, fc.array(gap, { minLength: 9, maxLength: 9 }));

const literal = (value: string) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
const styles = {
  "?": { placeholder: () => "?", params: (values: string[]) => values },
  $1: { placeholder: (place: number) => `$${place}`, params: (values: string[]) => values },
  ":name": {
    placeholder: (place: number) => `:p${place}`,
    params: (values: string[]) => Object.fromEntries(values.map((value, index) => [`p${index + 1}`, value])),
  },
} as const;

export function placeholders(open: () => Promise<Tenant>): void {
  describe("a value", () => {
    const shared = ground(open);
    const samples = fc.sample(queries, { numRuns: 25, seed: 20_261_122 });

    it.each(Object.keys(styles) as (keyof typeof styles)[])(
      "of %s comes out as it went in, whatever stands around it",
      async (style) => {
        const { placeholder, params } = styles[style];
        for (const [list, gaps] of samples) {
          const values: string[] = [];
          const columns = list.map(({ kind, text: value }, index) => {
            const written = kind === "literal" ? literal(value) : placeholder(values.push(value));
            return `${gaps[index]}cast(${written}${gaps[index + 1] ?? " "} as varchar(500)) as "c ? :p1 ${index}"`;
          });
          const statement = `select${gaps[0]}${columns.join(",")}`;
          const { rows } = await shared.db.query(statement, params(values), { rowMode: "array" });
          expect(rows, statement).toEqual([list.map((item) => item.text)]);
        }
      },
    );

    it("of sql`…` comes out as it went in, however deep it is nested", async () => {
      for (const [list] of samples) {
        const columns = list.map((item, index) =>
          item.kind === "literal"
            ? sql`cast(${sql.raw(literal(item.text))} as varchar(500)) as ${sql.id(`c${index}`)}`
            : sql`${sql`cast(${sql`${item.text}`} as varchar(500))`} as ${sql.id.exact(`c' ${index}`)}`,
        );
        const { rows } = await shared.db.query(sql`select ${sql.join(columns)} ${sql.empty}`, { rowMode: "array" });
        expect(rows).toEqual([list.map((item) => item.text)]);
      }
    });

    it("in a list is found by itself and by no other", async () => {
      for (const [list] of samples) {
        const wanted = list.map((item) => item.text);
        const other = `${wanted.join("")}x`;
        const search = "select count(*) as n from (select cast(? as varchar(500)) as v) t where v in (?)";
        expect((await shared.db.query(search, [wanted[0], wanted])).rows).toEqual([{ n: 1 }]);
        expect((await shared.db.query(search, [other, wanted])).rows).toEqual([{ n: 0 }]);
      }
    });

    it("that was forgotten is told from a mistake in the SQL", async () => {
      const error = await failure(shared.db.query("select 1 as a where 1 = ?"));
      expect(error).toMatchObject({ code: "QUERY" });
      expect((error as Error).message).toMatch(/no parameters were given/);
    });
  });
}
