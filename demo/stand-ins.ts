import { once } from "node:events";
import { startLocalWarehouses } from "peak-warehouse/testing";

/** `npm run stand-ins`: keeps the stand-ins running until Ctrl-C, and prints the environment that leads to them. */

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => interruption.abort());
// Nothing else keeps the process alive for sure.
const heartbeat = setInterval(() => undefined, 2 ** 30);

const local = await startLocalWarehouses();
try {
  console.log(`Empty warehouses on this machine, until Ctrl-C. In another terminal:

  export PEAK_BASE_URL=${local.api.url}
  export PEAK_API_KEY=redshift-key           # Redshift
  export PEAK_API_KEY=snowflake-key          # Snowflake, user and password
  export PEAK_API_KEY=snowflake-oauth-key    # Snowflake, OAuth

  npm run demo -- --live                     # asks the one that is chosen`);
  if (!interruption.signal.aborted) await once(interruption.signal, "abort");
} finally {
  clearInterval(heartbeat);
  await local.close();
}
