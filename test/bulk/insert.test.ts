import { afterAll, beforeAll, describe, inject } from "vitest";
import { connectWarehouse, type Warehouse } from "peak-warehouse";
import { startRedshift, startSnowflake, type RedshiftStandIn, type SnowflakeStandIn } from "peak-warehouse/testing";
import { inserts } from "../contract/inserts.ts";
import { redshiftCredentials, snowflakeCredentials } from "../integration/credentials.ts";
import type { Tenant } from "../contract/tenant.ts";

describe("insert", () => {
  let redshift: RedshiftStandIn;
  let snowflake: SnowflakeStandIn;
  beforeAll(async () => {
    redshift = await startRedshift({ postgres: inject("postgres") });
    snowflake = await startSnowflake();
  });
  afterAll(async () => {
    await redshift.close();
    await snowflake.close();
  });
  const connect = {
    redshift: async (): Promise<Warehouse> =>
      connectWarehouse({ credentials: redshiftCredentials(redshift), tls: false }),
    snowflake: async (): Promise<Warehouse> =>
      connectWarehouse({ credentials: snowflakeCredentials(snowflake), tls: false }),
  };
  for (const type of ["redshift", "snowflake"] as const) {
    describe(`on ${type}`, () =>
      inserts(async () =>
        Promise.resolve<Tenant>({
          type,
          connect: connect[type],
          table: (name) => name,
          slow: () => "select 1",
          close: async () => Promise.resolve(),
        }),
      ));
  }
});
