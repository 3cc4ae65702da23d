/**
 * Where the environment is read for settings of ours, and the only place: key, stage, base URL and proxy. Apart from those,
 * roots.ts reads Node's NODE_EXTRA_CA_CERTS, and drivers/snowflake/sdk.ts sets three of the SDK's.
 */
import type { TlsOption } from "../roots.ts";
import { badSetting, credentialsError } from "./failure.ts";
import { unsendable } from "./fields.ts";
import { isLoopback } from "./loopback.ts";
import { chooseProxy, type ChosenProxy } from "./proxy.ts";

/** Which Peak API to ask, as whom, and how to get there. Empty strings count as missing. */
export interface ApiOptions {
  /** The Peak API key, sent as it is. Default: `PEAK_API_KEY`, else `API_KEY`. */
  readonly apiKey?: string | undefined;
  /** The Peak stage: `prod`, `latest` or another one. Default: `PEAK_STAGE`, else `STAGE`, else `prod`. */
  readonly stage?: string | undefined;
  /** The API's address, instead of a stage: https, or http on loopback. Default: `PEAK_BASE_URL`, else that of the stage. */
  readonly baseUrl?: string | undefined;
  /** The name of the warehouse, for tenants that have several. Default: the tenant's default warehouse. */
  readonly warehouseName?: string | undefined;
  /**
   * The URL of the HTTP proxy to the Peak API and to Snowflake, or `false` for none; loopback is never proxied. Default: `HTTPS_PROXY`, or `HTTP_PROXY`
   * for http, and `NO_PROXY`.
   */
  readonly proxy?: string | false | undefined;
  /** How servers are verified: the warehouse, and by its `ca` the API, too. Default `true`: fully. */
  readonly tls?: TlsOption | undefined;
}

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** {@link ApiOptions} made definite, with what decided each value, for error messages. */
export interface ApiSettings {
  readonly apiKey: string;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly warehouseName: string | undefined;
  readonly proxy: ChosenProxy | undefined;
  readonly chosenBy: { readonly apiKey: string; readonly baseUrl: string };
}

interface Choice {
  readonly value: string;
  readonly by: string;
}

/**
 * Decides the API's settings: options first, then `PEAK_API_KEY`, `PEAK_BASE_URL` and `PEAK_STAGE`, then `API_KEY` and `STAGE`
 * as the Peak Python SDK, then the stage `prod`. A base URL precedes a stage of the same rank.
 *
 * @throws `CREDENTIALS` without an API key; `INVALID_ARGUMENT` for a value that cannot be right. No message shows a value.
 */
export function apiSettings(options: ApiOptions, env: Environment = process.env): ApiSettings {
  const apiKey = choose(option(options, "apiKey"), variable(env, "PEAK_API_KEY"), variable(env, "API_KEY"));
  if (apiKey === undefined) {
    throw credentialsError(
      "There is no Peak API key: pass the option apiKey or set the environment variable PEAK_API_KEY (or API_KEY).",
    );
  }
  checkApiKey(apiKey);
  const address = apiAddress(options, env);
  return {
    apiKey: apiKey.value,
    baseUrl: address.value,
    warehouseName: checkedName(option(options, "warehouseName")),
    proxy: chooseProxy(new URL(address.value), options.proxy, env),
    chosenBy: { apiKey: apiKey.by, baseUrl: address.by },
  };
}

function apiAddress(options: ApiOptions, env: Environment): Choice {
  const url = (choice: Choice | undefined) => choice && { ...choice, value: checkedBaseUrl(choice) };
  const stage = (choice: Choice | undefined) => choice && { ...choice, value: stageUrl(choice) };
  return (
    url(option(options, "baseUrl")) ??
    stage(option(options, "stage")) ??
    url(variable(env, "PEAK_BASE_URL")) ??
    stage(choose(variable(env, "PEAK_STAGE"), variable(env, "STAGE"))) ?? {
      value: stageUrl({ value: "prod", by: "" }),
      by: 'the default stage "prod"',
    }
  );
}

function stageUrl({ value, by }: Choice): string {
  const stage = value.toLowerCase();
  // The stage becomes part of the host that receives the key.
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(stage)) {
    throw badSetting(
      `The Peak stage from ${by} must be one DNS label: letters, digits and hyphens, such as "prod" or "latest".`,
    );
  }
  if (stage === "prod") return "https://service.peak.ai";
  return stage === "latest" ? "https://service.dev.peak.ai" : `https://service.${stage}.peak.ai`;
}

function checkedBaseUrl({ value, by }: Choice): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw badSetting(`The Peak API's address from ${by} must be a URL that begins with https://.`);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw badSetting(
      `The Peak API's address from ${by} must begin with https://: the API key would cross the network in the clear. Plain http is for loopback only.`,
    );
  }
  if (url.username !== "" || url.password !== "" || /[?#]/.test(value)) {
    throw badSetting(
      `The Peak API's address from ${by} must not hold a user, a password, a query or a fragment: only https://host, and a path where a gateway needs one.`,
    );
  }
  return url.href.replace(/\/+$/, "");
}

function checkApiKey({ value, by }: Choice): void {
  if (/[\r\n]/.test(value)) {
    throw badSetting(`The Peak API key from ${by} holds a line break, perhaps at its end. Pass the key alone.`);
  }
  // What an HTTP header may carry: printable latin-1.
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value) || value !== value.trim()) {
    throw badSetting(
      `The Peak API key from ${by} holds characters that no HTTP header can carry, or white space around it. Was it copied whole?`,
    );
  }
}

/** The name becomes part of a URL. */
function checkedName(choice: Choice | undefined): string | undefined {
  const problem = unsendable(choice?.value);
  if (problem !== undefined) throw badSetting(`The option warehouseName ${problem}.`);
  return choice?.value;
}

type TextOption = "apiKey" | "stage" | "baseUrl" | "warehouseName";

function option(options: ApiOptions, name: TextOption): Choice | undefined {
  // What plain JavaScript passes may be anything.
  const value: unknown = options[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw badSetting(`The option ${name} must be a string.`);
  return { value, by: `the option ${name}` };
}

function variable(env: Environment, name: string): Choice | undefined {
  const value = env[name];
  return value === undefined || value === "" ? undefined : { value, by: `the environment variable ${name}` };
}

function choose(...choices: readonly (Choice | undefined)[]): Choice | undefined {
  return choices.find((choice) => choice !== undefined);
}

/** Decides through which proxy a URL is reached, by the option `proxy` or the environment. It may carry a password: never print it. */
export function proxyFor(
  url: URL,
  option: string | false | undefined,
  env: Environment = process.env,
): URL | undefined {
  return chosenProxy(url, option, env)?.url;
}

/** As {@link proxyFor}, with what decided for it. */
export function chosenProxy(
  url: URL,
  option: string | false | undefined,
  env: Environment = process.env,
): ChosenProxy | undefined {
  return chooseProxy(url, option, env);
}
