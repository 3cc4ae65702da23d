import http from "node:http";
import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import * as tls from "node:tls";
import { innermost } from "../credentials/refusal.ts";
import { WarehouseError, withoutSecrets } from "../errors.ts";
import type { Duplex } from "node:stream";
import type { Call } from "../call.ts";
import type { ChosenProxy } from "../credentials/proxy.ts";

/** Where a server is, and the way to it. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly proxy: ChosenProxy | undefined;
  /** The authorities to trust, or `undefined` for Node's own. */
  readonly ca: string[] | undefined;
  /** What says where it is, for advice. */
  readonly statedBy: string;
}

/**
 * Connects to a server, through the proxy where there is one. What is opened ends with the call.
 *
 * @throws `CONNECTION` with the system's code or the proxy's HTTP status as its `vendorCode`.
 */
export async function reach({ host, port, proxy, ca }: Destination, call: Call): Promise<Duplex> {
  try {
    if (proxy === undefined) return await connected(host, port, call);
    const name = hostIn(proxy.url);
    const secure = proxy.url.protocol === "https:";
    const socket = await connected(name, Number(proxy.url.port || (secure ? 443 : 80)), call);
    return await tunnel(secure ? await secured(socket, { host: name, ca }, call) : socket, { host, port, proxy }, call);
  } catch (error) {
    call.throwIfAborted();
    throw WarehouseError.is(error) ? error : unreachable(error);
  }
}

/** Gives a URL's host as sockets take it: an IPv6 address without its brackets. */
export function hostIn({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** How TLS is begun. */
export interface TlsTarget {
  /** The name that the certificate must carry. */
  readonly host: string;
  readonly ca: string[] | undefined;
}

/**
 * Begins TLS without refusing a certificate, so that one that will be refused can be told about. Nothing may be sent over it.
 *
 * @throws `CONNECTION` where no TLS comes about at all.
 */
export async function unverifiedTls(socket: Duplex, target: TlsTarget, call: Call): Promise<tls.TLSSocket> {
  try {
    return await secured(socket, target, call, false);
  } catch (error) {
    call.throwIfAborted();
    throw unreachable(error);
  }
}

/** Waits for the first bytes; `undefined` where the other side closes instead. */
export async function firstBytes(socket: Duplex, call: Call): Promise<Buffer | undefined> {
  const first = new Promise<Buffer | undefined>((resolve, reject) => {
    socket.once("data", resolve);
    socket.once("end", () => resolve(undefined));
    socket.once("error", (error) => reject(unreachable(error)));
  });
  return call.race(first);
}

async function connected(host: string, port: number, call: Call): Promise<Socket> {
  return opened(connect({ host, port }), "connect", call);
}

async function secured(socket: Duplex, { host, ca }: TlsTarget, call: Call, rejectUnauthorized = true) {
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const options = { socket, host, ca, rejectUnauthorized, minVersion: "TLSv1.2" as const, ...servername };
  return opened(tls.connect(options), "secureConnect", call);
}

/** A socket that errs when nobody waits any more would end the process. */
async function opened<S extends Duplex>(socket: S, event: string, call: Call): Promise<S> {
  socket.on("error", () => undefined);
  call.onAbort(() => socket.destroy());
  await once(socket, event, { signal: call.signal });
  return socket;
}

/** Asks a proxy for the way (RFC 9110, 9.3.6). */
async function tunnel(
  socket: Duplex,
  { host, port, proxy }: Pick<Destination, "host" | "port"> & { readonly proxy: ChosenProxy },
  call: Call,
): Promise<Duplex> {
  const { user, password } = proxy;
  const login = Buffer.from(`${user}:${password}`).toString("base64");
  const path = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const request = http.request({
    method: "CONNECT",
    path,
    headers: { host: path, ...(user === "" && password === "" ? {} : { "proxy-authorization": `Basic ${login}` }) },
    createConnection: () => socket,
  });
  // It errs once more when its socket is destroyed, and nobody waits for it then.
  request.on("error", () => undefined);
  request.end();
  // The event carries these: node:http, "Event: 'connect'".
  const [response] = (await once(request, "connect", { signal: call.signal })) as [http.IncomingMessage];
  if (response.statusCode === 200) return socket;
  socket.destroy();
  const status = String(response.statusCode);
  throw new WarehouseError(
    "CONNECTION",
    `the proxy ${proxy.url.host} from ${proxy.by} refuses the way (HTTP ${status})`,
    {
      phase: "connect",
      vendorCode: status,
    },
  );
}

function unreachable(error: unknown): WarehouseError {
  const cause = withoutSecrets(innermost(error));
  const { code } = cause as { code?: unknown };
  const vendorCode = typeof code === "string" ? code : undefined;
  return new WarehouseError("CONNECTION", cause.message, { cause, phase: "connect", vendorCode });
}
