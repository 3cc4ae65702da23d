import { afterAll, beforeAll, describe } from "vitest";
import { connectWarehouse } from "peak-warehouse";
import { startSnowflake, type SnowflakeStandIn } from "peak-warehouse/testing";
import { contract } from "../contract.ts";
import { snowflakeCredentials } from "./credentials.ts";

describe("Snowflake", () => {
  let server: SnowflakeStandIn;
  beforeAll(async () => {
    server = await startSnowflake({ chunkBytes: 64 * 1024 });
  });
  afterAll(() => server.close());

  contract(() =>
    Promise.resolve({
      type: "snowflake",
      connect: (options) => connectWarehouse({ credentials: snowflakeCredentials(server), tls: false, ...options }),
      table: (name) => `contract_${name}`,
      slow: (seconds) => `select system$wait(${seconds})`,
      running: () => server.running().length,
      close: () => Promise.resolve(),
    }),
  );
});
