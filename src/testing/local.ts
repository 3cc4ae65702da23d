import type { Clock, SettableClock } from "./clock.ts";
import { startPeakApi, type PeakApi, type PeakCredentials } from "./peak-api/index.ts";
import { startPostgres, type PostgresAddress } from "./postgres.ts";
import { startRedshift, type RedshiftOptions, type RedshiftStandIn } from "./redshift/index.ts";
import { startS3, type S3StandIn } from "./s3/index.ts";
import type { WarehouseStandIn } from "./stand-in.ts";
import type { SeedColumns, SeedRows } from "./seed.ts";
import { startSnowflake, type SnowflakeStandIn } from "./snowflake/index.ts";

/** The tenants of {@link startLocalWarehouses}: one on Redshift, two on Snowflake, with a password and with OAuth. */
export type LocalTenant = "redshift" | "snowflake" | "snowflake-oauth";

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

const password = "peak-password";
const snowflakeUser = "PEAK";
const bucket = "peak-tenant";
const schema = "publish";
const locations = [`s3://${bucket}/`];
const integration = "PEAK_INTEGRATION";
const tenantRole = "arn:aws:iam::123456789012:role/peak-tenant";
const dataRole = "arn:aws:iam::123456789012:role/peak-data";
/** A chain: the tenant's role, which the warehouse has, may take on the one that may read and write. */
const roles = { [tenantRole]: { attached: true, mayAssume: [dataRole] }, [dataRole]: { locations } };
const place = { database: "PEAK", schema: "PUBLISH", role: "PEAK_ROLE", warehouse: "COMPUTE_WH" };

/**
 * Starts everything that `connectWarehouse()` talks to: PostgreSQL, the Redshift stand-in on it, the Snowflake stand-in,
 * an S3 that both read and write, and a Peak API whose tenants have the keys `redshift-key`, `snowflake-key` and `snowflake-oauth-key`. The OAuth tenant
 * gets a new token, good for ten minutes, with every request. Where one cannot start, the others are closed again.
 */
export async function startLocalWarehouses(options: LocalWarehousesOptions = {}): Promise<LocalWarehouses> {
  const clock = options.clock ? { clock: options.clock } : {};
  const started: (() => Promise<void>)[] = [];
  /** The last started closes first: Redshift leaves PostgreSQL before that goes. */
  const close = async (): Promise<void> => {
    for (const stop of started.splice(0).reverse()) await stop();
  };
  const keep: Keep = (server) => {
    started.push(() => server.close());
    return server;
  };
  try {
    const s3 = keep(await startS3({ buckets: [bucket] }));
    const integrations = { [integration]: { allowedLocations: locations } };
    const users = { [snowflakeUser]: password };
    // PostgreSQL's processes work while this one loads the other engine.
    const [{ postgres, redshift }, snowflake, api] = await all(
      startOnPostgres(options.postgres, keep, { users: { peak: { password } }, schema, s3, roles, ...clock }),
      startSnowflake({ ...clock, ...place, users, s3, integrations }).then(keep),
      startPeakApi(clock).then(keep),
    );
    addTenant(api, "redshift", () => redshiftCredentials(redshift));
    addTenant(api, "snowflake", () => snowflakeCredentials(snowflake));
    addTenant(api, "snowflake-oauth", () => oauthCredentials(snowflake));
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

const keyOf = (tenant: LocalTenant): string => `${tenant}-key`;

function addTenant(api: PeakApi, name: LocalTenant, credentials: () => PeakCredentials): void {
  api.addTenant({ key: keyOf(name), name, warehouses: [{ name: `${name}-warehouse`, default: true, credentials }] });
}

/** As the platform documents it: the port is a string, the roles are joined with a comma. */
function redshiftCredentials({ host, port, user, password, database, url }: RedshiftStandIn): PeakCredentials {
  return {
    dataWarehouseType: "amazon_redshift",
    authType: "basic",
    connectionString: url,
    host,
    port: String(port),
    database,
    schema,
    user,
    password,
    iamRole: `${tenantRole},${dataRole}`,
  };
}

const snowflakePlace = ({ host, port }: SnowflakeStandIn): PeakCredentials => ({
  dataWarehouseType: "snowflake",
  host,
  port,
  ...place,
  application: "Peak",
  integration,
});

function snowflakeCredentials(snowflake: SnowflakeStandIn): PeakCredentials {
  return {
    ...snowflakePlace(snowflake),
    authType: "basic",
    connectionString: `snowflake://${snowflakeUser}:${password}@${snowflake.host}/${place.database}`,
    user: snowflakeUser,
    password,
  };
}

function oauthCredentials(snowflake: SnowflakeStandIn): PeakCredentials {
  const accessToken = snowflake.issueToken(snowflakeUser);
  const query = `authenticator=OAUTH&token=${encodeURIComponent(accessToken)}`;
  return {
    ...snowflakePlace(snowflake),
    authType: "oauth",
    connectionString: `snowflake://${snowflake.host}/${place.database}?${query}`,
    accessToken,
  };
}
