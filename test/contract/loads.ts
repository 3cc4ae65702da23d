import { beforeAll, describe, expect, it, vi } from "vitest";
import { sql, WarehouseError, type Progress, type Warehouse } from "peak-warehouse";
import { parquet } from "../bulk/files.ts";
import { failure } from "../integration/opened.ts";
import { typeNames } from "./tenant.ts";
import type { BulkTenant } from "./bulk.ts";

/** The promises of `load()`: files of other tools' making, read by the warehouse. */
export function loads(ground: { tenant: BulkTenant; db: Warehouse }): void {
  let tables = 0;

  /** Makes an empty table of the named columns. */
  const emptyTable = async (columns: string): Promise<string> => {
    const table = ground.tenant.table(`loaded_${++tables}`);
    await ground.db.query(`create table ${table} (${columns})`);
    return table;
  };
  const put = (key: string, bytes: Uint8Array | string): string => {
    const url = ground.tenant.url(key);
    ground.tenant.s3.write(url, bytes);
    return url;
  };
  const rowsOf = async (table: string) => (await ground.db.query(`select * from ${table} order by 1`)).rows;
  const idAndName = () => {
    const types = typeNames[ground.tenant.type];
    return `id ${types.integer}, name ${types.text}`;
  };

  describe("load", () => {
    let standard: Uint8Array;
    beforeAll(async () => {
      standard = await parquet(
        `select * from (values (1::bigint, 'plain'), (2, 'it''s "quoted",' || chr(10) || ' é'), (3, ''), (4, null)) as t(id, name)`,
      );
    });

    it("reads the Parquet of another tool, every file under the prefix", async () => {
      const table = await emptyTable(idAndName());
      const url = ground.tenant.url("parquet/");
      put("parquet/a.parquet", standard);
      put("parquet/b.parquet", await parquet("select 5::bigint as id, 'five' as name", { codec: "zstd" }));
      const result = await ground.db.load(table, url);
      expect(result).toMatchObject({ rows: 5, errors: [], errorCount: 0 });
      expect(result.files.map((file) => [file.url, file.rows, file.errors])).toEqual([
        [`${url}a.parquet`, 4, 0],
        [`${url}b.parquet`, 1, 0],
      ]);
      expect(await rowsOf(table)).toEqual([
        { id: 1, name: "plain" },
        { id: 2, name: `it's "quoted",\n é` },
        { id: 3, name: "" },
        { id: 4, name: null },
        { id: 5, name: "five" },
      ]);
    });

    it("keeps every digit and day of Parquet", async () => {
      const types = typeNames[ground.tenant.type];
      const table = await emptyTable(
        `id ${types.integer}, amount ${types.decimal}, ratio ${types.float}, flag ${types.boolean}, day ${types.date}, at ${types.timestamp}`,
      );
      const bytes = await parquet(
        `select 9223372036854775807::bigint as id, 1234567890123456789012345678.0123456789::decimal(38,10) as amount, 0.1::double as ratio,
          true as flag, date '1969-12-31' as day, timestamp '2024-02-29 23:59:59.123456' as at`,
      );
      await ground.db.load(table, put("digits/one.parquet", bytes));
      const { rows } = await ground.db.query(`select * from ${table}`, undefined, { integers: "bigint" });
      expect(rows).toEqual([
        {
          id: 9223372036854775807n,
          amount: "1234567890123456789012345678.0123456789",
          ratio: 0.1,
          flag: true,
          day: "1969-12-31",
          at: "2024-02-29T23:59:59.123456",
        },
      ]);
    });

    it("reads CSV in which NULL and the empty text are two things, with a header, compressed", async () => {
      const { gzipSync } = await import("node:zlib");
      const table = await emptyTable(idAndName());
      const csv = `id,name\r\n1,plain\r\n2,"it's ""quoted"",\n é"\r\n3,""\r\n4,NULL\r\n`;
      const url = put("csv/one.csv.gz", gzipSync(csv));
      const result = await ground.db.load(table, url, {
        format: "csv",
        header: true,
        nullAs: "NULL",
        compression: "gzip",
      });
      expect(result.rows).toBe(4);
      expect(await rowsOf(table)).toEqual([
        { id: 1, name: "plain" },
        { id: 2, name: `it's "quoted",\n é` },
        { id: 3, name: "" },
        { id: 4, name: null },
      ]);
    });

    it("finds the columns of JSON by their names", async () => {
      const table = await emptyTable(idAndName());
      const url = put("json/one.json", `{"name":"one","id":1,"other":true}\n{"id":2}\n`);
      expect((await ground.db.load(table, url, { format: "json" })).rows).toBe(2);
      expect(await rowsOf(table)).toEqual([
        { id: 1, name: "one" },
        { id: 2, name: null },
      ]);
    });

    it("reads moments as ISO 8601 writes them", async () => {
      const types = typeNames[ground.tenant.type];
      const table = await emptyTable(
        `id ${types.integer}, day ${types.date}, at ${types.timestamp}, moment ${types.timestamptz}`,
      );
      const csv = `1,2024-02-29,2024-02-29T23:59:59.123456,2024-02-29T23:59:59+02:00\n2,1969-12-31,1969-12-31 00:00:00,1969-12-31 00:00:00Z\n`;
      await ground.db.load(table, put("moments/one.csv", csv), { format: "csv" });
      const { rows } = await ground.db.query(`select * from ${table} order by id`, undefined, { timestamps: "date" });
      expect(rows).toEqual([
        {
          id: 1,
          day: new Date("2024-02-29"),
          at: new Date("2024-02-29T23:59:59.123Z"),
          moment: new Date("2024-02-29T21:59:59Z"),
        },
        {
          id: 2,
          day: new Date("1969-12-31"),
          at: new Date("1969-12-31T00:00:00Z"),
          moment: new Date("1969-12-31T00:00:00Z"),
        },
      ]);
    });

    it("loads the columns that are listed, and leaves the others empty", async () => {
      const table = await emptyTable(`other ${typeNames[ground.tenant.type].text}, ${idAndName()}`);
      await ground.db.load(table, put("columns/one.csv", "1,one\n"), { format: "csv", columns: ["id", "name"] });
      await ground.db.load(table, put("columns/two.parquet", standard), { columns: ["id", "name"] });
      const { rows } = await ground.db.query(`select id, name, other from ${table} order by id, name`);
      expect(rows).toHaveLength(5);
      expect(new Set(rows.map(({ other }) => other))).toEqual(new Set([null]));
    });

    it("gives what unload wrote, back into a table, exactly", async () => {
      const { db, tenant } = ground;
      const table = await emptyTable(idAndName());
      const copy = await emptyTable(idAndName());
      await db.load(table, put("back/one.parquet", standard));
      for (const format of ["parquet", "json", "csv"] as const) {
        const options = { format, ...(format === "csv" ? { header: true, nullAs: "NULL" } : {}) } as const;
        const url = tenant.url(`back-${format}/`);
        await db.unload(`select * from ${table}`, url, options);
        await db.query(`delete from ${copy}`);
        expect((await db.load(copy, url, options)).rows).toBe(4);
        expect(await rowsOf(copy)).toEqual(await rowsOf(table));
      }
    });

    const broken = "1,one\nx,two\n3,three\n4,four,more\n5,five\n";

    it("loads nothing where a row cannot be read, and tells file, line, column, value and reason", async () => {
      const table = await emptyTable(idAndName());
      const url = put("broken/one.csv", broken);
      const error = await failure(ground.db.load(table, url, { format: "csv" }));
      expect(error).toBeInstanceOf(WarehouseError);
      expect(error).toMatchObject({ code: "QUERY" });
      const [first] = (error as WarehouseError).rowErrors ?? [];
      expect(first).toMatchObject({ file: url, line: 2, value: "x" });
      expect(first?.column?.toLowerCase()).toBe("id");
      expect(first?.reason).not.toBe("");
      expect(JSON.stringify(error)).not.toContain("rowErrors");
      expect(await rowsOf(table)).toEqual([]);
    });

    it("leaves rows out that cannot be read, as many as are allowed, and tells of them", async () => {
      const table = await emptyTable(idAndName());
      const url = put("skipped/one.csv", broken);
      const result = await ground.db.load(table, url, { format: "csv", onError: "continue" });
      expect(result).toMatchObject({ rows: 3, errorCount: 2 });
      expect(result.files).toEqual([{ url, rows: 3, errors: 2 }]);
      expect(result.errors.map(({ file, line }) => [file, line])).toEqual([
        [url, 2],
        [url, 4],
      ]);
      expect((await rowsOf(table)).map(({ id }) => id)).toEqual([1, 3, 5]);
      const enough = await emptyTable(idAndName());
      expect((await ground.db.load(enough, url, { format: "csv", onError: 2 })).rows).toBe(3);
      const tooFew = await emptyTable(idAndName());
      const error = await failure(ground.db.load(tooFew, url, { format: "csv", onError: 1 }));
      expect(error).toMatchObject({ code: "QUERY" });
      expect((error as WarehouseError).rowErrors?.length).toBeGreaterThan(0);
      expect(await rowsOf(tooFew)).toEqual([]);
    });

    it("only looks, where that is asked for", async () => {
      const table = await emptyTable(idAndName());
      const url = put("dry/one.csv", broken);
      const result = await ground.db.load(table, url, { format: "csv", dryRun: true, onError: "continue" });
      expect(result).toMatchObject({ rows: 3, errorCount: 2 });
      expect(await rowsOf(table)).toEqual([]);
      expect(
        (await ground.db.load(table, put("dry-fine/one.csv", "1,one\n"), { format: "csv", dryRun: true })).rows,
      ).toBe(1);
      expect(await rowsOf(table)).toEqual([]);
    });

    it("passes over what is loaded already where the warehouse knows, and loads it again where that is asked for", async () => {
      const { db, tenant } = ground;
      const table = await emptyTable(idAndName());
      const url = put("again/one.csv", "1,one\n");
      await db.load(table, url, { format: "csv" });
      if (tenant.type === "snowflake") {
        expect(await db.load(table, url, { format: "csv" })).toMatchObject({ rows: 0, files: [] });
        expect(await rowsOf(table)).toHaveLength(1);
      } else {
        expect(await failure(db.load(table, url, { format: "csv", force: false }))).toMatchObject({
          code: "UNSUPPORTED",
        });
      }
      expect((await db.load(table, url, { format: "csv", force: true })).rows).toBe(1);
      expect(await rowsOf(table)).toHaveLength(2);
    });

    it("takes tables, columns and prefixes of any name", async () => {
      const { db, tenant } = ground;
      const types = typeNames[tenant.type];
      const name = `hostile "name"; drop table x; --' é ${tenant.type}`;
      const table = tenant.type === "redshift" ? sql.id("publish", name) : sql.id(name);
      await db.query(
        sql`create table ${table} (${sql.id(`co"l'umn`)} ${sql.raw(types.text)}, ${sql.id("select")} ${sql.raw(types.integer)})`,
      );
      const url = put(`it's a "prefix" \\ é ; --/one file.csv`, `'; drop table x; --,7\n`);
      expect((await db.load(table, url, { format: "csv", columns: [`co"l'umn`, "select"] })).rows).toBe(1);
      const { rows } = await db.query(sql`select * from ${table}`);
      expect(rows).toEqual([{ [`co"l'umn`]: "'; drop table x; --", select: 7 }]);
      await db.query(sql`drop table ${table}`);
    });

    it("is part of the transaction that it is in", async () => {
      const table = await emptyTable(idAndName());
      const url = put("tx/one.csv", "1,one\n");
      const undone = ground.db.transaction(async (tx) => {
        expect((await tx.load(table, url, { format: "csv" })).rows).toBe(1);
        expect((await tx.query(`select * from ${table}`)).rows).toHaveLength(1);
        throw new Error("undo");
      });
      expect(await failure(undone)).toMatchObject({ message: "undo" });
      expect(await rowsOf(table)).toEqual([]);
      const failed = ground.db.transaction(async (tx) => tx.load(table, put("tx/two.csv", broken), { format: "csv" }));
      const error = await failure(failed);
      expect(error).toMatchObject({ code: "QUERY" });
      expect((error as WarehouseError).rowErrors).toHaveLength(1);
    });

    it("tells of its progress", async () => {
      const told: Progress[] = [];
      const table = await emptyTable(idAndName());
      await ground.db.load(table, put("told/one.parquet", standard), { onProgress: (one) => told.push(one) });
      expect(told[0]).toMatchObject({ phase: "queued", rows: 0 });
      expect(told.map(({ phase }) => phase)).toContain("running");
      expect(told.at(-1)).toMatchObject({ rows: 4 });
    });

    it("is stopped on the server by a deadline, and loads nothing then", async () => {
      const { db, tenant } = ground;
      const table = await emptyTable(idAndName());
      const url = put("held/one.csv", "1,one\n");
      tenant.s3.inject({ operation: "GetObject", key: /\/held\//, kind: "hold" });
      const controller = new AbortController();
      const loading = failure(db.load(table, url, { format: "csv", signal: controller.signal }));
      await vi.waitFor(() => expect(tenant.works()).toBe(true));
      controller.abort(new Error("enough"));
      expect(await loading).toBe(controller.signal.reason);
      tenant.s3.release();
      await vi.waitFor(() => expect(tenant.running()).toBe(0));
      expect(await rowsOf(table)).toEqual([]);
    });

    it("loads nothing from a bucket that fails half-way", async () => {
      const { tenant, db } = ground;
      const table = await emptyTable(idAndName());
      for (const part of [1, 2, 3]) put(`failing/${part}.csv`, `${part},part\n`);
      const undo = tenant.s3.inject({
        operation: "GetObject",
        key: /failing\/3/,
        kind: "error",
        code: "AccessDenied",
        status: 403,
        times: Infinity,
      });
      expect(await failure(db.load(table, tenant.url("failing/"), { format: "csv" }))).toMatchObject({ code: "QUERY" });
      undo();
      expect(await rowsOf(table)).toEqual([]);
      expect((await db.load(table, tenant.url("failing/"), { format: "csv" })).rows).toBe(3);
    });

    it("refuses what cannot be before anything is sent", async () => {
      const { db, tenant } = ground;
      const url = tenant.url("refused/");
      const wrong: (() => Promise<unknown>)[] = [
        async () => db.load("a.b.c", url),
        async () => db.load("t", "https://example.com/x"),
        async () => db.load("t", url, { columns: [] }),
        async () => db.load("t", url, { onError: -1 }),
        async () => db.load("t", url, { header: true }),
        async () => db.load("t", url, { format: "csv", delimiter: ",," }),
        async () => db.load("t", url, { foo: 1 } as never),
      ];
      const before = tenant.statements();
      for (const refused of wrong) expect(await failure(refused())).toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(tenant.statements()).toBe(before);
    });
  });
}
