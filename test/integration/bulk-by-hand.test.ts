import { describe, expect, it } from "vitest";
import { WarehouseError, type Warehouse, type WarehouseSession } from "peak-warehouse";
import { groupedParquet } from "../bulk/files.ts";
import { bulkPlace } from "./bulk-tenants.ts";
import { failure } from "./opened.ts";

for (const type of ["redshift", "snowflake"] as const) {
  describe(`data in bulk on ${type}, in a transaction that was begun by hand`, () => {
    const place = bulkPlace(type);
    const columns = "id bigint, name varchar(100)";
    const csv = { format: "csv" } as const;
    const count = async (db: Pick<Warehouse, "query">, table: string) =>
      (await db.query<{ n: number }>(`select count(*) as n from ${table}`)).rows[0]?.n;

    it("neither commits nor undoes it", async () => {
      const mine = await place.table(columns);
      const table = await place.table(columns);
      const folder = place.folder();
      const url = place.put(`${folder}a.csv`, "1,a\n");
      const parquet = place.put(`${folder}b.parquet`, (await groupedParquet(3, 2048)).bytes);
      const works: ((session: WarehouseSession) => Promise<unknown>)[] = [
        async (session) => session.load(table, url, csv),
        async (session) => session.load(table, url, { ...csv, onProgress: () => undefined }),
        async (session) => session.load(table, url, { ...csv, dryRun: true }),
        async (session) => session.load(table, url, { ...csv, onError: 1 }),
        async (session) => session.load(table, parquet, { columns: ["id", "name"] }),
        async (session) => session.unload("select 1 as a", place.folder()),
        async (session) => session.unload("select 1 as a", place.folder(), { overwrite: "clean" }),
        async (session) => session.unload("select 1 as a", place.folder(), { overwrite: "replace" }),
      ];
      for (const work of works) {
        await place.db.session(async (session) => {
          await session.query("begin");
          await session.query(`insert into ${mine} values (7, 'mine')`);
          const error = await failure(work(session));
          if (error !== "nothing failed") expect(error).toMatchObject({ code: "UNSUPPORTED" });
          expect(await count(place.db, mine)).toBe(0);
          expect(await count(session, mine)).toBe(1);
          await session.query("rollback");
        });
        expect(await count(place.db, mine)).toBe(0);
      }
    });

    it("tells the rows that stopped a load all the same", async () => {
      const table = await place.table(columns);
      const url = place.put(`${place.folder()}a.csv`, "x,a\n");
      await place.db.session(async (session) => {
        await session.query("begin");
        const error = (await failure(session.load(table, url, csv))) as WarehouseError;
        expect(error.rowErrors).toMatchObject([{ file: url, line: 1, column: "id", value: "x" }]);
        await session.query("rollback");
      });
    });
  });
}
