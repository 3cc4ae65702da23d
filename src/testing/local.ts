import type { Clock, SettableClock } from "./clock.ts";
import { addTenants, bucket, inRedshift, inSnowflake, keyOf, type LocalTenant } from "./local-tenants.ts";
import { startPeakApi, type PeakApi } from "./peak-api/index.ts";
import { startPostgres, type PostgresAddress } from "./postgres.ts";
import { startRedshift, type RedshiftOptions, type RedshiftStandIn } from "./redshift/index.ts";
import { startS3, type S3StandIn } from "./s3/index.ts";
import type { WarehouseStandIn } from "./stand-in.ts";
import type { SeedColumns, SeedRows } from "./seed.ts";
import { startSnowflake, type SnowflakeStandIn } from "./snowflake/index.ts";

/** Tunes {@link startLocalWarehouses}. */
export interface LocalWarehousesOptions {
  /** A PostgreSQL to put the Redshift stand-in on; default one of our own. */
  readonly postgres?: PostgresAddress;
  /** By which all of them go but S3, whose clients sign by the machine's; default the machine's. See {@link createClock}. */
  readonly clock?: Clock;
}

/** Is a platform with three tenants and their warehouses, all on loopback. */
export interface LocalWarehouses extends AsyncDisposable {
  readonly api: PeakApi;
  readonly redshift: RedshiftStandIn;
  readonly snowflake: SnowflakeStandIn;
  /** With the bucket `peak-tenant`, which the credentials' roles and integration open to both warehouses. */
  readonly s3: S3StandIn;
  readonly postgres: PostgresAddress;
  /** The stand-in of this tenant's warehouse. */
  warehouse(tenant: "redshift"): RedshiftStandIn;
  /** The stand-in of this tenant's warehouse; those of both logins are the same. */
  warehouse(tenant: "snowflake" | "snowflake-oauth"): SnowflakeStandIn;
  /** The stand-in of this tenant's warehouse, by what stand-ins of both have in common. */
  warehouse(tenant: LocalTenant): WarehouseStandIn;
  /** The environment that makes `connectWarehouse()` this tenant's. */
  env(tenant: LocalTenant): { readonly PEAK_API_KEY: string; readonly PEAK_BASE_URL: string };
  /** The same as options: `connectWarehouse(local.options(tenant))`. */
  options(tenant: LocalTenant): { readonly apiKey: string; readonly baseUrl: string };
  /** Makes a table in both warehouses, in the tenants' schema: {@link WarehouseStandIn.seed}. */
  seed(table: string, rows: SeedRows, columns?: SeedColumns): Promise<void>;
  /** Resets all of them, and a clock that can be reset; tenants stay, and sessions that do nothing. */
  reset(): Promise<void>;
  /** Stops all of them. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts everything that `connectWarehouse()` talks to: PostgreSQL, the Redshift stand-in on it, the Snowflake stand-in,
 * an S3 that both read and write, and a Peak API whose tenants have the keys `redshift-key`, `snowflake-key` and `snowflake-oauth-key`. The OAuth tenant
 * gets a new token, good for ten minutes, with every request. Where one cannot start, the others are closed again.
 */
export async function startLocalWarehouses(options: LocalWarehousesOptions = {}): Promise<LocalWarehouses> {
  const clock = options.clock ? { clock: options.clock } : {};
  const started: (() => Promise<void>)[] = [];
  /** The last started closes first: Redshift leaves PostgreSQL before that goes. */
  const stopAll = async (): Promise<void> => {
    for (const stop of started.splice(0).reverse()) await stop();
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= stopAll());
  const keep: Keep = (server) => {
    started.push(() => server.close());
    return server;
  };
  try {
    const s3 = keep(await startS3({ buckets: [bucket] }));
    // PostgreSQL's processes work while this one loads the other engine.
    const [{ postgres, redshift }, snowflake, api] = await all(
      startOnPostgres(options.postgres, keep, { ...inRedshift, s3, ...clock }),
      startSnowflake({ ...inSnowflake, s3, ...clock }).then(keep),
      startPeakApi(clock).then(keep),
    );
    addTenants(api, redshift, snowflake);
    const warehouses = { redshift, snowflake, "snowflake-oauth": snowflake };
    return {
      api,
      redshift,
      snowflake,
      s3,
      postgres,
      // The overloads say which of them is whose.
      warehouse: ((tenant: LocalTenant) => warehouses[tenant]) as LocalWarehouses["warehouse"],
      env: (tenant) => ({ PEAK_API_KEY: keyOf(tenant), PEAK_BASE_URL: api.url }),
      options: (tenant) => ({ apiKey: keyOf(tenant), baseUrl: api.url }),
      async seed(table, rows, columns) {
        await Promise.all([redshift, snowflake].map((warehouse) => warehouse.seed(table, rows, columns)));
      },
      async reset() {
        if (options.clock && "reset" in options.clock) (options.clock as SettableClock).reset(); // createClock's
        await Promise.all([redshift, snowflake, s3, api].map((server) => server.reset()));
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Keep = <T extends { close(): Promise<void> }>(server: T) => T;

async function startOnPostgres(
  given: PostgresAddress | undefined,
  keep: Keep,
  options: Omit<RedshiftOptions, "postgres">,
) {
  const postgres = given ?? keep(await startPostgres());
  return { postgres, redshift: keep(await startRedshift({ ...options, postgres })) };
}

/** Waits for all, also where one fails: what starts later must be closed, too. Several failures are told in one. */
async function all<T extends readonly Promise<unknown>[]>(...starts: T): Promise<{ [I in keyof T]: Awaited<T[I]> }> {
  const settled = await Promise.allSettled(starts);
  const failures = settled.flatMap((one): unknown[] => (one.status === "rejected" ? [one.reason] : []));
  if (failures.length < 2) return Promise.all(starts);
  const messages = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  throw new AggregateError(failures, messages.join(" "));
}
