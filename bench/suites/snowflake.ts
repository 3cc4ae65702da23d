import type { Case, Scale, Suite, Variant } from "../suite.ts";
import type { LeanSnowflake } from "../servers/snowflake.ts";
import type { Kind } from "../servers/snowflake-tables.ts";
import { warmUpRows } from "./redshift.ts";

const variants: readonly Variant[] = [
  { name: "ours batches", program: "ours", variant: "batches" },
  { name: "ours arrowBatches", program: "ours", variant: "arrowBatches" },
  { name: "ours arrow", program: "ours", variant: "arrow" },
  { name: "ours stream", program: "ours", variant: "stream" },
  { name: "ours query", program: "ours", variant: "query" },
  { name: "SDK streamRows", program: "snowflake/sdk", variant: "streamRows" },
  { name: "SDK rows", program: "snowflake/sdk", variant: "rows" },
  { name: "limit: JSON.parse", program: "snowflake/chunks", variant: "jsonParse" },
];

const rowsOf = ({ quick }: Scale): number => (quick ? 100_000 : 1_000_000);

/** A table that comes in gzipped JSON chunks of 20,000 rows. */
function suite(kind: Kind, what: string, quick = true): Suite {
  return {
    name: `snowflake-${kind}`,
    title: (scale) => `Snowflake chunks, ${rowsOf(scale).toLocaleString("en")} rows x 10 ${what}`,
    unit: "row",
    baseline: "SDK streamRows",
    variants,
    quick,
    cases: async (ground, scale) => readings(await ground.snowflake(), kind, [rowsOf(scale)], warmUpRows),
  };
}

/** Makes a case of each number of rows; `columns` counts cells where those are the unit. */
export async function readings(
  snowflake: LeanSnowflake,
  kind: Kind,
  sizes: readonly number[],
  warmUpRows: number,
  columns = 1,
): Promise<Case[]> {
  const { address: server, servedBy } = snowflake;
  const statement = (limit: number) => ({ sql: `select * from ${kind} limit ${limit}`, key: "id" });
  const [probe, warmUp] = [statement(1), statement(warmUpRows)];
  // Results are made before they are asked for.
  for (const { sql } of [probe, warmUp]) await snowflake.prepare(sql);
  const cases: Case[] = [];
  for (const rows of sizes) {
    const task = statement(rows);
    const expected = await snowflake.prepare(task.sql);
    const label = `${rows.toLocaleString("en")} rows`;
    cases.push({ label, amount: rows * columns, server, servedBy, probe, warmUp, task, expected });
  }
  return cases;
}

export const snowflakeMixed = suite("mixed", "mixed columns");
export const snowflakeNumeric = suite("numeric", "columns of numbers", false);
export const snowflakeText = suite("text", "columns of text", false);
