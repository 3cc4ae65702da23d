import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectWarehouse } from "peak-warehouse";
import { cellReader } from "../../../src/drivers/snowflake/cells.ts";
import { cellsOf } from "../../../src/columns/cells.ts";
import { VectorBuilder } from "../../../src/columns/vector-builder.ts";
import { standardPolicy } from "../../../src/values/decode.ts";
import type { StorageOptions } from "../../../src/columns/reader.ts";
import type { ColumnVector } from "../../../src/columns/vectors.ts";
import type { Column } from "../../../src/values/types.ts";
import { closedAfterEach, failure } from "../../integration/opened.ts";
import { result, startWire } from "../../integration/snowflake-wire.ts";

const keep = closedAfterEach();

const nativeTypes = {
  date: "DATE",
  time: "TIME(9)",
  timestamp: "TIMESTAMP_NTZ(9)",
  ltz: "TIMESTAMP_LTZ(9)",
  tz: "TIMESTAMP_TZ(9)",
};
type Kind = keyof typeof nativeTypes;

function columnOf(kind: Kind, nativeType = nativeTypes[kind]): Column {
  return { name: "a", nativeName: "A", type: kind === "ltz" || kind === "tz" ? "timestamptz" : kind, nativeType };
}

/** Stores one cell in a column of its own. */
function stored(column: Column, cell: string, options: StorageOptions = {}): ColumnVector {
  const builder = new VectorBuilder(column, cellReader(column, standardPolicy).storage(options));
  builder.append(cellsOf([cell]), 0, 0, 1);
  return builder.take();
}

/** Writes nanoseconds as the server does. */
function written(nanoseconds: bigint): string {
  const digits = String(nanoseconds < 0n ? -nanoseconds : nanoseconds).padStart(10, "0");
  return `${nanoseconds < 0n ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

describe("a column of Snowflake", () => {
  it("holds the moment that was written, to the nanosecond, before 1970 too", () => {
    const zone = fc.nat(2_880);
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), zone, (moment, offset) => {
        const unit = "nanosecond";
        const values = BigInt64Array.of(moment);
        const cell = written(moment);
        const timestamp = stored(columnOf("timestamp"), cell);
        expect(timestamp).toMatchObject({ layout: "timestamp", unit, zone: undefined });
        expect(stored(columnOf("ltz"), cell)).toMatchObject({ layout: "timestamp", unit, zone: "UTC" });
        const zoned = stored(columnOf("tz"), `${cell} ${offset}`);
        expect(zoned).toMatchObject({ layout: "timestamp", unit, zone: "UTC" });
        for (const vector of [timestamp, zoned]) expect(vector.values.slice(0, 1)).toEqual(values);
      }),
      { numRuns: 500 },
    );
  });

  it("counts microseconds where the caller wants them, or its times have no more digits", () => {
    const farthest = 253_402_300_800n * 1_000_000n;
    fc.assert(
      fc.property(fc.bigInt(-farthest, farthest - 1n), (moment) => {
        const cell = written(moment * 1_000n);
        const asked = stored(columnOf("timestamp"), cell, { timeUnit: "microsecond" });
        const told = stored(columnOf("timestamp", "TIMESTAMP_NTZ(6)"), cell.slice(0, -3));
        for (const vector of [asked, told]) {
          expect(vector).toMatchObject({ layout: "timestamp", unit: "microsecond" });
          expect(vector.values.slice(0, 1)).toEqual(BigInt64Array.of(moment));
        }
      }),
      { numRuns: 500 },
    );
    expect(stored(columnOf("time", "TIME(3)"), "86399.999")).toMatchObject({
      layout: "time",
      unit: "microsecond",
      values: BigInt64Array.of(86_399_999_000n),
    });
    expect(stored(columnOf("timestamp", "TIMESTAMP_NTZ"), "0.5")).toMatchObject({ unit: "nanosecond" });
  });

  it("holds days and times of day", () => {
    for (const days of [0, -1, -719_162, 2_932_896]) {
      expect(stored(columnOf("date"), String(days))).toMatchObject({ layout: "date", values: Int32Array.of(days) });
    }
    expect(stored(columnOf("time"), "3661.123456789")).toMatchObject({
      layout: "time",
      unit: "nanosecond",
      values: BigInt64Array.of(3_661_123_456_789n),
    });
  });

  it.each<[Kind, string, StorageOptions, RegExp]>([
    ["timestamp", "1700000000.123456789", { timeUnit: "microsecond" }, /digits behind its microseconds/],
    ["timestamp", "253402300799.5", {}, /too far from 1970/],
    ["timestamp", "1e9", {}, /not a time/],
    ["timestamp", "0.1234567891", {}, /not a time/],
    ["tz", "1700000000", {}, /time zone/],
    ["tz", "1700000000 2881", {}, /time zone|not a time/],
    ["time", "86400", {}, /not a time of day/],
    ["date", "100000001", {}, /not a date/],
  ])("of a %s does not hold %j", (kind, cell, options, problem) => {
    expect(() => stored(columnOf(kind), cell, options)).toThrow(problem);
  });
});

describe("the columns of a Snowflake result", () => {
  const rowtype = [
    { name: "N", type: "fixed", precision: 9, scale: 0 },
    { name: "T", type: "text" },
  ];
  /** Rows in parts: the first in the answer. */
  async function wireWith(parts: readonly (readonly (string | null)[][])[]) {
    let answer = {};
    const server = keep(
      await startWire({
        query: (sql) => (sql === "select parts" ? answer : result([["1"]])),
        chunk: (path) => (response) => response.end(JSON.stringify(parts[Number(path.split("/").at(-1))]).slice(1, -1)),
      }),
    );
    const url = `http://127.0.0.1:${server.port}/chunk`;
    const chunks = parts.slice(1).map((rows, index) => ({ url: `${url}/${index + 1}`, rowCount: rows.length }));
    answer = result(parts[0], { rowtype, chunks, returned: parts.flat().length });
    return keep(await connectWarehouse({ credentials: server.credentials, tls: false }));
  }
  const rowsFrom = (first: number, count: number) =>
    Array.from({ length: count }, (_, n) => [String(first + n), `"é" ${first + n}`]);
  const parts = [rowsFrom(0, 7), rowsFrom(7, 2_000), rowsFrom(2_007, 1), rowsFrom(2_008, 992)];

  it("come in batches of the size that was asked for, wherever the server has cut the result", async () => {
    const db = await wireWith(parts);
    for (const decoding of ["fast", "driver"] as const) {
      const lengths: number[] = [];
      const numbers: number[] = [];
      for await (const { length, columns } of db.batches("select parts", undefined, { batchRows: 700, decoding })) {
        const [n, t] = columns;
        if (n?.layout !== "int32" || t?.layout !== "utf8") throw new Error("they have other layouts");
        lengths.push(length);
        numbers.push(...n.values.subarray(0, length));
        const text = Buffer.from(t.values.subarray(t.offsets[length - 1], t.offsets[length])).toString();
        expect(text).toBe(`"é" ${numbers.at(-1)}`);
      }
      expect(lengths).toEqual([700, 700, 700, 700, 200]);
      expect(numbers).toEqual(Array.from({ length: 3_000 }, (_, n) => n));
    }
  });

  it("come all, where the last of many small batches wait after the result has been read", async () => {
    const db = await wireWith(parts);
    let rows = 0;
    for await (const { length } of db.batches("select parts", undefined, { batchRows: 2 })) rows += length;
    expect(rows).toBe(3_000);
    expect((await db.query("select 1")).rows).toEqual([{ a: 1 }]);
  });

  it("and its rows say in which row of the whole result a cell cannot be given", async () => {
    const damaged = parts.map((rows) => rows.map(([n, t]) => [n === "2500" ? "many" : n!, t!]));
    const db = await wireWith(damaged);
    const all = async (rows: AsyncIterable<unknown>) => {
      let count = 0;
      for await (const row of rows) count += row === undefined ? 0 : 1;
      return count;
    };
    for (const decoding of ["fast", "driver"] as const) {
      for (const rows of [
        db.batches("select parts", undefined, { decoding }),
        db.stream("select parts", undefined, { decoding }),
      ]) {
        expect(await failure(all(rows))).toMatchObject({ code: "INVALID_VALUE", rowIndex: 2_500, path: ["n"] });
      }
    }
  });
});
