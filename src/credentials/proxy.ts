import { badSetting } from "./failure.ts";
import { isMissing, isText } from "./fields.ts";
import { isLoopback } from "./loopback.ts";

/** A proxy and what decided for it, for error messages. It may hold a password: never print it. */
export interface ChosenProxy {
  readonly url: URL;
  /** Decoded, and empty where there is none. */
  readonly user: string;
  readonly password: string;
  readonly by: string;
}

/**
 * Decides which HTTP proxy leads to a target: the option's, else `HTTPS_PROXY` or `HTTP_PROXY` (the lower-case name first,
 * as curl) unless `NO_PROXY` names the target. Loopback is never proxied.
 *
 * @throws `INVALID_ARGUMENT` for a proxy that is no http or https URL, and an option that is neither a string nor `false`.
 */
export function chooseProxy(
  target: URL,
  option: string | false | undefined,
  env: Readonly<Record<string, string | undefined>>,
): ChosenProxy | undefined {
  const given = checkedProxy(option);
  if (given === false || isLoopback(target.hostname)) return undefined;
  if (given !== undefined) return given;
  const found = variable(env, target.protocol === "https:" ? "https_proxy" : "http_proxy");
  if (found === undefined || isExcepted(target, variable(env, "no_proxy")?.value)) return undefined;
  return readProxy(found.value, `the environment variable ${found.name}`);
}

/**
 * Checks the option `proxy`, which plain JavaScript may pass in any form. Null and the empty string count as missing.
 *
 * @throws `INVALID_ARGUMENT` for what is neither the URL of an http or https proxy nor `false`.
 */
export function checkedProxy(option: unknown): ChosenProxy | false | undefined {
  if (isMissing(option)) return undefined;
  if (option === false) return false;
  if (!isText(option)) throw badSetting("The option proxy must be a URL as a string, or false for none.");
  return readProxy(option, "the option proxy");
}

function variable(env: Readonly<Record<string, string | undefined>>, lowerCase: string) {
  for (const name of [lowerCase, lowerCase.toUpperCase()]) {
    const value = env[name];
    if (value !== undefined && value !== "") return { name, value };
  }
  return undefined;
}

function readProxy(text: string, by: string): ChosenProxy {
  // "proxy.example:3128" is usual in environment variables.
  const href = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw badSetting(`The proxy from ${by} must be a URL that begins with http:// or https://.`);
  }
  try {
    return { url, user: decodeURIComponent(url.username), password: decodeURIComponent(url.password), by };
  } catch {
    // https-proxy-agent throws for the same, but in the middle of a connection.
    throw badSetting(`The user and the password of the proxy from ${by} must be percent-encoded UTF-8.`);
  }
}

/** Reads `NO_PROXY`: names separated by commas, each standing for itself and what is below it, with an optional port; or `*`. */
function isExcepted(target: URL, list: string | undefined): boolean {
  const host = target.hostname.toLowerCase();
  const port = target.port || (target.protocol === "https:" ? "443" : "80");
  return (list ?? "").split(/[\s,]+/).some((entry) => {
    if (entry === "*") return true;
    const [, name = "", only] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (name === "" || (only !== undefined && only !== port)) return false;
    return host === name || host.endsWith(`.${name}`);
  });
}
