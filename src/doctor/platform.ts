import { requestCredentials, type CredentialsAnswer } from "../credentials/peak-api.ts";
import { WarehouseError } from "../errors.ts";
import { trustedRoots } from "../roots.ts";
import { failed, passed, skipped, warning, type Finding } from "./finding.ts";
import { adviseReach, adviseTls, inspect, knock, lookUp } from "./network.ts";
import { hostIn, type Destination } from "./reach.ts";
import type { Call } from "../call.ts";
import type { ConnectOptions } from "../connect-options.ts";
import type { ApiSettings } from "../credentials/settings.ts";
import type { Advise } from "./notes.ts";

/** What the API has said to who asked it for credentials. */
export type ApiWord =
  | { readonly kind: "answer"; readonly answer: CredentialsAnswer }
  /** It knows what it is asked, and refuses. */
  | { readonly kind: "refusal"; readonly error: WarehouseError; readonly status: string }
  /** It need not be asked: the caller gives the credentials. */
  | { readonly kind: "none" };

/** One more request where the first fails, and no waits: who runs a diagnosis sits before it. */
const limits = { requestTimeoutMs: 10_000, totalTimeoutMs: 12_000, waitsMs: [0] };

/** What an API says of a key and a tenant, rather than of itself. */
const refusals = new Set(["401", "403", "404"]);

/** Goes to the Peak API step by step, and asks it for credentials. */
export async function askApi(
  settings: ApiSettings | undefined,
  options: ConnectOptions,
  call: Call,
): Promise<Finding<ApiWord>> {
  if (settings === undefined) return skipped("not asked: the credentials are given", { kind: "none" });
  const way = await findWay(settings, options, call);
  if (way.outcome === "failed") return { ...way, gives: undefined };
  const name = new URL(settings.baseUrl).host;
  try {
    const answer = await requestCredentials(options, call, limits);
    const gives: ApiWord = { kind: "answer", answer };
    const seen = `${name} answers (HTTP 200), ${way.seen}`;
    if (way.outcome === "warning") return warning(seen, way.advice ?? "", gives, way.details);
    return passed(seen, gives, way.details);
  } catch (error) {
    call.throwIfAborted();
    const status = WarehouseError.is(error) ? (error.vendorCode ?? "") : "";
    if (!WarehouseError.is(error) || !refusals.has(status)) throw error;
    return passed(`${name} answers (HTTP ${status}), ${way.seen}`, { kind: "refusal", error, status }, way.details);
  }
}

/** Name, connection and certificate. The first that fails is what is found. */
async function findWay({ baseUrl, proxy }: ApiSettings, { tls }: ConnectOptions, call: Call): Promise<Finding> {
  const url = new URL(baseUrl);
  const host = hostIn(url);
  const secure = url.protocol === "https:";
  const ca = trustedRoots(typeof tls === "object" ? tls.ca : undefined);
  const destination: Destination = {
    host,
    port: Number(url.port || (secure ? 443 : 80)),
    proxy,
    ca,
    statedBy: "the options stage and baseUrl, PEAK_STAGE and PEAK_BASE_URL",
  };
  const named = await lookUp(destination);
  if (named.outcome === "failed") return { ...named, gives: undefined };
  const found = await told(knock(destination, call), adviseReach(destination, named.gives), call);
  if (found.outcome === "failed") return found;
  if (!secure) return passed("plain, on this machine", true);
  const encryption = { destination, name: host, opening: "direct" } as const;
  return told(inspect(encryption, call), adviseTls, call);
}

async function told(work: Promise<Finding>, advise: Advise, call: Call): Promise<Finding> {
  return work.catch((error: unknown) => {
    call.throwIfAborted();
    if (!WarehouseError.is(error)) throw error;
    return failed(error.message, advise(error), { code: error.code, vendorCode: error.vendorCode });
  });
}

/** Says what to do about an API that does not answer as it should. */
export const adviseApi: Advise = ({ code, vendorCode = "" }) => {
  if (code === "TIMEOUT")
    return "The API takes connections and does not answer: try again; is the address that of your Peak stage?";
  if (vendorCode === "429")
    return "Wait a little: something asks with this key all the time. Credentials are fetched once for each warehouse, not for each query.";
  if (/^5\d\d$/.test(vendorCode))
    return "The fault is on Peak's side: try again in some minutes, and look at its status page.";
  return "Is the address that of your Peak stage? Compare the options stage and baseUrl, PEAK_STAGE and PEAK_BASE_URL.";
};

/** Tells whether the key was accepted. */
export function judgeKey(word: ApiWord): Finding<ApiWord> {
  if (word.kind === "none") return skipped("not used: the credentials are given", word);
  if (word.kind === "answer") return passed("accepted", word);
  if (word.status === "404") return skipped("not judged: the API knows no such warehouse (HTTP 404)", word);
  return failed(
    word.error.message,
    word.status === "401"
      ? "Copy the key again, whole, or make a new one in Peak; and see that it is of the stage that is asked."
      : "Let an administrator of the tenant give the key's owner access to its data, or use another key.",
    { status: word.status },
  );
}
