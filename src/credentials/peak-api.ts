import { Call, type CallOptions } from "../call.ts";
import { traced } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { told } from "../telemetry/channels.ts";
import { credentialsError } from "./failure.ts";
import type { Received } from "./freshness.ts";
import { apiLimits, requestJson, type ApiLimits } from "./request.ts";
import { parseCredentials, type Credentials } from "./schema.ts";
import { apiSettings, type ApiOptions } from "./settings.ts";

/** A data warehouse of the tenant's, as {@link listWarehouses} gives it. */
export interface WarehouseListing {
  /** The API's own id of it. */
  readonly id: string;
  /** What the option `warehouseName` takes. */
  readonly name: string;
  /** `"redshift"`, `"snowflake"`, or the API's own word for another kind. */
  readonly type: string;
  /** Whether the tenant's credentials are those of this one when none is named. */
  readonly isDefault: boolean;
  /** The API knows `"active"`, `"draft"` and `"failed"`. */
  readonly status: string;
  /** What else the API says, as it says it: default role, virtual warehouse or schema, region. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Fetches the tenant's data-warehouse credentials from the Peak platform. Each call is a fetch of its own.
 *
 * They are meant for any tool: `credentials.password` and `{ ...credentials }` work; printing shows no secrets.
 *
 * @throws `CREDENTIALS` where there is no API key, the API cannot be reached or refuses, or what it sent cannot be used;
 *   `UNSUPPORTED_WAREHOUSE`; `INVALID_ARGUMENT` for an option or environment variable that cannot be right; `TIMEOUT`, or
 *   the signal's reason.
 * @example
 * ```ts
 * import { getCredentials } from "peak-warehouse";
 *
 * const credentials = await getCredentials();
 * if (credentials.dataWarehouseType === "amazon_redshift") console.log(credentials.host, credentials.iamRole);
 * else console.log(credentials.host, credentials.integration);
 * ```
 */
export async function getCredentials(given: ApiOptions & CallOptions = {}): Promise<Credentials> {
  const options = checkOptions(given, fetchingOptions, "getCredentials()");
  return await errand(options, async (call) => (await fetchCredentials(options, call)).credentials);
}

/** Which Peak API to ask for the warehouses: {@link ApiOptions} without the name of one. */
export type ListingOptions = Omit<ApiOptions, "warehouseName"> & CallOptions;

const listingOptions: Readonly<Record<keyof ListingOptions, true>> = {
  apiKey: true,
  stage: true,
  baseUrl: true,
  proxy: true,
  tls: true,
  signal: true,
  timeoutMs: true,
};

const fetchingOptions: Readonly<Record<keyof (ApiOptions & CallOptions), true>> = {
  ...listingOptions,
  warehouseName: true,
};

/**
 * Lists the data warehouses of the tenant; the `name` of one is what the option `warehouseName` takes.
 *
 * @throws as {@link getCredentials}.
 * @example
 * ```ts
 * import { connectWarehouse, listWarehouses } from "peak-warehouse";
 *
 * for (const { name } of await listWarehouses()) {
 *   const db = await connectWarehouse({ warehouseName: name });
 *   console.log(name, db.type);
 *   await db.close();
 * }
 * ```
 */
export async function listWarehouses(given: ListingOptions = {}): Promise<WarehouseListing[]> {
  const options = checkOptions<ListingOptions>(given, listingOptions, "listWarehouses()");
  return await errand(options, async (call) => {
    const settings = apiSettings(options);
    const { json } = await requestJson(settings, "/connections/api/v1/connections/warehouses", options.tls, call);
    const stores = Array.isArray(json) ? (json as unknown[]) : record(json).dataStores;
    if (!Array.isArray(stores)) {
      throw credentialsError(
        `The answer of the Peak API at ${new URL(settings.baseUrl).host} does not list warehouses (it has no dataStores).`,
      );
    }
    return stores.map(listing);
  });
}

/** Fetches credentials for a call that has begun already, with the time of their receipt. */
export async function fetchCredentials(
  options: ApiOptions,
  call: Call,
  limits: ApiLimits = apiLimits,
): Promise<Received> {
  return told(
    "credentials",
    () => ({ source: "api", host: new URL(apiSettings(options).baseUrl).host }),
    async () => {
      const { json, origin, ...received } = await requestCredentials(options, call, limits);
      return { credentials: await parseCredentials(json, origin), ...received };
    },
  );
}

/** The API's answer to who asks for credentials, before anybody has checked it. It holds secrets. */
export interface CredentialsAnswer extends Omit<Received, "credentials"> {
  readonly json: unknown;
  /** Where it came from, for messages. */
  readonly origin: string;
}

/** Asks for credentials, and does not look at them. @throws as {@link getCredentials}, but nothing about what came. */
export async function requestCredentials(
  options: ApiOptions,
  call: Call,
  limits: ApiLimits,
): Promise<CredentialsAnswer> {
  const settings = apiSettings(options);
  const { baseUrl, warehouseName } = settings;
  const query = warehouseName === undefined ? "" : `?warehouse=${encodeURIComponent(warehouseName)}`;
  const path = `/connections/api/v2/connections/credentials${query}`;
  const { json, receivedAt } = await requestJson(settings, path, options.tls, call, limits);
  const origin = `the Peak API at ${new URL(baseUrl).host}`;
  // Plain http is accepted on loopback only.
  return { json, origin, receivedAt, fromPlainLoopback: baseUrl.startsWith("http:") };
}

async function errand<T>(options: CallOptions, work: (call: Call) => Promise<T>): Promise<T> {
  const call = new Call(options);
  call.phase = "credentials";
  try {
    return await call.race(work(call));
  } catch (error) {
    throw traced(error);
  } finally {
    call.end();
  }
}

function listing(store: unknown): WarehouseListing {
  const { id, name, type, variant, status, metadata } = record(store);
  const details = record(metadata);
  const kind = text(variant) || text(type);
  return {
    id: text(id),
    name: text(name),
    type: kind === "amazon_redshift" ? "redshift" : kind,
    isDefault: details.isDefault === true,
    status: text(status),
    metadata: details,
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  // Any object may be asked for any key.
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
