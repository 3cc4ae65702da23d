import { parseJsonDocument } from "../../src/values/json-document.ts";
import { createWriteStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { tableFromIPC, type RecordBatch } from "apache-arrow";
import fc from "fast-check";
import { readParquet } from "parquet-wasm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sql, type Column, type ExportOptions, type Progress, type Queryable, type Warehouse } from "peak-warehouse";
import { cellsOf as arrowCells } from "../arrow/reading.ts";
import { layoutOf, readBack, typesOf } from "../bulk/files.ts";
import { failure } from "../integration/opened.ts";
import { arrowCell, rowCell } from "./comparable.ts";
import { kindsOf, type Given } from "./kinds.ts";
import { manyRows } from "./many-rows.ts";
import { ground, typeNames, type Tenant } from "./tenant.ts";

const formats = ["parquet", "arrow", "csv", "ndjson"] as const;
/** What the paths of each end in. */
const endings = { parquet: "parquet", arrow: "arrows", csv: "csv", ndjson: "ndjson" } as const;
const refused = { code: "INVALID_ARGUMENT" };

/** The promises of `export()`: files of this machine that other readers understand. */
export function exports(open: () => Promise<Tenant>): void {
  describe("export", () => {
    const shared = ground(open);
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "exports-"));
    });
    afterEach(() => rm(folder, { recursive: true }));

    const pathOf = (name: string) => join(folder, name);
    const usable = async (on: Queryable) => expect((await on.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    const stopped = () => expect.poll(() => shared.tenant.running?.() ?? 0, { timeout: 10_000 }).toBe(0);

    /** Works with a warehouse of one session, which must serve the next call whatever has happened. */
    const withOne = async (work: (db: Warehouse) => Promise<void>) => {
      const db = await shared.tenant.connect({ pool: { max: 1 } });
      try {
        await work(db);
        await usable(db);
        await stopped();
      } finally {
        await db.close();
      }
    };

    it("writes every cell of every type so that other readers find it again, in each format", async () => {
      const { db, tenant } = shared;
      const kinds = kindsOf(tenant.type);
      const table = tenant.table("exported");
      await db.query(`drop table if exists ${table}`);
      await db.query(`create table ${table} (id integer, ${kinds.map(({ native }, index) => `c${index} ${native}`).join(", ")})`); // prettier-ignore
      const row = fc.tuple(...kinds.map(({ cells }) => fc.option(cells, { freq: 6 })));
      const [given = []] = fc.sample(fc.array(row, { minLength: 40, maxLength: 40 }), { seed: 20_261_122, numRuns: 1 });
      const selects = given.map((cells: readonly (Given | null)[], id) => {
        const values = kinds.map(({ native }, index) => cells[index]?.sql ?? `cast(null as ${native})`);
        return `select ${id}, ${values.join(", ")}`;
      });
      await db.query(`insert into ${table} ${selects.join(" union all ")}`);
      const text = `select ${kinds.map((_, index) => `c${index}`).join(", ")} from ${table} order by id`;
      const { columns, rows } = await db.query(text, undefined, { rowMode: "array", integers: "string" });

      const cells = (index: number, of: (column: Column, value: unknown) => unknown) =>
        rows.map((values) => of(columns[index]!, values[index]));
      for (const format of ["csv", "ndjson"] as const) {
        const path = pathOf(`all.${endings[format]}`);
        const result = await db.export(text, path);
        expect(result).toMatchObject({ rows: 40, bytes: (await readFile(path)).length, path });
        const found = await readBack(path, format === "csv" ? "csv" : "json");
        const lines = (await readFile(path, "utf8")).split("\n");
        for (const [index, { name, type, nativeType }] of columns.entries()) {
          const isJson = type === "json";
          const read = found.map((one, at) => {
            if (isJson && format === "ndjson") return (parseJsonDocument(lines[at]!) as Record<string, unknown>)[name];
            const cell = one[name] ?? null;
            return isJson && cell !== null ? parseJsonDocument(cell) : cell;
          });
          expect(read, `${nativeType} as ${endings[format]}`).toEqual(
            cells(index, isJson ? (_, value) => value : textCell),
          );
        }
      }
      for (const format of ["parquet", "arrow"] as const) {
        const path = pathOf(`all.${endings[format]}`);
        await db.export(text, path);
        const bytes = await readFile(path);
        const read = tableFromIPC(format === "arrow" ? bytes : readParquet(bytes).intoIPCStream());
        expect(read.numRows).toBe(40);
        for (const [index, { nativeType }] of columns.entries()) {
          const field = read.schema.fields[index]!;
          const found = arrowCells(read.batches, index).map((cell) => arrowCell(field, cell));
          expect(found, `${nativeType} as ${endings[format]}`).toEqual(cells(index, vectorCell));
        }
      }
      const byDuck = await readBack(pathOf("all.parquet"), "parquet");
      for (const [index, { name, type, nativeType }] of columns.entries()) {
        if (!["integer", "decimal", "text", "interval", "boolean", "timetz", "binary"].includes(type)) continue;
        expect(
          byDuck.map((one) => one[name] ?? null),
          `${nativeType} by DuckDB`,
        ).toEqual(cells(index, textCell));
      }
      await db.query(`drop table ${table}`);
    });

    it("gives Parquet the types of the warehouse, and every digit of them", async () => {
      const { type } = shared.tenant;
      const names = typeNames[type];
      const path = pathOf("types.parquet");
      const digits = "1234567890123456789012345678.0123456789";
      await shared.db.export(
        `select cast('${digits}' as ${names.decimal}) as amount, cast('9007199254740993' as ${names.integer}) as large,
          cast('2024-01-02 03:04:05.123456' as ${names.timestamp}) as at, cast('2024-01-02 03:04:05+00:00' as ${names.timestamptz}) as moment`,
        path,
      );
      expect(await typesOf(path)).toEqual({
        amount: "DECIMAL(38,10)",
        large: "BIGINT",
        at: type === "redshift" ? "TIMESTAMP" : "TIMESTAMP_NS",
        moment: type === "redshift" ? "TIMESTAMP WITH TIME ZONE" : (expect.stringMatching("TIMESTAMP") as string),
      });
      expect(await readBack(path, "parquet")).toMatchObject([
        { amount: digits, large: "9007199254740993", at: "2024-01-02 03:04:05.123456" },
      ]);
      const nanos = pathOf("nanos.parquet");
      await shared.db.export(`select cast('2024-01-02 03:04:05.123456' as ${names.timestamp}) as at`, nanos, {
        timeUnit: "nanosecond",
      });
      expect(await typesOf(nanos)).toEqual({ at: "TIMESTAMP_NS" });
      await shared.db.export("select cast(1.5 as numeric(9,2)) as d, 7 as n", path, {
        decimals: "number",
        integers: "string",
      });
      expect(await typesOf(path)).toEqual({ d: "DOUBLE", n: "VARCHAR" });
    });

    it("tells NULL from the empty text, and keeps quotes, delimiters, line ends and names whatever they hold", async () => {
      const { db } = shared;
      const texts = ["", "NULL", ",", '"', '""', "a\nb", "a\r\nb", "\r", ";", " x ", "é🎉", "\\N", "\\", "a,b\"c'd"];
      const name = 'a "quoted", näme\nof\ttwo lines\\';
      const from = texts.map((_, index) => `select ${index} as id, cast(? as varchar(100)) as t`).join(" union all ");
      const query = `select id, t as ${quotedName(name)}, cast(null as varchar(10)) as nothing from (${from}) x order by id`;
      const expected = texts.map((text, id) => ({ id: String(id), [name]: text, nothing: null }));
      const forms: readonly [string, ExportOptions, object][] = [
        ["plain.csv", {}, {}],
        ["semicolon.csv", { delimiter: ";" }, { delimiter: ";" }],
        ["worded.csv", { nullAs: "NULL" }, { nullText: "NULL" }],
        ["packed.csv.gz", {}, {}],
        ["lines.ndjson", {}, {}],
        ["lines.jsonl.gz", {}, {}],
        ["columns.parquet", {}, {}],
      ];
      for (const [file, options, reading] of forms) {
        const path = pathOf(file);
        const result = await db.export(query, path, { ...options, params: texts });
        expect(result, file).toMatchObject({ rows: texts.length, bytes: (await readFile(path)).length });
        const format = file.includes("csv") ? "csv" : file.includes("parquet") ? "parquet" : "json";
        expect(await readBack(path, format, reading), file).toEqual(expected);
      }
    });

    it("writes a result without rows, and its columns", async () => {
      const text = "select 1 as n, 'x' as t where 1 = 0";
      for (const format of formats) {
        const path = pathOf(`empty.${endings[format]}`);
        expect(await shared.db.export(text, path)).toMatchObject({ rows: 0 });
      }
      expect(await readFile(pathOf("empty.csv"), "utf8")).toBe("n,t\n");
      expect(await readFile(pathOf("empty.ndjson"), "utf8")).toBe("");
      expect(Object.keys(await typesOf(pathOf("empty.parquet")))).toEqual(["n", "t"]);
      const arrow = tableFromIPC(await readFile(pathOf("empty.arrows")));
      expect([arrow.numRows, arrow.schema.names]).toEqual([0, ["n", "t"]]);
    });

    it.each(formats)("writes every row of a large result once, as %s", async (format) => {
      const path = pathOf(`many.${endings[format]}`);
      const text = manyRows("n, case when mod(n, 7) = 0 then null else 'text of ' end as t");
      const options = format === "parquet" ? { rowGroupRows: 30_000 } : {};
      const result = await shared.db.export(text, path, options);
      expect(result).toMatchObject({ rows: 100_000, bytes: (await readFile(path)).length });
      const numbers =
        format === "arrow"
          ? numbersOf(tableFromIPC(await readFile(path)).batches)
          : (await readBack(path, format === "ndjson" ? "json" : format)).map(({ n }) => Number(n));
      expect(numbers.length).toBe(100_000);
      expect(new Set(numbers).size).toBe(100_000);
      if (format === "parquet") {
        const { groupRows, codecs } = await layoutOf(path);
        expect(Math.max(...groupRows)).toBeLessThanOrEqual(30_000);
        expect(codecs).toEqual(["SNAPPY"]);
      }
    });

    it.each(["snappy", "zstd", "gzip", "none"] as const)("compresses Parquet as asked: %s", async (compression) => {
      const path = pathOf("packed.parquet");
      await shared.db.export("select 1 as n", path, { compression });
      expect((await layoutOf(path)).codecs).toEqual([
        compression === "none" ? "UNCOMPRESSED" : compression.toUpperCase(),
      ]);
    });

    it("takes parameters, fragments and queries of knex, in a session and in a transaction", async () => {
      const { db, tenant } = shared;
      const read = async () => readFile(pathOf("x.csv"), "utf8");
      await db.export("select :n as n", pathOf("x.csv"), { params: { n: 7 } });
      expect(await read()).toBe("n\n7\n");
      await db.export(sql`select ${"é"} as t`, pathOf("x.csv"), { header: false });
      expect(await read()).toBe("é\n");
      await db.session((session) =>
        session.export(session.knex.select(session.knex.raw("? as n", [3])), pathOf("x.csv")),
      );
      expect(await read()).toBe("n\n3\n");
      const table = tenant.table("export_tx");
      await db.query(`drop table if exists ${table}`);
      await db.query(`create table ${table} (n integer)`);
      await db.transaction(async (tx) => {
        await tx.query(`insert into ${table} values (1), (2)`);
        const together = [tx.export(`select n from ${table}`, pathOf("x.csv")), tx.query(`insert into ${table} values (3)`)] as const; // prettier-ignore
        expect(await together[0]).toMatchObject({ rows: 2 });
        await together[1];
        expect((await tx.query(`select n from ${table}`)).rows.length).toBe(3);
      });
      await db.query(`drop table ${table}`);
    });

    it("writes to a stream with its pace, and ends it", async () => {
      const target = new PassThrough({ highWaterMark: 1024 });
      const bytes = buffer(target);
      const result = await shared.db.export(manyRows("n"), target, { format: "csv", compression: "gzip" });
      const unpacked = gunzipSync(await bytes).toString();
      expect(unpacked.split("\n").length).toBe(100_002);
      expect(result).toMatchObject({ rows: 100_000, path: undefined, bytes: (await bytes).length });
    });

    it("tells how far it is, in the order of things", async () => {
      const told: Progress[] = [];
      const options = { onProgress: (progress: Progress) => void told.push(progress) };
      const { rows, bytes } = await shared.db.export(manyRows("n"), pathOf("p.parquet"), options);
      const phases = told.map(({ phase }) => phase);
      expect(phases[0]).toBe("queued");
      // What the server is doing is told where it says so before it has done it.
      const others = ["resuming warehouse", "running"];
      expect([...new Set(phases)].filter((phase) => !others.includes(phase))).toEqual([
        "queued",
        "fetching",
        "writing",
      ]);
      expect(told.at(-1)).toMatchObject({ phase: "writing", rows, bytes });
      expect(told.some((progress) => "totalRows" in progress)).toBe(false);
      for (const [index, { rows, bytes }] of told.slice(1).entries()) {
        expect(rows).toBeGreaterThanOrEqual(told[index]!.rows);
        expect(bytes).toBeGreaterThanOrEqual(told[index]!.bytes);
      }
    });

    it.each(formats)("stops the server and leaves no file where the call ends on the way: %s", async (format) => {
      await withOne(async (db) => {
        const path = pathOf(`x.${endings[format]}`);
        for (const when of ["running", "fetching"] as const) {
          const controller = new AbortController();
          const reason = { mine: when };
          const onProgress = ({ phase }: Progress) => {
            if (phase === when && phase === "fetching") controller.abort(reason);
          };
          const text = when === "running" ? shared.tenant.slow(60) : manyRows("n");
          const failed = failure(db.export(text, path, { signal: controller.signal, onProgress }));
          if (when === "running") {
            await expect.poll(() => shared.tenant.running?.() ?? 1, { timeout: 10_000 }).toBeGreaterThan(0);
            controller.abort(reason);
          }
          expect(await failed).toBe(reason);
          expect(await readdir(folder)).toEqual([]);
          await usable(db);
        }
        const late = db.export(shared.tenant.slow(60), path, { timeoutMs: 200 });
        expect(await failure(late)).toMatchObject({ code: "TIMEOUT" });
        const thrown = new Error("the listener's own");
        const onProgress = ({ phase }: Progress) => {
          if (phase === "fetching") throw thrown;
        };
        expect(await failure(db.export(manyRows("n"), path, { onProgress }))).toBe(thrown);
        expect(await failure(db.export(manyRows("n"), path, { maxRows: 99_999 }))).toMatchObject({ code: "LIMIT" });
        expect(await readdir(folder)).toEqual([]);
      });
    });

    it.each(formats)("stops the server where the stream fails, closes or is full: %s", async (format) => {
      await withOne(async (db) => {
        const broken = new Error("no more");
        const failing = new Writable({ write: (_, __, done) => done(broken) });
        expect(await failure(db.export(manyRows("n"), failing, { format }))).toBe(broken);
        await usable(db);
        const full = createWriteStream("/dev/full");
        expect(await failure(db.export(manyRows("n"), full, { format }))).toMatchObject({ code: "ENOSPC" });
        await usable(db);
        const closing = new PassThrough();
        closing.once("data", () => closing.destroy());
        const early = { code: "ERR_STREAM_PREMATURE_CLOSE" };
        expect(await failure(db.export(manyRows("n"), closing, { format }))).toMatchObject(early);
        await usable(db);
        const gone = new PassThrough();
        const waiting = failure(db.export(shared.tenant.slow(60), gone, { format }));
        await expect.poll(() => shared.tenant.running?.() ?? 1, { timeout: 10_000 }).toBe(1);
        gone.destroy();
        expect(await waiting).toMatchObject(early);
      });
    });

    it("leaves a stream as it is where the query fails, and destroys it where rows have been written", async () => {
      const { db } = shared;
      const target = new PassThrough();
      expect(await failure(db.export("select * from no_such_table_at_all", target, { format: "csv" }))).toMatchObject({ code: "QUERY" }); // prettier-ignore
      expect([target.destroyed, target.writableEnded]).toEqual([false, false]);
      const part = new PassThrough().resume();
      const error = failure(db.export(manyRows("n, n as m"), part, { format: "csv", maxRows: 99_999 }));
      expect(await error).toMatchObject({ code: "LIMIT" });
      expect(part.destroyed).toBe(true);
    });

    it("keeps the file that was there until the new one is whole", async () => {
      const { db } = shared;
      const path = pathOf("kept.csv");
      await writeFile(path, "old");
      expect(await failure(db.export("select * from no_such_table_at_all", path))).toMatchObject({ code: "QUERY" });
      expect(await readFile(path, "utf8")).toBe("old");
      await db.export("select 1 as n", path);
      expect(await readFile(path, "utf8")).toBe("n\n1\n");
      expect(await readdir(folder)).toEqual(["kept.csv"]);
    });

    it("refuses what makes no file, before anything is sent or written", async () => {
      const { db } = shared;
      const query = "select 1 as n";
      const wrong: readonly [string | Writable, ExportOptions | undefined, string?][] = [
        [pathOf("x.txt"), undefined],
        [new PassThrough(), undefined],
        [pathOf("x.parquet.gz"), undefined],
        [pathOf("x.arrows"), { compression: "gzip" }],
        [pathOf("x.arrow"), {}],
        [pathOf("x.csv.gz"), { compression: "none" }],
        [pathOf("x.gz"), undefined],
        [pathOf("x.csv"), { compression: "snappy" }],
        [pathOf("x.csv"), { delimiter: "ab" }],
        [pathOf("x.csv"), { rowGroupRows: 10 }],
        [pathOf("x.parquet"), { rowGroupRows: 0 }],
        [pathOf("x.parquet"), { header: true }],
        [pathOf("x.csv"), { maxRows: -1 }],
        ["s3://bucket/x.csv", undefined],
        ["", { format: "csv" }],
        [folder, { format: "csv" }],
        ["/dev/null", { format: "csv" }],
        [pathOf("x.csv"), undefined, "select 1 as n; select 2 as n"],
        [pathOf("x.csv"), undefined, `insert into ${shared.tenant.table("nowhere")} values (1)`],
        [pathOf("x.csv"), undefined, "select 1 as n, 2 as n"],
        [pathOf("x.parquet"), undefined, "select 1 as n, 2 as n"],
      ];
      for (const [target, options, text = query] of wrong) {
        expect(await failure(db.export(text, target, options)), JSON.stringify([target, options])).toMatchObject(
          refused,
        );
      }
      // Plain JavaScript may pass anything.
      for (const options of [{ format: "xlsx" }, { fromat: "csv" }, { header: 1 }] as unknown as ExportOptions[]) {
        expect(await failure(db.export(query, pathOf("x.csv"), options))).toMatchObject(refused);
      }
      expect(await failure(db.export(query, 7 as unknown as string))).toMatchObject(refused);
      const storage = { code: "STORAGE", vendorCode: "ENOENT", effect: "none" };
      expect(await failure(db.export(query, join(folder, "missing", "x.csv")))).toMatchObject(storage);
      expect(await readdir(folder)).toEqual([]);
    });
  });
}

/** What a text file holds of a row's value. */
function textCell({ type }: Column, value: unknown): unknown {
  if (value === null) return null;
  if (type === "binary") return Buffer.from(value as Uint8Array).toString("hex");
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  return typeof value === "boolean" ? String(value) : value;
}

function vectorCell(column: Column, value: unknown): unknown {
  return column.type === "integer" && typeof value === "string" ? BigInt(value) : rowCell(column, value);
}

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function numbersOf(batches: readonly RecordBatch[]): number[] {
  return arrowCells(batches, 0).map(Number);
}
