import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import { WarehouseError } from "../../src/errors.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import { Fragment, isFragment, renderFragment } from "../../src/sql/fragment.ts";
import { sql } from "../../src/sql/tag.ts";
import { toBind } from "../../src/values/parameters.ts";

const dialects: readonly Dialect[] = [redshift, snowflake];

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (WarehouseError.is(error) && error.code === "INVALID_ARGUMENT") return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("the sql tag", () => {
  it("turns values into binds, in each warehouse's own style", () => {
    const fragment = sql`select * from t where a = ${1} and b = ${"x"} and c = ${null}`;
    expect(renderFragment(fragment, redshift)).toEqual({
      text: "select * from t where a = $1 and b = $2 and c = $3",
      binds: [{ kind: "integer", value: 1 }, { kind: "text", value: "x" }, { kind: "null" }],
    });
    expect(renderFragment(fragment, snowflake).text).toBe("select * from t where a = ? and b = ? and c = ?");
  });

  it("puts fragments into fragments", () => {
    const condition = sql`day = ${"2024-01-01"}`;
    const both = sql`select ${sql.raw("count(*)")} from t where ${condition} and (${sql`a > ${2}`} ${sql.empty}) and b = ${3}`;
    expect(renderFragment(both, redshift).text).toBe("select count(*) from t where day = $1 and (a > $2 ) and b = $3");
    expect(renderFragment(both, redshift).binds).toHaveLength(3);
  });

  it("writes names by the name rule, and exactly where that is asked for", () => {
    const names = sql`${sql.id("sales", "Daily Totals")} ${sql.id.exact("events")} ${sql.id('a"b')}`;
    expect(renderFragment(names, redshift).text).toBe('"sales"."Daily Totals" "events" "a""b"');
    expect(renderFragment(names, snowflake).text).toBe('"SALES"."Daily Totals" "events" "a""b"');
  });

  it("joins fragments and values", () => {
    const columns = sql.join(["a", "b"].map((name) => sql.id(name)));
    const rows = sql.join(
      [
        [1, 2],
        [3, 4],
      ].map((row) => sql`(${sql.join(row)})`),
    );
    expect(renderFragment(sql`insert into t (${columns}) values ${rows}`, redshift).text).toBe(
      'insert into t ("a", "b") values ($1, $2), ($3, $4)',
    );
    expect(renderFragment(sql.join([sql`a = ${1}`, sql`b = ${2}`], " and "), redshift).text).toBe("a = $1 and b = $2");
    expect(renderFragment(sql.join([1, 2], sql` + `), redshift).text).toBe("$1 + $2");
  });

  it("expands an array inside in (…) only", () => {
    expect(renderFragment(sql`a in (${[1, 2]}) and b not in ( ${["x"]} )`, redshift).text).toBe(
      "a in ($1, $2) and b not in ( $3 )",
    );
    expect(refusal(() => renderFragment(sql`a = ${[1]}`, redshift))).toMatch(
      /^value 1 .* is an array, which goes only inside IN/,
    );
    expect(refusal(() => renderFragment(sql`a in (${[1]}, 2)`, redshift))).toMatch(/is an array/);
    expect(refusal(() => sql`a in (${[]})`)).toMatch(/empty array/);
  });

  it("leaves what looks like a placeholder in the text alone", () => {
    const stage = sql`select $1, t.$2 from @stage t where '?' = ${"x"} and v:b = ${1}`;
    expect(renderFragment(stage, snowflake).text).toBe("select $1, t.$2 from @stage t where '?' = ? and v:b = ?");
    const block = sql`begin let x := ${1}; return :x; end`;
    expect(renderFragment(block, snowflake).text).toBe("begin let x := ?; return :x; end");
    expect(renderFragment(sql`select $1, ?, :a`, redshift)).toEqual({ text: "select $1, ?, :a", binds: [] });
  });

  it("refuses a text that would take one of its values", () => {
    expect(refusal(() => renderFragment(sql`a = $1 and b = ${2}`, redshift))).toMatch(/itself holds \$1/);
    expect(refusal(() => renderFragment(sql`a = ? and b = ${2}`, snowflake))).toMatch(/itself holds \?/);
    expect(refusal(() => renderFragment(sql`a = :1 and b = ${2}`, snowflake))).toMatch(/itself holds :1/);
  });

  it.each([
    ["quotes", sql`a = '${1}'`],
    ["quotes with more in them", sql`a like '%${"x"}%'`],
    ["a quoted name", sql`select "${"x"}"`],
    ["a comment", sql`select 1 -- ${"x"}`],
    ["a block comment", sql`select /* ${"x"} */ 1`],
    ["raw quotes", sql`a = ${sql.raw("'")}${1}${sql.raw("'")}`],
  ])("refuses a value inside %s", (_, fragment) => {
    for (const dialect of dialects) {
      expect(refusal(() => renderFragment(fragment, dialect))).toMatch(
        /^value [12] of the sql`…` text stands inside quotes or a comment/,
      );
    }
  });

  it("refuses a value that grows together with a word or a number", () => {
    expect(refusal(() => renderFragment(sql`select col${1}`, redshift))).toMatch(/touches a word or number/);
    expect(refusal(() => renderFragment(sql`select ${1}2`, redshift))).toMatch(/touches a word or number/);
    expect(refusal(() => renderFragment(sql`select x${new Date(0)}`, snowflake))).toMatch(/touches a word or number/);
    for (const dialect of [redshift, snowflake]) {
      expect(refusal(() => renderFragment(sql`select ${1}as a`, dialect))).toMatch(/touches a word or number/);
      expect(refusal(() => renderFragment(sql`select a${1}`, dialect))).toMatch(/touches a word or number/);
    }
    expect(renderFragment(sql`${1}::int${sql.empty}`, redshift).text).toBe("$1::int");
    expect(renderFragment(sql`(${1})+${2}`, snowflake).text).toBe("(?)+?");
  });

  it("is a tag and nothing else", () => {
    expect(refusal(() => sql("select 1" as unknown as TemplateStringsArray))).toMatch(/is a tag/);
    expect(refusal(() => sql(["select 1"] as unknown as TemplateStringsArray))).toMatch(/is a tag/);
    expect(refusal(() => sql`\unicode`)).toMatch(/backslash/);
    expect(refusal(() => sql.raw(1 as unknown as string))).toMatch(/string/);
    expect(refusal(() => sql.join([]))).toMatch(/nothing to join/);
    expect(refusal(() => (sql.id as unknown as () => Fragment)())).toMatch(/at least one name/);
    expect(refusal(() => sql.id("a", ""))).toMatch(/name/);
  });

  it("names the value it refuses, never showing it", () => {
    expect(refusal(() => sql`a = ${1} and b = ${undefined}`)).toMatch(/^value 2 of the sql`…` text is undefined/);
    expect(refusal(() => sql`a = ${{ s3cret: 1 }}`)).not.toContain("s3cret");
    expect(refusal(() => sql.join([1, Promise.resolve(1)]))).toMatch(/^item 2 of sql.join is a promise/);
  });

  it("tells a fragment among plain parameters from an object", () => {
    expect(refusal(() => toBind(sql`a`, "parameter 1"))).toMatch(/is a fragment/);
  });

  it("shows the text but no value when printed", () => {
    const fragment = sql`select ${sql.id("a")} from t where b = ${"s3cret"} and c in (${["s3cret"]}) and d = ${sql.json("s3cret")}`;
    const shown = 'select "a" from t where b = ? and c in (?) and d = ?';
    expect(inspect(fragment)).toBe(`sql\`${shown}\``);
    expect(JSON.stringify({ fragment })).toBe(JSON.stringify({ fragment: shown }));
    expect(Object.keys(fragment)).toEqual([]);
    expect(inspect([sql.json("s3cret")])).toBe("[ [sql.json] ]");
    expect(JSON.stringify(sql.json("s3cret"))).toBe('"[sql.json]"');
  });

  it("never changes a fragment", () => {
    const values = [1, 2];
    const fragment = sql`a in (${values})`;
    values.push(3);
    expect(renderFragment(fragment, redshift).binds).toHaveLength(2);
    expect(Object.isFrozen(fragment)).toBe(true);
  });

  it("knows fragments made by another copy of the package", () => {
    const foreign = Object.defineProperty({}, Symbol.for("peak-warehouse.Fragment"), {
      value: [{ kind: "text", text: "select 1" }],
    });
    expect(isFragment(foreign)).toBe(true);
    expect(renderFragment(sql`${foreign}`, redshift).text).toBe("select 1");
    expect(isFragment(JSON.parse('{"peak-warehouse.Fragment": []}'))).toBe(false);
    expect(isFragment(null)).toBe(false);
  });

  it("keeps any value out of the text", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.string(), { minLength: 1 }),
        fc.constantFrom(...dialects),
        (value, list, dialect) => {
          fc.pre(![value, ...list].some((text) => text.includes("\0")));
          const { text, binds } = renderFragment(sql`a = ${value} and b in (${list})`, dialect);
          const marks = list.map((_, index) => (dialect.numberedPlaceholders ? `$${index + 2}` : "?")).join(", ");
          expect(text).toBe(`a = ${dialect.numberedPlaceholders ? "$1" : "?"} and b in (${marks})`);
          expect(binds).toEqual([value, ...list].map((each) => ({ kind: "text", value: each })));
        },
      ),
    );
  });
});
