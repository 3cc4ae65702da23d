import { afterAll, beforeAll, describe, inject } from "vitest";
import { connectWarehouse } from "peak-warehouse";
import { startRedshift, type RedshiftStandIn } from "peak-warehouse/testing";
import { contract } from "../contract.ts";
import { redshiftCredentials } from "./credentials.ts";

describe("Redshift", () => {
  let server: RedshiftStandIn;
  beforeAll(async () => {
    server = await startRedshift({ postgres: inject("postgres") });
    await server.query("create schema if not exists publish");
  });
  afterAll(() => server.close());

  contract(() =>
    Promise.resolve({
      type: "redshift",
      connect: (options) => connectWarehouse({ credentials: redshiftCredentials(server), tls: false, ...options }),
      table: (name) => `publish.contract_${name}`,
      slow: (seconds) => `select pg_sleep(${seconds})`,
      running: () => server.running().length,
      close: () => Promise.resolve(),
    }),
  );
});
