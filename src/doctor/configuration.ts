import { checkedConnection, type ConnectOptions } from "../connect-options.ts";
import { checkedProxy } from "../credentials/proxy.ts";
import { apiSettings, type ApiSettings } from "../credentials/settings.ts";
import { passed, type Finding } from "./finding.ts";
import type { Advise, Conceal } from "./notes.ts";

/** What is to be connected, as the options and the environment say it. */
export interface Configuration {
  readonly connection: ReturnType<typeof checkedConnection>;
  /** How the API is asked; `undefined` where the caller gives the credentials. */
  readonly api: ApiSettings | undefined;
}

/** Makes the options definite. @param conceal - is told the secrets in them. @throws `INVALID_ARGUMENT`, `CREDENTIALS` for what cannot be right. */
export function configure(options: ConnectOptions, conceal: Conceal): Finding<Configuration> {
  const proxy = checkedProxy(options.proxy);
  if (typeof proxy === "object") conceal([proxy.password, proxy.url.password]);
  const connection = checkedConnection(options);
  const schemes = { tls: describeTls(options.tls) };
  if (options.credentials !== undefined) {
    const from = { object: "an object", string: "a connection string", function: "a function" };
    const kind = typeof options.credentials;
    const said = kind in from ? from[kind as keyof typeof from] : kind;
    return passed(`credentials from the option credentials, ${said}`, { connection, api: undefined }, schemes);
  }
  const api = apiSettings(options);
  conceal([api.apiKey, api.apiKey.replace(/^\S+\s+/, ""), api.proxy?.password, api.proxy?.url.password]);
  const { baseUrl, chosenBy, warehouseName } = api;
  const via = api.proxy === undefined ? "no proxy" : `the proxy ${api.proxy.url.host} from ${api.proxy.by}`;
  const wanted = warehouseName === undefined ? "" : `; the warehouse ${JSON.stringify(warehouseName)}`;
  return passed(
    `the API key from ${chosenBy.apiKey}; ${baseUrl} from ${chosenBy.baseUrl}; ${via}${wanted}`,
    { connection, api },
    {
      apiKeyFrom: chosenBy.apiKey,
      baseUrl,
      baseUrlFrom: chosenBy.baseUrl,
      warehouseName,
      proxy: api.proxy && { host: api.proxy.url.host, from: api.proxy.by },
      ...schemes,
    },
  );
}

/** Says what to do about options and variables that cannot be right. */
export const adviseConfiguration: Advise = ({ code }) =>
  code === "CREDENTIALS"
    ? "Make an API key in Peak for this tenant, and put it into PEAK_API_KEY."
    : "Correct the option or the environment variable that is named.";

function describeTls(tls: ConnectOptions["tls"]): string {
  if (typeof tls === "object") {
    const { ca, servername } = tls;
    return `verified${ca === undefined ? "" : ", with authorities of the caller's"}${servername === undefined ? "" : `, as ${servername}`}`;
  }
  return tls === false
    ? "off for the warehouse"
    : tls === true
      ? "verified"
      : "verified, but for stand-ins on this machine";
}
