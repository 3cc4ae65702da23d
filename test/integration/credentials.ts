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
