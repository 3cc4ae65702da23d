import { inject } from "vitest";
import { connectWarehouse, type ConnectOptions, type Warehouse } from "peak-warehouse";
import {
  startRedshift,
  startSnowflake,
  type RedshiftStandIn,
  type SnowflakeOptions,
  type SnowflakeStandIn,
} from "peak-warehouse/testing";
import { redshiftCredentials, snowflakeCredentials } from "./credentials.ts";
import type { closedAfterEach } from "./opened.ts";

type Keep = ReturnType<typeof closedAfterEach>;

/** A warehouse over its stand-in, and SQL that both have in their own words. */
export interface Place<Server = RedshiftStandIn | SnowflakeStandIn> {
  readonly server: Server;
  readonly connect: (options?: ConnectOptions) => Promise<Warehouse>;
  readonly slow: (seconds: number) => string;
  readonly series: (rows: number) => string;
}

/** Makes what starts a place; `keep` closes what that opens. */
export const placesOf = (keep: Keep) => ({
  async redshift(): Promise<Place<RedshiftStandIn>> {
    const server = keep(await startRedshift({ postgres: inject("postgres") }));
    return {
      server,
      connect: async (options) =>
        keep(await connectWarehouse({ credentials: redshiftCredentials(server), tls: false, ...options })),
      slow: (seconds) => `select pg_sleep(${seconds})`,
      series: (rows) => `select generate_series(1, ${rows}) as n, repeat('x', 100) as t`,
    };
  },
  async snowflake(options: SnowflakeOptions = {}): Promise<Place<SnowflakeStandIn>> {
    const server = keep(await startSnowflake({ inlineBytes: 1_000, chunkBytes: 100_000, ...options }));
    return {
      server,
      connect: async (options) =>
        keep(await connectWarehouse({ credentials: snowflakeCredentials(server), tls: false, ...options })),
      slow: (seconds) => `select system$wait(${seconds})`,
      series: (rows) =>
        `select seq4() + 1 as n, repeat('x', 100) as t from table(generator(rowcount => ${rows})) order by n`,
    };
  },
});
