import { optionalValues, type OptionalOverrides } from "./optional-values.ts";
import { snowflakeHost } from "./snowflake-host.ts";
import type { Credentials } from "./schema.ts";
import type { ObservedServer } from "../telemetry/events.ts";

/** Tells which warehouse credentials lead to, and nothing of how to get in. */
export function observedServer(credentials: Credentials, overrides: OptionalOverrides): ObservedServer {
  const { dataWarehouseType, host, port, database } = credentials;
  const { schema } = optionalValues(credentials, overrides);
  return dataWarehouseType === "snowflake"
    ? { warehouse: "snowflake", host: snowflakeHost(host).name, port, database, schema }
    : { warehouse: "redshift", host, port, database, schema };
}
