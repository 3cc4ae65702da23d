import { startPeakApi, type PeakApi, type PeakCredentials } from "./peak-api.ts";
import { startPostgres, type PostgresAddress } from "./postgres.ts";
import { startRedshift, type RedshiftStandIn } from "./redshift/index.ts";
import { startS3, type S3StandIn } from "./s3/index.ts";
import { startSnowflake, type SnowflakeStandIn } from "./snowflake/index.ts";

/** The tenants of {@link startLocalWarehouses}: one on Redshift, two on Snowflake, with a password and with OAuth. */
export type LocalTenant = "redshift" | "snowflake" | "snowflake-oauth";

/** Tunes {@link startLocalWarehouses}. */
export interface LocalWarehousesOptions {
  /** A PostgreSQL to put the Redshift stand-in on; default one of our own. */
  readonly postgres?: PostgresAddress;
  /** Milliseconds since the epoch, by which tokens age; default the machine's clock. */
  readonly now?: () => number;
}

/** Is a platform with three tenants and their warehouses, all on loopback. */
export interface LocalWarehouses extends AsyncDisposable {
  readonly api: PeakApi;
  readonly redshift: RedshiftStandIn;
  readonly snowflake: SnowflakeStandIn;
  /** With the bucket `peak-tenant`, which the credentials' roles and integration open to both warehouses. */
  readonly s3: S3StandIn;
  readonly postgres: PostgresAddress;
  /** The environment that makes `connectWarehouse()` this tenant's. */
  env(tenant: LocalTenant): { readonly PEAK_API_KEY: string; readonly PEAK_BASE_URL: string };
  close(): Promise<void>;
}

const password = "peak-password";
const snowflakeUser = "PEAK";
const bucket = "peak-tenant";
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
  const clock = options.now ? { now: options.now } : {};
  const started: (() => Promise<void>)[] = [];
  /** The last started closes first: Redshift leaves PostgreSQL before that goes. */
  const close = async (): Promise<void> => {
    for (const stop of started.splice(0).reverse()) await stop();
  };
  const keep = <T extends { close(): Promise<void> }>(server: T): T => {
    started.push(() => server.close());
    return server;
  };
  try {
    const postgres = options.postgres ?? keep(await startPostgres());
    const s3 = keep(await startS3({ buckets: [bucket] }));
    const redshift = keep(await startRedshift({ postgres, users: { peak: { password } }, s3, roles }));
    await redshift.query("create schema publish");
    const integrations = { [integration]: { allowedLocations: locations } };
    const users = { [snowflakeUser]: password };
    const snowflake = keep(await startSnowflake({ ...clock, ...place, users, s3, integrations }));
    const api = keep(await startPeakApi(clock));
    addTenant(api, "redshift", () => redshiftCredentials(redshift));
    addTenant(api, "snowflake", () => snowflakeCredentials(snowflake));
    addTenant(api, "snowflake-oauth", () => oauthCredentials(snowflake));
    return {
      api,
      redshift,
      snowflake,
      s3,
      postgres,
      env: (tenant) => ({ PEAK_API_KEY: keyOf(tenant), PEAK_BASE_URL: api.url }),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
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
    schema: "publish",
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
