import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import { once } from "node:events";
import { machineClock, type Clock } from "../clock.ts";
import type { StandIn } from "../stand-in.ts";
import { answer, injected, refusal, send } from "./answers.ts";
import { createPeakFaults, type PeakFault } from "./faults.ts";
import type { PeakRequest, PeakTenant } from "./tenants.ts";

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

const mostRequests = 10_000;

/** Starts a server that answers as the Peak platform does for `getCredentials` and `listWarehouses`. */
export async function startPeakApi(options: PeakApiOptions = {}): Promise<PeakApi> {
  const { host = "127.0.0.1", port = 0, tls, clock = machineClock } = options;
  const tenants = new Map<string, PeakTenant>();
  const disabled = new Set<string>();
  const faults = createPeakFaults();
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
    if (fault?.kind === "hang") {
      await met?.undone;
      message.socket.destroy();
      return;
    }
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
