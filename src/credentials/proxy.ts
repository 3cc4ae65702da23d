import { badSetting } from "./failure.ts";
import { isLoopback } from "./loopback.ts";

/** A proxy and what decided for it, for error messages. The URL may hold a password: never print it. */
export interface ChosenProxy {
  readonly url: URL;
  readonly by: string;
}

/**
 * Decides which HTTP proxy leads to a target: the option's, else `HTTPS_PROXY` or `HTTP_PROXY` (the lower-case name first,
 * as curl) unless `NO_PROXY` names the target. Loopback is never proxied.
 *
 * @throws `INVALID_ARGUMENT` for a proxy that is no http or https URL.
 */
export function chooseProxy(
  target: URL,
  option: string | false | undefined,
  env: Readonly<Record<string, string | undefined>>,
): ChosenProxy | undefined {
  const given = option === undefined || option === "" ? undefined : option;
  if (given !== undefined && given !== false) {
    const url = proxyUrl(given, "the option proxy");
    return isLoopback(target.hostname) ? undefined : { url, by: "the option proxy" };
  }
  if (given === false || isLoopback(target.hostname)) return undefined;
  const found = variable(env, target.protocol === "https:" ? "https_proxy" : "http_proxy");
  if (found === undefined || isExcepted(target, variable(env, "no_proxy")?.value)) return undefined;
  const by = `the environment variable ${found.name}`;
  return { url: proxyUrl(found.value, by), by };
}

function variable(env: Readonly<Record<string, string | undefined>>, lowerCase: string) {
  for (const name of [lowerCase, lowerCase.toUpperCase()]) {
    const value = env[name];
    if (value !== undefined && value !== "") return { name, value };
  }
  return undefined;
}

function proxyUrl(text: string, by: string): URL {
  // "proxy.example:3128" is usual in environment variables.
  const href = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw badSetting(`The proxy from ${by} must be a URL that begins with http:// or https://.`);
  }
  if (/%(?![0-9a-f]{2})/i.test(url.username + url.password)) {
    throw badSetting(`The user and the password of the proxy from ${by} must be percent-encoded.`);
  }
  return url;
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
