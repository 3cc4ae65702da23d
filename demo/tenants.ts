import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalWarehouses, type LocalTenant } from "peak-warehouse/testing";
import { runProgram } from "./program.ts";
import { table } from "./table.ts";

const tenants = [
  { name: "Redshift", tenant: "redshift" },
  { name: "Snowflake, user and password", tenant: "snowflake" },
  { name: "Snowflake, OAuth", tenant: "snowflake-oauth" },
] as const;

/**
 * Starts the stand-ins, loads the films into both warehouses, and runs the README's program as each tenant.
 *
 * Rejects where one tenant's table differs from another's by a byte.
 */
export async function compareTenants(signal: AbortSignal): Promise<void> {
  console.log("The README's program as three tenants. Everything runs on this machine, and nothing leaves it.\n");
  // snowflake-sdk makes a cache folder in the user's home.
  const home = await mkdtemp(join(tmpdir(), "peak-warehouse-demo-"));
  try {
    const started = performance.now();
    await using local = await startLocalWarehouses();
    report(
      "started PostgreSQL behind Redshift, DuckDB behind Snowflake, and the Peak API",
      performance.now() - started,
    );
    const run = (program: string, tenant: LocalTenant) =>
      runProgram(program, { HOME: home, ...local.env(tenant) }, signal);
    // The two Snowflake tenants share one database.
    for (const { name, tenant } of tenants.slice(0, 2)) {
      const { output, durationMs } = await run("load.ts", tenant);
      report(`loaded ${output.trim()} films as ${name}`, durationMs);
    }
    const outputs: string[] = [];
    for (const { name, tenant } of tenants) {
      const { output, durationMs } = await run("feature-table.ts", tenant);
      outputs.push(output);
      console.log();
      report(`${name}: the whole program, from the start of Node to its end`, durationMs);
      process.stdout.write(table(rowsOf(output)));
    }
    checkSame(outputs);
    console.log("\nThe three tables are the same, byte for byte, as JSON.");
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The program prints one JSON object a line. */
function rowsOf(output: string): Record<string, unknown>[] {
  return output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function checkSame(outputs: readonly string[]): void {
  const [first = "", ...others] = outputs.map((output) => output.split("\n"));
  for (const [place, other] of others.entries()) {
    const differing = [...Array(Math.max(first.length, other.length)).keys()].filter((at) => first[at] !== other[at]);
    if (differing.length === 0) continue;
    const lines = differing.map((at) => `- ${first[at] ?? "(none)"}\n+ ${other[at] ?? "(none)"}`);
    throw new Error(
      `The table of ${tenants[place + 1]?.name} (+) differs from that of ${tenants[0].name} (-):\n${lines.join("\n")}`,
    );
  }
}

function report(what: string, durationMs: number): void {
  console.log(`${(durationMs / 1_000).toFixed(1).padStart(5)} s  ${what}`);
}
