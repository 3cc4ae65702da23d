import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { connectWarehouse, WarehouseError, type Warehouse } from "peak-warehouse";
import { startRedshift, type RedshiftStandIn } from "peak-warehouse/testing";
import { startSnowflake, type SnowflakeStandIn } from "peak-warehouse/testing";
import { redshiftCredentials, snowflakeCredentials } from "./credentials.ts";

describe("several tenants in one process", () => {
  let redshift: RedshiftStandIn;
  let east: SnowflakeStandIn;
  let west: SnowflakeStandIn;
  const tenants: Warehouse[] = [];

  beforeAll(async () => {
    redshift = await startRedshift({ postgres: inject("postgres") });
    [east, west] = await Promise.all([startSnowflake(), startSnowflake()]);
    tenants.push(
      await connectWarehouse({ credentials: redshiftCredentials(redshift), tls: false }),
      await connectWarehouse({ credentials: snowflakeCredentials(east), tls: false, timezone: "Asia/Tokyo" }),
      await connectWarehouse({ credentials: snowflakeCredentials(west), tls: false, timezone: "America/Los_Angeles" }),
    );
  });
  afterAll(async () => {
    await Promise.all(tenants.map(async (db) => db.close()));
    await Promise.all([redshift.close(), east.close(), west.close()]);
  });

  it("gives each its own answers, whatever formats and zones the others have", async () => {
    // The SDK keeps these formats once for the whole process; the last answer of any connection wins there.
    for (const [index, format] of [
      [1, "DD-MON-YYYY"],
      [2, "YYYY/MM/DD"],
    ] as const) {
      await tenants[index]?.session(async (session) => {
        await session.query(`alter session set DATE_OUTPUT_FORMAT = '${format}', TIME_OUTPUT_FORMAT = 'HH12:MI AM'`);
        await session.query("select current_date as d");
      });
    }
    const queries = Array.from({ length: 1_000 }, async (_, n) => {
      const db = tenants[n % 3];
      const day = new Date(Date.UTC(2024, 0, 1 + n)).toISOString().slice(0, 10);
      const { rows } = (await db?.query(
        "select ? as n, cast(? as date) as day, cast(? as time) as t, cast('2024-01-02 03:04:05.123456' as timestamp) as ts, cast(? as numeric(12,2)) as x",
        [n, day, "13:14:15.000123", `${n}.25`],
      )) ?? { rows: [] };
      expect(rows).toEqual([{ n, day, t: "13:14:15.000123", ts: "2024-01-02T03:04:05.123456", x: `${n}.25` }]);
    });
    await Promise.all(queries);
  });

  it("reads an instant as the same instant in every zone", async () => {
    const instant = new Date("2024-07-01T12:00:00.000Z");
    for (const db of tenants) {
      const { rows } = await db.query<{ at: string }>("select ? as at", [instant]);
      expect(new Date(rows[0]?.at ?? "").getTime()).toBe(instant.getTime());
    }
  });

  it("closes one and leaves the others alone", async () => {
    const extra = await connectWarehouse({ credentials: snowflakeCredentials(east), tls: false });
    const running = tenants.map(async (db) => db.query("select 1 as one"));
    await extra.close();
    for (const result of await Promise.all(running)) expect(result.rows).toEqual([{ one: 1 }]);
    for (const db of tenants) expect((await db.query("select 2 as two")).rows).toEqual([{ two: 2 }]);
  });
});

describe("a rotated password", () => {
  it.each(["redshift", "snowflake"] as const)(
    "costs %s at most two refused logins and 32 callers nothing",
    async (type) => {
      const server =
        type === "redshift" ? await startRedshift({ postgres: inject("postgres") }) : await startSnowflake();
      const user = type === "redshift" ? (server as RedshiftStandIn).user : "PEAK";
      const known =
        type === "redshift"
          ? redshiftCredentials(server as RedshiftStandIn)
          : snowflakeCredentials(server as SnowflakeStandIn);
      let password = known.password;
      const db = await connectWarehouse({
        credentials: async () => Promise.resolve({ ...known, password }),
        tls: false,
      });
      try {
        server.setPassword(user, "rotated-1");
        password = "rotated-1";
        const work = Array.from({ length: 32 }, async (_, n) =>
          db.session(async (session) => (await session.query("select ? as n", [n])).rows),
        );
        expect(await Promise.all(work)).toEqual(Array.from({ length: 32 }, (_, n) => [{ n }]));
        const refused = server.logins().filter(({ outcome }) => !/^(?:ok|success|accepted)/i.test(outcome));
        expect(refused.length).toBeLessThanOrEqual(2);
        expect(refused.length).toBeGreaterThan(0);
      } finally {
        await db.close();
        await server.close();
      }
    },
  );

  it("gives every caller AUTHENTICATION when the new one is not known, after at most two logins", async () => {
    const server = await startSnowflake();
    const db = await connectWarehouse({ credentials: snowflakeCredentials(server), tls: false });
    try {
      server.setPassword("PEAK", "rotated-1");
      for (const { id } of server.sessions()) await server.killSession(id);
      const before = server.logins().length;
      const outcomes = await Promise.allSettled(
        Array.from({ length: 32 }, async () => db.session(async (session) => session.query("select 1"))),
      );
      const codes = outcomes.map((outcome) =>
        outcome.status === "rejected" && WarehouseError.is(outcome.reason) ? outcome.reason.code : outcome.status,
      );
      expect(new Set(codes)).toEqual(new Set(["AUTHENTICATION"]));
      expect(server.logins().length - before).toBeLessThanOrEqual(2);
      await expect(db.ping()).rejects.toMatchObject({ code: "AUTHENTICATION" });
      expect(server.logins().length - before).toBeLessThanOrEqual(2);
    } finally {
      await db.close();
      await server.close();
    }
  });
});
