import http from "node:http";
import https from "node:https";
import { HttpsProxyAgent } from "https-proxy-agent";
import { inBackground } from "../../background.ts";
import type { Socket } from "node:net";

/** How a session's HTTP goes out. */
export interface AgentSettings {
  readonly secure: boolean;
  /** Authorities to trust, or `undefined` for Node's own. */
  readonly ca: string[] | undefined;
  /** The name on the certificate of `host`, where it is another one. */
  readonly servername: string | undefined;
  readonly host: string;
  readonly proxy: URL | undefined;
}

/**
 * The HTTP agent of one session: everything the SDK sends for it, and our own chunk downloads, go through its sockets and end with
 * them.
 */
export interface SessionAgent {
  readonly agent: http.Agent;
  /** Ends every socket and refuses new requests, in a way that ends the SDK's retries too. */
  readonly kill: () => void;
}

/** Told of every request that the agent is about to send. Refuses one by returning false, in the way that ends the SDK's retries. */
export type RequestObserver = (request: http.ClientRequest) => boolean;

/** Node keeps these fields; its types do not tell of `addRequest` and `onSocket`. */
interface AgentInside {
  addRequest(request: http.ClientRequest, options: object): void;
  readonly sockets: Record<string, Socket[] | undefined>;
  readonly requests: Record<string, http.ClientRequest[] | undefined>;
}
interface RequestInside {
  onSocket(socket: null, error: Error): void;
}

/**
 * How often the SDK may repeat a request. It would 1,000 times, for hours, and its own option for that is read from nowhere (snowflake-sdk 3.3:
 * `sfRetryMaxNumRetries` is not `external`); it counts in the URL.
 */
const maxRepeats = 7;
const repeat = /[?&]retryCount=(\d+)/;

/** The most connections of a session to one host: statements, their cancels and chunks. A storm of cancels waits its turn. */
const maxSockets = 32;

/** Makes an agent for one session. */
export function sessionAgent(settings: AgentSettings, observe: RequestObserver): SessionAgent {
  const agent = plainAgent(settings);
  const inside = agent as unknown as AgentInside;
  const addRequest = inside.addRequest.bind(agent);
  let killed = false;
  inside.addRequest = (request, options) => {
    if (killed || Number(repeat.exec(request.path)?.[1] ?? 0) > maxRepeats || !observe(request)) {
      (request as unknown as RequestInside).onSocket(null, cancelled());
      return;
    }
    // The SDK would follow a redirect, to any host and in the clear, and take the login or the statement along.
    request.prependOnceListener("response", ({ headers }) => delete headers.location);
    addRequest(request, withoutHooks(options));
  };
  return {
    agent,
    kill() {
      killed = true;
      for (const waiting of Object.values(inside.requests)) {
        for (const request of [...(waiting ?? [])]) (request as unknown as RequestInside).onSocket(null, cancelled());
      }
      for (const sockets of Object.values(inside.sockets)) {
        for (const socket of sockets ?? []) socket.destroy(cancelled());
      }
      agent.destroy();
    },
  };
}

/**
 * Node keeps the options of a socket's first request for as long as the socket is open; axios has put functions there that keep the whole call, and
 * with it the context of its caller.
 */
function withoutHooks(options: object): object {
  return { ...options, beforeRedirect: undefined, beforeRedirects: undefined };
}

function plainAgent({ secure, ca, servername, host, proxy }: AgentSettings): http.Agent {
  // Verification is asked for by name: NODE_TLS_REJECT_UNAUTHORIZED must not turn it off.
  const tls = secure ? { ca, rejectUnauthorized: true, minVersion: "TLSv1.2" as const } : {};
  // 30 s is the SDK's own time for an unused socket; Node lets go of the process while a socket is unused.
  const options = { keepAlive: true, timeout: 30_000, maxSockets, ...tls };
  if (proxy !== undefined) {
    const agent = new HttpsProxyAgent(proxy, options);
    verifyBehind(agent, tls, host, servername);
    // The SDK takes an agent only if it names the URL's protocol; this one would guess it from the stack.
    agent.protocol = secure ? "https:" : "http:";
    return agent;
  }
  if (!secure) return connectingInBackground(new http.Agent(options));
  const agent = new https.Agent(options);
  if (servername !== undefined) renameCertificate(agent, host, servername);
  return connectingInBackground(agent);
}

/** What `node:http` asks of an agent to connect; its types do not tell of it. */
interface Connecting {
  createConnection(options: { host?: string; servername?: string }, callback: unknown): unknown;
}

/** Makes sockets, which are kept for later requests, without the context of the one that is made for them first. */
function connectingInBackground<A extends http.Agent>(agent: A): A {
  const inside = agent as unknown as Connecting;
  const createConnection = inside.createConnection.bind(agent);
  inside.createConnection = (options, callback) => inBackground(() => createConnection(options, callback));
  return agent;
}

/** Has who is behind a proxy verified, too: for that, https-proxy-agent 7 forgets the options that it is given. */
function verifyBehind(agent: HttpsProxyAgent<string>, tls: object, host: string, servername: string | undefined): void {
  const connect = agent.connect.bind(agent);
  agent.connect = async (request, options) => {
    const name = servername !== undefined && options.host === host ? { servername } : {};
    return inBackground(async () => connect(request, { ...options, ...tls, ...name }));
  };
}

/** Checks `host`'s certificate against another name; chunk downloads go to other hosts and keep theirs. */
function renameCertificate(agent: https.Agent, host: string, servername: string): void {
  const inside = agent as unknown as Connecting;
  const createConnection = inside.createConnection.bind(agent);
  inside.createConnection = (options, callback) =>
    createConnection(options.host === host ? { ...options, servername } : options, callback);
}

/** The one error code that the SDK's retry loops take as an end (seen of snowflake-sdk 3.3). */
function cancelled(): Error {
  return Object.assign(new Error("the session was closed"), { code: "ERR_CANCELED" });
}
