import type { SnowflakeStandIn } from "peak-warehouse/testing";
import type { RedshiftStandIn } from "peak-warehouse/testing";

/** A stand-in's credentials in the shape of the Peak API's. */
export function redshiftCredentials({ host, port, database, user, password }: RedshiftStandIn) {
  return {
    dataWarehouseType: "amazon_redshift",
    authType: "basic",
    host,
    port: String(port),
    database,
    user,
    password,
    schema: "publish",
  };
}

/** A stand-in's credentials in the shape of the Peak API's, for its first user and password. */
export function snowflakeCredentials(server: SnowflakeStandIn) {
  return { ...snowflakePlace(server), authType: "basic", user: "PEAK", password: "peak-password" };
}

/** A stand-in's credentials in the shape of the Peak API's, with an OAuth token. */
export function snowflakeOAuthCredentials(server: SnowflakeStandIn, accessToken: string) {
  return { ...snowflakePlace(server), authType: "oauth", accessToken };
}

function snowflakePlace({ host, port }: SnowflakeStandIn) {
  return {
    dataWarehouseType: "snowflake",
    host,
    port,
    database: "PEAK",
    schema: "PUBLISH",
    warehouse: "COMPUTE_WH",
    role: "PEAK_ROLE",
  };
}
