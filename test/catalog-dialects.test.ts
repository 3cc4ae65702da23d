import { describe, expect, it } from "vitest";
import { listSchemas, tableLister, columnLister } from "../src/catalog/listings.ts";
import { columnIn } from "../src/drivers/redshift/catalog-rows.ts";
import { redshift } from "../src/drivers/redshift/dialect.ts";
import { snowflake } from "../src/drivers/snowflake/dialect.ts";
import { renderFragment } from "../src/sql/fragment.ts";
import type { Ask, CatalogRow } from "../src/sql/catalog.ts";
import type { Dialect } from "../src/sql/dialect.ts";

/** A server in memory: answers statements by the first pattern that fits, and notes them. */
function server(dialect: Dialect, answers: readonly (readonly [RegExp, (text: string) => readonly CatalogRow[]])[]) {
  const sent: string[] = [];
  const ask: Ask = (statement) => {
    const { text, binds } = renderFragment(statement, dialect);
    sent.push(text.replace(/\s+/g, " ").trim());
    const values = JSON.stringify(binds.map((bind) => ("value" in bind ? bind.value : null)));
    const answer = answers.find(([pattern]) => pattern.test(text));
    return Promise.resolve(answer?.[1](`${text} ${values}`) ?? []);
  };
  return { ask, sent };
}

const place = [/current_schema/, () => [{ database_name: "PEAK", schema_name: "PUBLISH" }]] as const;
const many = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, n) => ({ name: `${prefix}${String(n).padStart(5, "0")}`, schema_name: "PUBLISH", kind: "TABLE" })); // prettier-ignore

describe("Snowflake's catalog", () => {
  it("goes on behind the last name where SHOW gives no more than 10,000 rows", async () => {
    const { ask, sent } = server(snowflake, [
      place,
      [/from 'A09999'/, () => many(10_000, "B")],
      [/from 'B09999'/, () => many(3, "it's\\")],
      [/show objects/, () => many(10_000, "A")],
    ]);
    expect(await tableLister({}, snowflake)(ask)).toHaveLength(20_003);
    expect(sent.slice(1)).toEqual([
      'show objects in schema "PEAK"."PUBLISH" limit 10000',
      `show objects in schema "PEAK"."PUBLISH" limit 10000 from 'A09999'`,
      `show objects in schema "PEAK"."PUBLISH" limit 10000 from 'B09999'`,
    ]);
  });

  it("asks schema by schema where a database holds more than SHOW gives", async () => {
    const { ask, sent } = server(snowflake, [
      place,
      [/show schemas/, () => [{ name: "PUBLISH" }, { name: 'Odd"One' }]],
      [/show objects in database/, () => many(10_000, "A")],
      [/in schema "PEAK"."PUBLISH"/, () => many(10_000, "A").slice(1)],
      [/show objects/, () => [{ name: "LAST", schema_name: 'Odd"One', kind: "VIEW" }]],
    ]);
    const tables = await tableLister({ schema: "*" }, snowflake)(ask);
    expect(tables).toHaveLength(10_000);
    expect(tables).toContainEqual(expect.objectContaining({ schema: 'Odd"One', name: "last", kind: "view" }));
    expect(sent.at(-1)).toBe('show objects in schema "PEAK"."Odd""One" limit 10000');
  });

  it("sends a pattern as a literal that nothing in it can end", async () => {
    const { ask, sent } = server(snowflake, [place]);
    await tableLister({ schema: "raw", like: "it's\\\\\\_%'; drop table t; --" }, snowflake)(ask);
    expect(sent).toEqual([`show objects like 'it''s__%''; drop table t; --' in schema "RAW" limit 10000`]);
  });

  it("tells what kind of table it is, rows and bytes where they are told", async () => {
    const kinds = { T: "TABLE", TR: "TRANSIENT", TMP: "TEMPORARY", V: "VIEW", MV: "MATERIALIZED_VIEW", X: "EXTERNAL TABLE", E: "EVENT TABLE" }; // prettier-ignore
    const rows = Object.entries(kinds).map(([name, kind]) => ({ name, kind, schema_name: "S", rows: 7, bytes: "1024", comment: "" })); // prettier-ignore
    const dynamic = { name: "D", kind: "TABLE", schema_name: "S", is_dynamic: "Y", rows: null, comment: "fresh" };
    const { ask } = server(snowflake, [[/show objects/, () => [...rows, dynamic]]]);
    const tables = await tableLister({ schema: "s" }, snowflake)(ask);
    expect(Object.fromEntries(tables.map(({ name, kind }) => [name, kind]))).toEqual({
      d: "dynamic table",
      e: "table",
      mv: "materialized view",
      t: "table",
      tmp: "temporary table",
      tr: "table",
      v: "view",
      x: "external table",
    });
    expect(tables[0]).toMatchObject({ comment: "fresh", rowCount: undefined, bytes: undefined });
    expect(tables[1]).toMatchObject({ nativeKind: "EVENT TABLE", comment: undefined, rowCount: 7, bytes: 1024 });
  });

  it("reads a column's type from its JSON, and any other text as the type's name", async () => {
    const rows = [
      { column_name: "ID", data_type: '{"type":"FIXED","precision":38,"scale":0,"nullable":false}', default: "", comment: "" },
      { column_name: "id", data_type: '{"type":"TEXT","length":20,"byteLength":80,"nullable":true,"fixed":false}', default: "'x'", comment: "who" },
      { column_name: "V", data_type: '{"type":"VECTOR","nullable":true}', default: "", comment: "" },
      { column_name: "ODD", data_type: "BLOB", default: null, comment: null },
    ]; // prettier-ignore
    const { ask, sent } = server(snowflake, [[/show columns/, () => rows]]);
    expect(await columnLister('raw."t"', snowflake)(ask)).toMatchObject([
      { name: "ID", nativeName: "ID", position: 1, type: "integer", nativeType: "NUMBER(38,0)", precision: 38, nullable: false },
      { name: "id", nativeName: "id", position: 2, type: "text", length: 20, nullable: true, default: "'x'", comment: "who" },
      { name: "v", type: "text", nativeType: "VECTOR" },
      { name: "odd", type: "text", nativeType: "BLOB", nullable: undefined, default: undefined, comment: undefined },
    ]); // prettier-ignore
    expect(sent).toEqual(['show columns in table "RAW"."t"']);
  });
});

describe("Redshift's catalog", () => {
  const here = [
    /current_schemas/,
    () => [{ database_name: "peak", schema_name: "publish", search_path: '{pg_catalog,publish,"My ""S\\\\"}' }],
  ] as const;

  it("looks for a table without a schema where a query would, in that order", async () => {
    const column = { column_name: "a", ordinal_position: 1, data_type: "integer" };
    const { ask } = server(redshift, [
      here,
      [/svv_all_columns/, () => [
        { ...column, schema_name: 'My "S\\', table_name: "t", remarks: "second" },
        { ...column, schema_name: "publish", table_name: "t", remarks: "first" },
      ]],
    ]); // prettier-ignore
    expect(await columnLister("t", redshift)(ask)).toMatchObject([{ name: "a", comment: "first" }]);
  });

  it("asks the view that knows late-binding views where the other knows no columns", async () => {
    const row = { schema_name: "s", table_name: "late", column_name: "a", ordinal_position: 1, data_type: "numeric(10,2)", is_nullable: null }; // prettier-ignore
    const { ask } = server(redshift, [here, [/svv_columns/, () => [row]]]);
    expect(await columnLister("s.late", redshift)(ask)).toMatchObject([
      { name: "a", type: "decimal", precision: 10, scale: 2, nullable: undefined, distKey: undefined },
    ]);
  });

  it("gives no columns for a view whose tables are missing, and an error for no view at all", async () => {
    const { ask } = server(redshift, [here, [/svv_all_tables/, (text) => (text.includes('"broken"') ? [{}] : [])]]);
    expect(await columnLister("s.broken", redshift)(ask)).toEqual([]);
    await expect(columnLister("s.nowhere", redshift)(ask)).rejects.toMatchObject({ code: "QUERY", effect: "none" });
  });

  it("finds a name as it is written, else as the server folds it", async () => {
    const tables = (name: string) => [{ schema_name: name, table_name: "t", table_type: "TABLE" }];
    const asked: string[] = [];
    const { ask } = server(redshift, [
      here,
      [/svv_all_tables/, (text) => (asked.push(text), [...tables("raw"), ...tables("RAW")])],
    ]);
    expect(await tableLister({ schema: "RAW" }, redshift)(ask)).toMatchObject([{ schema: "RAW" }]);
    expect(await tableLister({ schema: "Raw" }, redshift)(ask)).toMatchObject([{ schema: "raw" }]);
    expect(asked[1]).toContain('["peak","Raw","raw"]');
  });

  it("tells external and shared schemas and tables, and leaves the system's own out", async () => {
    const { ask } = server(redshift, [
      here,
      [/svv_all_schemas/, () => [
        { schema_name: "spectrum", schema_type: "external" },
        { schema_name: "share", schema_type: "shared" },
        { schema_name: "pg_catalog", schema_type: "local" },
        { schema_name: "information_schema", schema_type: "local" },
      ]],
      [/svv_all_tables/, () => [
        { schema_name: "spectrum", table_name: "x", table_type: "EXTERNAL TABLE" },
        { schema_name: "share", table_name: "s", table_type: "SHARED TABLE" },
        { schema_name: "public", table_name: "b", table_type: "BASE TABLE", remarks: "old" },
        { schema_name: "public", table_name: "v", table_type: "VIEW" },
        { schema_name: "public", table_name: "mv", table_type: "VIEW" },
        { schema_name: "pg_internal", table_name: "p", table_type: "TABLE" },
      ]],
      [/svv_mv_info/, () => [{ schema_name: "public".padEnd(128), name: "mv".padEnd(128) }]],
    ]); // prettier-ignore
    expect(await listSchemas(ask, redshift)).toMatchObject([
      { name: "share", kind: "shared" },
      { name: "spectrum", kind: "external" },
    ]);
    expect((await tableLister({ schema: "*" }, redshift)(ask)).map(({ name, kind }) => [name, kind])).toEqual([
      ["b", "table"],
      ["mv", "materialized view"],
      ["v", "view"],
      ["s", "shared table"],
      ["x", "external table"],
    ]);
  });

  it("reads distribution and sort keys, interleaved ones too", async () => {
    const columns = ["a", "b", "c"].map((name, n) => ({ schema_name: "s", table_name: "t", column_name: name, ordinal_position: String(n + 1), data_type: "date" })); // prettier-ignore
    const { ask } = server(redshift, [
      here,
      [/svv_all_columns/, () => [...columns].reverse()],
      [/svv_redshift_columns/, () => [
        { column_name: "a", distkey: true, sortkey: 0 },
        { column_name: "b", distkey: false, sortkey: 1 },
        { column_name: "c", distkey: "f", sortkey: "-2" },
      ]],
    ]); // prettier-ignore
    expect(await columnLister("s.t", redshift)(ask)).toMatchObject([
      { name: "a", position: 1, distKey: true, sortKey: undefined },
      { name: "b", position: 2, distKey: false, sortKey: 1 },
      { name: "c", position: 3, distKey: false, sortKey: 2 },
    ]);
  });

  it.each([
    ["character varying", { character_maximum_length: 20 }, { type: "text", nativeType: "VARCHAR(20)", length: 20 }],
    ["character varying(20)", { character_maximum_length: 256 }, { nativeType: "VARCHAR(20)", length: 20 }],
    ["varchar(5)", {}, { type: "text", nativeType: "VARCHAR(5)", length: 5 }],
    ["character", { character_maximum_length: 3 }, { type: "text", nativeType: "CHAR(3)", length: 3 }],
    ["numeric", { numeric_precision: 12, numeric_scale: 2 }, { type: "decimal", nativeType: "NUMERIC(12,2)", precision: 12, scale: 2 }],
    ["numeric", { numeric_precision: "38", numeric_scale: "0" }, { type: "integer", nativeType: "NUMERIC(38,0)" }],
    ["numeric", {}, { type: "decimal", nativeType: "NUMERIC" }],
    ["decimal(9,3)", {}, { type: "decimal", precision: 9, scale: 3 }],
    ["decimal(9)", { numeric_scale: 4 }, { type: "integer", precision: 9, scale: 0 }],
    ["bigint", { numeric_precision: 64, numeric_scale: 0 }, { type: "integer", nativeType: "BIGINT" }],
    ["double", {}, { type: "float", nativeType: "DOUBLE PRECISION" }],
    ["string", {}, { type: "text", nativeType: "VARCHAR", length: undefined }],
    ["timestamp without time zone", {}, { type: "timestamp" }],
    ["timestamp with time zone", {}, { type: "timestamptz" }],
    ["timestamp(6) without time zone", {}, { type: "timestamp" }],
    ["super", {}, { type: "json", nativeType: "SUPER" }],
    ["binary varying(100)", {}, { type: "binary", nativeType: "VARBYTE", length: 100 }],
    ["struct<a:int,b:varchar(3)>", {}, { type: "json", nativeType: "STRUCT<A:INT,B:VARCHAR(3)>" }],
    ["array<decimal(9,2)>", {}, { type: "json" }],
    ["someday", {}, { type: "text", nativeType: "SOMEDAY" }],
  ])("describes %s as a query's columns are", (type, facts, column) => {
    expect(columnIn({ column_name: "c", data_type: type, ...facts })).toMatchObject({ name: "c", nativeName: "c", ...column });
  }); // prettier-ignore

  it.each([
    ["YES", true],
    ["yes", true],
    ["true", true],
    ["NO", false],
    ["false", false],
    ["", undefined],
    [" ", undefined],
    [null, undefined],
  ])("reads the nullability %j as %j", (text, nullable) => {
    expect(columnIn({ column_name: "c", data_type: "date", is_nullable: text }).nullable).toBe(nullable);
  });
});
