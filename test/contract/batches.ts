import { describe, expect, it } from "vitest";
import { sql, type BatchOptions, type ColumnBatch, type Queryable } from "peak-warehouse";
import { cellOf, cellsOf } from "../columns/reading.ts";
import { failure } from "../integration/opened.ts";
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
    const stopped = () => expect.poll(() => shared.tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);
    const usable = async (on: Queryable = shared.db) =>
      expect((await on.query("select 1 as one")).rows).toEqual([{ one: 1 }]);

    const valueOf = (type: WrittenType, literal = cells[type].literal) =>
      literal !== "null" && (type === "json" || type === "binary")
        ? `${makers[shared.tenant.type][type]}(${literal})`
        : `cast(${literal} as ${typeNames[shared.tenant.type][type]})`;

    /** A hundred thousand rows in no order. */
    const many = (n = "n", more = "") => {
      const digits = Array.from({ length: 10 }, (_, digit) => `select ${digit} as d`).join(" union all ");
      const from = "t a cross join t b cross join t c cross join t e cross join t f";
      return `with t as (${digits}), m as (select a.d * 10000 + b.d * 1000 + c.d * 100 + e.d * 10 + f.d as n from ${from})
        select ${n} as n${more} from m`;
    };

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
      const text = `${many("n", ", case when mod(n, 3) = 0 then null else 'text' end as t")} where n < ${options.batchRows * 10}`;
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
      for await (const { columns } of shared.db.batches(`${many("n", more)} where n < 2000`)) {
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

    it("gives the rows within maxRows, then LIMIT, and LIMIT past maxBytes", async () => {
      const { db } = shared;
      const read: ColumnBatch[] = [];
      const reading = async (options: BatchOptions) => {
        for await (const batch of db.batches(many("n", ", 'filling' as t"), undefined, options)) read.push(batch);
      };
      const error = await failure(reading({ maxRows: 1_003, batchRows: 100 }));
      expect(error).toMatchObject({ code: "LIMIT", effect: "none" });
      expect(read.reduce((rows, { length }) => rows + length, 0)).toBe(1_003);
      const last = read.at(-1)!;
      expect(last.columns.map(({ length }) => length)).toEqual([3, 3]);
      expect(cellsOf(last.columns[1]!)).toEqual(["filling", "filling", "filling"]);
      expect(await failure(reading({ maxBytes: 1_000 }))).toMatchObject({ code: "LIMIT" });
      await stopped();
      await usable();
    });

    it.each(["break", "throw", "return"])(
      "stops the server and gives the session back when left by %s",
      async (way) => {
        const db = await shared.tenant.connect({ pool: { max: 1 } });
        try {
          const mine = new Error("mine");
          const reading = async () => {
            const stream = db.batches(many(), undefined, { batchRows: 10 });
            for await (const { length } of stream) {
              expect(length).toBe(10);
              if (way === "throw") throw mine;
              if (way === "break") break;
              await stream.return();
            }
          };
          expect(await failure(reading())).toBe(way === "throw" ? mine : "nothing failed");
          await usable(db);
          await stopped();
        } finally {
          await db.close();
        }
      },
    );

    it("rejects with the signal's own reason while it runs and while it is read", async () => {
      const { db, tenant } = shared;
      const reason = { mine: true };
      const waiting = new AbortController();
      const first = failure(db.batches(tenant.slow(60), undefined, { signal: waiting.signal }).next());
      await expect.poll(() => tenant.running?.() ?? 1, { timeout: 10_000 }).toBe(1);
      waiting.abort(reason);
      expect(await first).toBe(reason);
      await stopped();
      const reading = new AbortController();
      const stream = db.batches(many(), undefined, { signal: reading.signal, batchRows: 10 });
      await stream.next();
      reading.abort(reason);
      expect(await failure(stream.next())).toBe(reason);
      expect(await stream.next()).toEqual({ done: true, value: undefined });
      await stopped();
      await usable();
    });

    it("rejects with TIMEOUT after timeoutMs, while it runs and while it is read", async () => {
      const { db, tenant } = shared;
      const slow = db.batches(tenant.slow(60), undefined, { timeoutMs: 200 });
      expect(await failure(slow.next())).toMatchObject({ code: "TIMEOUT" });
      const reading = async () => {
        for await (const { length } of db.batches(many(), undefined, { timeoutMs: 300, batchRows: 10 })) {
          expect(length).toBe(10);
          await usable();
        }
      };
      expect(await failure(reading())).toMatchObject({ code: "TIMEOUT" });
      await stopped();
    });

    it("lets go of its session at its deadline although nobody reads on", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      const stream = db.batches(many(), undefined, { timeoutMs: 500, batchRows: 10 });
      expect((await stream.next()).done).toBe(false);
      await usable(db);
      await db.close();
    });

    it("is ended by close() although nobody reads on", async () => {
      const db = await shared.tenant.connect();
      const stream = db.batches(many(), undefined, { batchRows: 10 });
      expect((await stream.next()).done).toBe(false);
      await db.close({ timeoutMs: 50 });
      await stopped();
      expect(await failure(stream.next())).toMatchObject({ code: "CLOSED" });
    });

    it("runs in a session and in a transaction", async () => {
      const { db, tenant } = shared;
      const table = tenant.table("batched_tx");
      await db.query(`drop table if exists ${table}`);
      await db.query(`create table ${table} (n integer)`);
      const undone = db.transaction(async (tx) => {
        await tx.query(`insert into ${table} values (1), (2)`);
        expect(numbersOf(await collected(tx.batches(`select n from ${table} order by n`)))).toEqual([1, 2]);
        expect(await collected(tx.batches(`insert into ${table} values (?)`, [3]))).toEqual([]);
        expect(numbersOf(await collected(tx.batches(`select count(*) as n from ${table}`)))).toEqual([3]);
        throw new Error("mine");
      });
      expect(await failure(undone)).toMatchObject({ message: "mine" });
      expect(numbersOf(await collected(db.batches(`select n from ${table}`)))).toEqual([]);
      await db.query(`drop table ${table}`);
      await db.session(async (session) => {
        const stream = session.batches(many(), undefined, { batchRows: 10 });
        await stream.next();
        expect(await failure(session.query("select 1 as one"))).toMatchObject({ code: "INVALID_ARGUMENT" });
        await stream.return();
        await usable(session);
      });
    });

    it.each(["select * from no_such_table_at_all", "select from where", "select 1 as n from", "selec 1"])(
      "reports the server's error once, and its session goes on: %s",
      async (text) => {
        await shared.db.session(async (session) => {
          for (const params of [undefined, []]) {
            const stream = session.batches(text, params);
            expect(await failure(stream.next())).toMatchObject({ code: "QUERY", effect: "none" });
            expect(await stream.next()).toEqual({ done: true, value: undefined });
            await usable(session);
          }
        });
      },
    );

    it("reports an error that comes after some rows, and its session goes on", async () => {
      await shared.db.session(async (session) => {
        const text = many("n", ", 100 / (n - 70000) as q");
        const error = await failure(collected(session.batches(text, undefined, { batchRows: 100 })));
        expect(error).toMatchObject({ code: "QUERY", effect: "none" });
        await usable(session);
      });
    });

    it("names column and row of a cell that its array cannot hold, and stops the server", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      const wide = shared.tenant.type === "redshift" ? "numeric(38,0)" : "number(38,0)";
      try {
        const text = `select n, w from (select 1 as n, cast('9223372036854775807' as ${wide}) as w
          union all select 2, cast(null as ${wide}) union all select 3, cast('9223372036854775808' as ${wide})) x order by n`;
        const stream = db.batches(text, undefined, { batchRows: 1 });
        const error = await failure(collected(stream));
        expect(error).toMatchObject({
          code: "INVALID_VALUE",
          phase: "fetch",
          effect: "none",
          rowIndex: 2,
          path: ["w"],
        });
        expect(String(error)).toMatch(/"w".*row 3.*integers: "string"/);
        await usable(db);
        await stopped();
      } finally {
        await db.close();
      }
    });

    it("reads several at a time", async () => {
      const sums = await Promise.all(
        Array.from({ length: 6 }, async (_, index) => {
          const all = await collected(
            shared.db.batches(`${many(`n + ${index}`)} where n < 20000`, [], { batchRows: 999 }),
          );
          return numbersOf(all).reduce((sum, n) => sum + n, 0);
        }),
      );
      expect(sums).toEqual(Array.from({ length: 6 }, (_, index) => (20_000 * 19_999) / 2 + 20_000 * index));
    });

    it("refuses what may not be sent, and options that make no sense", async () => {
      const { db } = shared;
      const refused = { code: "INVALID_ARGUMENT" };
      expect(await failure(db.batches("select 1; select 2").next())).toMatchObject(refused);
      expect(await failure(db.batches("select ? as n", []).next())).toMatchObject(refused);
      for (const options of [
        { batchRows: 0 },
        { batchRows: 1.5 },
        { batchBytes: -1 },
        { timeUnit: "second" },
        { rowMode: "array" },
      ]) {
        // Plain JavaScript may pass anything.
        const given = options as BatchOptions;
        expect(await failure(db.batches("select 1 as n", undefined, given).next())).toMatchObject(refused);
      }
      const aborted = new Error("too late");
      const signal = AbortSignal.abort(aborted);
      expect(await failure(db.batches("select 1 as n", undefined, { signal }).next())).toBe(aborted);
    });
  });
}

async function collected<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

/** The cells of the first column. */
function numbersOf(all: readonly ColumnBatch[]): number[] {
  return all.flatMap(({ columns }) => cellsOf(columns[0]!).map(Number));
}
