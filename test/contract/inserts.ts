import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sql, WarehouseError } from "peak-warehouse";
import { failure } from "../integration/opened.ts";
import { generators } from "./binds.ts";
import { ground, typeNames, type Tenant, type WrittenType } from "./tenant.ts";

const types = Object.keys(generators) as WrittenType[];
const edges: Partial<Record<WrittenType, readonly unknown[]>> = {
  float: [NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 0.1, 1e23],
  integer: [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0],
  decimal: ["0.0000000001", "-9999999999999999999999999999.9999999999"],
  text: ["", " ", "'", '"', "\\", "\\n", "$1", "?", "NULL", "🎉", "é".repeat(500), "a\ufeff", "\u0001\t\n"],
  json: ["a string", 0, false, [], {}, [null], { a: [1, "two", null], "b c": { d: 1.5 } }],
  binary: [new Uint8Array(0), Uint8Array.from({ length: 256 }, (_, at) => at)],
};

/** Values of a type as rows have them, and NULL. */
function valuesOf(type: WrittenType): unknown[] {
  const some = fc.sample(generators[type], { numRuns: 60, seed: 20_261_123 });
  return [null, ...(edges[type] ?? []), ...some];
}

export function inserts(open: () => Promise<Tenant>): void {
  describe("insert", () => {
    const shared = ground(open);

    const table = async (columns: string): Promise<string> => {
      const name = shared.tenant.table(`insert_${randomUUID().slice(0, 8)}`);
      await shared.db.query(`create table ${name} (${columns})`);
      return name;
    };
    const everyType = () => ["id integer", ...types.map((type) => `c_${type} ${typeNames[shared.tenant.type][type]}`)];
    const count = async (name: string) => (await shared.db.query(`select count(*) as n from ${name}`)).rows[0]?.n;
    const content = async (name: string, by = "id") =>
      (await shared.db.query(`select * from ${name} order by ${by}`)).rows;

    it.each(types)("puts every %s into the table as it is, beside NULL", async (type) => {
      const name = await table(`id integer, v ${typeNames[shared.tenant.type][type]}`);
      const rows = valuesOf(type).map((v, id) => ({ id, v }));
      expect(await shared.db.insert(name, rows)).toMatchObject({ rows: rows.length });
      expect(await content(name)).toEqual(rows);
    });

    it("moves a table of all types by its rows, batches, record batches and Arrow table alike", async () => {
      const { db } = shared;
      const columns = everyType().join(", ");
      const source = await table(columns);
      const most = Math.max(...types.map((type) => valuesOf(type).length));
      const rows = Array.from({ length: most }, (_, id) => ({
        id,
        ...Object.fromEntries(types.map((type) => [`c_${type}`, valuesOf(type)[id] ?? null])),
      }));
      await db.insert(source, rows);
      const before = await content(source);
      const select = `select * from ${source}`;
      const timeUnit = "microsecond" as const;
      const sources = [
        async () => Promise.resolve(db.stream(select)),
        async () => Promise.resolve(db.batches(select, [], { batchRows: 7, timeUnit })),
        async () => Promise.resolve(db.arrowBatches(select, [], { batchRows: 7, timeUnit, dictionary: true })),
        async () => db.arrow(select, [], { timeUnit, dictionary: ["c_text"] }),
      ];
      for (const open of sources) {
        const copy = await table(columns);
        expect(await db.insert(copy, (await open()) as AsyncIterable<Record<string, unknown>>)).toMatchObject({
          rows: most,
        });
        expect(await content(copy)).toEqual(before);
      }
    });

    it("takes arrays in the order of the columns, all of the table's or those that are named", async () => {
      const { db } = shared;
      const name = await table("id integer, a varchar(10), b varchar(10)");
      await db.insert(name, [[1, "a", "b"]]);
      await db.insert(name, [["c", 2]], { columns: ["b", "id"] });
      expect(await content(name)).toEqual([
        { id: 1, a: "a", b: "b" },
        { id: 2, a: null, b: "c" },
      ]);
    });

    it("goes by the types of the table's columns, whatever the first row holds", async () => {
      const name = await table(
        `id integer, d ${typeNames[shared.tenant.type].decimal}, v ${typeNames[shared.tenant.type].json}`,
      );
      const firsts = [null, 1, "1.5", 12345678901234567890n, 0.1];
      await shared.db.insert(
        name,
        firsts.map((d, id) => ({ id, d, v: [d === null ? 1 : "x"] })),
      );
      expect((await content(name)).map(({ d }) => d)).toEqual([
        null,
        "1.0000000000",
        "1.5000000000",
        "12345678901234567890.0000000000",
        "0.1000000000",
      ]);
    });

    it("takes a Date as the instant it is, for a timestamp on UTC's clock, for a date its day", async () => {
      const { timestamp, timestamptz } = typeNames[shared.tenant.type];
      const name = await table(`id integer, ts ${timestamp}, tz ${timestamptz}, d date`);
      const at = new Date("2024-02-29T23:59:59.123Z");
      await shared.db.insert(name, [{ id: 1, ts: at, tz: at, d: new Date("2024-02-29") }]);
      expect(await content(name)).toEqual([
        { id: 1, ts: "2024-02-29T23:59:59.123", tz: "2024-02-29T23:59:59.123+00:00", d: "2024-02-29" },
      ]);
    });

    it("takes sql.json() for a document that is null, and bigints within one", async () => {
      const name = await table(`id integer, v ${typeNames[shared.tenant.type].json}`);
      await shared.db.insert(name, [
        { id: 1, v: sql.json({ big: 9007199254740991n }) },
        { id: 2, v: sql.json(null) },
      ]);
      expect(await content(name)).toEqual([
        { id: 1, v: { big: 9007199254740991 } },
        { id: 2, v: null },
      ]);
    });

    it("finds tables and columns whatever they are called, by the names that rows have", async () => {
      const { db, tenant } = shared;
      const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const names = [
        "select",
        "a b",
        'q"uote',
        "semi;colon",
        "ü",
        "back\\slash",
        "dollar$1",
        "__proto__",
        "constructor",
      ];
      const written = names.map((name) =>
        /^[a-z_][a-z0-9_$]*$/.test(name) && tenant.type === "snowflake" ? name.toUpperCase() : name,
      );
      const [schema, table] = tenant.table(`hostile "; drop table x -- ${randomUUID().slice(0, 4)}`).split(/\.(.*)/s);
      const target = table === undefined ? sql.id(schema ?? "") : sql.id(schema ?? "", table);
      const columns = written.map((name) => `${quote(name)} integer`).join(", ");
      await db.query(sql`create table ${target} (${sql.raw(columns)})`);
      await db.insert(target, [Object.fromEntries(names.map((name, at) => [name, at]))]);
      const { rows } = await db.query(sql`select * from ${target}`);
      expect(Object.entries(rows[0] ?? {})).toEqual(names.map((name, at) => [name, at]));
      await db.insert(target, rows);
      expect((await db.query(sql`select count(*) as n from ${target}`)).rows).toEqual([{ n: 2 }]);
      await db.query(sql`drop table ${target}`);
    });

    const wrong: readonly (readonly [string, WrittenType, unknown, RegExp])[] = [
      ["a fraction for an integer", "integer", 1.5, /no whole number/],
      ["a number that has lost digits", "integer", 2 ** 53, /bigint/],
      ["letters for an integer", "integer", "12a", /no whole number/],
      ["an integer out of range", "integer", 10n ** 40n, /range/],
      ["a string for a boolean", "boolean", "true", /true or false/],
      ["a number for a text", "text", 5, /String\(value\)/],
      ["an object for a text", "text", {}, /JSON\.stringify/],
      ["half a surrogate pair", "text", "\ud800", /surrogate/],
      ["too long a text", "text", "x".repeat(1001), /longer/],
      ["more digits than a decimal keeps", "decimal", "0.12345678901", /digits/],
      ["too large a decimal", "decimal", "1".repeat(29), /range/],
      ["NaN for a decimal", "decimal", NaN, /NaN/],
      ["words for a float", "float", "much", /number/],
      ["an American date", "date", "01/31/2024", /2024-01-31/],
      ["a day that is none", "date", "2023-02-29", /no date/],
      ["a Date with a time for a date", "date", new Date("2024-01-01T10:00:00Z"), /midnight/],
      ["a time with an offset", "time", "10:00:00Z", /offset/],
      ["a timestamp with an offset for a column without", "timestamp", "2024-01-01T10:00:00Z", /offset/],
      ["a timestamp without an offset for an instant", "timestamptz", "2024-01-01T10:00:00", /offset/],
      ["an invalid Date", "timestamptz", new Date(NaN), /invalid/],
      ["NaN in a document", "json", { a: NaN }, /NaN/],
      ["text for bytes", "binary", "ff", /Uint8Array/],
    ];
    it.each(wrong)(
      "refuses %s with its row and column, before anything is inserted",
      async (_what, type, value, words) => {
        const name = await table(`id integer, v ${typeNames[shared.tenant.type][type]}`);
        const good = generators[type];
        const rows = [...fc.sample(good, { numRuns: 3, seed: 1 }), value].map((v, id) => ({ id, v }));
        const error = await failure(shared.db.insert(name, rows));
        expect(error).toMatchObject({ code: "INVALID_ARGUMENT", rowIndex: 3, path: ["v"] });
        expect((error as Error).message).toMatch(/^Row 4, column "v"/);
        expect((error as Error).message).toMatch(words);
        expect(await count(name)).toBe(0);
      },
    );

    it("refuses a row without a value, with one too many, or of another kind than the first", async () => {
      const { db } = shared;
      const name = await table("id integer, a varchar(10)");
      const code = "INVALID_ARGUMENT";
      const first = { id: 1, a: "a" };
      await expect(db.insert(name, [first, { id: 2 }])).rejects.toMatchObject({ code, rowIndex: 1, path: ["a"] });
      await expect(db.insert(name, [first, { id: 2, a: undefined }])).rejects.toMatchObject({ code, rowIndex: 1 });
      await expect(db.insert(name, [first, { ...first, z: 1 }])).rejects.toMatchObject({
        code,
        rowIndex: 1,
        path: ["z"],
      });
      await expect(db.insert(name, [first, [2, "b"]])).rejects.toMatchObject({ code, rowIndex: 1 });
      await expect(db.insert(name, [[1, "a"], [2]])).rejects.toMatchObject({ code, rowIndex: 1 });
      await expect(db.insert(name, [{ id: 1, aa: "a" }])).rejects.toMatchObject({ code, message: /"aa".*"a"/ });
      await expect(db.insert(name, [first], { columns: ["id"] })).rejects.toMatchObject({ code, message: /"a"/ });
      await expect(db.insert(name, [{ id: 1 }], { columns: ["id", "a"] })).rejects.toMatchObject({ code });
      await expect(db.insert(name, "rows" as never)).rejects.toMatchObject({ code });
      await expect(db.insert(name, [7] as never)).rejects.toMatchObject({ code });
      await expect(db.insert(name, [first], { batchSize: 1 } as never)).rejects.toMatchObject({ code });
      expect(await count(name)).toBe(0);
    });

    it("inserts many rows of one column, and rows of a great many columns", async () => {
      const { db } = shared;
      const tall = await table("n integer");
      expect(
        await db.insert(
          tall,
          Array.from({ length: 40_000 }, (_, n) => [n]),
        ),
      ).toMatchObject({ rows: 40_000 });
      expect((await db.query(`select count(distinct n) as n, sum(n) as s from ${tall}`)).rows).toEqual([
        { n: 40_000, s: 799_980_000 },
      ]);
      const wide = await table(Array.from({ length: 400 }, (_, at) => `c${at} integer`).join(", "));
      const row = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`c${at}`, at]));
      expect(
        await db.insert(
          wide,
          Array.from({ length: 90 }, () => row),
        ),
      ).toMatchObject({ rows: 90 });
      expect((await db.query(`select sum(c399) as s, count(*) as n from ${wide}`)).rows).toEqual([
        { s: 90 * 399, n: 90 },
      ]);
    });

    it("sends a text of a megabyte, and more of them than one statement takes", async () => {
      const { db, tenant } = shared;
      const name = await table(`id integer, v ${tenant.type === "redshift" ? "varchar(65535)" : "varchar"}`);
      const length = tenant.type === "redshift" ? 65_535 : 1_000_000;
      const rows = Array.from({ length: 200_000_00 / length }, (_, id) => ({ id, v: String(id % 10).repeat(length) }));
      await db.insert(name, rows);
      const { rows: found } = await db.query(
        `select count(*) as n, min(length(v)) as low, max(length(v)) as high from ${name}`,
      );
      expect(found).toEqual([{ n: rows.length, low: length, high: length }]);
    });

    it("sends nothing for an empty source", async () => {
      expect(await shared.db.insert("no_such_table", [])).toMatchObject({ rows: 0, bytes: 0 });
    });

    it("inserts all rows or none, and with transaction: false tells how many are there", async () => {
      const { db } = shared;
      const name = await table("id integer");
      const rows = Array.from({ length: 10 }, (_, id) => ({ id: id === 7 ? "x" : id }));
      await expect(db.insert(name, rows, { batchRows: 2 })).rejects.toMatchObject({ rowIndex: 7 });
      expect(await count(name)).toBe(0);
      const error = await failure(db.insert(name, rows, { batchRows: 2, transaction: false }));
      expect(error).toMatchObject({ code: "INVALID_ARGUMENT", rowIndex: 7, written: { rows: 6 } });
      expect(await count(name)).toBe(6);
    });

    it("gives the source's own error as it is, and inserts nothing", async () => {
      const name = await table("id integer");
      const mine = new Error("the source has failed");
      const failing = async function* () {
        for (let id = 0; id < 100; id++) yield await Promise.resolve({ id });
        throw mine;
      };
      expect(await failure(shared.db.insert(name, failing(), { batchRows: 10 }))).toBe(mine);
      expect(await count(name)).toBe(0);
    });

    it("pulls a source a statement ahead at most, and closes it where the insert fails", async () => {
      const name = await table("id integer");
      let pulled = 0;
      let closed = 0;
      const done: { rows: number; pulled: number }[] = [];
      const source = function* () {
        try {
          for (let id = 0; ; id++) {
            pulled = id + 1;
            yield { id: id < 50 ? id : "x" };
          }
        } finally {
          closed++;
        }
      };
      const onProgress = ({ rows }: { rows: number }) => done.push({ rows, pulled });
      const error = await failure(shared.db.insert(name, source(), { batchRows: 10, onProgress }));
      expect(error).toMatchObject({ rowIndex: 50 });
      expect(closed).toBe(1);
      expect(done.map(({ rows }) => rows)).toEqual([0, 10, 20, 30, 40, 50]);
      for (const { rows, pulled: then } of done) expect(then).toBeLessThanOrEqual(rows + 11);
    });

    it("pulls nothing more once a statement has been refused", async () => {
      const { db } = shared;
      const name = await table("id integer not null");
      let pulled = 0;
      let closed = 0;
      const source = async function* () {
        try {
          for (; ; pulled++) yield await Promise.resolve({ id: pulled === 3 ? null : pulled });
        } finally {
          closed++;
        }
      };
      await expect(db.insert(name, source(), { batchRows: 5 })).rejects.toMatchObject({ code: "QUERY" });
      const then = pulled;
      await db.query("select 1 as one");
      expect([pulled, closed]).toEqual([then, 1]);
      expect(then).toBeLessThanOrEqual(11);
      expect(await count(name)).toBe(0);
    });

    it("tells how far it is, and of how many", async () => {
      const name = await table("id integer");
      const seen: unknown[] = [];
      const rows = Array.from({ length: 5 }, (_, id) => ({ id }));
      await shared.db.insert(name, rows, {
        batchRows: 2,
        onProgress: ({ phase, rows: count, totalRows }) => seen.push([phase, count, totalRows]),
      });
      expect(seen).toEqual([
        ["queued", 0, 5],
        ["running", 2, 5],
        ["running", 4, 5],
        ["running", 5, 5],
      ]);
    });

    it("is stopped by its signal, also while it waits for the source, and leaves nothing", async () => {
      const { db } = shared;
      const name = await table("id integer");
      const reason = new Error("enough");
      const controller = new AbortController();
      let closed = false;
      const source: AsyncIterable<{ id: number }> = {
        [Symbol.asyncIterator]() {
          let id = 0;
          return {
            async next() {
              if (id < 25) return Promise.resolve({ done: false as const, value: { id: id++ } });
              setTimeout(() => controller.abort(reason), 20);
              return new Promise<never>(() => undefined);
            },
            async return() {
              closed = true;
              return Promise.resolve({ done: true as const, value: undefined });
            },
          };
        },
      };
      expect(await failure(db.insert(name, source, { batchRows: 10, signal: controller.signal }))).toBe(reason);
      expect(closed).toBe(true);
      expect(await count(name)).toBe(0);
      const never = { [Symbol.asyncIterator]: () => ({ next: async () => new Promise<never>(() => undefined) }) };
      await expect(db.insert(name, never, { timeoutMs: 50 })).rejects.toMatchObject({
        code: "TIMEOUT",
        effect: "none",
      });
    });

    it("takes part in the caller's transaction, and may be fed by queries of the same one", async () => {
      const { db } = shared;
      const name = await table("id integer");
      const undone = new Error("undone");
      const work = db.transaction(async (tx) => {
        await tx.insert(name, [{ id: 1 }, { id: 2 }]);
        const source = async function* () {
          for (let id = 3; id < 6; id++) yield (await tx.query(`select ${id} as id`)).rows[0] ?? {};
        };
        await tx.insert(name, source(), { batchRows: 1 });
        expect((await tx.query(`select count(*) as n from ${name}`)).rows).toEqual([{ n: 5 }]);
        throw undone;
      });
      expect(await failure(work)).toBe(undone);
      expect(await count(name)).toBe(0);
    });

    it("inserts into a session's temporary table, in a transaction of the session's", async () => {
      await shared.db.session(async (session) => {
        await session.query("create temporary table insert_temp (id integer)");
        await session.insert("insert_temp", [{ id: 1 }]);
        const failed = await failure(session.insert("insert_temp", [{ id: 2 }, { id: "x" }], { batchRows: 1 }));
        expect(failed).toBeInstanceOf(WarehouseError);
        await session.insert("insert_temp", [{ id: 3 }], { transaction: false });
        expect((await session.query("select id from insert_temp order by id")).rows).toEqual([{ id: 1 }, { id: 3 }]);
      });
    });

    it("inserts from several sides at a time", async () => {
      const { db } = shared;
      const name = await table("id integer, part integer");
      const parts = [0, 1, 2, 3].map((part) => Array.from({ length: 500 }, (_, id) => ({ id, part })));
      await Promise.all(parts.map(async (rows) => db.insert(name, rows, { batchRows: 100 })));
      expect((await db.query(`select part, count(*) as n from ${name} group by part order by part`)).rows).toEqual(
        [0, 1, 2, 3].map((part) => ({ part, n: 500 })),
      );
    });
  });
}
