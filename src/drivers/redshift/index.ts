import { redshiftBulk } from "./bulk.ts";
import { redshift as dialect } from "./dialect.ts";
import { openSession, type Opening } from "./session.ts";
import { optionalValues } from "../../credentials/optional-values.ts";
import { WarehouseError } from "../../errors.ts";
import { textLiteral } from "../../sql/literals.ts";
import { trustedRoots, type CertificateAuthorities } from "../../roots.ts";
import type { Credentials, RedshiftCredentials } from "../../credentials/schema.ts";
import type { Driver, DriverSettings, TlsDetails } from "../../driver.ts";
import type { ConnectionOptions } from "node:tls";

/** Makes the driver for Amazon Redshift, over `pg`. */
export function redshiftDriver(settings: DriverSettings): Driver {
  return {
    dialect,
    bulk: redshiftBulk,
    statementsPerSession: 1,
    // Below the 350 s after which AWS's load balancers drop an idle flow without a word.
    idleTimeoutMs: 300_000,
    open: async ({ credentials, tls }, call) => openSession(openingOf(redshiftOnly(credentials), tls, settings), call),
  };
}

function redshiftOnly(credentials: Credentials): RedshiftCredentials {
  if (credentials.dataWarehouseType === "amazon_redshift") return credentials;
  throw new WarehouseError(
    "UNSUPPORTED_WAREHOUSE",
    "The tenant's data warehouse is no longer Redshift; call connectWarehouse() again.",
    { phase: "credentials" },
  );
}

function openingOf(credentials: RedshiftCredentials, tls: TlsDetails | false, settings: DriverSettings): Opening {
  const { schema, application, dropped } = optionalValues(credentials, settings.overrides);
  if (dropped !== undefined) settings.warn(`The application name was left out: ${dropped.reason}.`);
  const { host, port, database, user, password } = credentials;
  return {
    address: {
      host,
      port,
      database,
      user,
      password,
      application: application ?? "peak-warehouse",
      tls: tls === false ? false : tlsOptions(tls.ca),
      servername: tls === false ? undefined : tls.servername,
    },
    setup: setupText(schema, settings),
    statementTimeoutMs: settings.statementTimeoutMs,
    tagOf: settings.tagOf,
    onNotice: settings.onNotice,
  };
}

/** Servers refuse TLS 1.0 and 1.1 since 2026-01-31 (docs.aws.amazon.com/redshift). */
function tlsOptions(ca: CertificateAuthorities | undefined): ConnectionOptions {
  return { rejectUnauthorized: true, minVersion: "TLSv1.2", ca: trustedRoots(ca) };
}

/** What every session needs, as one simple query. `extra_float_digits` 2 makes the text of a DOUBLE exact; it is what AWS's JDBC driver sets. */
function setupText(schema: string | undefined, { timezone, statementTimeoutMs, tag }: DriverSettings): string {
  const statements = ["SET extra_float_digits TO 2"];
  if (schema !== undefined) statements.push(`SET search_path TO ${dialect.identifier(schema)}, "$user", public`);
  if (timezone !== "server") statements.push(`SET timezone TO ${textLiteral(timezone)}`);
  if (statementTimeoutMs !== undefined) statements.push(`SET statement_timeout TO ${Math.ceil(statementTimeoutMs)}`);
  if (tag !== undefined) statements.push(`SET query_group TO ${textLiteral(tag)}`);
  return statements.join("; ");
}
