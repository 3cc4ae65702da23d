import { afterAll, beforeAll, describe, inject } from "vitest";
import { connectWarehouse } from "peak-warehouse";
import { startLocalWarehouses, type LocalWarehouses } from "peak-warehouse/testing";
import { bulk, bulkTenant } from "../contract/bulk.ts";

describe("data in bulk", () => {
  let local: LocalWarehouses;
  beforeAll(async () => {
    local = await startLocalWarehouses({ postgres: inject("postgres") });
  });
  afterAll(() => local.close());

  const places = {
    redshift: {
      table: (name: string) => `publish.bulk_${name}`,
      slow: (seconds: number) => `select pg_sleep(${seconds})`,
    },
    snowflake: {
      table: (name: string) => `bulk_${name}`,
      slow: (seconds: number) => `select system$wait(${seconds})`,
    },
  };

  for (const type of ["redshift", "snowflake"] as const) {
    describe(`on ${type}`, () =>
      bulk(() => {
        const server = local[type];
        const { PEAK_API_KEY: apiKey, PEAK_BASE_URL: baseUrl } = local.env(type);
        const tenant = {
          type,
          ...places[type],
          connect: async (options = {}) => connectWarehouse({ apiKey, baseUrl, ...options }),
          close: () => Promise.resolve(),
        };
        return Promise.resolve(bulkTenant(tenant, local.s3, server));
      }));
  }
});
