import { createServer as createHttp } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Settings } from "../options.ts";
import type { SnowflakeRequestFault, RequestFaults } from "./faults.ts";
import { failure } from "./reply.ts";
import type { Incoming, Reply } from "./reply.ts";
import { routes } from "./routes.ts";
import type { Services } from "./routes.ts";

/** A listening server. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** Listens and answers by the routes, with faults where some are injected. */
export async function listen(services: Services, faults: RequestFaults): Promise<Listener> {
  const { settings } = services;
  const sockets = new Set<Socket>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // What throws here is a bug of the stand-in: the client sees it as a server's error.
    serve(request, response, services, faults).catch((error: unknown) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  };
  const server: Server = settings.tls === undefined ? createHttp(answer) : createHttps(settings.tls, answer);
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  server.on(settings.tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port, settings.host, resolve);
  });
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return {
    host: settings.host,
    port,
    url: `${schemeOf(settings)}://${settings.host.includes(":") ? `[${settings.host}]` : settings.host}:${port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const schemeOf = ({ tls }: Settings): string => (tls === undefined ? "http" : "https");

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  services: Services,
  faults: RequestFaults,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://stand-in");
  // The connectors' Rust core sends /monitoring/queries//ID.
  const pathname = url.pathname.replace(/\/{2,}/g, "/");
  const route = routes.find(({ method, path }) => method === request.method && path.test(pathname));
  if (route === undefined) {
    response
      .writeHead(404, { "content-type": "application/json" })
      .end(JSON.stringify({ code: "404", message: "Not found", success: false }));
    return;
  }
  const met = faults.next(route.operation);
  const fault = met?.fault;
  if (fault?.kind === "hang") void met?.undone.then(() => request.socket.destroy());
  const hold = fault?.kind === "hold" ? met?.undone : undefined;
  if (fault?.late !== true) await hold;
  if (fault !== undefined && !hold && fault.late !== true && !cutsBody(fault)) {
    fail(fault, request, response);
    return;
  }
  const incoming: Incoming = {
    method: route.method,
    path: pathname,
    query: url.searchParams,
    headers: request.headers,
    body: await readBody(request),
    origin: `${schemeOf(services.settings)}://${request.headers.host ?? "localhost"}`,
  };
  const reply = packed(await route.handle(incoming, services), request.headers["accept-encoding"]);
  await hold;
  if (fault !== undefined && !hold) {
    fail(fault, request, response, reply);
    return;
  }
  send(response, reply);
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer); // without an encoding the stream gives buffers
  const raw = Buffer.concat(parts);
  const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString("utf8");
  try {
    const body: unknown = JSON.parse(text);
    return body !== null && typeof body === "object" ? (body as Record<string, unknown>) : {}; // just checked
  } catch {
    return {}; // An empty or unreadable body is one without fields.
  }
}

/** Packs a JSON answer for a client that takes it so, as the service does. Chunks come packed already. */
function packed(reply: Reply, accepted: string | string[] | undefined): Reply {
  const isJson = reply.headers["content-type"] === "application/json";
  if (!isJson || !/\bgzip\b/.test(String(accepted))) return reply;
  // The fastest level: it is for a client in the same machine.
  const body = gzipSync(reply.body, { level: 1 });
  return { ...reply, headers: { ...reply.headers, "content-encoding": "gzip" }, body };
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body)) }).end(body);
}

// What stands between a client and Snowflake answers in HTML; Snowflake itself in JSON, also with a status of 401.
const typeOf = (body: string): string => (body.startsWith("{") ? "application/json" : "text/html");

const cutsBody = ({ kind }: SnowflakeRequestFault): boolean => kind === "cut" || kind === "corrupt";

function fail(
  fault: SnowflakeRequestFault,
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply = failure("000000", ""),
): void {
  if (fault.kind === "hang") return;
  if (fault.kind === "reset") {
    request.socket.resetAndDestroy();
    return;
  }
  const body = Buffer.from(reply.body);
  if (fault.kind === "cut") {
    response.writeHead(reply.status, { ...reply.headers, "content-length": String(body.length) });
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.destroy());
  } else if (fault.kind === "corrupt") {
    const half = body.subarray(0, Math.floor(body.length / 2));
    send(response, { ...reply, body: Buffer.concat([half, Buffer.from("\u0000{corrupt")]) });
  } else if (fault.kind === "error") {
    const { status, body = "" } = fault;
    send(response, { status, headers: { "content-type": typeOf(body) }, body });
  }
}
