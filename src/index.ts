/**
 * What `import … from "peak-warehouse"` gives: {@link connectWarehouse} opens a {@link Warehouse}, whose verbs are those of {@link Queryable}; {@link sql}
 * makes statements that carry their values; {@link getCredentials} is for other tools. Whatever fails fails with a {@link WarehouseError}.
 *
 * @module peak-warehouse
 */

export { connectWarehouse, connectWarehouse as connect } from "./connect.ts";
export type { ConnectOptions } from "./connect-options.ts";
export type { ConnectionStringOptions, Warehouse } from "./warehouse.ts";
export {
  diagnose,
  renderDiagnosis,
  type DiagnoseOptions,
  type Diagnosis,
  type Outcome,
  type RenderOptions,
  type Stage,
  type StageName,
} from "./doctor/index.ts";
export type { WarehouseSession } from "./lent-session.ts";
export type { TransactionOptions } from "./transaction.ts";
export type { RowStream } from "./stream.ts";
export type { BulkVerbs } from "./bulk/verbs.ts";
export type { UnloadOptions, UnloadResult } from "./bulk/unload.ts";
export type { InsertOptions, InsertResult, InsertRow, InsertSource } from "./bulk/insert/insert.ts";
export type { LoadOptions, LoadResult } from "./bulk/load.ts";
export type { ExportOptions, ExportResult } from "./bulk/export/export.ts";
export type { ExportFileOptions, ExportFormat } from "./bulk/export/form.ts";
export type { ParquetCompression } from "./bulk/parquet/writer.ts";
export type { AccessOptions } from "./bulk/access.ts";
export type { BucketFile, BucketOptions, S3Client } from "./bulk/bucket.ts";
export type { FormatOptions } from "./bulk/file-form.ts";
export type { KnexQuery, QuerySource } from "./bulk/ground.ts";
export type { Progress, ProgressOptions, ProgressPhase } from "./bulk/progress.ts";
export type {
  BulkCompression,
  BulkFormat,
  ColumnMatch,
  Loaded,
  LoadedFile,
  Unloaded,
  UnloadedFile,
} from "./bulk-engine.ts";
export type { CatalogVerbs, TablesOptions } from "./catalog/verbs.ts";
export type { TableFilter } from "./catalog/listings.ts";
export type { CatalogColumn, CatalogSchema, CatalogTable, TableKind } from "./sql/catalog.ts";
export type {
  ArrowOptions,
  BatchOptions,
  Queryable,
  QueryOptions,
  QueryResult,
  ReadingOptions,
  ScriptOptions,
} from "./queryable.ts";
export type { Batch, ColumnBatch } from "./columns/batch.ts";
export type { ColumnCells, ColumnVector, FixedVector, Layout, TimeUnit, VariableVector } from "./columns/vectors.ts";
export { writeArrow, type ArrowSource, type WrittenArrow } from "./arrow/index.ts";
export type { RowOf, RowSchema, SchemaIssue, SchemaResult } from "./typed-rows.ts";
export type { ResultLimits } from "./limits.ts";
export type { PatienceOptions, PoolOptions } from "./pool-options.ts";
export type { CallOptions, StatementOptions } from "./call.ts";
export { getCredentials, listWarehouses, type ListingOptions, type WarehouseListing } from "./credentials/peak-api.ts";
export {
  completeConnectionString,
  type ConnectionStringOverrides,
  type ConnectionStringTarget,
} from "./credentials/connection-string.ts";
export type { OptionalOverrides } from "./credentials/optional-values.ts";
export type { CredentialsFunction, CredentialsOption } from "./credentials/freshness.ts";
export type { ApiOptions } from "./credentials/settings.ts";
export type {
  Credentials,
  CredentialsInput,
  RedshiftCredentials,
  SnowflakeBasicCredentials,
  SnowflakeOAuthCredentials,
} from "./credentials/schema.ts";
export type { CertificateAuthorities, TlsOption, TlsParts } from "./roots.ts";
export {
  WarehouseError,
  type Effect,
  type ErrorCode,
  type ErrorDetails,
  type Phase,
  type RowError,
  type Written,
} from "./errors.ts";
export type {
  AcquireEvent,
  CancelEvent,
  CloseEvent,
  ConnectEvent,
  CredentialsEvent,
  ObservedServer,
  ObservedVerb,
  PoolStatistics,
  QueryEvent,
  RetryEvent,
  TelemetryOptions,
} from "./telemetry/events.ts";
export type { Notice } from "./driver.ts";
export { sql, type Sql } from "./sql/tag.ts";
export type { Fragment } from "./sql/fragment.ts";
export type { QueryParameters } from "./sql/parameter-source.ts";
export type { Json } from "./values/json.ts";
export type { Column, ColumnType, Decoding, RowMode, ValueOptions } from "./values/types.ts";
