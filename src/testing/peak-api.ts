import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import { once } from "node:events";
import { machineClock, type Clock } from "./clock.ts";
import { createFaults, type FaultCount } from "./faults.ts";
import type { StandIn } from "./stand-in.ts";

/** The credentials of one warehouse, as the API answers them: camelCase fields, no envelope. */
export type PeakCredentials = Readonly<Record<string, unknown>>;

/** Describes a data warehouse of a tenant. */
export interface PeakWarehouse {
  readonly name: string;
  /** Whether a request that names no warehouse gets this one; without any such mark it is the first. */
  readonly default?: boolean;
  /** The answer, or what makes a new one for each request (a fresh token, a rotated password). */
  readonly credentials: PeakCredentials | ((request: PeakRequest) => PeakCredentials | Promise<PeakCredentials>);
  readonly status?: "active" | "draft" | "failed";
  /** Merged into the `metadata` of the warehouse list, for example `{ "schema.default": "publish" }`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Describes a tenant: the API knows it by its key alone. */
export interface PeakTenant {
  /** Compared byte for byte with the `Authorization` header: the API adds and strips no scheme. */
  readonly key: string;
  /** How recorded requests name it; default `tenant-1`, `tenant-2` … */
  readonly name?: string;
  readonly warehouses: readonly PeakWarehouse[];
}

/** Describes a request that arrived, without its key. */
export interface PeakRequest {
  /** Milliseconds since the epoch by the stand-in's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** All but `authorization`. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly bodyBytes: number;
  readonly key: "known" | "unknown" | "missing" | "disabled";
  /** The tenant's name where the key is known or disabled. */
  readonly tenant?: string;
}

/** Says which of the next requests go wrong, and how. */
export type PeakFault = FaultCount & {
  /** `credentials` and `warehouses` are what `getCredentials` and `listWarehouses` ask; default all. */
  readonly operation?: "credentials" | "warehouses";
} & PeakEffect;

/** Says how a request goes wrong. */
export type PeakEffect =
  | {
      readonly kind: "error";
      readonly status: number;
      /** Text is sent as it is, anything else as JSON; default `{ "detail": "…" }`. */
      readonly body?: unknown;
      /** Default `application/json`, for a text `text/html`. */
      readonly contentType?: string;
      /** Seconds, or a date, for the `Retry-After` header. */
      readonly retryAfter?: number | Date;
    }
  /** The connection is reset instead of an answer. */
  | { readonly kind: "reset" }
  /** It is never answered. */
  | { readonly kind: "hang" }
  /** It waits until the fault is undone, and is then answered as ever. */
  | { readonly kind: "hold" };

/** Tunes {@link startPeakApi}. */
export interface PeakApiOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default a free one. */
  readonly port?: number;
  /** PEM texts; with them it speaks HTTPS. Default none. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** For the `Date` header and {@link PeakRequest.at}; default the machine's. */
  readonly clock?: Clock;
}

/** Is a running stand-in of the Peak platform's connections API. */
export interface PeakApi extends StandIn<PeakFault> {
  /** What to give as the base URL, for example `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Adds a tenant, or replaces the one with this key. */
  addTenant(tenant: PeakTenant): void;
  /** Makes the key answer 403; returns what undoes it. */
  disable(key: string): () => void;
  /** What arrived, in order: the last 10,000. */
  requests(): readonly PeakRequest[];
  /** Forgets faults, disabled keys and what arrived; tenants stay. */
  reset(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const paths = {
  credentials: "/connections/api/v2/connections/credentials",
  warehouses: "/connections/api/v1/connections/warehouses",
};
const mostRequests = 10_000;

const refusal = (status: number, detail: string): Answer => ({ status, body: { detail } });

/** Starts a server that answers as the Peak platform does for `getCredentials` and `listWarehouses`. */
export async function startPeakApi(options: PeakApiOptions = {}): Promise<PeakApi> {
  const { host = "127.0.0.1", port = 0, tls, clock = machineClock } = options;
  const tenants = new Map<string, PeakTenant>();
  const disabled = new Set<string>();
  const faults = createFaults<PeakFault, PeakRequest>(
    ({ operation }, { path }) => operation === undefined || path === paths[operation],
  );
  let requests: PeakRequest[] = [];
  // The TCP sockets by the client's port: one wrapped in TLS cannot be reset through its wrapper.
  const sockets = new Map<number | undefined, Socket>();

  function record(message: IncomingMessage, tenant: PeakTenant | undefined, bodyBytes: number): PeakRequest {
    const { authorization, ...headers } = message.headers;
    const url = new URL(message.url ?? "/", "http://peak");
    const request: PeakRequest = {
      at: clock.now(),
      method: message.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers,
      bodyBytes,
      key: keyState(authorization, tenant, disabled),
      ...(tenant?.name !== undefined && { tenant: tenant.name }),
    };
    requests.push(request);
    if (requests.length > mostRequests) requests.shift();
    return request;
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let bodyBytes = 0;
    for await (const chunk of message) bodyBytes += (chunk as Buffer).length; // A message without setEncoding yields Buffers.
    const tenant = tenants.get(message.headers.authorization ?? "");
    const request = record(message, tenant, bodyBytes);
    const met = faults.next(request);
    const fault = met?.fault;
    if (fault?.kind === "hold") await met?.undone;
    if (fault?.kind === "hang") return;
    if (fault?.kind === "reset") {
      sockets.get(message.socket.remotePort)?.resetAndDestroy();
      return;
    }
    const result = fault?.kind === "error" ? injected(fault) : await answer(request, tenant);
    send(response, result, clock.now());
  }

  const listener = (message: IncomingMessage, response: ServerResponse): void => {
    serve(message, response).catch((error: unknown) => {
      // A client that went away has nobody to answer; a credentials function that threw is the server's own failure.
      if (!response.destroyed) send(response, refusal(500, String(error)), clock.now());
    });
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  server.on("connection", (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.once("close", () => sockets.delete(remotePort));
  });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;

  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `${tls ? "https" : "http"}://${host}:${bound}`,
    host,
    port: bound,
    addTenant(tenant) {
      tenants.set(tenant.key, { ...tenant, name: tenant.name ?? `tenant-${tenants.size + 1}` });
    },
    disable(key) {
      disabled.add(key);
      return () => void disabled.delete(key);
    },
    inject: (fault) => faults.add(fault),
    release: () => faults.release(),
    reset() {
      faults.clear();
      disabled.clear();
      requests = [];
      return Promise.resolve();
    },
    requests: () => [...requests],
    close,
    [Symbol.asyncDispose]: close,
  };
}

function keyState(
  key: string | undefined,
  tenant: PeakTenant | undefined,
  disabled: ReadonlySet<string>,
): PeakRequest["key"] {
  if (key === undefined || key === "") return "missing";
  if (disabled.has(key)) return "disabled";
  return tenant ? "known" : "unknown";
}

async function answer(request: PeakRequest, tenant: PeakTenant | undefined): Promise<Answer> {
  if (!Object.values(paths).includes(request.path)) return refusal(404, "Not Found");
  if (request.method !== "GET") return refusal(405, "Method Not Allowed");
  if (request.key === "disabled") return refusal(403, "The API key is disabled.");
  if (request.key !== "known" || tenant === undefined) return refusal(401, "Unauthorized");
  return request.path === paths.warehouses ? await list(request, tenant) : await credentials(request, tenant);
}

async function credentials(request: PeakRequest, tenant: PeakTenant): Promise<Answer> {
  const { type = "data-warehouse", warehouse: name } = request.query;
  if (type !== "data-warehouse") return refusal(400, `type must be data-warehouse, not ${type}`);
  const chosen = name
    ? tenant.warehouses.find((warehouse) => warehouse.name === name)
    : (tenant.warehouses.find((warehouse) => warehouse.default) ?? tenant.warehouses[0]);
  if (!chosen) return refusal(404, name ? `Data warehouse ${name} does not exist.` : "No data warehouse is connected.");
  return { status: 200, body: await issue(chosen, request) };
}

async function list(request: PeakRequest, tenant: PeakTenant): Promise<Answer> {
  const standard = tenant.warehouses.find((warehouse) => warehouse.default) ?? tenant.warehouses[0];
  const dataStores = await Promise.all(
    tenant.warehouses.map(async (warehouse, index) => ({
      id: `${tenant.name ?? "tenant"}-${index + 1}`,
      name: warehouse.name,
      type: "data_warehouse",
      variant: (await issue(warehouse, request)).dataWarehouseType,
      status: warehouse.status ?? "active",
      metadata: { isDefault: warehouse === standard, ...warehouse.metadata },
    })),
  );
  return { status: 200, body: { dataStores, pageSize: 20 } };
}

async function issue({ credentials }: PeakWarehouse, request: PeakRequest): Promise<PeakCredentials> {
  return typeof credentials === "function" ? await credentials(request) : credentials;
}

function injected(fault: Extract<PeakEffect, { kind: "error" }>): Answer {
  const { status, body = { detail: `Failure ${status} asked for by the test` }, retryAfter } = fault;
  const contentType = fault.contentType ?? (typeof body === "string" ? "text/html" : "application/json");
  return {
    status,
    body,
    headers: {
      "content-type": contentType,
      ...(retryAfter !== undefined && {
        "retry-after": retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter),
      }),
    },
  };
}

function send(response: ServerResponse, { status, body, headers }: Answer, at: number): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", date: new Date(at).toUTCString(), ...headers });
  response.end(text);
}
