import { Socket } from "node:net";
import type { buildConnector, Dispatcher } from "undici";
import { checkedTls, trustedRoots, type TlsOption } from "../roots.ts";
import type { ChosenProxy } from "./proxy.ts";

/** The HTTP connections of one errand to the API. */
export interface Connections {
  readonly dispatcher: Dispatcher;
  /** Ends every connection at once, those that are still being made included. */
  destroy(): void;
}

/**
 * Opens what sends requests: straight or through a proxy, trusting Node's roots and the caller's. Loads undici.
 *
 * @throws `INVALID_ARGUMENT` for a `tls` that is none.
 */
export async function openConnections(
  proxy: ChosenProxy | undefined,
  option: TlsOption | undefined,
  connectTimeoutMs: number,
): Promise<Connections> {
  const tls = checkedTls(option);
  const ca = trustedRoots(typeof tls === "object" ? tls.ca : undefined);
  const { Agent, Client, ProxyAgent, buildConnector } = await import("undici");
  const secure = { minVersion: "TLSv1.2" as const, timeout: connectTimeoutMs, ...(ca === undefined ? {} : { ca }) };
  const sockets = new Set<Socket>();
  const dispatcher =
    proxy === undefined
      ? new Agent({ connect: tracked(buildConnector(secure), sockets) })
      : new ProxyAgent({
          uri: proxy.url.origin,
          ...proxyToken(proxy),
          requestTls: secure,
          proxyTls: secure,
          // undici's own connector, which it has made of proxyTls, is the `connect` of these options.
          clientFactory: (origin, options) =>
            new Client(origin, {
              connect: tracked((options as { connect: buildConnector.connector }).connect, sockets),
            }),
        });
  return {
    dispatcher,
    destroy: () => {
      for (const socket of sockets) socket.destroy();
      dispatcher.destroy().catch(() => undefined);
    },
  };
}

/**
 * Remembers the sockets that a connector makes. undici's `destroy()` lets a connection that is still being made (an
 * unanswered SYN or TLS hello) live until its timeout, which would keep the process alive.
 */
function tracked(connect: buildConnector.connector, sockets: Set<Socket>): buildConnector.connector {
  // It returns the socket at once, which its types do not say.
  const start: (...parameters: Parameters<buildConnector.connector>) => unknown = connect;
  return (options, callback) => {
    const socket = start(options, callback);
    if (!(socket instanceof Socket)) return;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
}

/** undici itself would leave out a user without a password. */
function proxyToken({ user, password }: ChosenProxy): { token?: string } {
  if (user === "" && password === "") return {};
  return { token: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}
