import { describe, expect, it } from "vitest";
import { sql, type BatchOptions, type ColumnBatch } from "peak-warehouse";
import { cellOf, cellsOf } from "../columns/reading.ts";
import { failure } from "../integration/opened.ts";
import { collected, manyRows } from "./many-rows.ts";
import { ground, typeNames, type Tenant, type WrittenType } from "./tenant.ts";

/** A literal of each type, the layout of its column, and the cell that it becomes. */
const cells: Readonly<Record<WrittenType, { literal: string; layout: string; cell: unknown }>> = {
  integer: { literal: "'-9223372036854775808'", layout: "int64", cell: -(2n ** 63n) },
  decimal: {
    literal: "'-1234567890123456789012345678.0123456789'",
    layout: "decimal128",
    cell: "-1234567890123456789012345678.0123456789",
  },
  float: { literal: "'-1.7976931348623157e308'", layout: "float64", cell: -Number.MAX_VALUE },
  boolean: { literal: "true", layout: "boolean", cell: true },
  text: { literal: "'it''s — 日本 🎉'", layout: "utf8", cell: "it's — 日本 🎉" },
  date: { literal: "'1969-12-31'", layout: "date", cell: -1 },
  time: { literal: "'23:59:59.999999'", layout: "time", cell: 86_399_999_999n },
  timestamp: { literal: "'1969-12-31 23:59:58.75'", layout: "timestamp", cell: -1_250_000n },
  timestamptz: { literal: "'2024-02-29 23:59:59.123456+00:00'", layout: "timestamp", cell: 1_709_251_199_123_456n },
  json: { literal: `'{"a":[1,null]}'`, layout: "json", cell: { a: [1, null] } },
  binary: { literal: "'00ff7f'", layout: "binary", cell: new Uint8Array([0, 255, 127]) },
};
const types = Object.keys(cells) as WrittenType[];

/** Texts of a kind that only a function makes of a literal. */
const makers = {
  redshift: { json: "json_parse", binary: "from_hex" },
  snowflake: { json: "parse_json", binary: "to_binary" },
} as const;

/** So that both warehouses count what the test names; Snowflake's own columns have nine digits. */
const microseconds = { timeUnit: "microsecond" } as const;

export function batches(open: () => Promise<Tenant>): void {
  describe("batches", () => {
    const shared = ground(open);
    const usable = async () => expect((await shared.db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);

    const valueOf = (type: WrittenType, literal = cells[type].literal) =>
      literal !== "null" && (type === "json" || type === "binary")
        ? `${makers[shared.tenant.type][type]}(${literal})`
        : `cast(${literal} as ${typeNames[shared.tenant.type][type]})`;

    const one = async (text: string, options?: BatchOptions) => {
      const all = await collected(shared.db.batches(text, undefined, options));
      expect(all).toHaveLength(1);
      return all[0]!;
    };

    it.each(types)("gives a %s in its layout, exactly, and NULL in its bitmap", async (type) => {
      const rows = [valueOf(type), valueOf(type, "null"), valueOf(type)];
      const text = rows.map((value, n) => `select ${n} as n, ${value} as v`).join(" union all ");
      const { length, columns } = await one(`select v from (${text}) x order by n`, microseconds);
      const { layout, cell } = cells[type];
      expect(length).toBe(3);
      expect(columns).toMatchObject([{ layout, length: 3, nulls: 1, column: { name: "v", type } }]);
      const found = cellsOf(columns[0]!);
      // Its text is as the server sent it, which may have blanks.
      expect(type === "json" ? found.map((text) => JSON.parse(String(text)) as unknown) : found).toEqual([
        cell,
        null,
        cell,
      ]);
    });

    it("gives integers the width of their column", async () => {
      const { type } = shared.tenant;
      const widths = type === "redshift" ? ["smallint", "integer", "bigint"] : ["number(4)", "number(9)", "number(10)"];
      const casts = widths.map((width, index) => `cast(-9999 as ${width}) as c${index}`);
      const { columns } = await one(`select ${casts.join(", ")}`);
      expect(columns.map(({ layout }) => layout)).toEqual(["int16", "int32", "int64"]);
      expect(columns.map(cellOf)).toEqual([-9999n, -9999n, -9999n]);
    });

    it("stores numbers as the options say", async () => {
      const wide = `cast('12345678901234567890123456789012345678' as ${shared.tenant.type === "redshift" ? "numeric(38,0)" : "number(38,0)"})`;
      const text = `select ${wide} as i, ${valueOf("decimal", "'0.1'")} as d`;
      const { columns } = await one(text, { integers: "string", decimals: "number" });
      expect(columns).toMatchObject([{ layout: "utf8" }, { layout: "float64" }]);
      expect(columns.map(cellOf)).toEqual(["12345678901234567890123456789012345678", 0.1]);
    });

    it.each(["fast", "driver"] as const)(
      "stores integers of any width as text when asked, decoding %s",
      async (decoding) => {
        const { type } = shared.tenant;
        const widths =
          type === "redshift" ? ["smallint", "integer", "bigint"] : ["number(4)", "number(9)", "number(10)"];
        const casts = widths.map((width, index) => `cast(-9999 as ${width}) as c${index}`);
        const { columns } = await one(`select ${casts.join(", ")}`, { integers: "string", decoding });
        expect(columns.map(({ layout }) => layout)).toEqual(["utf8", "utf8", "utf8"]);
        expect(columns.map(cellOf)).toEqual(["-9999", "-9999", "-9999"]);
      },
    );

    it("counts nanoseconds where asked, and names column, row and way out where 64 bits are too few for them", async () => {
      const at = (literal: string) => `select ${valueOf("timestamp", literal)} as at, ${valueOf("time", "null")} as t`;
      const { columns } = await one(at("'1969-12-31 23:59:59.999999'"), { timeUnit: "nanosecond" });
      expect(columns).toMatchObject([{ unit: "nanosecond" }, { unit: "nanosecond" }]);
      expect(columns.map(cellOf)).toEqual([-1_000n, null]);
      const error = await failure(collected(shared.db.batches(at("'9999-12-31 00:00:00'"), [], { timeUnit: "nanosecond" }))); // prettier-ignore
      expect(error).toMatchObject({ code: "INVALID_VALUE", rowIndex: 0, path: ["at"] });
      expect(String(error)).toMatch(/"at".*row 1.*timeUnit: "microsecond"/);
      await usable();
    });

    it("gives no batch for a result without rows, and for a statement without a result", async () => {
      const { db, tenant } = shared;
      expect(await collected(db.batches("select 1 as n where 1 = 0"))).toEqual([]);
      const table = tenant.table("batched");
      await db.query(`drop table if exists ${table}`);
      expect(await collected(db.batches(`create table ${table} (n integer, t varchar(9))`))).toEqual([]);
      expect(await collected(db.batches(`insert into ${table} values (?, ?)`, [1, "x"]))).toEqual([]);
      expect(await collected(db.batches(`insert into ${table} values (2, 'y')`))).toEqual([]);
      expect(await collected(db.batches(`update ${table} set t = :t where n = :n`, { t: "z", n: 2 }))).toEqual([]);
      expect((await db.query(`select n, t from ${table} order by n`)).rows).toEqual([
        { n: 1, t: "x" },
        { n: 2, t: "z" },
      ]);
      await db.query(`drop table ${table}`);
    });

    it("takes parameters and fragments as query does", async () => {
      const { db } = shared;
      const text = "select n from (select 1 as n union all select 2 union all select 3) x where ";
      const numbers = async (reading: AsyncIterable<ColumnBatch>) => numbersOf(await collected(reading)).toSorted();
      expect(await numbers(db.batches(`${text} n in (?) and 'a' <> ?`, [[1, 3], "b"]))).toEqual([1, 3]);
      expect(await numbers(db.batches(`${text} n >= $1 and n >= $1`, [2]))).toEqual([2, 3]);
      expect(await numbers(db.batches(`${text} n = :n`, { n: 2 }, { batchRows: 1 }))).toEqual([2]);
      expect(await numbers(db.batches(sql`select ${7} as n`, { batchRows: 1 }))).toEqual([7]);
    });

    it("keeps two columns of one name as two", async () => {
      const { columns } = await one("select 1 as a, 'b' as a");
      expect(columns.map(({ column }) => column.name)).toEqual(["a", "a"]);
      expect(columns.map(cellOf)).toEqual([1n, "b"]);
    });

    it.each([
      { batchRows: 1, batchBytes: 1_000 },
      { batchRows: 7, batchBytes: 1_000 },
      { batchRows: 4_096, batchBytes: 100_000 },
    ])("ends no batch later than it is told: %j", async (options) => {
      const text = `${manyRows("n, case when mod(n, 3) = 0 then null else 'text' end as t")} where n < ${options.batchRows * 10}`;
      const all = await collected(shared.db.batches(text, undefined, options));
      const last = all.pop()!;
      for (const { length, bytes } of all) {
        expect(length === options.batchRows || bytes >= options.batchBytes).toBe(true);
        expect(length).toBeLessThanOrEqual(options.batchRows);
      }
      const found = [...all, last].flatMap(({ columns: [n, t] }) => {
        const texts = cellsOf(t!);
        return cellsOf(n!).map((cell, at) => [Number(cell), texts[at]]);
      });
      found.sort(([a], [b]) => Number(a) - Number(b));
      const rows = options.batchRows * 10;
      expect(found).toEqual(Array.from({ length: rows }, (_, n) => [n, n % 3 === 0 ? null : "text"]));
    });

    it("ends a batch by its bytes, and gives a row that is wider than one", async () => {
      const wide = "repeat('é', 30000)";
      const text = `select n, t from (select 1 as n, ${wide} as t union all select 2, ${wide} union all select 3, 'x') x order by n`;
      const all = await collected(shared.db.batches(text, undefined, { batchBytes: 20_000 }));
      expect(all.map(({ length }) => length)).toEqual([1, 1, 1]);
      const texts = all.map(({ columns }) => cellOf(columns[1]));
      expect(texts).toEqual(["é".repeat(30_000), "é".repeat(30_000), "x"]);
    });

    it("gives every row once, of many columns, too", async () => {
      const more = Array.from({ length: 300 }, (_, index) => `, n + ${index} as c${index}`).join("");
      let rows = 0;
      let sum = 0;
      for await (const { columns } of shared.db.batches(`${manyRows(`n${more}`)} where n < 2000`)) {
        expect(columns).toHaveLength(301);
        for (const [at, cell] of cellsOf(columns[0]!).entries()) {
          rows++;
          sum += Number(cell);
          const last = columns[300]!;
          if (last.layout !== "int32" && last.layout !== "int64") throw new Error(last.layout);
          if (Number(last.values[at]) !== Number(cell) + 299) throw new Error(`row ${at} has a cell of another`);
        }
      }
      expect([rows, sum]).toEqual([2_000, (2_000 * 1_999) / 2]);
    });

    it("reads several at a time", async () => {
      const sums = await Promise.all(
        Array.from({ length: 6 }, async (_, index) => {
          const all = await collected(
            shared.db.batches(`${manyRows(`n + ${index} as n`)} where n < 5000`, [], { batchRows: 999 }),
          );
          return numbersOf(all).reduce((sum, n) => sum + n, 0);
        }),
      );
      expect(sums).toEqual(Array.from({ length: 6 }, (_, index) => (5_000 * 4_999) / 2 + 5_000 * index));
    });
  });
}

/** The cells of the first column. */
function numbersOf(all: readonly ColumnBatch[]): number[] {
  return all.flatMap(({ columns }) => cellsOf(columns[0]!).map(Number));
}
