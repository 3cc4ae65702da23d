import { afterAll, beforeAll, describe } from "vitest";
import { connectWarehouse, type ConnectOptions } from "peak-warehouse";
import { startSnowflake, type SnowflakeStandIn } from "peak-warehouse/testing";
import { contract, reading } from "../contract.ts";
import type { Tenant } from "../contract/tenant.ts";
import { snowflakeCredentials } from "./credentials.ts";

describe("Snowflake", () => {
  let server: SnowflakeStandIn;
  beforeAll(async () => {
    server = await startSnowflake({ chunkBytes: 64 * 1024 });
  });
  afterAll(() => server.close());

  const tenant =
    (options: ConnectOptions): (() => Promise<Tenant>) =>
    () =>
      Promise.resolve({
        type: "snowflake",
        connect: (given) =>
          connectWarehouse({ credentials: snowflakeCredentials(server), tls: false, ...options, ...given }),
        table: (name) => `contract_${name}`,
        slow: (seconds) => `select system$wait(${seconds})`,
        running: () => server.running().length,
        close: () => Promise.resolve(),
      });

  contract(tenant({}));
  describe("read by snowflake-sdk", () => reading(tenant({ decoding: "driver" })));
});
