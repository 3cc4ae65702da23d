import { beforeAll, describe, expect, it, vi } from "vitest";
import { sql, WarehouseError, type Progress, type UnloadResult, type Warehouse } from "peak-warehouse";
import { readBack, typesOf } from "../bulk/files.ts";
import { failure } from "../integration/opened.ts";
import { typeNames } from "./tenant.ts";
import type { BulkTenant } from "./bulk.ts";

/** The promises of `unload()`: real files, written by the warehouse, that another reader understands. */
export function unloads(ground: { tenant: BulkTenant; db: Warehouse }): void {
  const files = ({ files: written }: UnloadResult) =>
    written.map(({ url }) => {
      const bytes = ground.tenant.s3.read(url);
      if (bytes === undefined) throw new Error(`${url} is not there`);
      return bytes;
    });

  /** What another reader finds in the files: names, and rows as text, by their first column. */
  const readFiles = async (result: UnloadResult, format: "parquet" | "csv" | "json", reading = {}) => {
    const rows = await readBack(files(result), format, reading);
    return {
      names: Object.keys(rows[0] ?? {}),
      rows: rows.map((row) => Object.values(row)).sort(([a], [b]) => Number(a) - Number(b)),
    };
  };

  describe("unload", () => {
    let table: string;
    beforeAll(async () => {
      const { tenant, db } = ground;
      table = tenant.table("unloaded");
      const types = typeNames[tenant.type];
      await db.query(
        `create table ${table} (id ${types.integer}, name ${types.text}, amount ${types.decimal}, ratio ${types.float}, flag ${types.boolean}, day ${types.date}, at ${types.timestamp}, moment ${types.timestamptz})`,
      );
      await db.query(
        sql`insert into ${sql.raw(table)} values
          (${1}, ${"plain"}, ${"1.5"}, ${0.1}, ${true}, ${"2024-01-02"}, ${"2024-01-02 03:04:05.123456"}, ${"2024-01-02 03:04:05+02"}),
          (${2}, ${`it's "quoted", with\nlines \\ and é`}, ${"1234567890123456789012345678.0123456789"}, ${1e300}, ${false}, ${"1969-12-31"}, ${"1969-12-31 23:59:59.999999"}, ${"2024-06-30 23:59:59.5+00"}),
          (${3}, ${""}, ${null}, ${null}, ${null}, ${null}, ${null}, ${null}),
          (${4}, ${null}, ${"-0.0000000001"}, ${-1.5}, ${true}, ${"9999-12-31"}, ${"2024-02-29 00:00:00"}, ${"2024-01-01 00:00:00+00"})`,
      );
    });

    it("writes Parquet with the names, types and values of the query, exactly", async () => {
      const url = ground.tenant.url("exact/");
      const result = await ground.db.unload(`select * from ${table}`, url);
      expect(result).toMatchObject({ rows: 4, manifest: undefined });
      expect(result.files.every((file) => file.url.startsWith(url))).toBe(true);
      expect(result.files.reduce((sum, { rows }) => sum + rows, 0)).toBe(4);
      expect(result.bytes).toBe(files(result).reduce((sum, { length }) => sum + length, 0));
      const found = await readFiles(result, "parquet");
      expect(found.names).toEqual(["id", "name", "amount", "ratio", "flag", "day", "at", "moment"]);
      expect(await typesOf(files(result)[0] ?? "")).toMatchObject({
        amount: "DECIMAL(38,10)",
        ratio: "DOUBLE",
        day: "DATE",
        name: "VARCHAR",
      });
      expect(found.rows).toEqual([
        [
          "1",
          "plain",
          "1.5000000000",
          "0.1",
          "true",
          "2024-01-02",
          "2024-01-02 03:04:05.123456",
          "2024-01-02 01:04:05",
        ],
        [
          "2",
          `it's "quoted", with\nlines \\ and é`,
          "1234567890123456789012345678.0123456789",
          "1e+300",
          "false",
          "1969-12-31",
          "1969-12-31 23:59:59.999999",
          "2024-06-30 23:59:59.5",
        ],
        ["3", "", null, null, null, null, null, null],
        ["4", null, "-0.0000000001", "-1.5", "true", "9999-12-31", "2024-02-29 00:00:00", "2024-01-01 00:00:00"],
      ]);
    });

    it("writes CSV in which NULL and the empty text are two things, compressed where that is asked for", async () => {
      const result = await ground.db.unload(`select id, name from ${table}`, ground.tenant.url("csv/"), {
        format: "csv",
        header: true,
        nullAs: "NULL",
        compression: "gzip",
      });
      const found = await readFiles(result, "csv", { nullText: "NULL" });
      expect(found.names).toEqual(["id", "name"]);
      expect(found.rows).toEqual([
        ["1", "plain"],
        ["2", `it's "quoted", with\nlines \\ and é`],
        ["3", ""],
        ["4", null],
      ]);
      expect(result.rows).toBe(4);
    });

    it("writes JSON, an object a line", async () => {
      const result = await ground.db.unload(`select id, name from ${table}`, ground.tenant.url("json/"), {
        format: "json",
      });
      const found = await readFiles(result, "json");
      expect(found.rows).toEqual([
        ["1", "plain"],
        ["2", `it's "quoted", with\nlines \\ and é`],
        ["3", ""],
        ["4", null],
      ]);
    });

    it("puts the values of a text, a fragment and knex into the query, whatever they hold", async () => {
      const { db, tenant } = ground;
      const hostile = `'; drop table t; -- \\' " é ? $1 :a`;
      const sources = [
        [`select ? as a, ? as b from ${table} where id = ?`, { params: [hostile, -5, 1] }],
        [sql`select ${hostile} as a, 0 -${-5} as b, ${1.5} as c from ${sql.raw(table)} where id in (${[1]})`, {}],
        [
          db.knex
            .select(db.knex.raw("? as a", [hostile]))
            .from(db.knex.raw(table))
            .where("id", 1),
          {},
        ],
      ] as const;
      for (const [index, [source, options]] of sources.entries()) {
        const result = await db.unload(source, tenant.url(`values-${index}/`), options);
        const { rows } = await readFiles(result, "parquet");
        expect(rows[0]?.[0]).toBe(hostile);
      }
    });

    it("gives its rows as query does, with every kind of value written into it", async () => {
      const { db, tenant } = ground;
      const values = {
        whole: -7,
        big: 2n ** 70n,
        real: -0.1,
        yes: true,
        text: "a\\'b",
        at: new Date("2024-01-02T03:04:05.678Z"),
        none: null,
      };
      const typed = (name: string, value: unknown) =>
        name === "big" ? sql`cast(${value} as decimal(38, 0))` : sql`${value}`;
      const columns = sql.join(
        Object.entries(values).map(([name, value]) => sql`${typed(name, value)} as ${sql.id(name)}`),
      );
      const result = await db.unload(sql`select ${columns}`, tenant.url("kinds/"));
      const { rows } = await readFiles(result, "parquet");
      expect(rows[0]?.slice(0, 5)).toEqual(["-7", String(2n ** 70n), "-0.1", "true", "a\\'b"]);
      expect(rows[0]?.[5]).toMatch(/^2024-01-02 03:04:05\.678/);
      expect(rows[0]?.[6]).toBeNull();
    });

    it("puts files into folders by the values of columns, which stay in the files", async () => {
      const url = ground.tenant.url("parts/");
      const result = await ground.db.unload(`select id, name, day from ${table} where id < 4`, url, {
        partitionBy: "day",
      });
      expect(new Set(result.files.map((file) => file.url.slice(url.length).split("/")[0]))).toEqual(
        new Set(["day=2024-01-02", "day=1969-12-31", "day=__HIVE_DEFAULT_PARTITION__"]),
      );
      const found = await readFiles(result, "parquet");
      expect(found.names).toEqual(["id", "name", "day"]);
      expect(found.rows).toHaveLength(3);
    });

    it("is refused where files are, unless it is told to overwrite or to clean", async () => {
      const { db, tenant } = ground;
      const url = tenant.url("again/");
      const query = `select id from ${table}`;
      await db.unload(query, url, { single: true });
      tenant.s3.write(`${url}other.txt`, "kept");
      expect(await failure(db.unload(query, url))).toMatchObject({ code: "QUERY" });
      const replaced = await db.unload(query, url, { overwrite: "replace", single: true });
      expect(replaced.rows).toBe(4);
      expect(tenant.s3.read(`${url}other.txt`)).toBeDefined();
      const cleaned = await db.unload(query, url, { overwrite: "clean" });
      const bucket = new URL(url).host;
      const prefix = url.slice(`s3://${bucket}/`.length);
      expect(tenant.s3.objects(bucket, prefix).map(({ key }) => `s3://${bucket}/${key}`)).toEqual(
        cleaned.files.map((file) => file.url),
      );
    });

    it("writes one file, and files of a size, where that is asked for", async () => {
      const { db, tenant } = ground;
      const single = await db.unload(`select id from ${table}`, tenant.url("single/run-"), {
        single: true,
        format: "csv",
      });
      expect(single.files.map((file) => file.url)).toEqual([expect.stringMatching(/single\/run-000/)]);
      const wide = `select a.id, b.id as other, repeat('x', 10000) as t from ${table} a cross join ${table} b cross join ${table} c cross join ${table} d cross join ${table} e`;
      const split = await db.unload(wide, tenant.url("split/"), { format: "csv", maxFileBytes: 5 * 1024 * 1024 });
      expect(split.rows).toBe(4 ** 5);
      expect(split.files.length).toBeGreaterThan(1);
      expect(Math.max(...split.files.map(({ bytes }) => bytes))).toBeLessThanOrEqual(6 * 1024 * 1024);
    });

    it("of a query without rows tells of none", async () => {
      const result = await ground.db.unload(`select id from ${table} where id < 0`, ground.tenant.url("none/"));
      expect(result).toMatchObject({ rows: 0 });
    });

    it("tells of its progress", async () => {
      const told: Progress[] = [];
      await ground.db.unload(`select id from ${table}`, ground.tenant.url("told/"), {
        onProgress: (one) => told.push(one),
      });
      expect(told[0]).toMatchObject({ phase: "queued", rows: 0, bytes: 0 });
      expect(told.map(({ phase }) => phase)).toContain("running");
      expect(told.at(-1)).toMatchObject({ rows: 4 });
      expect(told.map(({ elapsedMs }) => elapsedMs)).toEqual(
        [...told.map(({ elapsedMs }) => elapsedMs)].sort((a, b) => a - b),
      );
    });

    it("ends with what its listener throws", async () => {
      const mine = new Error("mine");
      const unloading = ground.db.unload(`select id from ${table}`, ground.tenant.url("thrown/"), {
        onProgress: ({ phase }) => {
          if (phase === "running") throw mine;
        },
      });
      expect(await failure(unloading)).toBe(mine);
    });

    it("works in a session and in a transaction", async () => {
      const { db, tenant } = ground;
      const options = { overwrite: "replace" } as const;
      await db.session(async (session) => {
        await session.query(`create temporary table unloaded_here as select 1 as a`);
        expect((await session.unload("select a from unloaded_here", tenant.url("session/"), options)).rows).toBe(1);
      });
      await db
        .transaction(async (tx) => {
          await tx.query(`delete from ${table} where id = 4`);
          expect((await tx.unload(`select id from ${table}`, tenant.url("tx/"), options)).rows).toBe(3);
          throw new Error("undo");
        })
        .catch(() => undefined);
      expect((await db.query(`select count(*) as n from ${table}`)).rows).toEqual([{ n: 4 }]);
    });

    it("is stopped on the server by a signal, and what it had written is taken away where that is asked for", async () => {
      const { db, tenant } = ground;
      tenant.s3.inject({ operation: "PutObject", key: /\/stopped\//, kind: "hold" });
      const controller = new AbortController();
      const url = tenant.url("stopped/");
      const unloading = failure(
        db.unload(`select id from ${table}`, url, { signal: controller.signal, cleanUp: true, s3: tenant.client }),
      );
      await vi.waitFor(() => expect(tenant.works()).toBe(true));
      controller.abort(new Error("enough"));
      tenant.s3.release();
      expect(await unloading).toBe(controller.signal.reason);
      expect(tenant.running()).toBe(0);
      expect(tenant.written("stopped/")).toEqual([]);
      expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    });

    it("says what it left behind when the bucket fails half-way", async () => {
      const { db, tenant } = ground;
      const undo = tenant.s3.inject({
        operation: "PutObject",
        key: /half\//,
        after: 1,
        kind: "error",
        code: "AccessDenied",
        status: 403,
      });
      const url = tenant.url("half/");
      const wide = `select a.id, b.id as other, repeat('x', 10000) as t from ${table} a cross join ${table} b cross join ${table} c cross join ${table} d cross join ${table} e`;
      const options = { format: "csv", maxFileBytes: 5 * 1024 * 1024, s3: tenant.client } as const;
      const error = await failure(db.unload(wide, url, options));
      undo();
      expect(error).toBeInstanceOf(WarehouseError);
      expect(error).toMatchObject({
        code: "QUERY",
        written: { files: [{ url: expect.stringContaining(url) as string }] },
      });
      expect(tenant.written("half/")).toHaveLength(1);
    });

    it("refuses what is no query and no location before anything is sent", async () => {
      const { db, tenant } = ground;
      const url = tenant.url("refused/");
      const wrong: (() => Promise<unknown>)[] = [
        async () => db.unload(`delete from ${table}`, url),
        async () => db.unload(`select 1; select 2`, url),
        async () => db.unload("select 1", "/tmp/x"),
        async () => db.unload("select 1", "s3://bucket"),
        async () => db.unload("select ?", url, { params: [] }),
        async () => db.unload("select 1", url, { maxFileBytes: 5 }),
        async () => db.unload("select 1", url, { compression: "gzip" }),
        async () => db.unload("select 1", url, { iamRole: "peak", integration: "" }),
        async () => db.unload("select 1", url, { onProgress: "no" as never }),
        async () => db.unload("select 1", url, { cleanUp: true, overwrite: "clean" }),
      ];
      const before = tenant.statements();
      for (const refused of wrong) expect(await failure(refused())).toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(tenant.statements() - before).toBeLessThanOrEqual(1);
    });
  });
}
