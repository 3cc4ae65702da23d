import type { BenchPostgres } from "../servers/postgres.ts";
import type { Case, Suite, Variant } from "../suite.ts";

const rows = 100_000;
/** Several statements of any size, and for the compiler enough. */
const warmUpRows = 20_000;

/** As many rows of ten columns as have 32,767 values, the most that Redshift takes. */
const mostRows = { batchRows: 3_276 };
const usualRows = { batchRows: 1_000 };

const ours = (name: string): Variant => ({ name: `ours ${name}`, program: "insert/ours", variant: name });
const pg = (name: string, variant: string, settings: Readonly<Record<string, unknown>> = mostRows): Variant => ({
  name,
  program: "insert/pg",
  variant,
  settings,
});

/** Objects into an empty table, in one transaction. */
export const insertRedshift: Suite = {
  name: "insert-redshift",
  title: () => `Insert on the Redshift wire, ${rows.toLocaleString("en")} rows x 10 mixed columns`,
  unit: "row",
  baseline: "pg 3276 rows",
  variants: [
    ours("objects"),
    ours("generator"),
    ours("arrays"),
    ours("batches"),
    pg("pg 3276 rows", "rows"),
    pg("pg 1000 rows", "rows", usualRows),
    pg("pg prepared 3276 rows", "prepared"),
    pg("pg-format 3276 rows", "literals"),
    { name: "knex batchInsert", program: "insert/knex", variant: "batchInsert" },
    { name: "postgres.js 3276 rows", program: "insert/postgres", variant: "helper", settings: mostRows },
  ],
  async cases(ground) {
    const postgres = await ground.postgres();
    return [inserting(postgres, await postgres.emptyTable())];
  },
};

/** The same as bulk binds, which the server counts and does not store. */
export const insertSnowflake: Suite = {
  name: "insert-snowflake",
  title: () => `Insert on Snowflake, ${rows.toLocaleString("en")} rows x 10 mixed columns`,
  unit: "row",
  baseline: "SDK binds 6500 rows",
  variants: [
    ours("objects"),
    ours("generator"),
    ours("arrays"),
    { name: "SDK binds 6500 rows", program: "insert/sdk", variant: "binds", settings: { batchRows: 6_500 } },
    { name: "SDK binds 1000 rows", program: "insert/sdk", variant: "binds", settings: usualRows },
  ],
  async cases(ground) {
    return [inserting(await ground.snowflake(), "sink")];
  },
};

function inserting({ address: server, servedBy }: Pick<BenchPostgres, "address" | "servedBy">, table: string): Case {
  return {
    server,
    servedBy,
    label: `${rows.toLocaleString("en")} rows`,
    amount: rows,
    probe: { table, rows: 1 },
    warmUp: { table, rows: warmUpRows },
    task: { table, rows },
    // The keys count from 1.
    expected: { count: rows, checksum: (rows * (rows + 1)) / 2 },
  };
}
