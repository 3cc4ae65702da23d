import { DataType, tableFromIPC, type RecordBatch, type Table } from "apache-arrow";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { sql, writeArrow, type ArrowOptions, type Queryable } from "peak-warehouse";
import { failure } from "../integration/opened.ts";
import { collected, manyRows } from "./many-rows.ts";
import { ground, typeNames, type Tenant, type WrittenType } from "./tenant.ts";

/** The Arrow types of the contract's types; the unit of Snowflake's own times is the nanosecond. */
const arrowTypes = {
  redshift: {
    integer: "Int64",
    decimal: "Decimal[38e+10]",
    float: "Float64",
    boolean: "Bool",
    text: "Utf8",
    date: "Date32<DAY>",
    time: "Time64<MICROSECOND>",
    timestamp: "Timestamp<MICROSECOND>",
    timestamptz: "Timestamp<MICROSECOND, UTC>",
    json: "Utf8",
    binary: "Binary",
  },
  snowflake: {
    integer: "Int64",
    decimal: "Decimal[38e+10]",
    float: "Float64",
    boolean: "Bool",
    text: "Utf8",
    date: "Date32<DAY>",
    time: "Time64<NANOSECOND>",
    timestamp: "Timestamp<NANOSECOND>",
    timestamptz: "Timestamp<NANOSECOND, UTC>",
    json: "Utf8",
    binary: "Binary",
  },
} as const;

export function arrow(open: () => Promise<Tenant>): void {
  describe("arrow", () => {
    const shared = ground(open);
    const usable = async (on: Queryable = shared.db) =>
      expect((await on.query("select 1 as one")).rows).toEqual([{ one: 1 }]);

    /** So many rows in no order, of few texts. */
    const many = (rows: number) =>
      `${manyRows("n, case when mod(n, 10) = 0 then null when mod(n, 10) < 5 then 'é — few' else '' end as t")} where n < ${rows}`;

    const types = Object.keys(typeNames.redshift) as WrittenType[];
    const everyType = (from = "") => {
      const casts = types.map((type) => `cast(null as ${typeNames[shared.tenant.type][type]}) as c_${type}`);
      return `select ${casts.join(", ")} ${from}`;
    };

    const checkTypes = (table: Table) => {
      const { type } = shared.tenant;
      expect(table.schema.fields.map((field) => [field.name, String(field.type)])).toEqual(
        types.map((name) => [`c_${name}`, arrowTypes[type][name]]),
      );
    };

    it("gives each type as Arrow's own, and NULL in each", async () => {
      const table = await shared.db.arrow(everyType());
      checkTypes(table);
      expect(table.numRows).toBe(1);
      for (const index of types.keys()) {
        expect(table.getChildAt(index)?.nullCount).toBe(1);
        expect(table.getChildAt(index)?.get(0)).toBeNull();
      }
    });

    it("gives a result without rows its schema all the same, as a table and as one batch", async () => {
      const text = everyType("where 1 = 0");
      const table = await shared.db.arrow(text);
      checkTypes(table);
      expect(table.numRows).toBe(0);
      const batches = await collected(shared.db.arrowBatches(text));
      expect(batches.map(({ numRows, numCols }) => [numRows, numCols])).toEqual([[0, types.length]]);
    });

    it("tells in each field what the column is", async () => {
      const text = `${everyType()}, 'x' as MixedCase`;
      const { schema } = await shared.db.arrow(text);
      const keys = ["type", "nativeType", "nativeName"].map((key) => `peak-warehouse:${key}`);
      expect(
        schema.fields.map(({ name, nullable, metadata }) => [name, nullable, ...keys.map((key) => metadata.get(key))]),
      ).toEqual(
        (await shared.db.describe(text)).map(({ name, type, nativeType, nativeName }) => [
          name,
          true,
          type,
          nativeType,
          nativeName,
        ]),
      );
    });

    it("gives an empty table for a statement without a result, which has run", async () => {
      const { db, tenant } = shared;
      const table = tenant.table("arrowed");
      await db.query(`drop table if exists ${table}`);
      for (const [text, params] of [
        [`create table ${table} (n integer)`, undefined],
        [`insert into ${table} values (?)`, [7]],
      ] as const) {
        const { numRows, numCols } = await db.arrow(text, params);
        expect([numRows, numCols]).toEqual([0, 0]);
      }
      expect((await db.query(`select n from ${table}`)).rows).toEqual([{ n: 7 }]);
      await db.query(`drop table ${table}`);
    });

    it("takes parameters and fragments, and keeps two columns of one name as two", async () => {
      const { db } = shared;
      const first = await db.arrow("select ? as a, ? as a", [1, "b"]);
      expect([first.getChildAt(0)?.get(0), first.getChildAt(1)?.get(0)].map(String)).toEqual(["1", "b"]);
      expect(sumOf((await db.arrow("select :n as n", { n: 7 })).batches)).toBe(7);
      expect((await db.arrow(sql`select ${7} as n`, { batchRows: 1 })).numRows).toBe(1);
    });

    it("gives every row of many batches once, in a table and as record batches", async () => {
      const table = await shared.db.arrow(many(5_000), undefined, { batchRows: 999 });
      expect(table.batches.map(({ numRows }) => numRows)).toEqual([999, 999, 999, 999, 999, 5]);
      expect(sumOf(table.batches)).toBe((5_000 * 4_999) / 2);
      const batches = await collected(shared.db.arrowBatches(many(5_000), undefined, { batchRows: 999 }));
      expect(sumOf(batches)).toBe((5_000 * 4_999) / 2);
    });

    it.each([true, ["t"]])("gives repetitive text as a dictionary where asked: %j", async (dictionary) => {
      const { db } = shared;
      const plain = textsOf((await db.arrow(many(3_000))).batches);
      const table = await db.arrow(many(3_000), undefined, { dictionary, batchRows: 500 });
      expect(DataType.isDictionary(table.schema.fields[1]?.type)).toBe(true);
      expect(DataType.isDictionary(table.schema.fields[0]?.type)).toBe(false);
      expect(textsOf(table.batches)).toEqual(plain);
      const batches = await collected(db.arrowBatches(many(3_000), undefined, { dictionary, batchRows: 500 }));
      expect(textsOf(batches)).toEqual(plain);
      expect([...plain.values()].reduce((sum, count) => sum + count, 0)).toBe(3_000);
    });

    it("stops a statement whose columns can be no dictionary, and its session goes on", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        for (const dictionary of [["n"], ["nothing"]]) {
          const refused = { code: "INVALID_ARGUMENT" };
          expect(await failure(db.arrow(many(10_000), undefined, { dictionary }))).toMatchObject(refused);
          expect(await failure(db.arrowBatches(many(10_000), undefined, { dictionary }).next())).toMatchObject(refused);
          await usable(db);
        }
      } finally {
        await db.close();
      }
    });

    it("is written to a file as it is read, and read again", async () => {
      const folder = await mkdtemp(join(tmpdir(), "peak-warehouse-"));
      onTestFinished(() => rm(folder, { recursive: true }));
      const path = join(folder, "result.arrows");
      const options: ArrowOptions = { batchRows: 700, dictionary: true };
      const written = await writeArrow(shared.db.arrowBatches(many(5_000), undefined, options), path);
      const bytes = await readFile(path);
      expect(written).toEqual({ rows: 5_000, bytes: bytes.length });
      const table = tableFromIPC(bytes);
      expect(sumOf(table.batches)).toBe((5_000 * 4_999) / 2);
      expect(textsOf(table.batches)).toEqual(textsOf((await shared.db.arrow(many(5_000))).batches));
    });

    it("rejects with LIMIT, TIMEOUT or the signal's own reason, and serves the next", async () => {
      const { db, tenant } = shared;
      const limit = { code: "LIMIT" };
      expect(await failure(db.arrow(many(5_000), undefined, { maxRows: 4_999 }))).toMatchObject(limit);
      expect(await failure(db.arrow(many(5_000), undefined, { maxBytes: 100 }))).toMatchObject(limit);
      expect((await db.arrow(many(5_000), undefined, { maxRows: 5_000 })).numRows).toBe(5_000);
      const late = failure(db.arrow(tenant.slow(60), undefined, { timeoutMs: 200 }));
      expect(await late).toMatchObject({ code: "TIMEOUT" });
      const controller = new AbortController();
      const aborted = failure(db.arrow(tenant.slow(60), undefined, { signal: controller.signal }));
      await expect.poll(() => tenant.running?.() ?? 1, { timeout: 10_000 }).toBe(1);
      const reason = { mine: true };
      controller.abort(reason);
      expect(await aborted).toBe(reason);
      await expect.poll(() => tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);
      await usable();
    });

    it("stops the server when its record batches are left", async () => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        for await (const { numRows } of db.arrowBatches(many(10_000), undefined, { batchRows: 10 })) {
          expect(numRows).toBe(10);
          break;
        }
        await usable(db);
        await expect.poll(() => shared.tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);
      } finally {
        await db.close();
      }
    });

    it("runs in a session and in a transaction", async () => {
      const { db, tenant } = shared;
      await db.session(async (session) => {
        expect((await session.arrow(many(100))).numRows).toBe(100);
        expect(sumOf(await collected(session.arrowBatches(many(100))))).toBe(4_950);
      });
      const table = tenant.table("arrowed_tx");
      await db.query(`drop table if exists ${table}`);
      await db.query(`create table ${table} (n integer)`);
      await db.transaction(async (tx) => {
        await tx.query(`insert into ${table} values (1), (2)`);
        expect(sumOf((await tx.arrow(`select n from ${table}`)).batches)).toBe(3);
      });
      await db.query(`drop table ${table}`);
    });

    it("tells the server's error, and refuses what may not be sent", async () => {
      const { db } = shared;
      expect(await failure(db.arrow("select * from no_such_table_at_all"))).toMatchObject({ code: "QUERY" });
      expect(await failure(db.arrow("select n from (select 1 / (1 - 1) as n) x"))).toMatchObject({ code: "QUERY" });
      const refused = { code: "INVALID_ARGUMENT" };
      expect(await failure(db.arrow("select 1; select 2"))).toMatchObject(refused);
      // Plain JavaScript may pass anything.
      for (const options of [{ dictionary: 1 }, { dictionary: [1] }, { schema: {} }] as unknown as ArrowOptions[]) {
        expect(await failure(db.arrow("select 'a' as t", undefined, options))).toMatchObject(refused);
      }
      await usable();
    });
  });
}

/** Adds up the first column. */
function sumOf(batches: readonly RecordBatch[]): number {
  return batches.reduce((sum, batch) => {
    const column = batch.getChildAt(0)!;
    return Array.from({ length: batch.numRows }, (_, at) => Number(column.get(at))).reduce((a, b) => a + b, sum);
  }, 0);
}

/** How often each text of the second column comes. */
function textsOf(batches: readonly RecordBatch[]): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const batch of batches) {
    const column = batch.getChildAt(1)!;
    for (let at = 0; at < batch.numRows; at++) {
      const text: unknown = column.get(at);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return counts;
}
