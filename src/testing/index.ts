/**
 * What `import … from "peak-warehouse/testing"` gives: stand-ins of the Peak API, Amazon Redshift, Snowflake and S3, for tests without an account.
 *
 * @module peak-warehouse/testing
 */

export { startLocalWarehouses, type LocalWarehouses, type LocalWarehousesOptions } from "./local.ts";
export type { LocalTenant } from "./local-tenants.ts";
export type { StandIn, StatementFault, WarehouseStandIn } from "./stand-in.ts";
export type { FaultCount } from "./faults.ts";
export { createClock, type Clock, type SettableClock } from "./clock.ts";
export { SeedError, type SeedColumns, type SeedRows } from "./seed.ts";
export { startPostgres, type Postgres, type PostgresAddress, type PostgresOptions } from "./postgres.ts";
export {
  startPeakApi,
  type PeakApi,
  type PeakApiOptions,
  type PeakCredentials,
  type PeakEffect,
  type PeakFault,
  type PeakRequest,
  type PeakTenant,
  type PeakWarehouse,
} from "./peak-api/index.ts";
export {
  startRedshift,
  type RedshiftAccount,
  type AuthenticationMethod,
  type BoundValue,
  type RedshiftLogin,
  type RedshiftClosedPort,
  type RedshiftLoginFault,
  type RedshiftConflict,
  type RedshiftFault,
  type RedshiftOptions,
  type RedshiftRole,
  type RedshiftRoles,
  type RedshiftSession,
  type RedshiftStandIn,
  type RedshiftStatement,
  type RedshiftReset,
  type SocketDrop,
  type RedshiftStatementFault,
  type TlsIdentity,
} from "./redshift/index.ts";
export {
  startSnowflake,
  type SnowflakeFault,
  type SnowflakeIntegration,
  type SnowflakeLogin,
  type SnowflakeOperation,
  type SnowflakeStatement,
  type SnowflakeEffect,
  type SnowflakeRequestFault,
  type SnowflakeSession,
  type SnowflakeOptions,
  type SnowflakeStandIn,
  type SnowflakeStatementFault,
} from "./snowflake/index.ts";
export {
  startS3,
  type S3Effect,
  type S3Endpoint,
  type S3Fault,
  type S3Object,
  type S3Operation,
  type S3Options,
  type S3Request,
  type S3StandIn,
} from "./s3/index.ts";
