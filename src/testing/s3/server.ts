import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { authenticate, type Account } from "./authentication.ts";
import type { Buckets } from "./buckets.ts";
import { injectedRefusal, refusal, refusalBody, S3Refusal } from "./errors.ts";
import type { S3Effect, S3Faults } from "./faults.ts";
import { operations } from "./operations.ts";
import { payloadOf } from "./payload.ts";
import { addressed, type Addressed, type Answer } from "./requests.ts";
import type { S3Operation } from "./routes.ts";

/** Is a request that arrived. */
export interface S3Request {
  readonly method: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly operation: S3Operation;
  /** Left out while it is held, and where the connection was reset instead of an answer. */
  readonly status?: number;
}

/** Is what the server answers from and to. */
export interface Services {
  readonly account: Account;
  readonly buckets: Buckets;
  readonly faults: S3Faults;
  /** Records a request; what is returned takes its status. */
  record(request: S3Request): (status: number) => void;
}

/** Is a listening server. */
export interface Listener {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Listens, and answers as S3 does. */
export async function listen(services: Services, host: string, port: number): Promise<Listener> {
  const server = createServer((request, response) => {
    serve(request, response, services).catch(() => {
      request.socket.destroy(); // The client has gone in the middle of its request.
    });
  });
  // Longer than clients keep theirs: one that the server closes first fails a request that is on its way.
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return {
    endpoint: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, services: Services): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // Without an encoding the stream gives buffers.
  const { method = "", url = "/", headers } = request;
  let asked: Addressed | S3Refusal;
  try {
    asked = addressed(method, url, headers);
  } catch (error) {
    asked = refused(error);
  }
  const known = asked instanceof S3Refusal ? undefined : asked;
  const settle = services.record({
    method,
    ...(known?.bucket !== undefined && { bucket: known.bucket }),
    ...(known?.key !== undefined && { key: known.key }),
    operation: known?.operation ?? "Unknown",
  });
  const met = services.faults.next({ operation: known?.operation ?? "Unknown", key: known?.key });
  const effect = met?.fault;
  if (effect?.kind === "hold") await met?.undone;
  if (effect?.kind === "reset") {
    request.socket.resetAndDestroy();
    return;
  }
  const requestId = randomBytes(8).toString("hex").toUpperCase();
  const result = answerTo(asked, Buffer.concat(chunks), services, effect, requestId, url);
  settle(result.status);
  send(request, response, result, requestId, effect?.kind === "cut");
}

function answerTo(
  asked: Addressed | S3Refusal,
  raw: Buffer,
  services: Services,
  effect: S3Effect | undefined,
  requestId: string,
  url: string,
): Answer {
  try {
    if (asked instanceof S3Refusal) throw asked;
    if (effect?.kind === "error") throw injectedRefusal(effect.code, effect.status, effect.message);
    return answer(asked, raw, services);
  } catch (error) {
    const made = refused(error);
    const body = refusalBody(made, url.split("?")[0] ?? "", requestId);
    return { status: made.status, headers: { "content-type": "application/xml" }, body };
  }
}

/** What throws otherwise is a bug of the stand-in: the client sees it as a server's error. */
const refused = (error: unknown): S3Refusal =>
  error instanceof S3Refusal ? error : refusal("InternalError", error instanceof Error ? error.stack : String(error));

function answer(asked: Addressed, raw: Buffer, { account, buckets }: Services): Answer {
  const { headers, operation } = asked;
  if (operation === "Unknown") throw refusal("NotImplemented");
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(",") : value;
  };
  const authenticated = authenticate(asked, account, Date.now());
  const { bytes, trailers } = payloadOf(raw, authenticated, text);
  return operations[operation]({
    buckets,
    region: account.region,
    bucket: asked.bucket ?? "",
    key: asked.key ?? "",
    query: (name) => asked.query.find(([known]) => known === name)?.[1],
    header: (name) => trailers.get(name) ?? text(name),
    headers,
    body: bytes,
  });
}

function send(
  { method, socket }: IncomingMessage,
  response: ServerResponse,
  { status, headers, body = "" }: Answer,
  requestId: string,
  isCut: boolean,
): void {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const hasBody = status !== 204 && status !== 304;
  response.writeHead(status, {
    "x-amz-request-id": requestId,
    "x-amz-id-2": requestId,
    server: "AmazonS3",
    ...(typeof body === "string" && body !== "" && { "content-type": "application/xml" }),
    ...headers,
    ...(hasBody && { "content-length": String(bytes.length) }),
  });
  if (method === "HEAD" || !hasBody) response.end();
  else if (!isCut) response.end(bytes);
  // Half of it must be on its way before the connection goes.
  else response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => socket.destroy());
}
