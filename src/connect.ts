import { Call } from "./call.ts";
import { checkedConnection, connectOptions, type ConnectOptions } from "./connect-options.ts";
import { credentialSource } from "./credentials/freshness.ts";
import { fetchCredentials } from "./credentials/peak-api.ts";
import { observedServer } from "./credentials/observed-server.ts";
import { traced } from "./errors.ts";
import { checkOptions } from "./options.ts";
import { Sessions } from "./sessions.ts";
import { settingUp } from "./session-setup.ts";
import { observedDriver } from "./observation.ts";
import { loadActiveTrace } from "./telemetry/trace-context.ts";
import { tracingTags } from "./telemetry/tags.ts";
import { openWarehouse, type Warehouse } from "./warehouse.ts";
import type { Credentials } from "./credentials/schema.ts";
import type { Driver, DriverSettings } from "./driver.ts";

/**
 * Opens the tenant's data warehouse: fetches its credentials, chooses the driver they name, fills in what the connection string leaves
 * out, and logs in once.
 *
 * @throws `INVALID_ARGUMENT` before anything is asked of anybody; `CREDENTIALS` where there are none to be had; `UNSUPPORTED_WAREHOUSE`, also
 *   where the driver's package is not installed; `AUTHENTICATION`, `CONNECTION`, `TIMEOUT`; what `onSession` throws; or `signal.reason`.
 *   Nothing stays open then.
 * @example
 * ```ts
 * import { connectWarehouse } from "peak-warehouse";
 *
 * const db = await connectWarehouse(); // PEAK_API_KEY is in the environment
 * try {
 *   const { rows } = await db.query("select 1 as one");
 *   console.log(db.type, rows); // redshift [ { one: 1 } ], or the same of snowflake
 * } finally {
 *   await db.close();
 * }
 * ```
 */
export async function connectWarehouse(given: ConnectOptions = {}): Promise<Warehouse> {
  const options = checkOptions(given, connectOptions, "connectWarehouse()");
  const call = new Call(options);
  try {
    return await open(options, call);
  } catch (error) {
    throw traced(error);
  } finally {
    call.end();
  }
}

async function open(options: ConnectOptions, call: Call): Promise<Warehouse> {
  const { reading, settings, pool, tlsFor, traceContext, shown } = checkedConnection(options);
  const tagging = traceContext ? { tagOf: tracingTags(settings.tag, await call.race(loadActiveTrace())) } : {};
  const source = credentialSource(options.credentials, async (fetching) => fetchCredentials(options, fetching));
  const { credentials } = await source.fresh(call);
  const { overrides } = settings;
  const server = observedServer(credentials, overrides);
  const bare = await call.race(loadDriver(credentials, { ...settings, ...tagging }));
  const driver = settingUp(observedDriver(bare, { server, shown }), options.onSession, reading);
  const sessions = new Sessions({ driver, source, tlsFor, pool, patience: options, server });
  const warehouse = openWarehouse({ driver, source, sessions, reading, overrides, tlsFor, server });
  if (options.lazy === true) return warehouse;
  try {
    (await sessions.acquire(call, "shared")).release();
    return warehouse;
  } catch (error) {
    await warehouse.close();
    throw error;
  }
}

async function loadDriver(credentials: Credentials, settings: DriverSettings): Promise<Driver> {
  switch (credentials.dataWarehouseType) {
    case "amazon_redshift":
      return (await import("./drivers/redshift/index.ts")).redshiftDriver(settings);
    case "snowflake":
      return (await import("./drivers/snowflake/index.ts")).snowflakeDriver(settings);
  }
}
