import { randomBytes } from "node:crypto";
import { describe } from "vitest";
import { connectWarehouse, sql } from "peak-warehouse";
import { contract } from "../contract.ts";
import type { Tenant } from "../contract/tenant.ts";

/** Checked by permission.ts before anything runs. */
const schema = process.env.PEAK_LIVE_SCHEMA ?? "";

/** No other run's tables are touched, and one left behind tells what it was. */
const prefix = `peak_warehouse_contract_${randomBytes(4).toString("hex")}_`;

describe("the real tenant", () => {
  contract(openTenant);
});

async function openTenant(): Promise<Tenant> {
  const db = await connectWarehouse({ schema });
  const tables = new Set<string>();
  return {
    type: db.type,
    connect: (options) => connectWarehouse({ schema, ...options }),
    table(name) {
      tables.add(prefix + name);
      return `${schema}.${prefix}${name}`;
    },
    slow: (seconds) => (db.type === "snowflake" ? `select system$wait(${seconds})` : slowOnRedshift),
    async close() {
      for (const table of tables) await db.query(sql`drop table if exists ${sql.id(schema, table)}`);
      await db.close();
    },
  };
}

/** Redshift has no function that sleeps; its catalog, joined with itself, keeps the leader node busy until it is stopped. */
const slowOnRedshift = "select count(*) as n from pg_attribute a, pg_attribute b, pg_attribute c, pg_attribute d";
