import { isIP } from "node:net";
import { isLoopback } from "./loopback.ts";

/** Where credentials for Snowflake lead. */
export interface SnowflakeHost {
  /** The name or the address to connect to. */
  readonly name: string;
  /** The account identifier with its region, which clients take for a host; `undefined` outside their default domain. */
  readonly account: string | undefined;
}

/** The domain that snowflake-sdk and snowflake-sqlalchemy add to an account. */
const defaultDomain = ".snowflakecomputing.com";

const otherDomains = /\.snowflakecomputing\.cn$|\.snowflake\.(?:com|app)$/i;

/**
 * Reads the field `host` of Snowflake's credentials, which may hold a host or an account. An address, `localhost` and a name in
 * a domain of Snowflake's are a host; anything else is an account identifier.
 */
export function snowflakeHost(host: string): SnowflakeHost {
  if (isIP(host) !== 0 || isLoopback(host) || otherDomains.test(host)) return { name: host, account: undefined };
  if (host.toLowerCase().endsWith(defaultDomain)) {
    return { name: host, account: host.slice(0, -defaultDomain.length) };
  }
  // Host names have no underscore; the account `my_org-my_account` is reached as `my-org-my-account`.
  return { name: host.replaceAll("_", "-") + defaultDomain, account: host };
}
