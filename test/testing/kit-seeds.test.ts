import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connectWarehouse, type Warehouse } from "peak-warehouse";
import { startLocalWarehouses, type LocalWarehouses, type SeedColumns, type SeedRows } from "peak-warehouse/testing";

let local: LocalWarehouses;
beforeAll(async () => {
  local = await startLocalWarehouses({ postgres: inject("postgres") });
});
afterAll(() => local.close());

describe.each(["redshift", "snowflake"] as const)("a seed of %s", (tenant) => {
  let db: Warehouse;
  beforeAll(async () => {
    db = await connectWarehouse(local.options(tenant));
  });
  afterAll(() => db.close());

  const seed = (rows: SeedRows, columns?: SeedColumns) => local.warehouse(tenant).seed("t", rows, columns);
  const seeded = async (rows: SeedRows, columns?: SeedColumns) => {
    await seed(rows, columns);
    return (await db.query("select * from t", [], { integers: "bigint", decimals: "string" })).rows;
  };

  test("knows no column but those of its rows, whatever objects inherit", async () => {
    const rows = [{ id: 1 }, { id: 2, constructor: 5, toString: "x" }, Object.fromEntries([["__proto__", 6]])];
    expect(await seeded(rows)).toEqual([
      { id: 1n, constructor: null, tostring: null, toString: null, ["__proto__"]: null },
      { id: 2n, constructor: 5n, tostring: "x", toString: "x", ["__proto__"]: null },
      { id: null, constructor: null, tostring: null, toString: null, ["__proto__"]: 6n },
    ].map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== (tenant === "redshift" ? "toString" : "tostring"))))); // prettier-ignore
  });

  test("has the types of either warehouse, as wide as there", async () => {
    const columns = { a: "number", b: "string(10)", c: "datetime", d: "byteint", e: "int8", f: "bool", g: "bpchar", h: "int4", i: "int2" }; // prettier-ignore
    const row = { a: 10n ** 37n, b: "text", c: new Date("2024-01-02T03:04:05Z"), d: 7, e: 2n ** 62n, f: true, g: "several", h: 3, i: 2 }; // prettier-ignore
    const [read] = await seeded([row], columns);
    const g = expect.stringMatching(/^several *$/) as string;
    expect(read).toEqual({ ...row, c: "2024-01-02T03:04:05", d: 7n, g, h: 3n, i: 2n });
  });

  test.each([
    ["a text that its column would cut", [{ a: "abc" }, { a: "abcd" }], { a: "varchar(3)" }],
    ["an integer that its column would round", [{ a: 2n ** 62n + 1n }, { a: 1.5 }], undefined],
    ["a Map, of which JSON has nothing", [{ a: new Map([[1, 2]]) }], undefined],
    ["an array of numbers in bytes", [{ a: Uint16Array.of(1) }], undefined],
    ["a document with a bigint", [{ a: 1 }, { a: { deep: 1n } }], { a: "super" }],
    ["a row that is none", [null as unknown as Record<string, unknown>], undefined],
  ])("refuses %s", async (_what, rows: SeedRows, columns?: SeedColumns) => {
    await expect(seed(rows, columns)).rejects.toMatchObject({ name: "SeedError", table: "t" });
  });

  test("takes a document that says how it is written, and NULL where it writes nothing", async () => {
    const rows = [{ a: { toJSON: () => undefined } }, { a: new URL("http://x/") }];
    expect(await seeded(rows)).toEqual([{ a: null }, { a: "http://x/" }]);
  });

  test("leaves no part of its table where it is refused half-way", async () => {
    await seed([{ a: 1 }]);
    const rows = Array.from({ length: 12_000 }, (_, i) => ({ a: i === 11_999 ? "x" : String(i) }));
    await expect(seed(rows, { a: "integer" })).rejects.toThrow("refused the seed");
    await expect(db.query("select * from t")).rejects.toMatchObject({ code: "QUERY" });
  });

  test("waits for the one before it, so that the last has the table", async () => {
    await Promise.all([1, 2, 3].map((a) => seed(Array.from({ length: 1_000 }, () => ({ a })))));
    expect((await db.query("select count(*) as n, min(a) as low from t")).rows).toEqual([{ n: 1_000, low: 3 }]);
  });
});
