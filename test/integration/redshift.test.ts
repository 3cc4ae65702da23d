import { afterAll, beforeAll, describe, inject } from "vitest";
import { connectWarehouse, type ConnectOptions } from "peak-warehouse";
import { startRedshift, type RedshiftStandIn } from "peak-warehouse/testing";
import { contract, reading } from "../contract.ts";
import type { Tenant } from "../contract/tenant.ts";
import { redshiftCredentials } from "./credentials.ts";

describe("Redshift", () => {
  let server: RedshiftStandIn;
  beforeAll(async () => {
    server = await startRedshift({ postgres: inject("postgres") });
    await server.query("create schema if not exists publish");
  });
  afterAll(() => server.close());

  const tenant =
    (options: ConnectOptions): (() => Promise<Tenant>) =>
    () =>
      Promise.resolve({
        type: "redshift",
        connect: (given) =>
          connectWarehouse({ credentials: redshiftCredentials(server), tls: false, ...options, ...given }),
        table: (name) => `publish.contract_${name}`,
        slow: (seconds) => `select pg_sleep(${seconds})`,
        running: () => server.running().length,
        close: () => Promise.resolve(),
      });

  contract(tenant({}));
  describe("read by pg", () => reading(tenant({ decoding: "driver" })));
});
