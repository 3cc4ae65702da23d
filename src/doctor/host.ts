import { isLoopback } from "../credentials/loopback.ts";
import { chosenProxy } from "../credentials/settings.ts";
import { snowflakeHost } from "../credentials/snowflake-host.ts";
import { trustedRoots } from "../roots.ts";
import { skipped, warning, type Finding } from "./finding.ts";
import { inspect, type Encryption } from "./network.ts";
import type { Call } from "../call.ts";
import type { ConnectOptions } from "../connect-options.ts";
import type { Received } from "../credentials/freshness.ts";
import type { Configuration } from "./configuration.ts";
import type { Destination } from "./reach.ts";

/** Where the credentials lead, and how. */
export interface Host {
  readonly destination: Destination;
  /** `undefined` for a plain connection. */
  readonly encryption: Encryption | undefined;
}

/**
 * Decides where a session connects to and how, as the drivers do.
 *
 * @throws `INVALID_ARGUMENT` for a proxy of the environment's that is none.
 */
export function hostOf(received: Received, { connection }: Configuration, options: ConnectOptions): Host {
  const { credentials } = received;
  const { port } = credentials;
  const tls = connection.tlsFor(received);
  const isSnowflake = credentials.dataWarehouseType === "snowflake";
  const host = isSnowflake ? snowflakeHost(credentials.host).name : credentials.host;
  const url = `${tls === false ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  // Redshift's protocol is not HTTP.
  const proxy = isSnowflake && URL.canParse(url) ? chosenProxy(new URL(url), options.proxy) : undefined;
  const destination: Destination = {
    host,
    port,
    proxy,
    ca: tls === false ? undefined : trustedRoots(tls.ca),
    statedBy: "the warehouse's settings",
  };
  if (tls === false) return { destination, encryption: undefined };
  const opening = isSnowflake ? "direct" : "postgres";
  return { destination, encryption: { destination, name: tls.servername ?? host, opening } };
}

/** Looks at how the connection is encrypted. */
export async function inspectHost({ destination, encryption }: Host, call: Call): Promise<Finding> {
  if (encryption !== undefined) return inspect(encryption, call);
  if (isLoopback(destination.host)) return skipped("a plain connection, on this machine", true);
  return warning(
    "a plain connection: the option tls is false",
    "The password and all data cross the network in the clear: leave tls out, or pass { ca } or { servername } for the server's certificate.",
    true,
  );
}
