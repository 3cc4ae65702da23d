import type { PeakApi, PeakCredentials } from "./peak-api/index.ts";
import type { RedshiftOptions, RedshiftStandIn } from "./redshift/index.ts";
import type { SnowflakeOptions, SnowflakeStandIn } from "./snowflake/index.ts";

/** The tenants of {@link startLocalWarehouses}: one on Redshift, two on Snowflake, with a password and with OAuth. */
export type LocalTenant = "redshift" | "snowflake" | "snowflake-oauth";

const password = "peak-password";
const snowflakeUser = "PEAK";
/** The bucket that both warehouses reach. */
export const bucket = "peak-tenant";
const schema = "publish";
const locations = [`s3://${bucket}/`];
const integration = "PEAK_INTEGRATION";
const tenantRole = "arn:aws:iam::123456789012:role/peak-tenant";
const dataRole = "arn:aws:iam::123456789012:role/peak-data";
/** A chain: the tenant's role, which the warehouse has, may take on the one that may read and write. */
const roles = { [tenantRole]: { attached: true, mayAssume: [dataRole] }, [dataRole]: { locations } };
const place = { database: "PEAK", schema: "PUBLISH", role: "PEAK_ROLE", warehouse: "COMPUTE_WH" };

/** What the tenants find in Redshift. */
export const inRedshift = { users: { peak: { password } }, schema, roles } satisfies Partial<RedshiftOptions>;

/** What the tenants find in Snowflake. */
export const inSnowflake = {
  ...place,
  users: { [snowflakeUser]: password },
  integrations: { [integration]: { allowedLocations: locations } },
} satisfies SnowflakeOptions;

/** Gives the key by which the Peak API knows a tenant. */
export const keyOf = (tenant: LocalTenant): string => `${tenant}-key`;

/** Adds the tenants to a Peak API, whose credentials lead to these warehouses. */
export function addTenants(api: PeakApi, redshift: RedshiftStandIn, snowflake: SnowflakeStandIn): void {
  const credentials: Readonly<Record<LocalTenant, () => PeakCredentials>> = {
    redshift: () => redshiftCredentials(redshift),
    snowflake: () => snowflakeCredentials(snowflake),
    "snowflake-oauth": () => oauthCredentials(snowflake),
  };
  // The names are those of the record.
  for (const name of Object.keys(credentials) as LocalTenant[]) {
    const warehouse = { name: `${name}-warehouse`, default: true, credentials: credentials[name] };
    api.addTenant({ key: keyOf(name), name, warehouses: [warehouse] });
  }
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
