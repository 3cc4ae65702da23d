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
  type RedshiftOptions,
  type RedshiftSession,
  type RedshiftStandIn,
  type RedshiftStatement,
  type TlsIdentity,
} from "./redshift/index.ts";
