import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redshift } from "../../src/drivers/redshift/dialect.ts";
import { snowflake } from "../../src/drivers/snowflake/dialect.ts";
import { maskedText } from "../../src/telemetry/masking.ts";
import { summaryOf, tablesOf } from "../../src/telemetry/summary.ts";

describe.each([redshift, snowflake])("the masked text of a statement ($name)", ({ lexis }) => {
  it.each([
    ["select * from t where a = 'x' and b > 1.5e3", "select * from t where a = ? and b > ?"],
    ["select 'it''s', 'a\\'b', $$ body 7 $$", "select ?, ?, ?"],
    ['select "Col 1" from "T"', 'select "Col 1" from "T"'],
    ["select 1 /* for ana@example.com */ from t -- 42", "select ?   from t"],
    ["select * from t where a = ? and b = $2", "select * from t where a = ? and b = $2"],
    ["select 'never ends", "select …"],
    ['select "never ends', "select …"],
    ["select a /* never ends", "select a …"],
    ["select 'Rock ' n roll is s3cret '", "select …"],
    ["select a from t where b = 'x ' y and c = ' s3cret ' and d = 'z", "select a from t where b = …"],
    ["select 0xC0FFEE, 1_000, -5, 7e", "select ?, ?, -?, ?"],
    ["select E'a\\'s3cret', X'C0', U&'d' from t", "select E?, X?, U&? from t"],
    ["create user ana password 's3cret' createdb", "create user ana password ? createdb"],
    [
      "copy t from 's3://b/k' credentials 'aws_access_key_id=A;aws_secret_access_key=B' access_key_id 'A'",
      "copy t from ? credentials ? access_key_id ?",
    ],
    ["select 'https://b.s3.amazonaws.com/k?X-Amz-Signature=00&X-Amz-Security-Token=t' as url", "select ? as url"],
    ["select * from t where name = 'O'Brien' and mail = 'a@b.c'", "select * from t where name = ?…"],
    ["copy t from 's3://bucket/key' iam_role 'arn:aws:iam::1:role/x'", "copy t from ? iam_role ?"],
  ])("of %s is %s", (text, masked) => {
    expect(maskedText(text, lexis)).toBe(masked);
  });

  it("never holds what was written as a literal or a comment", () => {
    const secret = "S3cr3t";
    const body = fc.string({
      unit: fc.constantFrom("a", " ", "''", "\\\\", "\\'", "--", "/", "$", ";", "\n", '"', "é"),
    });
    const place = fc.constantFrom(
      (inner: string) => `'${inner}${secret}${inner}'`,
      (inner: string) => `$$${inner.replaceAll("$", "")}${secret}$$`,
      (inner: string) => `/*${inner.replaceAll("/", "")}${secret}*/`,
      (inner: string) => `--${inner.replaceAll("\n", "")}${secret}\n`,
    );
    const parts = fc.array(fc.tuple(place, body), { minLength: 1, maxLength: 4 });
    const ending = fc.constantFrom(" from t", ` from t where a = '${secret}`, ` from /* ${secret}`, `, 'a'${secret}`);
    fc.assert(
      fc.property(parts, ending, (literals, end) => {
        const text = `select ${literals.map(([write, inner]) => write(inner)).join(" , ")}${end}`;
        expect(maskedText(text, lexis)).not.toContain(secret);
        expect(tablesOf(text, lexis).join()).not.toContain(secret);
      }),
    );
  });

  it("is cut after 10 000 characters, however long the statement is", () => {
    const masked = maskedText(`insert into t values ${"(a), ".repeat(1_000_000)}`, lexis);
    expect(masked).toHaveLength(10_001);
    expect(masked.endsWith("…")).toBe(true);
  });
});

it("masks the paths of Snowflake's stages and files, not their names", () => {
  expect(maskedText("copy into @stage/ana/7.csv from t", snowflake.lexis)).toBe("copy into @stage/? from t");
  expect(maskedText("put file:///home/ana/x.csv @stage", snowflake.lexis)).not.toContain("ana");
});

describe("the tables of a statement", () => {
  it.each([
    ["select * from events", ["events"]],
    ['select * from app."Events" e join users u on true', ['app."Events"', "users"]],
    ["insert into scores (a, b) select a, b from raw.scores", ["scores", "raw.scores"]],
    ["insert into scores values (1)", ["scores"]],
    ["update t set a = 1", ["t"]],
    ["delete from only t", ["t"]],
    ["create table if not exists t as select 1", ["t"]],
    ["copy sales from 's3://b/k'", ["sales"]],
    ["with recent as (select * from events) select * from recent", ["events"]],
    ["select extract(day from at), trim(both ' ' from name) from t", ["t"]],
    ["select * from (select * from inside) x", ["inside"]],
    ["select 'from nowhere' from t -- from elsewhere", ["t"]],
    [
      "select * from songs s, app.artists as a, (select * from labels) l, genres where a in (b, c)",
      ["songs", "app.artists", "labels", "genres"],
    ],
    ["merge into t using staged s on t.a = s.a when matched then update set a = s.a, b = 1", ["t", "staged"]],
    ["select * from a join b using (x), c", ["a", "b", "c"]],
    ["delete from t using a, b where t.x = a.x", ["t", "a", "b"]],
    ["with a as (select * from x), b as (select * from y) select * from a, b, z", ["x", "y", "z"]],
    ["select * from t where name = 'O'Brien' or a in (select b from s3cret where c = 'd')", ["t"]],
    ["select * from t where name = 'x ' from s3cret where c = 'd", ["t"]],
    ["select 1", []],
    ["begin", []],
  ])("of %s are %j", (text, tables) => {
    expect(tablesOf(text, redshift.lexis)).toEqual(tables);
  });

  it("are five at most", () => {
    const text = `select * from ${Array.from({ length: 9 }, (_, index) => `t${index}`).join(" join ")}`;
    expect(tablesOf(text, redshift.lexis)).toHaveLength(5);
  });
});

describe("the summary of a statement", () => {
  it.each([
    ["SELECT * FROM wuser_table WHERE username = 'x'", "SELECT wuser_table"],
    [
      "insert into shipping_details (a, b) select a, b from orders where a = 1",
      "insert shipping_details select orders",
    ],
    ["SELECT * FROM songs, artists WHERE songs.artist_id = artists.id", "SELECT songs artists"],
    ["select d from (select * from orders o join customers c on o.c = c.id) x", "select select orders customers"],
    ["with recent as (select * from events) select * from recent", "with select events select"],
    ["select a from t union all select b from u", "select t select u"],
    ["create table t as select * from u", "create t select u"],
    ["select 1 for update nowait", "select"],
    ["BEGIN", "BEGIN"],
    ["", ""],
    ["'s3cret'", ""],
  ])("of %s is %s", (text, summary) => {
    expect(summaryOf(text, redshift.lexis)).toBe(summary);
  });

  it("ends with a whole name, after 255 characters at most", () => {
    const names = Array.from({ length: 40 }, (_, index) => `a_long_name_of_a_table_${index}`);
    const summary = summaryOf(`select * from ${names.join(", ")}`, redshift.lexis);
    expect(summary.length).toBeLessThanOrEqual(255);
    expect(summary.split(" ").slice(1)).toEqual(names.slice(0, summary.split(" ").length - 1));
  });
});
