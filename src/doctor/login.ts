import { connectWarehouse } from "../connect.ts";
import { reworded } from "../errors.ts";
import { isRefused } from "../logins.ts";
import { passed, warning, type Finding } from "./finding.ts";
import { seconds, type Advise } from "./notes.ts";
import type { Call } from "../call.ts";
import type { ConnectOptions } from "../connect-options.ts";
import type { Credentials } from "../credentials/schema.ts";
import type { Warehouse } from "../warehouse.ts";

/** Opens the warehouse as a program would: with a fetch of its own, one login, and `onSession`. */
export async function logIn(options: ConnectOptions, call: Call): Promise<Finding<Warehouse>> {
  const from = performance.now();
  const warnings: string[] = [];
  const { signal } = call;
  const onWarning = (text: string) => warnings.push(text);
  const db = await connectWarehouse({ ...options, lazy: false, signal, onWarning }).catch((error: unknown) => {
    // The pool that holds further logins back has gone with the warehouse.
    throw isRefused(error) ? reworded(error, error.message.replace(/ No other login is tried for .*$/, "")) : error;
  });
  const seen = `a session is open after ${seconds(performance.now() - from)}`;
  if (warnings.length === 0) return passed(seen, db);
  return warning(`${seen}; ${warnings.join(" ")}`, "Nothing is lost but what is named.", db, { warnings });
}

/** Says what to do about a login that fails. */
export function adviseLogin(credentials: Credentials | undefined): Advise {
  const isRedshift = credentials?.dataWarehouseType === "amazon_redshift";
  return ({ code, sqlState = "", vendorCode = "", message }) => {
    if (code === "TIMEOUT") {
      return isRedshift
        ? "A Redshift Serverless that is paused takes over a minute to wake: run it again, or with more time (timeoutMs: 180_000, --timeout 180s). If it stays so, look at the cluster's state."
        : "Snowflake takes the connection and does not answer the login: try again, and look at status.snowflake.com.";
    }
    if (code === "AUTHENTICATION") return refusedAdvice(credentials);
    if (message.startsWith("onSession failed")) return "The login itself succeeded: correct the function onSession.";
    if (sqlState === "3D000")
      return "The database does not exist there: correct its name in the warehouse's settings in Peak.";
    if (sqlState === "53300" || /connection limit|too many/i.test(message)) {
      return "The cluster has no session left: close some (pool.max, other programs), or raise its limit.";
    }
    if (vendorCode === "390201" || vendorCode === "390189") {
      return "The role, database, schema or virtual warehouse that the login names does not exist, or the user was not granted it: pass the options role, schema and warehouse, or correct them in Peak.";
    }
    if (code === "UNSUPPORTED_WAREHOUSE") return "Do what the message says, and run it again.";
    return "Try again; if it stays so, look at the warehouse's state, and at what changed in its network rules: a network policy may refuse this machine's address.";
  };
}

function refusedAdvice(credentials: Credentials | undefined): string {
  if (credentials?.authType === "oauth") {
    return "Authorise the warehouse's OAuth connection again in Peak: tokens are renewed for 90 days by default. A token that is passed in the option credentials lives ten minutes.";
  }
  return "Set the user's password anew in the warehouse's settings in Peak, as it is on the server. Try seldom: Snowflake locks a user after five failures.";
}
