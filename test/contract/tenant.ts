import { afterAll, beforeAll } from "vitest";
import type { ConnectOptions, Warehouse } from "peak-warehouse";

/** A warehouse to hold to the contract, and what its SQL calls things. */
export interface Tenant {
  readonly type: "redshift" | "snowflake";
  connect(options?: ConnectOptions): Promise<Warehouse>;
  /** A table of the test's own, qualified with the schema that tests may write to. */
  table(name: string): string;
  /** A statement that runs for so many seconds. */
  slow(seconds: number): string;
  /** How many statements the server is running; absent where nobody can tell. */
  readonly running?: () => number;
  /** Drops what was made. */
  close(): Promise<void>;
}

/** What the tests of one part share: the tenant and one open warehouse. */
export interface Ground {
  tenant: Tenant;
  db: Warehouse;
}

/** Opens a tenant and a warehouse before the tests of a part, and closes both after. */
export function ground(open: () => Promise<Tenant>): Ground {
  // Filled in before the first test runs.
  const shared = {} as Ground;
  beforeAll(async () => {
    shared.tenant = await open();
    shared.db = await shared.tenant.connect();
  });
  afterAll(async () => {
    await shared.db.close();
    await shared.tenant.close();
  });
  return shared;
}

/** What the two warehouses call a type. */
export const typeNames = {
  redshift: {
    integer: "BIGINT",
    decimal: "NUMERIC(38,10)",
    float: "DOUBLE PRECISION",
    boolean: "BOOLEAN",
    text: "VARCHAR(1000)",
    date: "DATE",
    time: "TIME",
    timestamp: "TIMESTAMP",
    timestamptz: "TIMESTAMPTZ",
    json: "SUPER",
    binary: "VARBYTE(1000)",
  },
  snowflake: {
    integer: "INTEGER",
    decimal: "NUMBER(38,10)",
    float: "FLOAT",
    boolean: "BOOLEAN",
    text: "VARCHAR(1000)",
    date: "DATE",
    time: "TIME",
    timestamp: "TIMESTAMP_NTZ",
    timestamptz: "TIMESTAMP_TZ",
    json: "VARIANT",
    binary: "BINARY(1000)",
  },
} as const;

/** The types that the contract writes and reads. */
export type WrittenType = keyof (typeof typeNames)["redshift"];
