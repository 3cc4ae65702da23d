import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectWarehouse, type Decoding, type Warehouse } from "peak-warehouse";
import { startSnowflake } from "peak-warehouse/testing";
import { snowflakeCredentials } from "../../integration/credentials.ts";
import { closedAfterEach, failure } from "../../integration/opened.ts";
import { result, startWire, type Script } from "../../integration/snowflake-wire.ts";

const keep = closedAfterEach();

async function wireTo(script: Script): Promise<Warehouse> {
  const { credentials } = keep(await startWire(script));
  return keep(await connectWarehouse({ credentials, tls: false }));
}

const integer = fc.oneof(fc.maxSafeInteger().map(String), fc.constantFrom("0", "-0", "123456789012345678901234567890"));
const seconds = fc.tuple(fc.integer({ min: -1e10, max: 1e10 }), fc.nat(999_999_999));
const moment = seconds.map(([whole, fraction]) => `${whole}.${String(fraction).padStart(9, "0")}`);
const anyText = fc.string({ unit: "binary" });

/** Every type, and cells of it as the server sends them. */
const types: Readonly<Record<string, fc.Arbitrary<string>>> = {
  fixed: integer,
  real: fc.oneof(fc.double().map(String), fc.constantFrom("NaN", "inf", "-inf", "1.5e300")),
  text: fc.oneof(anyText, fc.constantFrom("NULL", "", "null")),
  boolean: fc.constantFrom("1", "0", "true", "FALSE"),
  date: fc.integer({ min: -700_000, max: 2_900_000 }).map(String),
  time: fc.tuple(fc.nat(86_399), fc.nat(999_999_999)).map(([s, f]) => `${s}.${String(f).padStart(9, "0")}`),
  timestamp_ntz: moment,
  timestamp_ltz: moment,
  timestamp_tz: fc.tuple(moment, fc.nat(2_880)).map(([at, zone]) => `${at} ${zone}`),
  binary: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("hex").toUpperCase()),
  variant: fc.json(),
  object: fc.dictionary(anyText, fc.jsonValue()).map((value) => JSON.stringify(value, undefined, 2)),
  array: fc.array(fc.jsonValue()).map((value) => JSON.stringify(value)),
  map: fc.dictionary(anyText, fc.nat()).map((value) => JSON.stringify(value)),
  vector: fc.constant("[1.0,2.5]"),
  geography: fc.constant('{"type":"Point"}'),
};
const rowtype = Object.keys(types).map((type) => ({
  name: type,
  type,
  scale: type === "fixed" ? 0 : 9,
  precision: 38,
}));
const row = fc.tuple(...Object.values(types).map((cell) => fc.option(cell, { freq: 5 })));

describe("what the SDK reads of a result", () => {
  it("is what we read of it, for every type, to the last digit", async () => {
    let rowset: unknown;
    const db = await wireTo({ query: () => result(rowset, { rowtype, version: 1 }) });
    const options = { rowMode: "array", integers: "string" } as const;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        rowset = rows;
        const fast = await failure(db.query("select a", undefined, options));
        const driver = await failure(db.query("select a", undefined, { ...options, decoding: "driver" }));
        expect(driver).toEqual(fast);
        const read = await db.query("select a", undefined, { ...options, decoding: "driver" }).catch(() => undefined);
        if (read !== undefined) expect(read.rows).toHaveLength(rows.length);
      }),
      { numRuns: 60 },
    );
  });

  it("is what we read of it in columns, too", async () => {
    let rowset: unknown;
    const db = await wireTo({ query: () => result(rowset, { rowtype, version: 1 }) });
    const read = async (decoding: Decoding) => {
      const batches: unknown[] = [];
      for await (const batch of db.batches("select a", undefined, { integers: "string", batchRows: 3, decoding })) {
        // What lies in an array behind the cells is of no interest.
        batches.push({ ...batch, bytes: 0 });
      }
      return batches;
    };
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        rowset = rows;
        const [fast, driver] = [await read("fast").catch(String), await read("driver").catch(String)];
        if (Array.isArray(fast)) {
          expect(driver).toEqual(fast);
          expect(fast).toHaveLength(Math.ceil(rows.length / 3));
        } else {
          // Nanoseconds in 64 bits end in 2262. Of several cells that cannot be held either may be told.
          for (const told of [fast, driver]) expect(told).toMatch(/too far from 1970/);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("has halves of a surrogate pair each in its cell", async () => {
    const rowtype = ["A", "B", "C"].map((name) => ({ name, type: "text" }));
    const db = await wireTo({ query: () => result([["\ud83d", "\ude00", "x"]], { rowtype }) });
    for (const decoding of ["fast", "driver"] as const) {
      const { rows } = await db.query("select a", undefined, { decoding });
      expect(rows).toEqual([{ a: "\ufffd", b: "\ufffd", c: "x" }]);
    }
  });

  it("is what we read of it on a server's own types, in the answer and in chunks", async () => {
    const server = keep(await startSnowflake({ inlineBytes: 10_000, chunkBytes: 50_000 }));
    const db = keep(await connectWarehouse({ credentials: snowflakeCredentials(server), tls: false }));
    const text = `select seq4() as n, seq4() / 7 as d, to_double(seq4()) / 3 as f, iff(seq4() % 3 = 0, null, 'NULL') as t,
      seq4() % 2 = 0 as b, to_date('2024-02-29') + seq4() as day, to_time('23:59:58.123456789') as time,
      to_timestamp_ntz('1969-12-31 23:59:59.999999999') as ntz, to_timestamp_tz('2024-03-31 02:30:00.5 +0530') as tz,
      to_binary('00ff', 'HEX') as bin, parse_json('{"a": [1, null]}') as v, 1 as "dup", 2 as "dup"
      from table(generator(rowcount => 5000)) order by n`;
    const fast = await db.query(text, undefined, { rowMode: "array" });
    const driver = await db.query(text, undefined, { rowMode: "array", decoding: "driver" });
    expect(driver.rows).toEqual(fast.rows);
    expect(driver.columns).toEqual(fast.columns);
    expect(fast.rows).toHaveLength(5_000);
    expect(fast.rows[1]).toContain("23:59:58.123456789");
  });

  it("never kills the process: cells that the SDK would stumble over are data or the one error", async () => {
    const hostile = [
      { name: "B", type: "boolean", cell: "perhaps" },
      { name: "V", type: "variant", cell: "{not json" },
      { name: "X", type: "binary", cell: "zz" },
      { name: "T", type: "timestamp_tz", cell: "1 9999" },
      { name: "T", type: "time", cell: "noon" },
      { name: "D", type: "date", cell: "soon" },
      { name: "O", type: "object", fields: [{ name: "a", type: "unheard of" }], cell: '{"a":1}' },
    ];
    for (const { cell, ...column } of hostile) {
      const db = await wireTo({ query: () => result([[cell], [cell]], { rowtype: [column] }) });
      const [fast, driver] = await Promise.all(
        (["fast", "driver"] as const).map((decoding) => failure(db.query("select a", undefined, { decoding }))),
      );
      expect(String(driver)).toBe(String(fast));
    }
  });

  it.each(["null", "7", '"x"', "{}", "[]", '["1","2"]'])(
    "never kills the process: a row of a chunk that is %s",
    async (row) => {
      let port = 0;
      const chunk = () => ({
        url: `http://127.0.0.1:${port}/chunk`,
        rowCount: 2,
        uncompressedSize: 20,
        compressedSize: 20,
      });
      const wire = keep(
        await startWire({
          query: () => result([], { chunks: [chunk()], returned: 2 }),
          chunk: () => (response) => void response.setHeader("content-encoding", "gzip").end(gzipSync(`["1"],${row}`)),
        }),
      );
      port = wire.port;
      const db = keep(await connectWarehouse({ credentials: wire.credentials, tls: false }));
      for (const decoding of ["fast", "driver"] as const) {
        const failing = failure(db.query("select a", undefined, { decoding }));
        expect(await failing).toMatchObject({ code: "CONNECTION", phase: "fetch" });
      }
    },
  );

  it("is an error where the server sends fewer rows than it announced", async () => {
    const db = await wireTo({ query: () => result([["1"]], { returned: 2 }) });
    for (const decoding of ["fast", "driver"] as const) {
      expect(await failure(db.query("select a", undefined, { decoding }))).toMatchObject({ code: "CONNECTION" });
    }
  });

  it("counts DML and gives DDL no rows, as we do", async () => {
    const inserted = [{ name: "number of rows inserted", type: "fixed", scale: 0 }];
    const status = [{ name: "status", type: "text" }];
    const db = await wireTo({
      query: (sql) =>
        sql.startsWith("insert")
          ? result([["3"]], { rowtype: inserted, statementTypeId: 0x3100 })
          : result([["done"]], { rowtype: status, statementTypeId: 0x6000 }),
    });
    const options = { decoding: "driver" } as const;
    expect(await db.query("insert into t select 1", undefined, options)).toMatchObject({ rows: [], rowCount: 3 });
    expect(await db.query("create table t (a int)", undefined, options)).toMatchObject({ rows: [], rowCount: 0 });
  });

  it("counts DML whose counts are written with escapes", async () => {
    const rowtype = [{ name: "number of rows inserted", type: "fixed", scale: 0 }];
    const answer = JSON.stringify(result([["12"]], { rowtype })).replace('"12"', String.raw`"1\u0032"`);
    const db = await wireTo({
      query: () => (response) => response.setHeader("content-type", "application/json").end(answer),
    });
    for (const decoding of ["fast", "driver"] as const) {
      expect(await db.query("insert into t select 1", undefined, { decoding })).toMatchObject({ rowCount: 12 });
    }
  });
});

describe("an answer that only the SDK can unpack", () => {
  const packed = (data: object) => (response: import("node:http").ServerResponse) => {
    // axios takes this for gzip; nobody else sends it.
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "compress" });
    response.end(gzipSync(JSON.stringify(data)));
  };

  function heard(): unknown[] {
    const messages: unknown[] = [];
    const listen = (message: unknown) => messages.push(message);
    subscribe("peak-warehouse:snowflake:fallback", listen);
    onTestFinished(() => void unsubscribe("peak-warehouse:snowflake:fallback", listen));
    return messages;
  }

  it("is read by it, every type, and that is announced once in a session", async () => {
    const messages = heard();
    const [cells = []] = fc.sample(fc.tuple(...Object.values(types)), { numRuns: 1, seed: 7 });
    const data = result([cells, cells.map(() => null)], { rowtype, version: 1 });
    const plain = await wireTo({ query: () => data });
    const db = await wireTo({ query: () => packed(data) });
    const options = { rowMode: "array", integers: "string" } as const;
    const seen = await plain.query("select a", undefined, options);
    expect(messages).toEqual([]);
    for (let time = 0; time < 2; time++) {
      const { rows, rowCount, queryId } = await db.query("select a", undefined, options);
      expect(rows).toEqual(seen.rows);
      expect([rowCount, queryId]).toEqual([2, seen.queryId]);
    }
    expect(messages).toEqual([{ queryId: seen.queryId }]);
  });

  it("counts DML and gives DDL no rows", async () => {
    const updated = [
      { name: "number of rows updated", type: "fixed", scale: 0 },
      { name: "number of multi-joined rows updated", type: "fixed", scale: 0 },
    ];
    const status = [{ name: "status", type: "text" }];
    const db = await wireTo({
      query: (sql) =>
        packed(
          sql.startsWith("update") ? result([["3", "1"]], { rowtype: updated }) : result([["x"]], { rowtype: status }),
        ),
    });
    expect(await db.query("update t set a = 1")).toMatchObject({ rows: [], columns: [], rowCount: 3 });
    expect(await db.query("create table t (a int)")).toMatchObject({ rows: [], columns: [], rowCount: 0 });
    expect((await db.query('select a as "status" from t')).rows).toEqual([{ status: "x" }]);
  });

  it("stays an error where the SDK finds no result either", async () => {
    const db = await wireTo({ query: () => packed(result(null, { returned: undefined })) });
    expect(await failure(db.query("select a"))).toMatchObject({ code: "CONNECTION", effect: "unknown" });
  });
});
