import { once } from "node:events";
import { startLocalWarehouses, type LocalTenant, type LocalWarehouses } from "peak-warehouse/testing";
import { clearEnvironment } from "./environment.ts";
import { runMain } from "./main.ts";

/** `npm run stand-ins`: keeps the stand-ins running until Ctrl-C, and prints the environment that leads to them. */
await runMain(async (interrupted) => {
  clearEnvironment();
  const local = await startLocalWarehouses();
  try {
    interrupted.throwIfAborted();
    console.log(`Empty warehouses on this machine, until Ctrl-C. In another terminal, for the tenant you want:
${commandFor(local, "redshift")}
${commandFor(local, "snowflake")}
${commandFor(local, "snowflake-oauth")}

\`npm run demo -- --live\` then asks that tenant.`);
    await once(interrupted, "abort");
  } finally {
    await local.close();
  }
});

function commandFor(local: LocalWarehouses, tenant: LocalTenant): string {
  const variables = Object.entries(local.env(tenant)).map(([name, value]) => `${name}=${value}`);
  return `  export ${variables.join(" ")}`;
}
