import { S3Client } from "@aws-sdk/client-s3";
import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { WarehouseError, type Warehouse } from "peak-warehouse";
import { groupedParquet } from "../bulk/files.ts";
import { bulkPlace } from "./bulk-tenants.ts";
import { failure } from "./opened.ts";

for (const type of ["redshift", "snowflake"] as const) {
  describe(`data in bulk on ${type}, stopped and failing`, () => {
    const place = bulkPlace(type);
    const onSnowflake = type === "snowflake";
    const columns = "id bigint, name varchar(100)";
    const csv = { format: "csv" } as const;
    const refusal = async (work: Promise<unknown>) => (await failure(work)) as WarehouseError;
    const count = async (db: Pick<Warehouse, "query">, table: string) =>
      (await db.query<{ n: number }>(`select count(*) as n from ${table}`)).rows[0]?.n;

    /** Aborts work once something is held, and gives what it was rejected with. */
    const stopped = async (work: (signal: AbortSignal) => Promise<unknown>, isHeld: () => boolean) => {
      const controller = new AbortController();
      const ended = failure(work(controller.signal));
      await vi.waitFor(() => expect(isHeld()).toBe(true), 5_000);
      controller.abort(new Error("enough"));
      const reason = await ended;
      // What is let go before the server has been told would still be done.
      await vi.waitFor(() => expect(isHeld()).toBe(false), 5_000);
      place.local.s3.release();
      expect(reason).toBe(controller.signal.reason);
    };
    const isRunning = (pattern: RegExp) => () => place.local[type].running().some(({ sql }) => pattern.test(sql));
    const hold = (operation: "ListObjectsV2" | "PutObject" | "GetObject" | "DeleteObjects", after = 0) =>
      place.local.s3.inject({ operation, kind: "hold", after });

    it("leaves nothing behind on a session whose unload was stopped, whatever it was at", async () => {
      const db = await place.connect({ pool: { max: 1 } });
      const phases = [
        ["ListObjectsV2", "error"],
        ["DeleteObjects", "clean"],
        ["PutObject", "error"],
        ["PutObject", "replace"],
      ] as const;
      const each = phases.flatMap((phase) => [[...phase, undefined] as const, [...phase, () => undefined] as const]);
      for (const [operation, overwrite, onProgress] of each) {
        const url = place.folder();
        if (overwrite === "clean") place.put(`${url}old.txt`, "old");
        hold(operation);
        await stopped(
          async (signal) => db.unload("select 1 as a", url, { overwrite, signal, onProgress }),
          isRunning(/^(?:unload|copy|list|remove)/i),
        );
        await vi.waitFor(() => expect(place.running()).toBe(0));
        expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
        if (onSnowflake) expect((await db.query("show stages")).rows).toEqual([]);
      }
    });

    it("leaves nothing behind on a session whose load was stopped, and no row in the table", async () => {
      const db = await place.connect({ pool: { max: 1 } });
      const table = await place.table(columns);
      const url = place.put(`${place.folder()}a.csv`, "1,a\n");
      const parquet = place.put(`${place.folder()}a.parquet`, (await groupedParquet(3, 2048)).bytes);
      const loads = [
        async (signal: AbortSignal) => db.load(table, url, { ...csv, signal }),
        async (signal: AbortSignal) => db.load(table, url, { ...csv, signal, onProgress: () => undefined }),
        async (signal: AbortSignal) =>
          db.load(table, url, { ...csv, dryRun: true, signal, onProgress: () => undefined }),
        async (signal: AbortSignal) => db.load(table, url, { ...csv, onError: 1, signal }),
        async (signal: AbortSignal) => db.load(table, parquet, { columns: ["id", "name"], signal }),
      ];
      for (const load of loads) {
        hold("GetObject");
        await stopped(load, isRunning(/^copy/i));
        await vi.waitFor(() => expect(place.running()).toBe(0));
        expect(await count(db, table)).toBe(0);
        if (onSnowflake) {
          expect((await db.query("show stages")).rows).toEqual([]);
          expect((await db.query("select current_transaction() as id")).rows).toEqual([{ id: null }]);
        }
      }
      expect((await db.load(table, url, csv)).rows).toBe(1);
    });

    it("gives a session back to its user as it was, after a load that was stopped", async () => {
      const table = await place.table(columns);
      const url = place.put(`${place.folder()}a.csv`, "1,a\n");
      await place.db.session(async (session) => {
        hold("GetObject");
        await stopped(
          async (signal) => session.load(table, url, { ...csv, dryRun: true, signal }),
          isRunning(/^copy/i),
        );
        await session.query(`insert into ${table} values (7, 'mine')`);
        // It was no part of a transaction that is still open.
        expect(await count(place.db, table)).toBe(1);
      });
      expect(await count(place.db, table)).toBe(1);
    });

    if (onSnowflake) {
      it("ends a session on which it could not take back what it had begun", async () => {
        const table = await place.table(columns);
        const url = place.put(`${place.folder()}a.csv`, "1,a\n");
        const heal: (() => void)[] = [];
        const work = place.db.session(async (session) => {
          hold("GetObject");
          const loading = refusal(session.load(table, url, { ...csv, dryRun: true, timeoutMs: 300 }));
          await vi.waitFor(() => expect(isRunning(/^copy/i)()).toBe(true), 5_000);
          heal.push(place.local.snowflake.inject({ operation: "abort", kind: "hang", times: Infinity }));
          expect(await loading).toMatchObject({ code: "TIMEOUT" });
          await session.query(`insert into ${table} values (7, 'mine')`);
        });
        expect(await refusal(work)).toMatchObject({ code: "CONNECTION" });
        heal.forEach((undo) => undo());
        place.local.s3.release();
        await vi.waitFor(() => expect(place.running()).toBe(0));
        expect(await count(place.db, table)).toBe(0);
      });
    }

    it("waits for a session no longer than it may, and has then done nothing", async () => {
      const db = await place.connect({ pool: { max: 1 } });
      const table = await place.table(columns);
      await db.session(async () => {
        const late = { timeoutMs: 50 };
        const waiting = { code: "TIMEOUT", phase: "acquire", effect: "none" };
        expect(await refusal(db.unload("select 1 as a", place.folder(), late))).toMatchObject(waiting);
        expect(await refusal(db.load(table, place.folder(), late))).toMatchObject(waiting);
        const gone = { signal: AbortSignal.abort(new Error("gone")) };
        expect(await failure(db.load(table, place.folder(), gone))).toBe(gone.signal.reason);
      });
    });

    it("says of a deadline what it has come to, where the server has said so", async () => {
      const table = await place.table(columns);
      const url = place.put(`${place.folder()}a.csv`, "1,a\n");
      hold("GetObject");
      const error = await refusal(place.db.load(table, url, { ...csv, onError: 1, timeoutMs: 300 }));
      place.local.s3.release();
      expect(error).toMatchObject({ code: "TIMEOUT", effect: onSnowflake ? "rolled back" : "unknown" });
      await vi.waitFor(() => expect(place.running()).toBe(0));
      expect(await count(place.db, table)).toBe(0);
    });

    it("cleans up nothing that somebody else has written meanwhile", async () => {
      const url = place.folder();
      const options = { cleanUp: true, s3: place.client } as const;
      const other = `${url}other.txt`;
      // The first to look is the client here, the second the warehouse.
      hold("ListObjectsV2", 1);
      const unloading = refusal(place.db.unload("select 1 as a", url, options));
      await vi.waitFor(() => expect(isRunning(/^(?:unload|list)/i)()).toBe(true), 5_000);
      place.put(other, "theirs");
      place.local.s3.release();
      const error = await unloading;
      expect(error).toMatchObject({ code: "QUERY", effect: "none" });
      expect(error.message).toContain("overwrite");
      expect(place.files(url)).toEqual([other]);
    });

    it("cleans up nothing where the unload was stopped before it began", async () => {
      const url = place.folder();
      const other = `${url}other.txt`;
      hold("ListObjectsV2");
      const controller = new AbortController();
      const unloading = failure(
        place.db.unload("select 1 as a", url, { cleanUp: true, s3: place.client, signal: controller.signal }),
      );
      place.put(other, "theirs");
      await new Promise((resolve) => setImmediate(resolve));
      controller.abort(new Error("enough"));
      place.local.s3.release();
      expect(await unloading).toBe(controller.signal.reason);
      expect(place.files(url)).toEqual([other]);
    });

    it("tells what is left where it cannot be taken away", async () => {
      const url = place.folder();
      const wide = `select repeat('x', 60000) as t from (${Array.from({ length: 200 }, (_, n) => `select ${n} as n`).join(" union all ")}) as many`;
      const { s3 } = place.local;
      const put = s3.inject({ operation: "PutObject", after: 1, kind: "error", code: "AccessDenied", status: 403 });
      const remove = s3.inject({ operation: "DeleteObjects", kind: "error", code: "AccessDenied", status: 403 });
      const options = { format: "csv", maxFileBytes: 5 * 1024 * 1024, cleanUp: true, s3: place.client } as const;
      const error = await refusal(place.db.unload(wide, url, options));
      put();
      remove();
      expect(error.code).toBe("QUERY");
      expect(error.written?.files?.map((file) => file.url)).toEqual(place.files(url));
      expect(place.files(url)).toHaveLength(1);
    });

    it("shows no secret of a client that S3 refuses", async () => {
      const { endpoint, region, accessKeyId } = place.local.s3;
      const wrong = {
        accessKeyId: "AKIAWRONGWRONGWRONG1",
        secretAccessKey: "very-secret-very-secret",
        sessionToken: "token-secret",
      };
      for (const credentials of [wrong, { ...wrong, accessKeyId }]) {
        const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
        const error = await refusal(place.db.unload("select 1 as a", place.folder(), { s3 }));
        s3.destroy();
        expect(error).toMatchObject({ code: "STORAGE", effect: "none" });
        const shown = `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)} ${String(error.stack)}`;
        for (const secret of [credentials.accessKeyId, ...Object.values(wrong)]) expect(shown).not.toContain(secret);
      }
    });

    it("ends with what its listener rejects with, and uses the session on", async () => {
      const mine = new Error("mine");
      const db = await place.connect({ pool: { max: 2 } });
      hold("PutObject");
      const unloading = failure(
        db.unload("select 1 as a", place.folder(), {
          onProgress: async ({ phase }) => {
            await Promise.resolve();
            if (phase === "running") throw mine;
          },
        }),
      );
      expect(await unloading).toBe(mine);
      place.local.s3.release();
      expect((await db.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    });

    it("serves a listener that asks the warehouse, and many at once on one session", async () => {
      const db = await place.connect({ pool: { max: 2 } });
      const asked: Promise<unknown>[] = [];
      const table = await place.table(columns);
      await db.session(async (session) => {
        const results = await Promise.all(
          [1, 2, 3].map(async (n) => {
            const url = place.folder();
            const onProgress = () => asked.push(db.query("select 1 as one"));
            await session.unload(`select ${n} as id, 'x' as name`, url, { ...csv, onProgress });
            return session.load(table, url, csv);
          }),
        );
        expect(results.map(({ rows }) => rows)).toEqual([1, 1, 1]);
      });
      await Promise.all(asked);
      expect(await count(db, table)).toBe(3);
    });

    if (!onSnowflake) {
      it("says that the rows are in the table where only what was loaded could not be asked", async () => {
        const table = await place.table(columns);
        const url = place.put(`${place.folder()}a.csv`, "1,a\n");
        const release = place.local.redshift.inject({ statement: "sys_load_history", kind: "hold", times: Infinity });
        const error = await refusal(place.db.load(table, url, { ...csv, timeoutMs: 500 }));
        release();
        expect(error).toMatchObject({ code: "TIMEOUT", effect: "unknown", retryable: false });
        expect(error.message).toContain("The rows were loaded");
        expect(await count(place.db, table)).toBe(1);
      });
    }

    it("stops on the server what close() no longer waits for", async () => {
      const db = await place.connect();
      hold("PutObject");
      const unloading = refusal(db.unload("select 1 as a", place.folder()));
      await vi.waitFor(() => expect(isRunning(/^(?:unload|copy)/i)()).toBe(true), 5_000);
      await db.close({ timeoutMs: 1 });
      expect(await unloading).toMatchObject({ code: "CLOSED" });
      await vi.waitFor(() => expect(place.running()).toBe(0));
      place.local.s3.release();
    });
  });
}
