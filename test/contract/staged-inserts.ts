import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WarehouseError, type Warehouse } from "peak-warehouse";
import { failure } from "../integration/opened.ts";
import { generators } from "./binds.ts";
import { typeNames, type WrittenType } from "./tenant.ts";
import type { BulkTenant } from "./bulk.ts";

/** The promises of `insert()` by way of a bucket. */
export function stagedInserts(ground: { tenant: BulkTenant; db: Warehouse }): void {
  let tables = 0;
  const table = async (columns: string): Promise<string> => {
    const name = ground.tenant.table(`staged_${++tables}`);
    await ground.db.query(`create table ${name} (${columns})`);
    return name;
  };
  const via = (): { via: string; s3: BulkTenant["client"] } => ({
    via: ground.tenant.url("staged/"),
    s3: ground.tenant.client,
  });
  const count = async (name: string) => (await ground.db.query(`select count(*) as n from ${name}`)).rows[0]?.n;

  describe("insert by way of a bucket", () => {
    const carried: readonly WrittenType[] = [
      "integer",
      "decimal",
      "float",
      "boolean",
      "text",
      "date",
      "timestamp",
      "timestamptz",
    ];

    it("puts every value of every type that Parquet carries into the table, and takes its files away", async () => {
      const types = typeNames[ground.tenant.type];
      const names = carried.map((type) => `c_${type} ${types[type]}`);
      const small = ground.tenant.type === "redshift" ? ["s smallint", "i integer", "r real", "n numeric(9,0)", "m numeric(9,2)"] : ["s number(4,0)", "i number(9,0)", "r float", "n number(20,0)", "m number(9,2)"]; // prettier-ignore
      const name = await table(["id integer", ...small, ...names].join(", "));
      const samples = carried.map((type) => fc.sample(generators[type], { numRuns: 50, seed: 7 }));
      const rows = Array.from({ length: 51 }, (_, id) => ({
        id,
        s: id === 0 ? null : -id,
        i: id === 1 ? null : 2_000_000 * id,
        r: id / 4,
        n: 123_456_789,
        m: "-1234567.50",
        ...Object.fromEntries(carried.map((type, at) => [`c_${type}`, samples[at]?.[id] ?? null])),
      }));
      const seen: string[] = [];
      const result = await ground.db.insert(name, rows, { ...via(), onProgress: ({ phase }) => seen.push(phase) });
      expect(result).toMatchObject({ rows: 51, files: [{ url: expect.stringMatching(/staged\/peak-insert-[\w-]+\/part-00000\.parquet$/) as string }] }); // prettier-ignore
      expect(result.written).toBeUndefined();
      expect(new Set(seen)).toEqual(new Set(["queued", "writing", "running"]));
      expect((await ground.db.query(`select * from ${name} order by id`)).rows).toEqual(rows);
      expect(ground.tenant.written("staged/")).toEqual([]);
    });

    it("takes some of the columns, in the rows' own order, and leaves the others to the table", async () => {
      const name = await table("id integer, a varchar(10), b varchar(10)");
      await ground.db.insert(name, [{ b: "b", id: 1 }], via());
      expect((await ground.db.query(`select * from ${name}`)).rows).toEqual([{ id: 1, a: null, b: "b" }]);
    });

    it("refuses columns that no Parquet carries, before anything is staged", async () => {
      const { json, binary } = typeNames[ground.tenant.type];
      const name = await table(`id integer, j ${json}, b ${binary}`);
      const error = await failure(ground.db.insert(name, [{ id: 1, j: {}, b: new Uint8Array(1) }], via()));
      expect(error).toMatchObject({ code: "UNSUPPORTED", message: /"j".*"b"/ });
      expect(ground.tenant.written("staged/")).toEqual([]);
    });

    it("leaves neither rows nor files where a row, the source or the load fails", async () => {
      const name = await table("id integer, a varchar(3)");
      const mine = new Error("the source has failed");
      const failing = function* () {
        for (let id = 0; id < 20_000; id++) yield { id, a: "a" };
        throw mine;
      };
      expect(await failure(ground.db.insert(name, failing(), via()))).toBe(mine);
      const wrong = [
        { id: 1, a: "a" },
        { id: 2, a: "much too long" },
      ];
      await expect(ground.db.insert(name, wrong, via())).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        rowIndex: 1,
      });
      await ground.db.query(`drop table ${name}`);
      await ground.db.query(`create table ${name} (id integer, a varchar(3) not null)`);
      const refused = await failure(ground.db.insert(name, [{ id: 1, a: null }], via()));
      expect(refused).toBeInstanceOf(WarehouseError);
      expect(await count(name)).toBe(0);
      expect(ground.tenant.written("staged/")).toEqual([]);
    });

    it("is stopped by its signal, and leaves neither rows nor files", async () => {
      const name = await table("id integer");
      const controller = new AbortController();
      const reason = new Error("enough");
      const source = async function* () {
        for (let id = 0; ; id++) {
          if (id === 30_000) controller.abort(reason);
          yield await Promise.resolve({ id });
        }
      };
      const stopped = ground.db.insert(name, source(), { ...via(), signal: controller.signal });
      expect(await failure(stopped)).toBe(reason);
      expect(await count(name)).toBe(0);
      expect(ground.tenant.written("staged/")).toEqual([]);
    });

    it("stages as many files as it takes, and tells those that it could not take away", async () => {
      const name = await table("id integer, t varchar(60000)");
      const source = function* () {
        for (let id = 0; id < 1_200; id++) yield { id, t: String(id % 10).repeat(60_000) };
      };
      const undo = ground.tenant.s3.inject({
        operation: "DeleteObjects",
        kind: "error",
        code: "AccessDenied",
        times: Infinity,
      });
      try {
        const result = await ground.db.insert(name, source(), via());
        expect(result.rows).toBe(1_200);
        expect(result.files?.length).toBe(2);
        expect(result.written?.files).toEqual(result.files);
        expect(ground.tenant.written("staged/")).toEqual(result.files?.map(({ url }) => url));
        const { rows } = await ground.db.query(`select count(*) as n, sum(length(t)) as chars from ${name}`);
        expect(rows).toEqual([{ n: 1_200, chars: 72_000_000 }]);
        await ground.db.query(`drop table ${name}`);
        await ground.db.query(`create table ${name} (id integer, t varchar(60000) not null)`);
        const error = await failure(ground.db.insert(name, [{ id: 1, t: null }], via()));
        expect(error).toMatchObject({ written: { files: [{ url: expect.stringContaining("part-00000") as string }] } });
      } finally {
        undo();
      }
      const left = ground.tenant.written("staged/");
      expect(left).toHaveLength(3);
      for (const url of left) ground.tenant.s3.remove(url);
    });

    it("gives the bucket's own refusal, and inserts nothing", async () => {
      const name = await table("id integer");
      const undo = ground.tenant.s3.inject({
        operation: "PutObject",
        kind: "error",
        code: "AccessDenied",
        times: Infinity,
      });
      await expect(ground.db.insert(name, [{ id: 1 }], via())).rejects.toMatchObject({
        code: "STORAGE",
        vendorCode: "AccessDenied",
      });
      undo();
      expect(await count(name)).toBe(0);
    });

    it("wants a place for what says how the warehouse reaches it", async () => {
      const name = await table("id integer");
      const code = "INVALID_ARGUMENT";
      await expect(ground.db.insert(name, [{ id: 1 }], { via: "bucket" })).rejects.toMatchObject({ code });
      await expect(ground.db.insert(name, [{ id: 1 }], { s3: ground.tenant.client })).rejects.toMatchObject({ code });
    });
  });
}
