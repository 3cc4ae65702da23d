/**
 * What `import … from "peak-warehouse/testing"` gives: stand-ins of the Peak API, Amazon Redshift, Snowflake and S3, for tests without an account.
 *
 * @module peak-warehouse/testing
 */

export { startPostgres, type Postgres, type PostgresAddress, type PostgresOptions } from "./postgres.ts";
export {
  startPeakApi,
  type PeakApi,
  type PeakApiOptions,
  type PeakCredentials,
  type PeakFailure,
  type PeakRequest,
  type PeakTenant,
  type PeakWarehouse,
} from "./peak-api.ts";
export {
  startRedshift,
  type Account,
  type AuthenticationMethod,
  type BoundValue,
  type Login,
  type RedshiftConflict,
  type RedshiftOptions,
  type RedshiftRole,
  type RedshiftRoles,
  type RedshiftSession,
  type RedshiftStandIn,
  type RedshiftStatement,
  type TlsIdentity,
} from "./redshift/index.ts";
export {
  startSnowflake,
  type Endpoint,
  type Fault,
  type Integration,
  type LoginAttempt,
  type RecordedStatement,
  type SessionInfo,
  type SnowflakeOptions,
  type SnowflakeStandIn,
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
export { startLocalWarehouses, type LocalTenant, type LocalWarehouses, type LocalWarehousesOptions } from "./local.ts";
